"""Engines of the store: addresses, drivers, SQLite's pragmas and transactions."""

import re
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from adops_pipeline.operations.documents import dumps
from adops_pipeline.operations.errors import StoreError

WRITES = "adops_writes"
"""Execution option of an engine whose transactions may write."""
_PAUSE_SECONDS = 0.02
_MORE_CONNECTIONS = 35
"""Connections beyond the five that stay open, for the threads of a web server."""
_HOST = re.compile(r"[\w.:-]+")
_OLDEST_SQLITE = (3, 35, 0)
"""First version with RETURNING."""


def redacted(url: str) -> str:
    """What messages and logs call a store: its file, or the host of its server; nothing else of an address is shown."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return "(an address that cannot be read)"
    if parsed.drivername.startswith("sqlite"):
        return parsed.set(query={}).render_as_string()
    if not parsed.host or not _HOST.fullmatch(parsed.host):
        return "the database server"
    return f"the database server {parsed.host}" + (f":{parsed.port}" if parsed.port else "")


def build_engine(address: str, patience_seconds: float) -> Engine:
    """An engine for the address; nothing is opened. Raises StoreError for an unusable address."""
    url = _checked(address)
    # hide_parameters: values may be addresses and ciphertext, and errors are logged.
    arguments: dict[str, Any] = {
        "json_serializer": dumps, "hide_parameters": True, "pool_pre_ping": True, "max_overflow": _MORE_CONNECTIONS,
        "pool_timeout": patience_seconds,
    }  # fmt: skip
    try:
        if url.drivername.startswith("sqlite"):
            engine = create_engine(url, connect_args={"timeout": patience_seconds}, **arguments)
            event.listen(engine, "connect", _prepared(patience_seconds))
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(url, connect_args={"connect_timeout": 10, "client_encoding": "utf8"}, **arguments)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise StoreError("PostgreSQL needs its driver: pip install 'adops-pipeline[postgres]'") from None
    return engine


def _prepared(patience_seconds: float) -> Callable[[sqlite3.Connection, ConnectionPoolEntry], None]:
    """Prepare a new SQLite connection: explicit transactions, WAL, foreign keys, durable commits."""

    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and never takes the write lock
        _use_wal(connection, patience_seconds)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(
            "PRAGMA synchronous = FULL"
        )  # a message that was sent must be recorded as sent after a crash

    return prepare


def _use_wal(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Turn WAL on. SQLite does not wait if two processes do so at the same moment, so this retries."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(_PAUSE_SECONDS)


def _begin_sqlite(con: Connection) -> None:
    """A writer takes the lock at once, because SQLite cannot upgrade a reader whose snapshot is outdated."""
    writes = bool(con.get_execution_options().get(WRITES))
    con.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    con.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _checked(url: str) -> URL:
    """The address with the driver that this product uses. Raises StoreError for a wrong one."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the store's address cannot be parsed; write postgresql://user:password@host/database"
        ) from None
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        if not parsed.database:
            raise StoreError(f"{redacted(url)} names no database; write postgresql://user:password@host/database")
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("the store must be a file that processes share: write sqlite:///path/operations.db")
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreError(f"this Python has SQLite {sqlite3.sqlite_version}; the store needs 3.35 or newer")
        return parsed.set(drivername="sqlite+pysqlite")
    raise StoreError(f"{parsed.drivername} is not supported: the store is SQLite (sqlite:///…) or postgresql://…")
