"""Stores for the tests: each promise is checked on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adops_pipeline.operations.schema import metadata
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.postgres import Server, postgres_binaries, running_postgres

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
_EMPTY, _MIGRATED = "adops_empty", "adops_migrated"
_EMPTIED = f"""DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY['{"', '".join(metadata.tables)}'] LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE last_value IS NOT NULL;
END $$"""
"""As TRUNCATE of all tables does, which makes a new file for each table and index. No trigger keeps a row."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server with a migrated database; where none is installed the test says so."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql): only SQLite was tested")
    with running_postgres(binaries) as server:
        for database in (_EMPTY, _MIGRATED):
            server.execute(f"CREATE DATABASE {database}")
        with Store(server.url(_MIGRATED)) as store:
            store.migrate()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/operations.db"
    server: Server = request.getfixturevalue("postgres")
    server.execute("DROP SCHEMA public CASCADE", _EMPTY)
    server.execute("CREATE SCHEMA public", _EMPTY)
    return server.url(_EMPTY)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a migrated file, to copy."""
    path = tmp_path_factory.mktemp("store") / "operations.db"
    with Store(f"sqlite:///{path}") as store:
        store.migrate()
    return path.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with its tables, empty."""
    if request.param == "sqlite":
        (tmp_path / "operations.db").write_bytes(request.getfixturevalue("migrated_sqlite"))
        return f"sqlite:///{tmp_path}/operations.db"
    server: Server = request.getfixturevalue("postgres")
    server.execute(_EMPTIED, _MIGRATED)
    return server.url(_MIGRATED)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store(url) as opened:
        yield opened
