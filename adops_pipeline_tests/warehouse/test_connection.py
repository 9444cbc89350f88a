"""One writer at a time, between threads and between processes; real files, really held by another process."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import FrameType

import duckdb
import pytest

from adops_pipeline.warehouse.connection import Warehouse, WarehouseError, open_snapshot
from adops_pipeline.warehouse.open_file import close_all, open_file
from adops_pipeline.warehouse.transaction import transaction
from adops_pipeline_tests.operations.processes import python
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.warehouse.conftest import Rooms

_HOLD = """
import sys
from pathlib import Path
from adops_pipeline.warehouse.connection import Warehouse
with Warehouse(Path(sys.argv[1])).writing() as con:
    con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.08, DATE '2026-11-01')")
    print("held", flush=True)
    sys.stdin.readline()
"""

_FORK = """
import os, subprocess, sys
from pathlib import Path
from adops_pipeline.warehouse.connection import Warehouse
kept = Warehouse(Path(sys.argv[1]), keep_seconds=300.0)
with kept.writing():
    pass
if child := os.fork():
    os.waitpid(child, 0)
    sys.exit()
with kept.writing():
    other = [sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", sys.argv[1]]
    refused = subprocess.run(other, capture_output=True, text=True)
print(f"(PID {os.getpid()})" in refused.stderr, flush=True)
os._exit(0)
"""


class Holder:
    """Another process that holds the warehouse file until it is told to let go."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        self.process.communicate("\n")


def test_a_file_held_for_too_long_is_one_clear_error_naming_file_and_holder(rooms: Rooms) -> None:
    holder = Holder(rooms.warehouse.path)
    try:
        expected = re.escape(f"{rooms.warehouse.path} is held by process {holder.process.pid} for more than 0.1 s")
        with pytest.raises(WarehouseError, match=expected), Warehouse(rooms.warehouse.path, 0.1).writing():
            pass
    finally:
        holder.let_go()


def test_a_writer_waits_until_the_other_process_lets_go_and_sees_its_rows(rooms: Rooms) -> None:
    holder = Holder(rooms.warehouse.path)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            holder.let_go()

    with Warehouse(rooms.warehouse.path, sleep=sleep).writing() as con:
        assert con.execute("SELECT count(*) FROM fx_rates").fetchall() == [(1,)]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_a_second_thread_waits_for_the_first_even_with_another_object_of_the_same_file(rooms: Rooms) -> None:
    order: list[str] = []

    def second() -> None:
        with Warehouse(rooms.data / "." / "warehouse.duckdb").writing():
            order.append("second")

    thread = threading.Thread(target=second)
    with rooms.warehouse.writing():
        thread.start()
        thread.join(timeout=0.2)
        assert thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_file_that_is_no_database_is_named(rooms: Rooms) -> None:
    rooms.warehouse.path.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match=re.escape(str(rooms.warehouse.path))), rooms.warehouse.writing():
        pass


def test_reading_cannot_change_a_table(rooms: Rooms) -> None:
    with rooms.warehouse.reading() as con:
        assert con.execute("SELECT count(*) FROM raw_pulls").fetchall() == [(0,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            con.execute("DELETE FROM raw_pulls")


def test_an_aware_time_is_stored_in_utc_wherever_the_process_runs(rooms: Rooms) -> None:
    in_tokyo = datetime(2026, 11, 2, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    with rooms.warehouse.writing() as con:
        con.execute("INSERT INTO ad_accounts BY NAME SELECT ?::TIMESTAMP AS synced_at", [in_tokyo])
        (stored,) = con.execute("SELECT synced_at FROM ad_accounts").fetchone() or (None,)
    assert stored == in_tokyo.astimezone(UTC).replace(tzinfo=None)


def test_copying_the_file_leaves_it_locked_for_other_processes(rooms: Rooms) -> None:
    other = f"import duckdb; duckdb.connect({str(rooms.warehouse.path)!r})"
    with rooms.warehouse.frozen(lambda _: None) as (_, source):
        copied = source.read()
        refused = python(other)
    assert copied[8:12] == b"DUCK"
    assert "Conflicting lock" in refused.stderr


def test_a_snapshot_that_was_never_published_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="adops run"), open_snapshot(tmp_path / "adops.duckdb"):
        pass


def test_a_snapshot_opens_from_a_folder_with_a_quote_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "the team's data" / "adops.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS SELECT 42 AS answer")
    with open_snapshot(path) as snapshot:
        assert snapshot.execute("FROM t").fetchall() == [(42,)]


class OwnInterrupt(BaseException):
    """An interrupt as Dagster raises it."""


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit, OwnInterrupt])
def test_an_interrupt_that_duckdb_wrapped_ends_everything_and_no_failure_of_a_step(
    warehouse: Warehouse, interrupt: type[BaseException]
) -> None:
    with pytest.raises(interrupt), warehouse.writing():
        raise RuntimeError("Query interrupted") from interrupt()
    with pytest.raises(RuntimeError, match="a step failed"), warehouse.writing():
        raise RuntimeError("a step failed") from ValueError("wrong")
    with warehouse.reading() as con:
        assert con.execute("SELECT 1").fetchall() == [(1,)]


