"""One POST to a webhook: no proxy, no redirect, no retry, no word of the address in any log. What the answer means
belongs in ``delivery``.
"""

import logging
import re
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError

import httpx
from slack_sdk.webhook import WebhookClient, WebhookResponse

from adops_pipeline.notifications.targets import DiscordTarget, SlackTarget

_LONGEST_ANSWER = 16_384
_VERSION = re.compile(r"/api/(?:v\d+/)?webhooks/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status, header fields by lower-case name, the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """None: a redirect is an answer like any other."""


class _QuietWebhookClient(WebhookClient):
    """Slack's client with a transport of our own: its own follows redirects, takes every request through the
    environment's proxy, and logs the webhook's address.
    """

    def __init__(self, url: str, timeout: float, tls: ssl.SSLContext) -> None:
        # Outside the tree of loggers: no configuration of the program's logs can make it speak.
        silent = logging.Logger("slack-webhook", level=logging.CRITICAL + 1)  # noqa: LOG001
        super().__init__(url, logger=silent, retry_handlers=[])
        self._seconds = timeout
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls), _NoRedirect()
        )

    def _perform_http_request_internal(self, url: str, req: urllib.request.Request) -> WebhookResponse:
        try:
            response = self._opener.open(req, timeout=self._seconds)
        except HTTPError as error:
            response = error
        with response:
            headers = dict(response.headers.items())
            return WebhookResponse(url="", status_code=response.status, body=_read(response), headers=headers)


def post_to_slack(target: SlackTarget, payload: dict[str, object], timeout: float, tls: ssl.SSLContext) -> Answer:
    """POST through Slack's client. Raises ``OSError`` or ``http.client.HTTPException`` where no answer comes."""
    response = _QuietWebhookClient(target.webhook_url.get_secret_value(), timeout, tls).send_dict(payload)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.body)


def post_to_discord(target: DiscordTarget, payload: dict[str, object], timeout: float, tls: ssl.SSLContext) -> Answer:
    """POST to version 10 of Discord's API, whose ``Retry-After`` is in seconds: that of an address without a version is
    in milliseconds (https://github.com/discord/discord-api-docs/issues/2360). Raises ``httpx.TransportError`` where no
    answer comes.
    """
    url = _VERSION.sub("/api/v10/webhooks/", target.webhook_url.get_secret_value(), count=1)
    extensions = {"timeout": httpx.Timeout(timeout).as_dict()}
    request = httpx.Request("POST", url, json=payload, extensions=extensions, headers={"user-agent": "adops-pipeline"})
    # The bare transport: httpx's client logs each address whole.
    with httpx.HTTPTransport(verify=tls, trust_env=False) as transport:
        response = transport.handle_request(request)
        try:
            return Answer(response.status_code, dict(response.headers.items()), _beginning(response))
        finally:
            response.close()


def _read(response: IO[bytes]) -> str:
    """The body's beginning; what breaks off in it does not undo the status."""
    try:
        return response.read(_LONGEST_ANSWER).decode(errors="replace")
    except (OSError, HTTPException):
        return ""


def _beginning(response: httpx.Response) -> str:
    """The body's beginning, as it came; what breaks off in it does not undo the status."""
    body = b""
    with suppress(httpx.TransportError):
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= _LONGEST_ANSWER:
                break
    return body[:_LONGEST_ANSWER].decode(errors="replace")
