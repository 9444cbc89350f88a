"""New events for any number of live streams: one poll of the store serves them all.

The newest events are kept in memory, each encoded once for all streams. A stream that is further behind reads the
store, as one does that resumes after a long pause; each stream holds its own place, so that none misses an event or
gets one twice.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from sse_starlette import ServerSentEvent

from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.live_events import LiveEvent, LiveEvents

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.25
_PATIENCE_SECONDS = 5.0
_KEPT_EVENTS = 2000
_FIRST_KEPT_EVENTS = 500
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as the bytes of a stream (Server-Sent Events)."""

    seq: int
    type: str
    sent: bytes


class Broadcast:
    """The newest events of the store, polled while at least one stream is open."""

    def __init__(self, events: LiveEvents) -> None:
        self._events = events
        self._recent: deque[Frame] = deque(maxlen=_KEPT_EVENTS)
        self._seq = 0
        self._recent_since = 0
        self._news = asyncio.Condition()
        self._streams = 0
        self._starting = asyncio.Lock()
        self._poll: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """Number of open streams."""
        return self._streams

    async def follow(self, last_seen: int | None) -> AsyncIterator[Frame]:
        """Events after ``last_seen``, then new ones as they come, without end; None begins with the next event."""
        self._streams += 1
        try:
            await self._start()
            seen = self._seq if last_seen is None else await self._place(last_seen)
            while True:
                for frame in await self._after(seen):
                    yield frame
                    seen = frame.seq
        finally:
            self._streams -= 1

    async def _start(self) -> None:
        """Start the poll unless it is under way, with the newest events: after a restart most streams resume there."""
        async with self._starting:
            if self._poll is None or self._poll.done():
                most = min(_FIRST_KEPT_EVENTS, _KEPT_EVENTS)
                newest = await asyncio.to_thread(self._events.newest, most)
                self._recent.clear()
                self._recent.extend(_frames(newest))
                self._seq = newest[-1].seq if newest else 0
                self._recent_since = newest[0].seq - 1 if len(newest) == most else 0
                self._poll = asyncio.create_task(self._watch())

    async def _place(self, last_seen: int) -> int:
        """Where a stream that has seen ``last_seen`` continues: a number beyond the newest is of another store."""
        if last_seen <= self._seq:
            return last_seen
        return min(last_seen, await asyncio.to_thread(self._events.last_seq))

    async def _after(self, seen: int) -> Sequence[Frame]:
        """The next events after ``seen``: from the store for a stream that is behind, else the new ones."""
        if seen < self._recent_since:
            found = await asyncio.to_thread(self._events.since, seen, _BATCH)
            if found:
                return _frames(found)
            seen = self._recent_since
        async with self._news:
            await self._news.wait_for(lambda: self._seq > seen)
            return self._newer_than(seen) if seen >= self._recent_since else []

    def _newer_than(self, seen: int) -> list[Frame]:
        """The kept events after ``seen``, looked for from the end: most streams lack the last few only."""
        return list(takewhile(lambda frame: frame.seq > seen, reversed(self._recent)))[::-1]

    async def _watch(self) -> None:
        """Read new events for as long as somebody follows them."""
        while self._streams:
            try:
                found = await asyncio.to_thread(self._events.since, self._seq, _BATCH)
            except StoreError as error:
                _log.warning("live events pause: %s", error)
                await asyncio.sleep(_PATIENCE_SECONDS)
                continue
            if found:
                await self._add(found)
            if len(found) < _BATCH:
                await asyncio.sleep(_POLL_SECONDS)

    async def _add(self, found: Sequence[LiveEvent]) -> None:
        async with self._news:
            self._recent.extend(_frames(found))
            self._seq = found[-1].seq
            if len(self._recent) == _KEPT_EVENTS:
                self._recent_since = self._recent[0].seq - 1
            self._news.notify_all()


def _frames(found: Sequence[LiveEvent]) -> list[Frame]:
    return [Frame(event.seq, event.type, _encoded(event)) for event in found]


def _encoded(event: LiveEvent) -> bytes:
    data = json.dumps(event.payload, ensure_ascii=False, default=str)
    return ServerSentEvent(data, event=event.type, id=str(event.seq)).encode()
