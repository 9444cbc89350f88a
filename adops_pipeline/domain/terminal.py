"""Text on its way to a terminal or a log: what it would obey, or what would reorder or hide text, becomes visible.

Names come from ad platforms and strangers. An escape sequence in one could set a clipboard, retitle a window or hide
lines; a mark of direction could make an amount read backwards.
"""

import re

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls of terminals (C0 and C1), and characters that reorder or hide text; joiners of emoji are neither."""
_HARMFUL_WITHIN_LINES = re.compile(_HARMFUL.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def for_terminal(text: str) -> str:
    """One line: every such character, line feeds and tabs too, as an escape that can be read: ``\\x1b``."""
    return _HARMFUL.sub(_escape, text)


def lines_for_terminal(text: str) -> str:
    """Lines: as `for_terminal`, but line feeds and tabs stay."""
    return _HARMFUL_WITHIN_LINES.sub(_escape, text)


def json_for_terminal(document: str) -> str:
    """JSON of the same meaning with such characters escaped as JSON has them; line feeds between values stay."""
    return _HARMFUL_WITHIN_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
