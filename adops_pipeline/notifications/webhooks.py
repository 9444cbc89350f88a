"""One POST to a webhook, without proxy, redirect or retry, and without any part of the address in a log.

``delivery`` decides what the response means.
"""

import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx

from adops_pipeline.notifications.targets import DiscordTarget, SlackTarget

LONGEST_ANSWER = 16_384
_VERSION = re.compile(r"/api/(?:v\d+/)?webhooks/")


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response: status, header fields by lower-case name, the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: str


def post_to_slack(target: SlackTarget, payload: dict[str, object], timeout: float, tls: ssl.SSLContext) -> Answer:
    """POST to an incoming webhook. Raises ``httpx.TransportError`` if there is no response."""
    return _post(target.webhook_url.get_secret_value(), payload, timeout, tls)


def post_to_discord(target: DiscordTarget, payload: dict[str, object], timeout: float, tls: ssl.SSLContext) -> Answer:
    """POST to version 10 of Discord's API, whose ``Retry-After`` is in seconds: that of an address without a version is
    in milliseconds (https://github.com/discord/discord-api-docs/issues/2360). Raises ``httpx.TransportError`` where no
    answer comes.
    """
    url = _VERSION.sub("/api/v10/webhooks/", target.webhook_url.get_secret_value(), count=1)
    return _post(url, payload, timeout, tls)


def _post(url: str, payload: dict[str, object], timeout: float, tls: ssl.SSLContext) -> Answer:
    extensions = {"timeout": httpx.Timeout(timeout).as_dict()}
    request = httpx.Request("POST", url, json=payload, extensions=extensions, headers={"user-agent": "adops-pipeline"})
    # The bare transport follows no redirects and logs no addresses; httpx's client logs the full address.
    with httpx.HTTPTransport(verify=tls, trust_env=False) as transport:
        response = transport.handle_request(request)
        try:
            return Answer(response.status_code, dict(response.headers.items()), _beginning(response))
        finally:
            response.close()


def _beginning(response: httpx.Response) -> str:
    """The beginning of the body. If the body breaks off, the status still counts."""
    body = b""
    with suppress(httpx.TransportError):
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= LONGEST_ANSWER:
                break
    return body[:LONGEST_ANSWER].decode(errors="replace")
