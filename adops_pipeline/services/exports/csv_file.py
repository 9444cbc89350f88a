"""CSV (RFC 4180) in UTF-8: texts are quoted, NULL is an empty field without quotes."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow.csv

from adops_pipeline.services.exports.formats import Sheet
from adops_pipeline.services.exports.sink import Sink

_BOM = b"\xef\xbb\xbf"


def write_csv(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """A header with the columns' names, and a line for each row. Excel needs the BOM to read UTF-8."""
    sink = Sink()
    options = pyarrow.csv.WriteOptions(eol="\r\n", batch_size=8192)
    with pyarrow.csv.CSVWriter(sink, sheet.schema, write_options=options) as writer:
        yield (_BOM if sheet.with_bom else b"") + sink.take()
        for batch in batches:
            writer.write_batch(batch)
            yield sink.take()
    yield sink.take()
