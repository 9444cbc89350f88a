"""The published snapshot: a copy of the warehouse beside, made public only, renamed over the old one.

A byte copy, because it costs least however long the history is. Whoever has the old file open keeps the old file.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.schema import TABLES


@dataclass(frozen=True, slots=True)
class Published:
    """What stands in the snapshot: rows by table, size in bytes, and how long it took."""

    tables: dict[str, int]
    bytes: int
    seconds: float


def publish(warehouse: Warehouse, target: Path) -> Published:
    """Publish the warehouse as ``target``. Killed anywhere, the old snapshot stands and the next call cleans up."""
    started = time.monotonic()
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    with warehouse.writing() as con:
        con.execute("CHECKPOINT")
        # Still inside: nobody else can write while the copy is made. The file is whole after a checkpoint.
        shutil.copyfile(warehouse.path, beside)
    with duckdb.connect(str(beside)) as copy:
        _drop_what_is_not_public(copy)
        tables = {name: _count(copy, name) for name in TABLES}
        copy.execute("CHECKPOINT")
    with _synced(beside):
        size = beside.stat().st_size
    beside.replace(target)
    with _synced(target.parent):
        return Published(tables, size, time.monotonic() - started)


def _drop_what_is_not_public(con: duckdb.DuckDBPyConnection) -> None:
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall():
        if name not in TABLES:
            con.execute(f'DROP TABLE "{name}"')


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = con.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)  # noqa: S608 - a registered name
    return int(count)


def _sweep(target: Path) -> None:
    """Remove what a killed publication left: this function runs while this process alone may publish."""
    for left in target.parent.glob(f".{target.name}.*.partial*"):
        left.unlink(missing_ok=True)


@contextmanager
def _synced(path: Path) -> Iterator[None]:
    """Make a file's content, or a folder's entries, durable before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        yield
    finally:
        os.close(handle)
