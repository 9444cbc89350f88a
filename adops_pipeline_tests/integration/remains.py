"""What commands leave behind in a data folder and on the terminal, searched for secrets."""

import base64
import sqlite3
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import zstandard

from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.open_file import close_all


@dataclass(frozen=True)
class Remains:
    """All that was written or printed, by where it was found, and the secrets that must not be in it."""

    pieces: tuple[tuple[str, bytes], ...]
    secrets: tuple[str, ...]
    store: Path

    def holding(self, word: str) -> set[str]:
        """Where the word stands: as it is, percent-encoded or in base64."""
        forms = {word.encode(), quote(word, safe="").encode(), base64.b64encode(word.encode())}
        return {place for place, content in self.pieces if any(form in content for form in forms)}


def left_behind(data_dir: Path, said: str, secrets: tuple[str, ...] = ()) -> Remains:
    """Every file as it is, and tables and compressed files as text too: their bytes may hide what they say."""
    files = [path for path in sorted(data_dir.rglob("*")) if path.is_file()]
    raw = [(str(path.relative_to(data_dir)), path.read_bytes()) for path in files]
    read = [(name, _as_text(data_dir / name, content)) for name, content in raw]
    return Remains((("the terminal", said.encode()), *raw, *read), secrets, data_dir / "operations.db")


def _as_text(path: Path, content: bytes) -> bytes:
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(content).read()
    if path.suffix == ".duckdb":
        return _duckdb_text(path)
    return _sqlite_text(path) if content.startswith(b"SQLite format 3") else b""


def _duckdb_text(path: Path) -> bytes:
    close_all()  # this process may keep the warehouse open for a moment, and DuckDB opens a file once
    with open_snapshot(path) as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return b"\n".join(repr(con.execute(f'FROM "{table}"').fetchall()).encode() for table in tables)


def _sqlite_text(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as con:
        tables = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        values = [value for table in tables for row in con.execute(f'SELECT * FROM "{table}"') for value in row]
    return b"\n".join(_unpacked(value) for value in values)


def _unpacked(value: object) -> bytes:
    """A value as text; Dagster compresses the snapshots of jobs."""
    if isinstance(value, bytes):
        with suppress(zlib.error):
            return zlib.decompress(value)
        return value
    return str(value).encode()
