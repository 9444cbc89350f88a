"""A message for Slack: one coloured attachment of Block Kit blocks, within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks (header 150, section 3000, 10 fields of 2000, 50 blocks).
Escapes: https://docs.slack.dev/messaging/formatting-message-text (``& < >`` only; Slack has no escape for ``*_~```).
Sending belongs in ``webhooks``.
"""

from collections.abc import Mapping

from adops_pipeline.domain.messages import Message, MessageField, MessageItem, MessageStatus
from adops_pipeline.domain.text import one_line
from adops_pipeline.notifications.colours import COLOURS
from adops_pipeline.notifications.truncation import (
    PLACEHOLDER,
    PLAIN,
    Markup,
    clip,
    fit_lines,
    is_blank,
    length,
    more,
)

Block = dict[str, object]
"""A block or text object of Block Kit, as JSON values."""

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
FIELDS_LIMIT = 10
TOTAL_BUDGET = 12_000
"""Limit over all blocks. Slack answers ``msg_blocks_too_long`` at a size that it does not document; its markdown blocks
may hold 12,000 together.
"""

_FIELD_NAME_LIMIT = 150
_FIELDS_BUDGET = 4000
_ITEM_LIMIT = 400
_LINK_LIMIT = 1000
_CONTEXT_LIMIT = 600
_FALLBACK_LIMIT = 300
_WORD_JOINER = "\u2060"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS: Mapping[MessageStatus, str] = {"info": "ℹ️", "warning": "⚠️", "critical": "🔴", "resolved": "✅"}  # noqa: RUF001


def _escape(character: str, before: str) -> str:
    """An invisible word joiner separates a formatting character from the word it opens, and a quote character from the
    start of the line.

    Inside a word these characters have no effect and stay unchanged, so that ``DE_Brand_2`` can be copied.
    """
    if character == "`" or (character in "*_~" and not before.isalnum()):
        return character + _WORD_JOINER
    if character == ">" and before == "\n":
        return _WORD_JOINER + _ENTITIES[character]
    return _ENTITIES.get(character, character)


def _entities(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in text)


MRKDWN = Markup(escape=_escape, link=_entities)
"""Plain text in Slack's mrkdwn, where ``verbatim`` leaves addresses text; everything else is escaped."""
_FALLBACK = Markup(
    escape=lambda character, _: _entities(PLAIN.escape(character, "")), link=lambda a: _entities(PLAIN.link(a))
)
"""The line of a notification, in which Slack reads ``<!channel>`` and ``<address|text>`` too."""
_HEADER = Markup(
    escape=lambda character, _: f"<{_WORD_JOINER}" if character == "<" else PLAIN.escape(character, ""), link=PLAIN.link
)
"""A header shows its text as it is; it opens no mention whichever way a client reads it."""


def to_payload(message: Message) -> dict[str, object]:
    """The body of a POST to an incoming webhook. Valid for every message."""
    fallback = clip(
        f"{message.title}: {message.summary}" if message.summary else message.title, _FALLBACK_LIMIT, _FALLBACK
    )
    colour = f"#{COLOURS[message.status]:06x}"
    return {"attachments": [{"blocks": _blocks(message), "color": colour, "fallback": fallback}]}


def _blocks(message: Message) -> list[Block]:
    """From the top: title, summary, figures, list, link, status line. The list gets the remaining space."""
    title = PLACEHOLDER if is_blank(message.title) else message.title
    header = clip(f"{_MARKS[message.status]} {title}", HEADER_LIMIT, _HEADER)
    summary = None if is_blank(message.summary) else clip(message.summary, SECTION_LIMIT, MRKDWN)
    fields = _fields(message.fields)
    link = f"<{_entities(message.link)}|Open the dashboard>" if message.link else None
    link = link if link and length(link) <= _LINK_LIMIT else None
    context = clip(message.status_line, _CONTEXT_LIMIT, MRKDWN)
    used = sum(length(text) for text in (header, summary or "", *fields, link or "", context))
    blocks: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": header, "emoji": False}}]
    blocks += [_section(summary)] if summary else []
    blocks += [{"type": "section", "fields": [_mrkdwn(field) for field in fields]}] if fields else []
    blocks += [_section(text) for text in _lists(message.items, TOTAL_BUDGET - used)]
    blocks += [_section(link)] if link else []
    blocks.append({"type": "context", "elements": [_mrkdwn(context)]})
    return blocks


def _mrkdwn(text: str) -> Block:
    """``verbatim``: Slack does not look for links, channels and names in the text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _fields(fields: tuple[MessageField, ...]) -> list[str]:
    """At most ten, name over value; the last one says how many are missing. Each has its share of the budget."""
    shown = fields if len(fields) <= FIELDS_LIMIT else fields[: FIELDS_LIMIT - 1]
    share = min(FIELD_LIMIT, _FIELDS_BUDGET // FIELDS_LIMIT * 2 if len(shown) <= 5 else _FIELDS_BUDGET // FIELDS_LIMIT)
    texts = []
    for field in shown:
        name = f"*{clip(one_line(field.name), _FIELD_NAME_LIMIT, MRKDWN)}*\n"
        texts.append(name + clip(field.value, share - length(name), MRKDWN))
    return texts if len(shown) == len(fields) else [*texts, more(len(fields) - len(shown))]


def _lists(items: tuple[MessageItem, ...], room: int) -> list[str]:
    """The lines in as few sections as possible."""
    most = room // len("• x\n") + 1
    lines = fit_lines([_line(item) for item in items[:most]], room, total=len(items))
    sections: list[str] = []
    for line in lines:
        if sections and length(sections[-1]) + 1 + length(line) <= SECTION_LIMIT:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return sections


def _line(item: MessageItem) -> str:
    text = one_line(item.text)
    if item.link is None:
        return f"• {clip(text, _ITEM_LIMIT, MRKDWN)}"
    label = clip(text, _ITEM_LIMIT, MRKDWN)
    linked = f"• <{_entities(item.link)}|{label}>"
    return linked if length(linked) <= _LINK_LIMIT else f"• {clip(text, _ITEM_LIMIT, MRKDWN)}"
