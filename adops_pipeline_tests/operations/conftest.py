"""Stores for the tests: each promise is checked on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.postgres import Server, postgres_binaries, running_postgres

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
_MIGRATED = "adops_migrated"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server, with a migrated database to copy; where none is installed the test says so."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql): only SQLite was tested")
    with running_postgres(binaries) as server:
        server.execute(f"CREATE DATABASE {_MIGRATED}")
        with Store(server.url(_MIGRATED)) as store:
            store.migrate()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/operations.db"
    return _database(request.getfixturevalue("postgres"), "")


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
    return _database(request.getfixturevalue("postgres"), f" TEMPLATE {_MIGRATED}")


def _database(server: Server, template: str) -> str:
    name = f"adops_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}{template}")
    return server.url(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store(url) as opened:
        yield opened


@pytest.fixture
def names() -> Callable[[], str]:
    """Ids in order: n1, n2, …"""
    numbers = iter(range(1, 1_000_000))
    return lambda: f"n{next(numbers)}"
