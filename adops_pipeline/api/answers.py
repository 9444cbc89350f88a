"""Answers made from the snapshot: kept while it is the newest, with its version as the ETag."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request, Response

from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotReader

_KEPT_BYTES = 32 << 20


class Answers:
    """JSON answers by address, of the newest snapshot only; the least recently used ones go first."""

    def __init__(self, reader: SnapshotReader, kept_bytes: int = _KEPT_BYTES) -> None:
        self._reader = reader
        self._kept_bytes = kept_bytes
        self._guard = threading.Lock()
        self._version = ""
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def answer(self, request: Request, make: Callable[[Snapshot], bytes]) -> Response:
        """The answer to ``request``, which ``make`` writes unless it is known; 304 where the client has it."""
        with self._reader.reading() as snapshot:
            etag = f'"{snapshot.version}"'
            headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
            if _has(request.headers.get("if-none-match", ""), etag):
                return Response(status_code=304, headers=headers)
            address = f"{request.url.path}?{request.url.query}"
            body = self._known(snapshot.version, address)
            if body is None:
                body = make(snapshot)
                self._keep(snapshot.version, address, body)
        return Response(body, media_type="application/json", headers=headers)

    def _known(self, version: str, address: str) -> bytes | None:
        with self._guard:
            if version != self._version:
                return None
            body = self._answers.get(address)
            if body is not None:
                self._answers.move_to_end(address)
            return body

    def _keep(self, version: str, address: str, body: bytes) -> None:
        with self._guard:
            if version != self._version:
                self._answers.clear()
                self._version, self._size = version, 0
            self._size += len(body) - len(self._answers.pop(address, b""))
            self._answers[address] = body
            while self._size > self._kept_bytes:
                _, dropped = self._answers.popitem(last=False)
                self._size -= len(dropped)


def _has(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
