"""The snapshot is replaced whole: readers never wait, never break, and a killed publication changes nothing."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.publish import publish
from adops_pipeline_tests.operations.processes import python
from adops_pipeline_tests.warehouse.conftest import Rooms, die_in_another_process

_ADD = (
    "INSERT INTO ad_accounts (platform, account_id, currency, timezone, synced_at)"
    " VALUES ('pinterest', ?, 'EUR', 'UTC', TIMESTAMP '2026-11-16 12:00:00')"
)


def add_account(rooms: Rooms, account_id: str) -> None:
    with rooms.warehouse.writing() as con:
        con.execute(_ADD, [account_id])


def published_accounts(rooms: Rooms) -> list[str]:
    with open_snapshot(rooms.snapshot) as con:
        return [name for (name,) in con.execute("SELECT account_id FROM ad_accounts ORDER BY 1").fetchall()]


def test_the_snapshot_holds_every_public_table_and_view_with_its_comments_and_nothing_else(rooms: Rooms) -> None:
    with rooms.warehouse.writing() as con:
        con.execute("CREATE TABLE notes_of_the_pipeline AS SELECT 1 AS internal")
        con.execute("CREATE SCHEMA scratch")
        con.execute("CREATE TABLE scratch.notes AS SELECT 1 AS internal")
        con.execute(_ADD, ["111"])
    published = publish(rooms.warehouse, rooms.snapshot)
    assert published.tables == {name: int(name == "ad_accounts") for name in TABLES}
    assert published.bytes == rooms.snapshot.stat().st_size
    with duckdb.connect(str(rooms.snapshot), read_only=True) as con:
        tables = con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall()
        views = con.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
        columns = con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    assert dict(tables) == {table.name: table.described for table in (TABLES | ROLLUPS).values()}
    assert dict(views) == {view.name: view.described for view in VIEWS.values()}
    assert {(t, c): text for t, c, text in columns} == {
        (table.name, column.name): column.comment
        for table in (TABLES | ROLLUPS | VIEWS).values()
        for column in table.columns
    }
    with rooms.warehouse.reading() as con:
        assert con.execute("FROM notes_of_the_pipeline").fetchall() == [(1,)]


def test_an_outside_client_sees_each_tables_key_and_the_columns_that_are_never_null(rooms: Rooms) -> None:
    add_account(rooms, "111")
    publish(rooms.warehouse, rooms.snapshot)
    with duckdb.connect(str(rooms.snapshot), read_only=True) as con:
        for table in (TABLES | ROLLUPS).values():
            described = con.execute(f"DESCRIBE {table.name}").fetchall()
            required = {column.name for column in table.columns if column.required}
            assert {name for name, _, null, *_ in described if null == "NO"} == required, table.name
            assert {name for name, _, _, key, *_ in described if key == "PRI"} == set(table.key), table.name


def test_clients_since_version_1_2_can_read_the_snapshot_of_a_new_warehouse(rooms: Rooms) -> None:
    publish(rooms.warehouse, rooms.snapshot)
    with duckdb.connect(str(rooms.snapshot), read_only=True) as con:
        found = con.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert found == [("v1.2.0+",)]


def test_a_key_of_many_rows_is_not_indexed_and_its_columns_are_never_null_all_the_same(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.warehouse.publish._MOST_INDEXED_ROWS", 1)
    for account in ("first", "second"):
        add_account(rooms, account)
    publish(rooms.warehouse, rooms.snapshot)
    with duckdb.connect(str(rooms.snapshot), read_only=True) as con:
        described = {row[0]: row[2:4] for row in con.execute("DESCRIBE ad_accounts").fetchall()}
    assert described["account_id"] == ("NO", None)


@pytest.mark.parametrize("wrong", [_ADD, _ADD.replace("'EUR'", "NULL").replace("?", "? || '2'")])
def test_rows_that_break_a_promise_are_not_published_and_the_old_snapshot_stays(rooms: Rooms, wrong: str) -> None:
    add_account(rooms, "first")
    publish(rooms.warehouse, rooms.snapshot)
    with rooms.warehouse.writing() as con:
        con.execute(wrong, ["first"])
    with pytest.raises(WarehouseError, match=r"nothing was published.* ad_accounts .*`adops run` checks"):
        publish(rooms.warehouse, rooms.snapshot)
    assert published_accounts(rooms) == ["first"]


def test_views_can_be_read_under_any_name_of_the_attached_snapshot(rooms: Rooms) -> None:
    publish(rooms.warehouse, rooms.snapshot)
    with duckdb.connect(":memory:") as con:
        con.execute(f"ATTACH '{rooms.snapshot}' AS other (READ_ONLY)")
        for name in VIEWS:
            assert con.execute(f"SELECT count(*) FROM other.{name}").fetchall() == [(0,)]


def test_a_reader_neither_blocks_a_publication_nor_loses_its_old_snapshot(rooms: Rooms) -> None:
    add_account(rooms, "first")
    publish(rooms.warehouse, rooms.snapshot)
    script = (
        "import duckdb, sys\n"
        f"con = duckdb.connect({str(rooms.snapshot)!r}, read_only=True)\n"
        "ask = 'SELECT count(*) FROM ad_accounts'\n"
        "print(con.execute(ask).fetchall(), flush=True)\n"
        "sys.stdin.readline()\n"
        "print(con.execute(ask).fetchall(), flush=True)\n"
    )
    reader = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "[(1,)]\n"
    with open_snapshot(rooms.snapshot) as in_this_process:
        add_account(rooms, "second")
        publish(rooms.warehouse, rooms.snapshot)
        assert in_this_process.execute("SELECT account_id FROM ad_accounts").fetchall() == [("first",)]
        assert published_accounts(rooms) == ["first", "second"]
    assert reader.communicate("\n")[0] == "[(1,)]\n"


def test_the_warehouse_is_locked_until_the_snapshot_stands(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals: list[str] = []
    rename = os.replace

    def try_to_write_then_rename(*paths: os.PathLike[str]) -> None:
        script = f"import duckdb; duckdb.connect({str(rooms.warehouse.path)!r})"
        refusals.append(python(script).stderr)
        rename(*paths)

    monkeypatch.setattr(os, "replace", try_to_write_then_rename)
    publish(rooms.warehouse, rooms.snapshot)
    assert ["Conflicting lock" in refusal for refusal in refusals] == [True]


_KILLED_WHILE_PUBLISHING = """
import os, shutil, signal, sys
from pathlib import Path
from adops_pipeline.warehouse import publish
from adops_pipeline.warehouse.connection import Warehouse

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def die_half_way(source, copy, length):
    copy.write(source.read(100_000))
    copy.flush()
    die()

