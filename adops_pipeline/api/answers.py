"""Answers made from the snapshot: kept while it is the newest, with its version as the ETag; and those of the store."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from adops_pipeline.warehouse.queries.prepared import Maker
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotReader

_KEPT_BYTES = 32 << 20
_LARGEST_KEPT_BYTES = 1 << 20
_TAG_LENGTH = 32
CACHE_CONTROL = "private, no-cache"

Address = tuple[str, bytes]
"""Path and query of a request, as they were sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and what has the path of the route that made it."""

    version: str
    body: bytes
    route: Any


class Answers:
    """JSON answers by address, of the newest snapshot only; the least recently used ones go first."""

    def __init__(self, reader: SnapshotReader, kept_bytes: int = _KEPT_BYTES) -> None:
        self.reader = reader
        self._kept_bytes = kept_bytes
        self._guard = threading.Lock()
        self._version = ""
        self._answers: OrderedDict[Address, Answer] = OrderedDict()
        self._size = 0

    async def answer(
        self, request: Request, make: Callable[[Snapshot], bytes], prepared: Maker[Any] | None = None
    ) -> Response:
        """The answer to ``request``, which ``make`` writes; 304 where the client has it.

        Where ``prepared`` is given, ``make`` computes from that object alone and is quick once it is there: another
        thread would take longer than the computation.
        """
        if prepared is not None and self.reader.has_prepared(prepared):
            return self._answer(request, make)
        return await run_in_threadpool(self._answer, request, make)

    def kept(self, scope: Scope) -> Answer | None:
        """The answer to the request of ``scope`` if it is kept and of the newest snapshot. Never waits."""
        address = scope["path"], scope["query_string"]
        answer = self._answers.get(address)
        if answer is None or self.reader.current_version() != answer.version:
            return None
        with self._guard:
            if address in self._answers:
                self._answers.move_to_end(address)
        return answer

    def _answer(self, request: Request, make: Callable[[Snapshot], bytes]) -> Response:
        with self.reader.reading() as snapshot:
            etag = f'"{snapshot.version}"'
            headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
            if is_known(request.headers.get("if-none-match", ""), etag):
                return Response(status_code=304, headers=headers)
            body = make(snapshot)
            self.keep(request.scope, Answer(snapshot.version, body, request.scope["route"]))
        return Response(body, media_type="application/json", headers=headers)

    def keep(self, scope: Scope, answer: Answer) -> None:
        """Keep the answer to the request of ``scope``."""
        if len(answer.body) > _LARGEST_KEPT_BYTES:
            return
        address = scope["path"], scope["query_string"]
        with self._guard:
            if answer.version != self._version:
                self._answers.clear()
                self._version, self._size = answer.version, 0
            dropped = self._answers.pop(address, None)
            self._size += len(answer.body) - (len(dropped.body) if dropped else 0)
            self._answers[address] = answer
            while self._size > self._kept_bytes:
                _, dropped = self._answers.popitem(last=False)
                self._size -= len(dropped.body)


def tagged(request: Request, document: BaseModel) -> Response:
    """The document with a tag of its content, for what is read from the store; 304 where the client has it."""
    body = document.model_dump_json(by_alias=True).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:_TAG_LENGTH]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    if is_known(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether a client that sent this header has the answer."""
    if not if_none_match:
        return False
    tags: Iterable[str] = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in ("*", etag) for tag in tags)
