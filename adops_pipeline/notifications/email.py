"""A message as email: plain text and HTML, safe headers, one Message-ID for each delivery key.

Sending belongs in ``delivery``.
"""

import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.text import one_line
from adops_pipeline.notifications.colours import COLOURS
from adops_pipeline.notifications.targets import EmailTarget
from adops_pipeline.notifications.truncation import PLAIN, Markup, clip, is_blank, more

SUBJECT_LIMIT = 200
ITEMS_LIMIT = 200
FIELDS_LIMIT = 50

_SUMMARY_LIMIT = 20_000
_LINE_LIMIT = 1000

HTML = Markup(
    escape=lambda character, _: "<br>\n" if character == "\n" else escape(PLAIN.escape(character, "")),
    link=lambda address: escape(PLAIN.link(address)),
)
"""Plain text in HTML: a line feed becomes a new line, and mail programs make no link of an address in it."""


def message_id(message: Message, sender: str) -> str:
    """A Message-ID derived from the delivery key, so that mail programs show a repeated mail once."""
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def to_mail(message: Message, target: EmailTarget) -> EmailMessage:
    """The mail, byte for byte the same each time. Valid for every message."""
    mail = EmailMessage(policy=SMTP)
    mark = "" if message.status == "info" else f"[{message.status.capitalize()}] "
    mail["Subject"] = clip(f"{mark}{message.title}", SUBJECT_LIMIT)
    mail["From"] = target.sender
    mail["To"] = ", ".join(target.recipients)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message_id(message, target.sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_text(message), cte="quoted-printable")
    mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{hashlib.sha256(f'boundary {message.key}'.encode()).hexdigest()[:40]}")
    return mail


def _text(message: Message) -> str:
    fields = [f"{clip(field.name, _LINE_LIMIT)}: {clip(field.value, _LINE_LIMIT)}" for field in _shown_fields(message)]
    items = [f"- {_line(item)}" + (f"\n  {item.link}" if item.link else "") for item in message.items[:ITEMS_LIMIT]]
    parts = [
        clip(message.title, _LINE_LIMIT),
        "" if is_blank(message.summary) else clip(message.summary, _SUMMARY_LIMIT),
        "\n".join([*fields, *_missing(len(message.fields), FIELDS_LIMIT, "fields")]),
        "\n".join([*items, *_missing(len(message.items), ITEMS_LIMIT)]),
        message.link or "",
        clip(message.status_line, _LINE_LIMIT),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(message: Message) -> str:
    colour = f"#{COLOURS[message.status]:06x}"
    rows = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#555">{clip(field.name, _LINE_LIMIT, HTML)}</td>'
        f"<td>{clip(field.value, _LINE_LIMIT, HTML)}</td></tr>\n"
        for field in _shown_fields(message)
    )
    items = [f"<li>{_item_html(item)}</li>\n" for item in message.items[:ITEMS_LIMIT]]
    rest = [f"<li>{text}</li>\n" for text in _missing(len(message.items), ITEMS_LIMIT)]
    rest_fields = [f"<p>{text}</p>\n" for text in _missing(len(message.fields), FIELDS_LIMIT, "fields")]
    parts = [
        f'<h2 style="margin:0 0 8px">{clip(message.title, _LINE_LIMIT, HTML)}</h2>\n',
        "" if is_blank(message.summary) else f"<p>{clip(message.summary, _SUMMARY_LIMIT, HTML)}</p>\n",
        f"<table>\n{rows}</table>\n" if rows else "",
        *rest_fields,
        f"<ul>\n{''.join([*items, *rest])}</ul>\n" if items else "",
        f'<p><a href="{escape(message.link)}">Open the dashboard</a></p>\n' if message.link else "",
        f'<p style="color:#555;font-size:small">{clip(message.status_line, _LINE_LIMIT, HTML)}</p>\n',
    ]
    style = f"border-left:4px solid {colour};padding-left:12px;font-family:sans-serif"
    return f'<!DOCTYPE html>\n<html><body><div style="{style}">\n{"".join(parts)}</div></body></html>\n'


def _shown_fields(message: Message) -> tuple[MessageField, ...]:
    return message.fields[:FIELDS_LIMIT]


def _missing(count: int, limit: int, noun: str = "") -> list[str]:
    return [more(count - limit, noun)] if count > limit else []


def _line(item: MessageItem) -> str:
    return clip(one_line(item.text), _LINE_LIMIT)


def _item_html(item: MessageItem) -> str:
    text = one_line(item.text)
    if item.link is None:
        return clip(text, _LINE_LIMIT, HTML)
    return f'<a href="{escape(item.link)}">{clip(text, _LINE_LIMIT, HTML)}</a>'
