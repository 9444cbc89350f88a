"""Parquet with the flat types that Power BI reads; columns carry their meaning and unit from the registry."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from adops_pipeline.services.exports.formats import Sheet
from adops_pipeline.services.exports.sink import Sink


def write_parquet(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """A row group for each batch."""
    sink = Sink()
    comments = {column.name: column.comment for column in sheet.columns}
    schema = pa.schema([field.with_metadata({"description": comments[field.name]}) for field in sheet.schema])
    with pyarrow.parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="snappy") as writer:
        for batch in batches:
            writer.write_batch(pa.record_batch(batch.columns, schema=schema))
            yield sink.take()
    yield sink.take()
