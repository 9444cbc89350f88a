"""JSON: an array of objects, or the document of an OData service, which Power BI reads. DuckDB has made the objects."""

from collections.abc import Iterable, Iterator
from typing import Any

from adops_pipeline.services.exports.formats import Sheet


def write_array(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """An array with an object for each row."""
    del sheet
    yield from _between(b"[", batches, b"]\n")


def write_odata(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """The rows as the `value` of an OData document."""
    yield from _between(f'{{"@odata.context":"$metadata#{sheet.table}","value":['.encode(), batches, b"]}\n")


def _between(opening: bytes, batches: Iterable[Any], closing: bytes) -> Iterator[bytes]:
    yield opening
    separator = "\n"
    for batch in batches:
        if batch.num_rows:
            yield (separator + ",\n".join(batch.column(0).to_pylist())).encode()
            separator = ",\n"
    yield b"\n" + closing
