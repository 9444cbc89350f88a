"""Bytes that are made from a snapshot while they are read: threads take turns, and the query ends at any moment."""

import threading
from collections.abc import Generator
from contextlib import ExitStack

from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot


class SnapshotChunks:
    """Chunks from ``chunks``, which queries ``snapshot``; ``leave`` leaves the snapshot when they are closed."""

    def __init__(self, snapshot: Snapshot, leave: ExitStack, chunks: Generator[bytes, None, None]) -> None:
        self._con, self._leave, self._chunks = snapshot.con, leave, chunks
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._is_open = True

    def next_chunk(self) -> bytes | None:
        """The next bytes, which may be none yet; None at the end. Raises what making them raises."""
        with self._turn:
            return next(self._chunks, None)

    def interrupt(self) -> None:
        """End the query that is under way, from another thread."""
        with self._guard:
            if self._is_open:
                self._con.interrupt()

    def close(self) -> None:
        """End the query and leave the snapshot."""
        with self._turn:
            self._chunks.close()
            with self._guard:
                self._is_open = False
                self._leave.close()
