"""Reads landed files as lines of text. DuckDB rejects bytes that are not UTF-8; they are replaced in a copy."""

import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import zstandard

from adops_pipeline.warehouse.normalize.statements import Bound


def read_any_text(con: duckdb.DuckDBPyConnection, query: str, bound: Bound, files: Sequence[str]) -> None:
    """Execute a query that reads ``$files`` as lines and joins `batch_pulls` on their names."""
    try:
        con.execute(query, {**bound, "files": list(files)})
    except (duckdb.InvalidInputException, UnicodeDecodeError):
        with TemporaryDirectory() as folder:
            copies = [str(_copy(Path(file), Path(folder, f"{number}.ndjson"))) for number, file in enumerate(files)]
            con.executemany(
                "UPDATE batch_pulls SET file = $copy WHERE file = $file",
                [{"copy": copy, "file": file} for copy, file in zip(copies, files, strict=True)],
            )
            con.execute(query, {**bound, "files": copies})


def _copy(file: Path, target: Path) -> Path:
    """A copy in valid UTF-8, decompressed; each invalid byte becomes U+FFFD."""
    with file.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as copy:
        packed = zstandard.ZstdDecompressor().stream_reader(raw) if file.suffix == ".zst" else raw
        copy.writelines(io.TextIOWrapper(packed, encoding="utf-8", errors="replace", newline="\n"))
    return target
