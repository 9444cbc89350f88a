"""Old rows go, and never those that somebody still needs: on SQLite and on PostgreSQL."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, select

from adops_pipeline.operations import retention, schema
from adops_pipeline.operations.retention import Rows
from adops_pipeline.operations.sqlite_file import shrink
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW

OLD, YOUNG = NOW - timedelta(microseconds=1), NOW


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of events the two newest stay, and two rows go in a transaction."""
    monkeypatch.setattr(retention, "_NEWEST_EVENTS", 2)
    monkeypatch.setattr(retention, "_BATCH", 2)


def put(store: Store, table: Table, *rows: Mapping[str, object]) -> None:
    with store.writing() as con:
        for row in rows:
            con.execute(insert(table).values(row))


def ids(store: Store, table: Table) -> list[object]:
    key = next(iter(table.primary_key.columns))
    with store.reading() as con:
        return list(con.execute(select(key).order_by(key)).scalars())


def event(seq: int, at: object = OLD, kind: str = "sync.completed") -> dict[str, object]:
    return {"seq": seq, "id": f"e{seq}", "type": kind, "at": at, "data": {"text": "x" * 100}}


def test_old_events_go_but_for_the_newest_the_imported_and_those_of_proposals(store: Store) -> None:
    young, proposal = event(5, at=YOUNG), event(9, kind="proposal.applied")
    put(store, schema.events, event(-1), *map(event, (1, 2, 3, 4)), young, *map(event, (6, 7, 8)), proposal)
    put(store, schema.events, event(10), event(11), event(12))
    found, behind = retention.prune_events(store, NOW, dry_run=True)
    assert (found.count, behind) == (8, [])
    assert 8 * 100 < found.bytes < 8 * 300
    assert len(ids(store, schema.events)) == 13
    assert retention.prune_events(store, NOW, dry_run=False) == (found, [])
    assert ids(store, schema.events) == [-1, 5, 9, 11, 12]
    assert retention.prune_events(store, NOW, dry_run=False) == (Rows(0, 0), [])


def test_events_that_a_consumer_has_not_read_stay_and_the_consumer_is_named(store: Store) -> None:
    put(store, schema.events, *(event(seq) for seq in range(1, 9)))
    put(store, schema.cursors, {"consumer": "slow", "seq": 3, "updated_at": OLD})
    put(store, schema.cursors, {"consumer": "quick", "seq": 6, "updated_at": OLD})
    assert retention.prune_events(store, NOW, dry_run=False)[1] == ["slow"]
    assert ids(store, schema.events) == [4, 5, 6, 7, 8]


def test_a_consumer_that_has_read_nothing_is_behind_only_where_something_is_old(store: Store) -> None:
    put(store, schema.events, *(event(seq, at=YOUNG) for seq in range(1, 6)))
    put(store, schema.cursors, {"consumer": "new", "seq": 0, "updated_at": OLD})
    assert retention.prune_events(store, NOW, dry_run=False) == (Rows(0, 0), [])
    assert retention.prune_events(store, NOW + timedelta(seconds=1), dry_run=False) == (Rows(0, 0), ["new"])


def test_the_feed_loses_old_entries_but_those_of_proposals_and_of_imported_history(store: Store) -> None:
    rows = [
        {"id": name, "seq": seq, "at": at, "kind": kind, "title": "T"}
        for name, seq, at, kind in (
            ("old", 1, OLD, "sync"), ("proposal", 2, OLD, "proposal"), ("imported", None, OLD, "note"),
            ("young", 3, YOUNG, "sync"),
        )
    ]  # fmt: skip
    put(store, schema.activity, *rows)
    assert retention.prune_activity(store, NOW, dry_run=False).count == 1
    assert ids(store, schema.activity) == ["imported", "proposal", "young"]


def test_messages_go_when_they_have_ended(store: Store) -> None:
    statuses = ("pending", "sending", "sent", "failed", "expired")
    rows = [
        {"id": f"{status}-{when}", "config_id": "c", "channel": "slack", "message": {}, "status": status, "attempts": 1,
         "created_at": at}
        for status in statuses for when, at in (("old", OLD), ("young", YOUNG))
    ]  # fmt: skip
    put(store, schema.notification_deliveries, *rows)
    assert retention.prune_deliveries(store, NOW, dry_run=False).count == 3
    kept = {"pending-old", "sending-old", *(f"{status}-young" for status in statuses)}
    assert set(ids(store, schema.notification_deliveries)) == kept


def test_inbound_deliveries_go_by_their_age(store: Store) -> None:
    hook = {
        "id": "h", "name": "Shop", "workflow_id": "pacing-check", "verification": "standard", "active": True,
        "trigger_count": 0, "created_at": OLD, "params_mapping": {}, "key_kind": "hash", "key": "k",
    }  # fmt: skip
    put(store, schema.webhooks, hook)
    rows = [
        {"id": name, "webhook_id": "h", "status": "triggered", "repeats": 0, "headers": {}, "received_at": at}
        for name, at in (("old", OLD), ("young", YOUNG))
    ]
    put(store, schema.webhook_deliveries, *rows)
    assert retention.prune_inbound_deliveries(store, NOW, dry_run=True).count == 1
    assert retention.prune_inbound_deliveries(store, NOW, dry_run=False).count == 1
    assert ids(store, schema.webhook_deliveries) == ["young"]


def test_runs_of_executions_that_have_not_ended_are_needed(store: Store) -> None:
    rows: list[dict[str, object]] = [
        {"id": f"x{n}", "workflow_id": "pacing-check", "parameters": {}, "status": status, "requested_by": "cli",
         "requested_at": OLD, "attempt": 1, "stages": [], "run_id": run}
        for n, (status, run) in enumerate(
            (("running", "r1"), ("pending", None), ("completed", "r2"), ("pending", "r3"))
        )
    ]  # fmt: skip
    put(store, schema.workflow_executions, *rows)
    with store.reading() as con:
        assert set(retention.runs_of_open_executions(con)) == {"r1", "r3"}


def test_a_file_shrinks_when_much_of_it_is_free_and_nobody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    assert shrink(path) == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("CREATE TABLE t (text)")
        con.executemany("INSERT INTO t VALUES (?)", [("x" * 4000,)] * 500)
        before = path.stat().st_size
        assert shrink(path) == 0, "nothing is free"
        con.execute("DELETE FROM t")
        con.execute("INSERT INTO t VALUES ('kept')")
        con.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("adops_pipeline.operations.sqlite_file._PATIENCE_SECONDS", 0.01)
        assert shrink(path) == 0, "another process writes"
        con.execute("COMMIT")
        assert shrink(path) > 1 << 20
        assert path.stat().st_size < before / 10
        assert con.execute("SELECT text FROM t").fetchall() == [("kept",)]
