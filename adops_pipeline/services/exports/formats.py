"""Kinds of files: the name of each, its media type, and what writes it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.warehouse.queries.export import Form

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a writer is to know besides the rows."""

    table: str
    columns: tuple[Column, ...]
    schema: "pa.Schema"
    with_bom: bool = False


Writer = Callable[[Sheet, Iterable[Any]], Iterator[bytes]]
"""Writes Arrow batches as the chunks of a file; an empty chunk is a moment at which it may be stopped."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a format is written: the form of its values, and the rows read at a time."""

    media_type: str
    suffix: str
    form: Form
    rows_per_batch: int
    most_rows: int | None = None


KINDS = {
    Format.CSV: Kind("text/csv; charset=utf-8", "csv", "text", 20_000),
    Format.JSON: Kind("application/json", "json", "document", 10_000),
    Format.PARQUET: Kind("application/vnd.apache.parquet", "parquet", "typed", 100_000),
    Format.XLSX: Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "cells", 2_000, 1_048_575
    ),
    Format.POWERBI: Kind("application/json", "json", "flat_document", 10_000),
}


def writer_of(kind: Format) -> Writer:
    """What writes files of that kind."""
    # Imported here because Arrow and the writers of workbooks take time and memory that a server without exports saves.
    match kind:
        case Format.CSV:
            from adops_pipeline.services.exports.csv_file import write_csv as write
        case Format.PARQUET:
            from adops_pipeline.services.exports.parquet_file import write_parquet as write
        case Format.XLSX:
            from adops_pipeline.services.exports.workbook import write_workbook as write
        case Format.JSON:
            from adops_pipeline.services.exports.json_text import write_array as write
        case Format.POWERBI:
            from adops_pipeline.services.exports.json_text import write_odata as write
    return write
