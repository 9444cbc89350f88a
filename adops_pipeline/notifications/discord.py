"""A message for Discord: one embed, within Discord's limits, without mentions.

Limits: https://docs.discord.com/developers/resources/message#embed-object-embed-limits (title 256, description 4096,
25 fields of 256/1024, footer 2048, 6000 over all). Sending belongs in ``webhooks``.
"""

import re
from urllib.parse import urlsplit

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.text import one_line
from adops_pipeline.notifications.colours import COLOURS
from adops_pipeline.notifications.truncation import PLAIN, Markup, apart, clip, fit_lines, is_blank, length, more

TITLE_LIMIT = 256
DESCRIPTION_LIMIT = 4096
FIELDS_LIMIT = 25
FIELD_NAME_LIMIT = 256
FIELD_VALUE_LIMIT = 1024
TOTAL_LIMIT = 6000

_SUMMARY_LIMIT = 1500
_FIELDS_BUDGET = 2500
_FOOTER_LENGTH = 500
_ITEM_LIMIT = 300
_LINK_LIMIT = 700
_ALWAYS = frozenset("\\*_~`|[]()<>@")
_AT_LINE_START = frozenset("#-+>")
_PUBLIC_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def _escape(character: str, before: str) -> str:
    """Escapes Discord's Markdown with a backslash, and splits ``@everyone`` and ``@here`` with a zero-width space."""
    if character == "@":
        return "\\@\u200b"
    if character in _ALWAYS or (before == "\n" and character in _AT_LINE_START):
        return f"\\{character}"
    return character


def _escape_all(text: str) -> str:
    return "".join(_escape(character, "") for character in text)


MARKDOWN = Markup(escape=_escape, link=lambda address: _escape_all(apart(address)))
"""Plain text in Discord's Markdown: everything is escaped, and an address is no link."""


def to_payload(message: Message) -> dict[str, object]:
    """The body of a POST to a webhook. Valid for every message."""
    title = clip(message.title, TITLE_LIMIT, MARKDOWN)
    footer = clip(message.status_line, _FOOTER_LENGTH, PLAIN)
    fields = _fields(message.fields)
    used = length(title) + length(footer) + sum(length(name) + length(value) for name, value in fields)
    embed: dict[str, object] = {
        "title": title,
        "color": COLOURS[message.status],
        "fields": [{"name": name, "value": value, "inline": length(value) <= 40} for name, value in fields],
        "footer": {"text": footer},
        "timestamp": message.at.isoformat(),
    }
    if message.link and _takes(message.link):
        embed["url"] = message.link
    description = _description(message, min(DESCRIPTION_LIMIT, TOTAL_LIMIT - used))
    if description:
        embed["description"] = description
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _takes(link: str) -> bool:
    """Whether Discord accepts the address in an embed: it rejects the whole message for a host without a dot, such as
    localhost (https://github.com/bugsink/bugsink/issues/280, https://github.com/go-gitea/gitea/issues/14379).
    """
    return length(link) <= _LINK_LIMIT and _PUBLIC_HOST.fullmatch(urlsplit(link).hostname or "") is not None


def _description(message: Message, room: int) -> str:
    """Summary, list and, where the title cannot carry it, the link. The list gets the remaining space."""
    parts = [] if is_blank(message.summary) else [clip(message.summary, min(_SUMMARY_LIMIT, room), MARKDOWN)]
    tail = [message.link] if message.link and not _takes(message.link) and length(message.link) <= _LINK_LIMIT else []
    left = room - sum(length(part) + 1 for part in (*parts, *tail))
    most = max(left, 0) // len("• x\n") + 1
    lines = fit_lines([_line(item) for item in message.items[:most]], left, total=len(message.items))
    return "\n".join([*parts, *lines, *tail])


def _fields(fields: tuple[MessageField, ...]) -> list[tuple[str, str]]:
    """At most 25 names and values; the last one says how many are missing. Each has its share of the budget."""
    shown = fields if len(fields) <= FIELDS_LIMIT else fields[: FIELDS_LIMIT - 1]
    share = min(FIELD_VALUE_LIMIT, _FIELDS_BUDGET // max(len(shown), 1))
    pairs = []
    for field in shown:
        name = clip(one_line(field.name), min(FIELD_NAME_LIMIT, share // 2), MARKDOWN)
        pairs.append((name, clip(field.value, share - length(name), MARKDOWN)))
    return pairs if len(shown) == len(fields) else [*pairs, (more(len(fields) - len(shown)), "see the dashboard")]


def _line(item: MessageItem) -> str:
    text = one_line(item.text)
    if item.link is not None:
        address = item.link.replace("(", "%28").replace(")", "%29")
        linked = f"• [{clip(text, _ITEM_LIMIT, MARKDOWN)}]({address})"
        if length(linked) <= _LINK_LIMIT:
            return linked
    return f"• {clip(text, _ITEM_LIMIT, MARKDOWN)}"
