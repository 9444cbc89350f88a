"""Promises of the migrations: they lead to the schema, once, whoever starts at the same moment."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.migrations import versions
from adops_pipeline.operations.schema import metadata, projects
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.patience import patience_seconds

_STEPS = sorted(path.name[:4] for path in Path(versions.__file__).parent.glob("[0-9]*.py"))
_MIGRATE = """
import sys
from adops_pipeline.supervision.unused_imports import leave_unused_out
leave_unused_out()
from adops_pipeline.operations.store import Store
with Store(sys.argv[1]) as store:
    print(*store.migrate())
"""
_EAST = timezone(timedelta(hours=13))


def test_migrations_lead_to_exactly_the_schema(empty_url: str) -> None:
    with Store(empty_url) as store:
        assert store.migrate() == _STEPS
        with store.reading() as con:
            context = MigrationContext.configure(con, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []


def test_names_of_keys_are_those_of_the_schema(empty_url: str) -> None:
    with Store(empty_url) as store:
        store.migrate()
        with store.reading() as con:
            seen = inspect(con)
            for table in metadata.sorted_tables:
                named = seen.get_pk_constraint(table.name)["name"]
                assert named == table.primary_key.name or (named, table.name) == (None, "events")  # AUTOINCREMENT
                wanted = {(str(f.name), f.ondelete) for f in table.foreign_key_constraints}
                got = {(str(f["name"]), f["options"].get("ondelete")) for f in seen.get_foreign_keys(table.name)}
                assert got == wanted


def test_a_second_start_takes_no_step(store: Store) -> None:
    assert store.migrate() == []


def test_a_store_of_a_newer_version_is_refused(empty_url: str) -> None:
    store = Store(empty_url)
    store.migrate()
    with store.writing() as con:
        con.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    said = rf"newer version of adops \(its step is 9999, this version knows up to {_STEPS[-1]}\)"
    with store, pytest.raises(StoreError, match=said):
        store.migrate()


def _migrate(url: str, results: "Queue[list[str] | str]", gate: Barrier) -> None:
    with Store(url, patience_seconds()) as store:
        gate.wait(patience_seconds())
        try:
            results.put(store.migrate())
        except Exception as error:  # noqa: BLE001 - the parent shows it
            results.put(repr(error))


def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    server = processes.context()
    gate, results = server.Barrier(4), server.Queue()
    children = [server.Process(target=_migrate, args=(empty_url, results, gate)) for _ in range(4)]
    for process in children:
        process.start()
    outcomes = sorted((results.get(timeout=patience_seconds()) for _ in children), key=len)
    for process in children:
        process.join(patience_seconds())
    assert outcomes == [[], [], [], _STEPS]


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_process_that_leaves_unused_modules_out_migrates(empty_url: str) -> None:
    """As those of `adops` do: Alembic then knows no database but SQLite at first."""
    done = subprocess.run([sys.executable, "-c", _MIGRATE, empty_url], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (_STEPS, "")


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("killed here")

    with Store(empty_url) as store:
        with monkeypatch.context() as patch:
            patch.setattr("adops_pipeline.operations.migrate._comment", fail)
            with pytest.raises(RuntimeError, match="killed here"):
                store.migrate()
        with store.reading() as con:
            assert inspect(con).get_table_names() == []
        assert store.migrate() == _STEPS


def test_instants_and_amounts_come_back_as_they_went_in(store: Store) -> None:
    at = datetime(2026, 1, 1, 2, 3, 4, 5, tzinfo=_EAST)
    row = {
        "id": "p", "name": "Ünïcode 🎯", "status": "active", "rules": [{"b": 1, "a": [None, "x"]}],
        "created_at": at, "updated_at": at, "monthly_budget": Decimal("123456789012.000001"),
    }  # fmt: skip
    with store.writing() as con:
        con.execute(insert(projects).values(row))
    with store.reading() as con:
        got = con.execute(select(projects)).mappings().one()
    assert (got["created_at"], got["created_at"].tzinfo) == (at, UTC)
    assert got["monthly_budget"] == Decimal("123456789012.000001")
    assert isinstance(got["monthly_budget"], Decimal)
    assert list(got["rules"][0]) == ["b", "a"]
    assert (got["name"], got["extra"]) == ("Ünïcode 🎯", None)
