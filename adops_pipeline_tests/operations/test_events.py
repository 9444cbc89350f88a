"""Promises of the events: a reader misses none, numbers are never reused, cursors move once."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from adops_pipeline.operations import activity, events
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.schema import events as table
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.operations.conftest import NOW


def test_events_come_in_order_with_all_they_hold(store: Store) -> None:
    with store.writing() as con:
        first = events.append(
            con, "alert.firing", at=NOW, subject="f1", platform="meta-ads", project_id="p1", data={"title": "Über"},
        )  # fmt: skip
        second = events.append(con, "sync.completed", at=NOW)
    with store.reading() as con:
        both = events.since(con, 0)
        assert [e.seq for e in both] == [first, second]
        assert (both[0].subject, both[0].platform, both[0].project_id) == ("f1", "meta-ads", "p1")
        assert (both[0].at, both[0].data) == (NOW, {"title": "Über"})
        assert [e.seq for e in events.since(con, first)] == [second]
        assert [e.type for e in events.since(con, 0, types=["sync.completed"])] == ["sync.completed"]
        assert len(events.since(con, 0, limit=1)) == 1


def test_the_same_event_twice_is_one(store: Store) -> None:
    with store.writing() as con:
        assert events.append(con, "sync.completed", at=NOW, event_id="x") == events.append(
            con, "sync.completed", at=NOW + timedelta(1), event_id="x"
        )
        assert len(events.since(con, 0)) == 1


def test_a_number_is_never_given_again(store: Store) -> None:
    with store.writing() as con:
        seqs = [events.append(con, "sync.completed", at=NOW) for _ in range(3)]
        con.execute(delete(table).where(table.c.seq >= seqs[1]))
    with store.writing() as con:
        assert events.append(con, "sync.completed", at=NOW) > seqs[-1]


def test_an_event_that_is_taken_back_leaves_no_line_in_the_feed(store: Store) -> None:
    def append_and_fail() -> None:
        with store.writing() as con:
            events.append(con, "workflow.failed", at=NOW, subject="e1")
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        append_and_fail()
    with store.reading() as con:
        assert (events.since(con, 0), activity.feed(con)) == ([], [])


def test_a_cursor_moves_for_one_of_two(store: Store) -> None:
    with store.writing() as con:
        assert events.cursor(con, "router") == 0
        assert events.advance(con, "router", 0, 5, NOW)
        assert not events.advance(con, "router", 0, 7, NOW)
        assert not events.advance(con, "router", 4, 8, NOW)
        assert events.advance(con, "router", 5, 9, NOW)
        assert (events.cursor(con, "router"), events.cursor(con, "other")) == (9, 0)
        with pytest.raises(RefusedError, match="router is at 9, not back to 3"):
            events.advance(con, "router", 9, 3, NOW)


def test_the_feed_tells_in_words_what_people_want_to_know(store: Store) -> None:
    with store.writing() as con:
        events.append(
            con, "workflow.failed", at=NOW, subject="e1", data={"workflow": "pacing-check", "error": "no data"}
        )
        events.append(con, "workflow.stage", at=NOW, subject="e1", data={"stage": "read"})
        events.append(con, "alert.firing", at=NOW, subject="f1", data={"title": "overpacing · Spring sale"})
    with store.reading() as con:
        lines = [(e.kind, e.title, e.detail, e.link) for e in activity.feed(con)]
    assert lines == [
        ("alert", "Alert: overpacing · Spring sale", None, None),
        ("workflow", "pacing-check failed", "no data", "/executions/e1"),
    ]


def test_pages_of_the_feed_follow_each_other_without_gap_or_repetition(store: Store) -> None:
    with store.writing() as con:
        for n in range(25):
            events.append(con, "sync.completed", at=NOW + timedelta(seconds=n // 10), data={"name": str(n)})
    with store.reading() as con:
        titles, last = [], None
        while page := activity.feed(con, 7, last):
            titles += [entry.title for entry in page]
            last = page[-1].place
    assert titles == [f"{n} synced" for n in reversed(range(25))]


def _append_many(url: str, worker: int) -> None:
    with Store(url) as store:
        for n in range(40):
            with store.writing() as con:
                for part in range(1 + n % 3):
                    events.append(con, "metric.update", at=NOW, subject=f"{worker}-{n}-{part}")


def _append_with_own_transactions(url: str, worker: int) -> None:
    """As `_append_many`, but past the store's own order of writers: append alone must keep the promise."""
    with Store(url) as store:
        engine = store.engine if store.is_postgres else store._writer
        for n in range(40):
            with engine.begin() as con:
                for part in range(1 + n % 3):
                    events.append(con, "metric.update", at=NOW, subject=f"{worker}-{n}-{part}")


@pytest.mark.parametrize("append", [_append_many, _append_with_own_transactions])
def test_a_reader_with_a_cursor_misses_nothing_while_processes_append(store: Store, url: str, append: object) -> None:
    server = processes.context()
    assert callable(append)
    children = [server.Process(target=append, args=(url, n)) for n in range(4)]
    for process in children:
        process.start()
    seen: list[str | None] = []
    cursor = 0
    running = True
    while running:
        running = any(process.is_alive() for process in children)
        with store.reading() as con:
            for event in events.since(con, cursor, limit=7):
                seen.append(event.subject)
                cursor = event.seq
                running = True
    assert [process.exitcode for process in children] == [0] * 4
    with store.reading() as con:
        everything = [event.subject for event in events.since(con, 0, limit=10_000)]
    assert len(everything) == 4 * sum(1 + n % 3 for n in range(40))
    assert seen == everything
