"""A file as a response that is sent while it is made.

A client that goes away ends the query. A failure after the first bytes breaks the connection off, so that no client
takes a part for the whole; one before them is answered like any other error.
"""

import asyncio

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Response
from starlette.types import Receive, Scope, Send

from adops_pipeline.services.exports.exports import Download


class DownloadResponse(Response):
    """Sends a download; ``turns`` limits how many of them are read from at the same time."""

    def __init__(self, download: Download, turns: CapacityLimiter) -> None:
        self._download = download
        self._turns = turns
        self._is_gone = False
        disposition = f'attachment; filename="{download.name}"'
        super().__init__(
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"}, media_type=download.media_type
        )
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
            self._download.interrupt()
            await run_sync(self._download.close)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._download.interrupt()

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
            chunk = await run_sync(self._download.next_chunk, limiter=self._turns)
            if chunk != b"" or self._is_gone:
                return chunk
