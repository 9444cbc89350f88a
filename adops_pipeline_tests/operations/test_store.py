"""Promises of the store: whole transactions, one writer, readers that see one moment, errors without a password."""

import threading
from contextlib import ExitStack
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.schema import cursors
from adops_pipeline.operations.store import Store, redacted
from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.postgres import PASSWORD, Server
from adops_pipeline_tests.patience import patience_seconds

_ROW = {"consumer": "a", "seq": 1, "updated_at": NOW}


def _count(store: Store) -> int:
    with store.reading() as con:
        return con.execute(select(func.count()).select_from(cursors)).scalar_one()


def test_a_transaction_is_whole_or_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.writing() as con:
            con.execute(insert(cursors).values(_ROW))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_and_fail()
    assert _count(store) == 0


def test_a_reader_cannot_write(store: Store) -> None:
    def write() -> None:
        with store.reading() as con:
            con.execute(insert(cursors).values(_ROW))

    with pytest.raises(StoreError, match="read-only"):
        write()
    with store.writing() as con:  # and what was read-only before writes again
        con.execute(insert(cursors).values(_ROW))
    assert _count(store) == 1


def test_a_reader_sees_one_moment_and_does_not_wait_for_a_writer(store: Store) -> None:
    with store.reading() as reader:
        before = reader.execute(select(func.count()).select_from(cursors)).scalar_one()
        with store.writing() as con:
            con.execute(insert(cursors).values(_ROW))
        after = reader.execute(select(func.count()).select_from(cursors)).scalar_one()
    assert (before, after, _count(store)) == (0, 0, 1)


def test_a_writer_that_read_first_is_not_refused(url: str) -> None:
    """Two transactions that read and then write: the second waits its turn and sees what the first wrote."""
    inside, seen = threading.Event(), []

    def second() -> None:
        with Store(url) as other:
            inside.wait(patience_seconds())
            with other.writing() as con:
                seen.append(con.execute(select(func.count()).select_from(cursors)).scalar_one())

    thread = threading.Thread(target=second)
    thread.start()
    with Store(url) as store, store.writing() as con:
        con.execute(select(cursors)).all()
        inside.set()
        thread.join(0.2)
        con.execute(insert(cursors).values(_ROW))
    thread.join(patience_seconds())
    assert seen == [1]


def test_a_writer_waits_no_longer_than_its_patience(url: str) -> None:
    with Store(url) as holder, Store(url, patience_seconds=0.2) as hasty, holder.writing():  # noqa: SIM117
        with pytest.raises(StoreError, match="locked by another process"), hasty.writing():
            pass


def _add_many(url: str, name: str, times: int) -> None:
    with Store(url, patience_seconds()) as store:
        for n in range(times):
            with store.writing() as con:
                (count,) = con.execute(select(func.count()).select_from(cursors)).one()
                con.execute(insert(cursors).values(consumer=f"{name}-{n}", seq=count, updated_at=NOW))


def test_writers_of_many_processes_take_turns_and_none_is_refused(store: Store, url: str) -> None:
    server = processes.context()
    children = [server.Process(target=_add_many, args=(url, f"p{n}", 25)) for n in range(4)]
    for process in children:
        process.start()
    for process in children:
        process.join(patience_seconds())
    assert [process.exitcode for process in children] == [0, 0, 0, 0]
    with store.reading() as con:
        counts = con.execute(select(cursors.c.seq).order_by(cursors.c.seq)).scalars().all()
    assert counts == list(range(100))  # each saw all that came before


def test_sqlite_keeps_a_write_ahead_log_and_foreign_keys(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/deep/er/operations.db") as store:
        store.migrate()
        with store.reading() as con:
            assert con.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
            assert con.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
            assert con.execute(text("PRAGMA synchronous")).scalar_one() == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root:hunter2@host/x", "mysql is not supported"),
        ("no address, hunter2", "cannot be parsed"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("postgresql://adops:hunter2@host", "names no database"),
    ],
)
def test_a_wrong_address_is_explained_without_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store(url)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_not_there_is_named_by_its_host_alone() -> None:
    url = "postgresql://adops:hunter2@127.0.0.1:1/x"
    with Store(url) as store, pytest.raises(StoreError, match="cannot be reached") as caught:
        store.migrate()
    assert str(caught.value).startswith("the database server 127.0.0.1:1 cannot be reached")
    assert "adops" not in str(caught.value)
    assert "hunter2" not in str(caught.value) + repr(store.engine.url)


def test_a_wrong_password_and_a_missing_database_are_told_apart(postgres: Server) -> None:
    with Store(postgres.url("postgres", "hunter2")) as store, pytest.raises(StoreError, match="user or the password"):
        store.migrate()
    with Store(postgres.url("nowhere")) as store, pytest.raises(StoreError, match="no such database") as caught:
        store.migrate()
    assert PASSWORD not in str(caught.value)


def test_a_user_who_may_not_make_tables_is_told_what_is_needed(postgres: Server) -> None:
    postgres.execute("CREATE DATABASE narrow")
    postgres.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    postgres.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "narrow")
    with (
        Store(postgres.url("narrow", "guest", "guest")) as store,
        pytest.raises(StoreError, match="must own the database"),
    ):
        store.migrate()


def test_an_sqlite_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    with pytest.raises(StoreError, match=r"the store needs 3\.35 or newer"):
        Store("sqlite:///operations.db")


def test_more_readers_than_connections_are_told_so(url: str) -> None:
    with ExitStack() as crowd:
        store = crowd.enter_context(Store(url, patience_seconds=0.2))
        for _ in range(40):
            crowd.enter_context(store.reading())
        with pytest.raises(StoreError, match="has no connection left"):
            _count(store)


def _write_and_wait(url: str, inside: Signal) -> None:
    with Store(url) as store, store.writing() as con:
        con.execute(insert(cursors).values(_ROW))
        inside.set()
        threading.Event().wait()


def test_a_writer_that_is_killed_leaves_nothing_and_holds_nobody_up(store: Store, url: str) -> None:
    server = processes.context()
    inside = server.Event()
    process = server.Process(target=_write_and_wait, args=(url, inside))
    process.start()
    assert inside.wait(patience_seconds())
    process.kill()
    process.join(patience_seconds())
    with store.writing() as con:
        assert con.execute(select(cursors)).all() == []
        con.execute(insert(cursors).values(_ROW))
    assert _count(store) == 1


def test_a_file_that_is_no_store_is_explained(tmp_path: Path) -> None:
    (tmp_path / "operations.db").write_text("this is a letter, not a database; " * 50)
    with (
        Store(f"sqlite:///{tmp_path}/operations.db") as store,
        pytest.raises(StoreError, match="is not an operational"),
    ):
        store.migrate()


def test_a_store_without_tables_says_so(empty_url: str) -> None:
    with Store(empty_url) as store, pytest.raises(StoreError, match="has no tables yet"):
        _count(store)


def test_only_the_host_of_a_servers_address_is_shown() -> None:
    assert redacted("postgresql://usr:pw@h.example:5433/base?sslpassword=pw2") == "the database server h.example:5433"
    assert redacted("postgresql://usr:pw@[::1]/base") == "the database server ::1"
    assert redacted("postgresql://usr:pw@/base?host=/run/pw") == "the database server"
    assert redacted("sqlite:////data/operations.db?key=pw") == "sqlite:////data/operations.db"
    assert "pw" not in redacted("pw pw pw")
