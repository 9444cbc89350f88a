"""Promise: what a step reports is written together; whoever reads in the same process finds it at once."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from adops_pipeline.dagster_storage.event_log import EventLog
from adops_pipeline.dagster_storage.instance import written_by_steps
from adops_pipeline_tests.dagster_storage.events import events_of_a_run
from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened, shard

KIND = dg.DagsterEventType
TOGETHER = (KIND.STEP_OUTPUT, KIND.ASSET_MATERIALIZATION, KIND.ASSET_CHECK_EVALUATION, KIND.STEP_SUCCESS)


@pytest.fixture(scope="module")
def events() -> list[dg.EventLogEntry]:
    return events_of_a_run()


def until_first(kind: dg.DagsterEventType, events: Sequence[dg.EventLogEntry]) -> list[dg.EventLogEntry]:
    """The events up to the first of this kind, which is the last of them."""
    return list(events[: [event.dagster_event_type for event in events].index(kind) + 1])


def on_file(home: Path, run_id: str) -> int:
    """How many events of the run another process finds."""
    path = shard(home, run_id)
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("SELECT count(*) FROM event_logs").fetchone()[0]
    return found


def log_of(instance: dg.DagsterInstance) -> EventLog:
    log = instance.event_log_storage
    assert isinstance(log, EventLog)
    return log


def test_the_end_of_a_step_is_written_with_what_comes_next(tmp_path: Path, events: list[dg.EventLogEntry]) -> None:
    run_id = events[0].run_id
    with opened(tmp_path, OURS) as instance, written_by_steps(instance, run_id):
        stored = waiting = 0
        for event in events:
            instance.store_event(event)
            stored, waiting = stored + 1, waiting + 1 if event.dagster_event_type in TOGETHER else 0
            assert on_file(tmp_path, run_id) == stored - waiting


def test_a_killed_process_leaves_everything_but_the_step_that_it_was_in(
    tmp_path: Path, events: list[dg.EventLogEntry]
) -> None:
    run_id, seen = events[0].run_id, until_first(KIND.STEP_SUCCESS, events)
    with opened(tmp_path, OURS) as instance:
        with written_by_steps(instance, run_id):
            for event in seen:
                instance.store_event(event)
            with opened(tmp_path, STOCK) as other:  # what there is without this process
                kinds = [entry.dagster_event_type for entry in other.event_log_storage.get_logs_for_run(run_id)]
            assert kinds[-1] not in TOGETHER
            assert KIND.STEP_START in kinds
            assert KIND.ASSET_MATERIALIZATION not in kinds
        assert on_file(tmp_path, run_id) == len(seen)


def test_whoever_reads_in_the_same_process_finds_everything(tmp_path: Path, events: list[dg.EventLogEntry]) -> None:
    run_id = events[0].run_id
    seen = until_first(KIND.ASSET_MATERIALIZATION, events)
    materialized = seen[-1].get_dagster_event().asset_key
    assert materialized is not None
    with opened(tmp_path, OURS) as instance, written_by_steps(instance, run_id):
        for event in seen:
            instance.store_event(event)
        assert on_file(tmp_path, run_id) < len(seen)
        newest = instance.get_latest_materialization_event(materialized)
        assert newest is not None
        assert newest.run_id == run_id
        assert len(instance.event_log_storage.get_logs_for_run(run_id)) == len(seen)


def test_an_event_of_another_run_is_written_at_once(tmp_path: Path, events: list[dg.EventLogEntry]) -> None:
    run_id = events[0].run_id
    output = until_first(KIND.STEP_OUTPUT, events)[-1]
    with opened(tmp_path, OURS) as instance, written_by_steps(instance, "44444444-0000-4000-8000-000000000000"):
        instance.store_event(output)
        assert on_file(tmp_path, run_id) == 1


def test_events_that_could_not_be_written_are_written_with_the_next(
    tmp_path: Path, events: list[dg.EventLogEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, seen = events[0].run_id, until_first(KIND.STEP_SUCCESS, events)
    with opened(tmp_path, OURS) as instance:
        log = log_of(instance)
        with log.by_steps(run_id):
            for event in seen:
                instance.store_event(event)
            before = on_file(tmp_path, run_id)

            def fail(*_: object) -> None:
                raise OSError("no space left")

            with monkeypatch.context() as patched:
                patched.setattr(log, "_mirror", fail)
                with pytest.raises(OSError, match="no space left"):
                    log.store_event(events[0])
            assert on_file(tmp_path, run_id) == before
            log.store_event(events[0])
        assert on_file(tmp_path, run_id) == len(seen) + 1


def test_a_storage_of_dagsters_own_writes_as_ever(tmp_path: Path, events: list[dg.EventLogEntry]) -> None:
    run_id = events[0].run_id
    output = until_first(KIND.STEP_OUTPUT, events)[-1]
    with opened(tmp_path, STOCK) as instance, written_by_steps(instance, run_id):
        instance.store_event(output)
        assert on_file(tmp_path, run_id) == 1


def test_claiming_and_freeing_a_slot_are_a_transaction_each(tmp_path: Path) -> None:
    with opened(tmp_path, OURS) as instance:
        log = log_of(instance)
        log.set_concurrency_slots("warehouse", 1)
        commits: list[str] = []
        with log.index_connection() as connection:
            database = connection.engine
        sa.event.listen(database, "commit", lambda _: commits.append("commit"))
        assert log.claim_concurrency_slot("warehouse", "run-1", "step-1").is_claimed
        assert len(commits) == 1
        log.free_concurrency_slot_for_step("run-1", "step-1")
        assert len(commits) == 2
        assert log.claim_concurrency_slot("warehouse", "run-2", "step-1").is_claimed
