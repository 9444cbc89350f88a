"""Keeps text within a channel's limits: cuts between visible characters, never inside a link, an escape or a word of
markup, and counts what was left out.

Lengths are in UTF-16 code units. Slack does not document what it counts; Discord counts code points ("Our API uses
Python 3, so the API calculates length based on the number of codepoints", a Discord engineer on
https://github.com/discord/discord-api-docs/issues/1315). A text has never more code points than code units, so what
fits here fits either way.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from wcwidth import iter_graphemes

ELLIPSIS = "…"
PLACEHOLDER = "–"
"""Placeholder where a channel requires text and there is none."""

_LINK_IN_TEXT = re.compile(
    r"(?:(?<![a-zA-Z0-9+.\-])[a-zA-Z0-9+.\-]+://|\b[wW]{3}\.)[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*[#$%&*+\-/0-9=@A-Z_a-z~]"
)
_GAP = "\u200b"
"""A zero-width space."""
_VISIBLE = re.compile(
    r"[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LONGEST_GRAPHEME = 64
"""In code units. A longer character is a stack of combining marks that no script uses: its marks are cut."""


@dataclass(frozen=True, slots=True)
class Markup:
    """How a channel writes plain text: ``escape`` one code point, given the one before it (a line feed where only
    blanks stand before it on its line), ``link`` an address that stands in the text. Such an address comes from a name
    or an error, and stays text; what leads somewhere are the links of messages and of their items.
    """

    escape: Callable[[str, str], str]
    link: Callable[[str], str]


def apart(address: str) -> str:
    """The address with a gap that nobody sees, so that no program makes a link of it by itself."""
    gapped = address.replace("://", f":{_GAP}//")
    return f"{gapped[:3]}{_GAP}{gapped[3:]}" if gapped[:4].lower() == "www." else gapped


PLAIN = Markup(
    escape=lambda character, _: f"@{_GAP}" if character == "@" else character,
    link=lambda address: apart(address).replace("@", f"@{_GAP}"),
)
"""Text that the channel shows unchanged: addresses and mentions in it are text."""


def length(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def is_blank(text: str) -> bool:
    """Whether the text has no visible character."""
    return _VISIBLE.search(text) is None


def clip(text: str, limit: int, markup: Markup = PLAIN) -> str:
    """The text in the channel's writing, at most ``limit`` (1 or more) units long; an ellipsis ends what was cut.

    Never empty: a dash replaces text without visible characters.
    """
    if is_blank(text):
        return PLACEHOLDER
    room = limit - length(ELLIPSIS)
    kept: list[str] = []
    used = kept_in_room = 0
    for piece in _pieces(text.strip(), markup):
        used += length(piece)
        if used > limit:
            return "".join(kept[:kept_in_room]).rstrip() + ELLIPSIS
        kept.append(piece)
        if used <= room:
            kept_in_room = len(kept)
    return "".join(kept)


def more(count: int, noun: str = "") -> str:
    """Text for what was left out: "… 12 more", "… 12 more fields"."""
    return f"{ELLIPSIS} {count:,} more {noun}".rstrip()


def fit_lines(lines: Sequence[str], limit: int, total: int | None = None) -> list[str]:
    """As many whole lines as ``limit`` units hold when joined by line feeds, and "… N more" for the others.

    ``total`` is the number of lines there would be where ``lines`` holds the first ones only. Nothing is returned
    where not even the count fits.
    """
    wanted = total if total is not None else len(lines)
    taken: list[str] = []
    ends = [0]
    for line in lines:
        end = ends[-1] + length(line) + (1 if taken else 0)
        if end > limit:
            break
        taken.append(line)
        ends.append(end)
    if len(taken) == wanted:
        return taken
    while taken and ends[-1] + 1 + length(more(wanted - len(taken))) > limit:
        taken.pop()
        ends.pop()
    rest = more(wanted - len(taken))
    return [*taken, rest] if taken or length(rest) <= limit else []


def _pieces(text: str, markup: Markup) -> Iterator[str]:
    """The text in the channel's writing, cut where it may be cut."""
    before = "\n"
    for part, is_link in _parts(text):
        if is_link:
            yield markup.link(part)
            before = part[-1]
            continue
        for grapheme in iter_graphemes(part):
            character = grapheme if length(grapheme) <= _LONGEST_GRAPHEME else grapheme[0]
            escaped = ""
            for code_point in character:
                escaped += markup.escape(code_point, before)
                before = "\n" if before == "\n" and code_point.isspace() else code_point
            yield escaped


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text between links, and each link marked as one."""
    at = 0
    for match in _LINK_IN_TEXT.finditer(text):
        yield text[at : match.start()], False
        yield match.group(), True
        at = match.end()
    yield text[at:], False
