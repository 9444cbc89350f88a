"""A file as a response that is sent while it is made.

A client that goes away ends the query. A failure after the first bytes breaks the connection off, so that no client
takes a part for the whole; one before them is answered like any other error.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Response
from starlette.types import Receive, Scope, Send

from adops_pipeline.services.exports.exports import Download


class Chunks(Protocol):
    """What is sent, made while it is read. Threads take turns."""

    def next_chunk(self) -> bytes | None:
        """The next bytes, which may be none yet; None at the end."""

    def interrupt(self) -> None:
        """End the query that is under way, from another thread."""

    def close(self) -> None:
        """Free what is held."""


class StreamedResponse(Response):
    """Sends chunks while they are made; ``turns`` limits how many answers are read from at the same time."""

    def __init__(self, chunks: Chunks, turns: CapacityLimiter, headers: Mapping[str, str], media_type: str) -> None:
        self._chunks = chunks
        self._turns = turns
        self._is_gone = False
        super().__init__(headers={"Cache-Control": "no-store", **headers}, media_type=media_type)
        del self.headers["Content-Length"]  # it is not known before the end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file to its end, unless the client goes away."""
        watch = asyncio.create_task(self._watch(receive))
        try:
            await self._send(send)
        except Exception:
            if not self._is_gone:  # then the query was interrupted
                raise
        finally:
            watch.cancel()
            self._chunks.interrupt()
            await run_sync(self._chunks.close)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._chunks.interrupt()

    async def _send(self, send: Send) -> None:
        chunk = await self._next()
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while chunk is not None and not self._is_gone:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            chunk = await self._next()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self) -> bytes | None:
        """The next chunk that is not empty; None at the end."""
        while True:
            chunk = await run_sync(self._chunks.next_chunk, limiter=self._turns)
            if chunk != b"" or self._is_gone:
                return chunk


class DownloadResponse(StreamedResponse):
    """Sends a download as a file with a name."""

    def __init__(self, download: Download, turns: CapacityLimiter) -> None:
        disposition = f'attachment; filename="{download.name}"'
        super().__init__(download, turns, {"Content-Disposition": disposition}, download.media_type)
