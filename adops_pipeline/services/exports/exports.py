"""Exports of one installation: opened on the newest snapshot, read chunk by chunk, ended at any moment."""

from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass

from adops_pipeline.domain.exports import Format
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.services.exports.chunks import SnapshotChunks
from adops_pipeline.services.exports.formats import KINDS, Kind, Sheet, writer_of
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.warehouse.queries.export import batches, count_rows, open_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotReader


class Download(SnapshotChunks):
    """A file that is being made; raises WarehouseError or InvalidError while it is read."""

    def __init__(self, request: ExportRequest, kind: Kind, rows: int, snapshot: Snapshot, leave: ExitStack) -> None:
        super().__init__(snapshot, leave, _written(snapshot, request, kind, rows))
        self.name = f"{request.file_name()}.{kind.suffix}"
        self.media_type = kind.media_type
        self.rows = rows


def _written(snapshot: Snapshot, request: ExportRequest, kind: Kind, rows: int) -> Generator[bytes, None, None]:
    reader = open_rows(snapshot.con, request.selection(), kind.form, rows=rows, rows_per_batch=kind.rows_per_batch)
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
