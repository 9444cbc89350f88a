"""Exports of one installation: opened on the newest snapshot, read chunk by chunk, ended at any moment."""

import threading
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass

from adops_pipeline.domain.exports import Format
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.services.exports.formats import KINDS, Kind, Sheet, writer_of
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.warehouse.queries.export import batches, count_rows, open_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotReader


class Download:
    """A file that is being made. Threads take turns; `interrupt` ends its query at once."""

    def __init__(self, request: ExportRequest, kind: Kind, rows: int, snapshot: Snapshot, leave: ExitStack) -> None:
        self.name = f"{request.file_name()}.{kind.suffix}"
        self.media_type = kind.media_type
        self.rows = rows
        self._con = snapshot.con
        self._leave = leave
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._is_open = True
        self._chunks = self._write(request, kind, rows)

    def next_chunk(self) -> bytes | None:
        """The next bytes, which may be none yet; None at the end. Raises WarehouseError or InvalidError."""
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

    def _write(self, request: ExportRequest, kind: Kind, rows: int) -> Generator[bytes, None, None]:
        reader = open_rows(self._con, request.selection(), kind.form, rows=rows, rows_per_batch=kind.rows_per_batch)
        sheet = Sheet(request.table, request.chosen_columns(), reader.schema, request.with_bom)
        with closing(batches(reader)) as found:
            yield from writer_of(request.kind)(sheet, found)


@dataclass(frozen=True)
class Exports:
    """Exports of the published tables and views."""

    snapshots: SnapshotReader

    def open(self, request: ExportRequest, snapshot: Snapshot | None = None) -> Download:
        """The file of ``request``, to be read and closed; of ``snapshot``, where the caller holds one.

        Raises InvalidError for a wrong request, or one with more rows than the format holds, and WarehouseError.
        """
        selection, kind = request.selection(), KINDS[request.kind]
        with ExitStack() as leave:
            snapshot = snapshot or leave.enter_context(self.snapshots.reading())
            rows = count_rows(snapshot.con, selection)
            if kind.most_rows is not None and rows > kind.most_rows:
                raise InvalidError(
                    "format",
                    f"{request.table} has {rows:,} such rows and a sheet of {request.kind} holds {kind.most_rows:,};"
                    f" choose fewer days or {Format.PARQUET} or {Format.CSV}",
                )
            return Download(request, kind, rows, snapshot, leave.pop_all())
