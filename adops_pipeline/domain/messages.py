"""Message to a person or a program, independent of the channel: cleaned of characters that no channel accepts.

How a channel renders it belongs in `notifications/`; who receives it is decided in `services/notifications`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from adops_pipeline.domain.documents import from_document
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.text import one_line

MessageStatus = Literal["info", "warning", "critical", "resolved"]
"""A severity, or `resolved` for a message that says that something is over."""
_UNCARRIABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and lone surrogates: JSON columns, mail headers and XML parsers refuse them."""
_LINE_END = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_LINK = re.compile(r"https?://[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
"""Marks that make a name read backwards, swallow what follows it, or reorder the figures beside it."""


def clean(text: str) -> str:
    """The text without control characters (line feeds and tabs stay), marks of direction and broken code points."""
    lines = _LINE_END.sub("\n", text)
    return _DIRECTION.sub("", _UNCARRIABLE.sub("\ufffd", lines))


def is_link(text: str) -> bool:
    """Whether the text is a whole http(s) address in plain ASCII, as every channel takes it."""
    if not _LINK.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class MessageField:
    """A figure with its name: "Pacing", "131 %"."""

    name: str
    value: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean(self.name))
        object.__setattr__(self, "value", clean(self.value))


@dataclass(frozen=True, slots=True)
class MessageItem:
    """One line of a list, with the page that shows more of it, if there is one."""

    text: str
    link: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        _require_link(self.link)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``key`` identifies the delivery: the same key twice is the same message. ``at`` has a time zone.

    ``is_resolved`` marks a message saying that what an earlier one reported is over; its severity is INFO.
    ``event`` and ``data`` are what a program gets in place of the texts: the type of the event and its payload.

    Texts are plain, of any length and script. Raises ``ValueError`` for a link that is no http(s) address, an empty
    key or a moment without a time zone.
    """

    title: str
    severity: Severity
    summary: str
    key: str
    at: datetime
    fields: tuple[MessageField, ...] = ()
    items: tuple[MessageItem, ...] = ()
    footer: str = ""
    link: str | None = None
    is_resolved: bool = False
    event: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.key.strip():
            raise ValueError("a message needs a key")
        if self.at.tzinfo is None:
            raise ValueError("a message's moment needs a time zone")
        _require_link(self.link)
        object.__setattr__(self, "title", one_line(clean(self.title)))
        object.__setattr__(self, "summary", clean(self.summary))
        object.__setattr__(self, "footer", one_line(clean(self.footer)))
        object.__setattr__(self, "key", clean(self.key))
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        if self.is_resolved:
            object.__setattr__(self, "severity", Severity.INFO)

    @property
    def status(self) -> MessageStatus:
        """``resolved``, or the severity."""
        return "resolved" if self.is_resolved else self.severity.value

    @property
    def status_line(self) -> str:
        """Status, time and footer in one line, so that the status is not shown by colour alone."""
        parts = [self.status.capitalize(), self.at.strftime("%Y-%m-%d %H:%M UTC"), self.footer]
        return " · ".join(part for part in parts if part)


def stored_message(document: Mapping[str, Any]) -> Message:
    """The message of a delivery: `documents.to_document` of one. Raises ValueError for anything else."""
    is_resolved = document.get("severity") == "resolved"  # as stored before `is_resolved` was a field of its own
    return from_document(Message, {**document, "severity": "info", "is_resolved": True} if is_resolved else document)


def _require_link(link: str | None) -> None:
    if link is not None and not is_link(link):
        raise ValueError("a link must be a whole http(s) address in ASCII, without a user name")
