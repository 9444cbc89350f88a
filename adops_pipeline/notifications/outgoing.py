"""A message for a program: a signed POST as Standard Webhooks defines it (standardwebhooks.com).

The body is ``{type, timestamp, data}``; ``webhook-id`` stays the same when a message is sent again, so that a receiver
can recognize it. Whom it may be sent to is checked in ``guard``.
"""

import hashlib
import json
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import httpcore

from adops_pipeline.domain.messages import Message
from adops_pipeline.domain.webhooks.standard import sign
from adops_pipeline.notifications.guard import GuardedBackend, Resolve
from adops_pipeline.notifications.targets import WebhookTarget
from adops_pipeline.notifications.webhooks import LONGEST_ANSWER, Answer

_ID_DIGITS = 32


def message_id(message: Message) -> str:
    """The value of ``webhook-id``: the same for every attempt and every receiver of the message."""
    return "msg_" + hashlib.sha256(message.key.encode()).hexdigest()[:_ID_DIGITS]


def to_body(message: Message) -> bytes:
    """The body of the POST."""
    timestamp = message.at.isoformat().replace("+00:00", "Z")
    payload = {"type": message.event, "timestamp": timestamp, "data": message.data}
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def signed_headers(target: WebhookTarget, message: Message, body: bytes, at: datetime) -> dict[str, str]:
    """The header fields of the standard, with one signature for each of the target's keys."""
    name, seconds = message_id(message), int(at.timestamp())
    signatures = [sign(key.get_secret_value(), name, seconds, body) for key in target.keys]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
        "user-agent": "adops-pipeline",
    }


def post_signed(
    target: WebhookTarget, message: Message, at: datetime, timeout: float, tls: ssl.SSLContext, resolve: Resolve
) -> Answer:
    """POST the message; the whole exchange takes at most ``timeout`` seconds. No redirect is followed, no proxy used.

    Raises BlockedAddressError, and httpcore's errors where there is no answer.
    """
    body = to_body(message)
    backend = GuardedBackend(resolve, timeout, allow_loopback=target.allow_loopback)
    headers = [*signed_headers(target, message, body, at).items()]
    with (
        httpcore.ConnectionPool(ssl_context=tls, max_connections=1, network_backend=backend) as pool,
        pool.stream("POST", target.url.get_secret_value(), headers=headers, content=body) as response,
    ):
        return Answer(response.status, _by_name(response), _beginning(response))


def _by_name(response: httpcore.Response) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _beginning(response: httpcore.Response) -> str:
    """The beginning of the body. If the body breaks off or does not end, the status still counts."""
    body = b""
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        for chunk in response.iter_stream():
            body += chunk
            if len(body) >= LONGEST_ANSWER:
                break
    return body[:LONGEST_ANSWER].decode(errors="replace")