STEP
publish.publish(Warehouse(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("step", "stands"),
    [
        pytest.param("shutil.copyfileobj = die_half_way", ["first"], id="half of the copy"),
        pytest.param("publish._make_public = die", ["first"], id="copied"),
        pytest.param("publish.sync_file = die", ["first"], id="made public only"),
        pytest.param("publish.sync_folder = die", ["first", "second"], id="renamed"),
    ],
)
def test_a_publication_that_is_killed_leaves_a_whole_snapshot_and_the_next_cleans_up(
    rooms: Rooms, step: str, stands: list[str]
) -> None:
    add_account(rooms, "first")
    publish(rooms.warehouse, rooms.snapshot)
    add_account(rooms, "second")
    script = _KILLED_WHILE_PUBLISHING.replace("STEP", step)
    die_in_another_process(script, rooms.warehouse.path, rooms.snapshot)
    assert published_accounts(rooms) == stands
    add_account(rooms, "third")
    publish(rooms.warehouse, rooms.snapshot)
    assert published_accounts(rooms) == ["first", "second", "third"]
    assert {path.name for path in rooms.data.iterdir()} == {"adops.duckdb", "warehouse.duckdb"}


def test_rows_of_a_transaction_that_was_killed_are_not_published(rooms: Rooms) -> None:
    add_account(rooms, "first")
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from adops_pipeline.warehouse.connection import Warehouse\n"
        "with Warehouse(Path(sys.argv[1])).writing() as con:\n"
        f"    con.execute({_ADD!r}, ['committed'])\n"
        "    con.begin()\n"
        f"    con.execute({_ADD!r}, ['not committed'])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    die_in_another_process(script, rooms.warehouse.path)
    publish(rooms.warehouse, rooms.snapshot)
    assert published_accounts(rooms) == ["committed", "first"]


def test_rows_in_the_log_of_a_killed_publication_do_not_come_into_the_next_snapshot(rooms: Rooms) -> None:
    add_account(rooms, "first")
    beside = rooms.data / ".adops.duckdb.partial"
    shutil.copy(rooms.warehouse.path, beside)
    script = (
        "import os, signal, sys, duckdb\n"
        "con = duckdb.connect(sys.argv[1])\n"
        f"con.execute({_ADD!r}, ['left over'])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    die_in_another_process(script, beside)
    assert beside.with_name(f"{beside.name}.wal").exists()
    publish(rooms.warehouse, rooms.snapshot)
    assert published_accounts(rooms) == ["first"]
    assert {path.name for path in rooms.data.iterdir()} == {"adops.duckdb", "warehouse.duckdb"}
