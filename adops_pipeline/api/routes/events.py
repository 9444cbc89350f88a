"""Events: pages of the past, and the live stream (Server-Sent Events)."""

import logging
from collections.abc import AsyncIterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field, JsonValue
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from adops_pipeline.api.broadcast import Broadcast
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, FieldError, responses
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.live_events import EVENT_TYPES, LiveEvent

router = APIRouter(prefix="/api", tags=["events"])
_log = logging.getLogger(__name__)
_SEND_TIMEOUT_SECONDS = 30.0
_SEARCHED_BATCH = 500
_LARGEST_SEQ = 2**63 - 1
_FAMILIES = sorted({f"{known.partition('.')[0]}.*" for known in EVENT_TYPES})
Types = Annotated[
    str | None,
    Query(
        max_length=500,
        description="Only these types of events, comma-separated; `*` stands for anything.",
        examples=["workflow.*,alert.firing"],
    ),
]


class EventOut(ApiModel):
    """An event; `data` is what the live stream sends."""

    seq: int = Field(description="Increasing number; continue after it with `after` or `Last-Event-ID`.")
    id: str
    type: str
    at: datetime
    data: dict[str, JsonValue]


class EventPage(ApiModel):
    """Events, oldest first."""

    items: list[EventOut]
    next_after: int = Field(description="Value of `after` for the next page, also where there is nothing new yet.")


class EventStream(EventSourceResponse):
    """A stream that ends when its client does not read: what is kept for it would grow. The client can resume."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until one of the two ends it."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.warning("a live stream was closed: its client has not read for %g s", _SEND_TIMEOUT_SECONDS)


@router.get("/events", operation_id="list_events", responses=responses(422, 503))
def list_events(
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=_LARGEST_SEQ, description="Only events after this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    types: Types = None,
) -> EventPage:
    """Events after a number, oldest first."""
    patterns, found = _patterns(types), list[LiveEvent]()
    while len(found) < limit:
        batch = services.live_events.since(after, _SEARCHED_BATCH)
        for event in batch:
            if len(found) == limit:
                break
            after = event.seq
            if _wants(patterns, event.type):
                found.append(event)
        if len(batch) < _SEARCHED_BATCH:
            break
    if not found:  # a number beyond the newest is of another store: its reader would wait for it to come again
        after = min(after, services.live_events.last_seq())
    items = [EventOut(seq=e.seq, id=e.id, type=e.type, at=e.at, data=dict(e.payload)) for e in found]
    return EventPage(items=items, next_after=after)


@router.get(
    "/sse/stream",
    operation_id="stream_events",
    response_class=EventSourceResponse,
    responses=responses(422, 503) | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(
    request: Request,
    services: ServicesDep,
    types: Types = None,
    last_event_id: Annotated[str | None, Header(description="Number of the last event seen: none is lost.")] = None,
) -> EventSourceResponse:
    """Live events. `id` is the event's number; a client that reconnects with `Last-Event-ID` misses none."""
    broadcast: Broadcast = request.app.state.broadcast
    await run_in_threadpool(
        services.live_events.last_seq
    )  # a store that cannot be read is said before the answer begins
    return EventStream(
        _messages(broadcast, _patterns(types), _number(last_event_id)),
        ping=services.settings.api.heartbeat_seconds,
        send_timeout=_SEND_TIMEOUT_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _messages(broadcast: Broadcast, patterns: list[str], last_seen: int | None) -> AsyncIterator[bytes]:
    async for frame in broadcast.follow(last_seen):
        if _wants(patterns, frame.type):
            yield frame.sent


def _number(last_event_id: str | None) -> int | None:
    if last_event_id is None or not last_event_id.strip():
        return None
    text = last_event_id.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ApiError(422, "invalid-request", "Last-Event-ID: must be the id of an event of this stream, a number")
    return int(text)


def _patterns(types: str | None) -> list[str]:
    """The patterns. Raises ApiError for one that is of no type: its reader would wait for nothing without a word."""
    found = [] if types is None else [part.strip() for part in types.split(",") if part.strip()]
    for pattern in found:
        if not any(fnmatchcase(known, pattern) for known in EVENT_TYPES):
            near = did_you_mean(pattern, _FAMILIES if "*" in pattern else EVENT_TYPES)
            known = near or f"; there are {', '.join(_FAMILIES)}"
            message = f"there is no type of events {pattern[:60]!r}{known}"
            errors = [FieldError(field="types", message=message)]
            raise ApiError(422, "invalid-request", f"types: {message}", errors=errors)
    return found


def _wants(patterns: list[str], event_type: str) -> bool:
    return not patterns or any(fnmatchcase(event_type, pattern) for pattern in patterns)
