"""Hosts that messages may be sent to, and how their responses are shown: without secret parts of the address."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from adops_pipeline.domain.addresses import is_loopback
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.vocabulary import Channel

_SHOWN_CHARACTERS = 300
_SHORTEST_SECRET = 6


WEBHOOK_HOSTS = {
    Channel.SLACK: frozenset({"hooks.slack.com", "hooks.slack-gov.com"}),
    Channel.DISCORD: frozenset(
        f"{release}{domain}" for release in ("", "ptb.", "canary.") for domain in ("discord.com", "discordapp.com")
    ),
}
"""The services' own hosts. Messages are sent to no other host."""

_PATHS = {
    Channel.SLACK: re.compile(r"/services/[\w/-]+"),
    Channel.DISCORD: re.compile(r"/api/(?:v\d+/)?webhooks/\d+/[\w.-]+"),
}
_PUBLIC_PIECES = frozenset({"https", "services", "webhooks"}).union(*WEBHOOK_HOSTS.values())
"""Parts that every webhook's address has. They are not masked, or an error such as "no such webhooks" would be."""


class TargetError(ValueError):
    """An address that messages cannot be sent to. The message says what is wrong without repeating the address."""


def check_webhook(channel: Channel, url: str, *, allow_loopback: bool) -> SplitResult:
    """The parts of a webhook's address. Raises ``TargetError`` unless it is the service's own, over https.

    ``allow_loopback`` admits servers on this machine as well, without TLS.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TargetError(f"the {channel} webhook is not a web address") from None
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise TargetError(f"the {channel} webhook contains characters that a web address cannot contain")
    if parts.username is not None or parts.query or parts.fragment:
        raise TargetError(f"the {channel} webhook must be host and path only: no user name, query or fragment")
    if not (allow_loopback and is_loopback(host) and parts.scheme in ("http", "https")):
        if parts.scheme != "https":
            raise TargetError(f"the {channel} webhook must begin with https://")
        if host not in WEBHOOK_HOSTS[channel] or port not in (None, 443):
            raise TargetError(f"the {channel} webhook must be at {' or '.join(sorted(WEBHOOK_HOSTS[channel]))}")
    if not _PATHS[channel].fullmatch(parts.path):
        raise TargetError(f"the {channel} webhook is not complete: copy the whole address from {channel}")
    return parts


def check_endpoint(url: str, *, allow_loopback: bool, allow_http: bool) -> SplitResult:
    """The parts of the address of a program's webhook. Raises ``TargetError`` unless it is an https address.

    ``allow_loopback`` admits servers on this machine as well, without TLS; ``allow_http`` any server without TLS. What
    the host resolves to is checked when something is sent.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TargetError("the webhook is not a web address") from None
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise TargetError("the webhook contains characters that a web address cannot contain")
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise TargetError("the webhook must be a whole address that begins with https://")
    if parts.username is not None or parts.fragment:
        raise TargetError("the webhook must not contain a user name or a fragment")
    if is_loopback(host) and not allow_loopback:
        raise TargetError("the webhook is this machine, which is not allowed")
    if parts.scheme != "https" and not allow_http and not is_loopback(host):
        raise TargetError("the webhook must begin with https://")
    return parts


def redact(text: str, secrets: Iterable[str]) -> str:
    """One line of the text with ``***`` for every secret, whole, in pieces between slashes, or in base64."""
    forms: set[str] = set()
    for secret in secrets:
        forms |= {secret, base64.b64encode(secret.encode()).decode()}
        if "/" in secret:
            forms |= set(re.split(r"[/:]+", secret)) - _PUBLIC_PIECES
    shown = one_line(text)
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= _SHORTEST_SECRET:
            shown = shown.replace(form, "***")
    return shown[:_SHOWN_CHARACTERS]
