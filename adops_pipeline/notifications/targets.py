"""Targets of messages: Slack, Discord, mailboxes, a program's webhook. No repr or error shows a secret."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from adops_pipeline.domain.addresses import is_loopback
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.domain.webhooks.standard import KeyFormatError, check_key
from adops_pipeline.notifications.hosts import TargetError, check_endpoint, check_webhook

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,253}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")


class MailSecurity(StrEnum):
    """How the connection to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


DEFAULT_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}
_SCHEMES = {"smtp": MailSecurity.STARTTLS, "smtps": MailSecurity.TLS, "smtp+plain": MailSecurity.NONE}


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """A Slack incoming webhook. Raises ``TargetError`` for any other address."""

    webhook_url: SecretStr
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        check_webhook(Channel.SLACK, self.webhook_url.get_secret_value(), allow_loopback=self.allow_loopback)

    @property
    def channel(self) -> Channel:
        """Slack."""
        return Channel.SLACK


@dataclass(frozen=True, slots=True)
class DiscordTarget:
    """A Discord webhook. Raises ``TargetError`` for any other address."""

    webhook_url: SecretStr
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        check_webhook(Channel.DISCORD, self.webhook_url.get_secret_value(), allow_loopback=self.allow_loopback)

    @property
    def channel(self) -> Channel:
        """Discord."""
        return Channel.DISCORD


@dataclass(frozen=True, slots=True)
class EmailTarget:
    """Mailboxes, and the server that mail is sent through. ``port`` 0: the usual one for ``security``.

    Raises ``TargetError`` for a bad address, for no recipient, and for a password without TLS to another machine
    (``allow_loopback`` permits it to this machine).
    """

    host: str
    sender: str
    recipients: tuple[str, ...]
    port: int = 0
    security: MailSecurity = MailSecurity.STARTTLS
    username: str | None = None
    password: SecretStr | None = None
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise TargetError("the mail server's host is missing or malformed")
        if not 0 <= self.port <= 65535:
            raise TargetError("the mail server's port must be between 1 and 65535")
        if is_loopback(self.host) and not self.allow_loopback:
            raise TargetError("the mail server is this machine, which is not allowed")
        if not self.recipients:
            raise TargetError("an email target needs at least one recipient")
        for role, address in (("sender", self.sender), *(("recipient", address) for address in self.recipients)):
            if not _ADDRESS.fullmatch(address):
                raise TargetError(f"the {role} is not a mail address (name@host, ASCII)")
        if (self.username is None) != (self.password is None):
            raise TargetError("the mail server needs both user name and password, or neither")
        if self.password is not None and self.security is MailSecurity.NONE and not is_loopback(self.host):
            raise TargetError("a password is not sent without TLS: use smtp:// (STARTTLS) or smtps://")
        object.__setattr__(self, "port", self.port or DEFAULT_PORTS[self.security])

    @property
    def channel(self) -> Channel:
        """Email."""
        return Channel.EMAIL


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """A program's webhook. Every message is signed with all ``keys``: with two while a key is being replaced.

    Raises ``TargetError`` for an address that is not https, and for a missing or malformed key.
    """

    url: SecretStr
    keys: tuple[SecretStr, ...]
    allow_loopback: bool = False
    allow_http: bool = False

    def __post_init__(self) -> None:
        address = self.url.get_secret_value()
        check_endpoint(address, allow_loopback=self.allow_loopback, allow_http=self.allow_http)
        if not self.keys:
            raise TargetError("the webhook has no key to sign with")
        for key in self.keys:
            try:
                check_key(key.get_secret_value())
            except KeyFormatError as error:
                raise TargetError(f"the webhook's key is malformed: {error}") from None

    @property
    def channel(self) -> Channel:
        """Webhook."""
        return Channel.WEBHOOK


Target: TypeAlias = SlackTarget | DiscordTarget | EmailTarget | WebhookTarget


def parse_target(
    channel: Channel,
    text: str,
    *,
    allow_loopback: bool = False,
    allow_http: bool = False,
    keys: tuple[SecretStr, ...] = (),
) -> Target:
    """The target that a setting names: a webhook's address, or for email one of

    ``smtp://user:password@host:587?from=ads@example.com&to=a@example.com,b@example.com`` (STARTTLS demanded),
    ``smtps://…`` (TLS), ``smtp+plain://…`` (neither). User name and password percent-encoded. Raises ``TargetError``.
    ``keys`` sign what is sent to a program's webhook, and ``allow_http`` concerns it alone.
    """
    secret = SecretStr(text.strip())
    if channel is Channel.SLACK:
        return SlackTarget(secret, allow_loopback)
    if channel is Channel.DISCORD:
        return DiscordTarget(secret, allow_loopback)
    if channel is Channel.WEBHOOK:
        return WebhookTarget(secret, keys, allow_loopback, allow_http)
    return _parse_email(secret.get_secret_value(), allow_loopback=allow_loopback)


def check_address(channel: Channel, text: str, *, allow_loopback: bool, allow_http: bool) -> None:
    """Raise ``TargetError`` unless the text is an address of this channel. The keys of a webhook are kept elsewhere."""
    if channel is Channel.WEBHOOK:
        check_endpoint(text.strip(), allow_loopback=allow_loopback, allow_http=allow_http)
    else:
        parse_target(channel, text, allow_loopback=allow_loopback)


def _parse_email(text: str, *, allow_loopback: bool) -> EmailTarget:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        query = parse_qs(parts.query.replace("+", "%2B"), strict_parsing=True)
    except ValueError:
        raise TargetError("the email target is not an smtp:// address with ?from=…&to=…") from None
    if parts.scheme not in _SCHEMES:
        raise TargetError(f"the email target must begin with {', '.join(f'{scheme}://' for scheme in _SCHEMES)}")
    if set(query) != {"from", "to"} or len(query["from"]) != 1:
        raise TargetError("the email target needs ?from=…&to=… and no other parameters")
    return EmailTarget(
        host=host or "",
        sender=query["from"][0].strip(),
        recipients=tuple(dict.fromkeys(address.strip() for group in query["to"] for address in group.split(","))),
        port=port or 0,
        security=_SCHEMES[parts.scheme],
        username=unquote(parts.username) if parts.username is not None else None,
        password=SecretStr(unquote(parts.password)) if parts.password is not None else None,
        allow_loopback=allow_loopback,
    )