def test_a_query_that_a_signal_interrupts_raises_what_the_handler_raises_and_the_file_stays_usable(
    warehouse: Warehouse,
) -> None:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise OwnInterrupt

    def ask_for_long() -> None:
        with warehouse.writing() as con, transaction(con):
            con.execute("CREATE TABLE unfinished AS SELECT 1 AS n")
            signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)  # again, should the first one meet Python's own code
            con.execute("SELECT sum(a.range * b.range) FROM range(10_000_000) AS a, range(10_000_000) AS b").fetchall()

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(OwnInterrupt):
            ask_for_long()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with warehouse.reading() as con, pytest.raises(duckdb.CatalogException):
        con.execute("FROM unfinished")


@pytest.fixture
def kept(rooms: Rooms) -> Iterator[Warehouse]:
    """The file stays open until the test ends, unless something closes it."""
    yield Warehouse(rooms.warehouse.path, keep_seconds=300.0)
    open_file(rooms.warehouse.path).close()


def _connects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are opened from now on."""
    opened: list[str] = []
    connect = duckdb.connect

    def counted(path: str, config: dict[str, bool | int | float | str | list[str]]) -> duckdb.DuckDBPyConnection:
        opened.append(path)
        return connect(path, config=config)

    monkeypatch.setattr(duckdb, "connect", counted)
    return opened


def _other_process_can_open(path: Path) -> bool:
    return python(f"import duckdb; duckdb.connect({str(path)!r})").returncode == 0


def test_a_file_that_is_kept_opens_once_and_no_temporary_table_outlives_its_use(
    kept: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _connects(monkeypatch)
    with kept.writing() as con:
        con.execute("CREATE TEMP TABLE staged AS SELECT 1 AS n")
        with kept.writing() as nested, pytest.raises(duckdb.CatalogException):
            nested.execute("FROM staged")
    with kept.reading() as con:
        assert con.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)
        with pytest.raises(duckdb.CatalogException):
            con.execute("FROM staged")
    assert len(opened) == 1


def test_a_file_is_closed_for_others_a_moment_after_its_last_use(rooms: Rooms) -> None:
    warehouse = Warehouse(rooms.warehouse.path, keep_seconds=0.05)
    with warehouse.writing():
        assert not _other_process_can_open(warehouse.path)
    Holder(warehouse.path).let_go()  # it waits for the file


def test_a_kept_file_is_closed_after_a_failure_and_after_copying(kept: Warehouse) -> None:
    with kept.writing():
        pass
    assert not _other_process_can_open(kept.path)
    with pytest.raises(ValueError, match="wrong"), kept.writing():
        raise ValueError("wrong")
    assert _other_process_can_open(kept.path)
    with kept.frozen(lambda _: None):
        pass
    assert _other_process_can_open(kept.path)


def test_a_kept_file_that_was_replaced_is_opened_again(kept: Warehouse) -> None:
    with kept.writing() as con:
        con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.08, DATE '2026-11-01')")
    for left in (kept.path, kept.path.with_name(f"{kept.path.name}.wal")):
        left.unlink(missing_ok=True)
    with kept.reading() as con:
        assert con.execute("SELECT count(*) FROM fx_rates").fetchone() == (0,)


def test_a_kept_file_is_closed_after_its_use_when_another_process_waits_for_it(kept: Warehouse) -> None:
    with kept.writing():
        waiting = subprocess.Popen([sys.executable, "-c", _HOLD, str(kept.path)], stdin=subprocess.DEVNULL)
        wait_until(lambda: kept.path.with_name(f".{kept.path.name}.wanted").exists())
    assert waiting.wait() == 0
    with kept.writing() as con:
        assert con.execute("SELECT count(*) FROM fx_rates").fetchall() == [(1,)]


def test_a_kept_file_is_closed_for_a_process_that_finds_it_unused(kept: Warehouse) -> None:
    with kept.writing():
        pass
    Holder(kept.path).let_go()  # it waits for the file


def test_a_process_that_no_longer_waits_does_not_close_a_kept_file(
    kept: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _connects(monkeypatch)
    with kept.writing():
        left_over = kept.path.with_name(f".{kept.path.name}.wanted")
        left_over.touch()
        os.utime(left_over, (0, 0))
    with kept.writing():
        pass
    assert len(opened) == 1


def test_a_forked_process_opens_a_kept_file_itself(rooms: Rooms) -> None:
    done = python(_FORK, rooms.warehouse.path)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_no_thread_is_left_in_duckdb_when_the_process_ends(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Warehouse(tmp_path / "w.duckdb", keep_seconds=60.0).writing():
        pass
    keepers = set(threading.enumerate()) - before
    assert len(keepers) == 1
    close_all()
    assert not any(keeper.is_alive() for keeper in keepers)
    with Warehouse(tmp_path / "w.duckdb", keep_seconds=60.0).writing() as con:
        assert con.execute("SELECT 1").fetchone() == (1,)
    close_all()
