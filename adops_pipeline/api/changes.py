"""Every successful change is recorded with who made it, before its answer is sent.

`access.authorize` marks the requests that change something. A change whose record fails has been made all the same, so
its answer is sent; the log has what the record lacks.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.access import CHANGING
from adops_pipeline.services.audit import Audit, Change
from adops_pipeline.services.errors import StoreError

_log = logging.getLogger(__name__)
_READ_BYTES = 64 << 10


class RecordChanges:
    """Records the changes that pass through it."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app, self._audit = app, audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: Message | None = None

        async def send_recorded(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_change(scope, message["status"]):
                held = message
                return
            if held is not None:
                start, held = held, None
                await self._record(scope, start["headers"], message)
                await send(start)
            await send(message)

        await self._app(scope, receive, send_recorded)

    async def _record(self, scope: Scope, headers: list[tuple[bytes, bytes]], body: Message) -> None:
        actor, operation = scope["state"][CHANGING]
        change = Change(actor, operation, _target(scope, headers, body))
        try:
            await run_in_threadpool(self._audit.record, change, _key(scope, change))
        except StoreError as error:
            _log.error("not recorded (%s): %s called %s %s", error, actor.name, operation, change.target)


def _is_change(scope: Scope, status: int) -> bool:
    return 200 <= status < 300 and CHANGING in scope.get("state", {})


def _target(scope: Scope, headers: list[tuple[bytes, bytes]], body: Message) -> str | None:
    """The id of what was changed: in the address, for what is new in Location or in the answer."""
    if scope.get("path_params"):
        return "/".join(map(str, scope["path_params"].values()))
    for name, value in headers:
        if name.lower() == b"location":
            return value.decode("latin-1").rstrip("/").rpartition("/")[2]
    return None if body.get("more_body") or len(body["body"]) > _READ_BYTES else _id_within(body["body"])


def _id_within(body: bytes) -> str | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, Mapping):
        return None
    ids: list[Any] = [found.get("id"), *(value for name, value in found.items() if name.endswith("Id"))]
    return next((value for value in ids if isinstance(value, str)), None)


def _key(scope: Scope, change: Change) -> str | None:
    """What makes a repeated request the same: its Idempotency-Key, by actor, operation and target."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"idempotency-key"), None)
    if given is None:
        return None
    return uuid5(NAMESPACE_URL, f"{change.actor.name}:{change.operation}:{change.target}:{given}").hex
