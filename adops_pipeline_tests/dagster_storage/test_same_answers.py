"""Our event log answers as Dagster's own does, on its own files and on the other's.

Dagster's suite for event logs is not in its wheel; here the same events go into both and the same questions to both.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline_tests.dagster_storage.answers import CHECKS, COUNTED, PULLED, answers
from adops_pipeline_tests.dagster_storage.events import batches, events_of_a_run
from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened

MATERIALIZED, EVALUATED = dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION


@pytest.fixture(scope="module")
def events() -> list[dg.EventLogEntry]:
    return events_of_a_run()


@dataclass
class Pair:
    """The same events in Dagster's own log and in ours."""

    stock: dg.DagsterInstance
    ours: dg.DagsterInstance
    our_home: Path
    run_id: str

    def each(self) -> tuple[dg.DagsterInstance, dg.DagsterInstance]:
        return self.stock, self.ours

    def assert_same(self) -> None:
        expected, found = answers(self.stock, self.run_id), answers(self.ours, self.run_id)
        for question, answer in expected.items():
            assert found[question] == answer, question


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, events: list[dg.EventLogEntry]) -> Path:
    """Two folders to copy: creating Dagster's files takes a second."""
    made = tmp_path_factory.mktemp("homes")
    for name, storage in (("stock", STOCK), ("ours", OURS)):
        with opened(made / name, storage) as instance:
            instance.run_storage.add_run(dg.DagsterRun(job_name="everything", run_id=events[0].run_id))
            for batch in batches(events):
                instance.event_log_storage.store_event_batch(batch)
    return made


@pytest.fixture
def pair(tmp_path: Path, homes: Path, events: list[dg.EventLogEntry]) -> Iterator[Pair]:
    shutil.copytree(homes, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path / "stock", STOCK) as stock, opened(tmp_path / "ours", OURS) as ours:
        yield Pair(stock, ours, tmp_path / "ours", events[0].run_id)


def test_events_of_every_kind_are_found_as_in_dagsters_own_log(pair: Pair) -> None:
    pair.assert_same()


def test_events_stored_one_at_a_time_are_found_as_those_of_a_batch(
    pair: Pair, tmp_path: Path, events: list[dg.EventLogEntry]
) -> None:
    with opened(tmp_path / "single", OURS) as single:
        single.run_storage.add_run(dg.DagsterRun(job_name="everything", run_id=pair.run_id))
        for event in events:
            single.event_log_storage.store_event(event)
        assert answers(single, pair.run_id) == answers(pair.ours, pair.run_id)


def test_dagsters_own_log_reads_our_files_while_they_are_open(pair: Pair) -> None:
    with opened(pair.our_home, STOCK) as reader:
        assert answers(reader, pair.run_id) == answers(pair.stock, pair.run_id)


def test_our_log_reads_the_files_of_dagsters_own(pair: Pair, tmp_path: Path) -> None:
    expected = answers(pair.stock, pair.run_id)
    with opened(tmp_path / "stock", OURS) as reader:
        assert answers(reader, pair.run_id) == expected


def test_events_of_several_runs_in_one_batch_reach_their_runs(pair: Pair, events: list[dg.EventLogEntry]) -> None:
    others = [event._replace(run_id="11111111-0000-4000-8000-000000000000") for event in events[:3]]
    mixed = [entry for both in zip(events[:3], others, strict=True) for entry in both]
    for instance in pair.each():
        instance.event_log_storage.store_event_batch(mixed)
    pair.assert_same()
    for instance in pair.each():
        logs = instance.event_log_storage.get_logs_for_run(others[0].run_id)
        assert [entry.timestamp for entry in logs] == [entry.timestamp for entry in others]


def test_deleting_a_run_leaves_the_same(pair: Pair) -> None:
    for instance in pair.each():
        instance.event_log_storage.delete_events(pair.run_id)
    pair.assert_same()
    assert pair.ours.event_log_storage.get_logs_for_run(pair.run_id) == []


def test_wiping_an_asset_leaves_the_same(pair: Pair) -> None:
    for instance in pair.each():
        instance.event_log_storage.wipe_asset(PULLED)
    for instance in pair.each():
        log = instance.event_log_storage
        assert not log.has_asset_key(PULLED)
        assert log.has_asset_key(COUNTED)
        assert log.get_materialized_partitions(PULLED) == set()
        assert log.get_asset_check_execution_history(CHECKS[0], limit=5) == []


def test_a_materialization_that_another_process_stores_or_wipes_is_seen(
    pair: Pair, events: list[dg.EventLogEntry]
) -> None:
    def newest() -> str | None:
        for record in pair.ours.event_log_storage.get_asset_records([COUNTED]):
            if found := record.asset_entry.last_materialization_record:
                return found.run_id
        return None

    assert newest() == newest() == pair.run_id
    (stored,) = (event for event in events if event.is_dagster_event and event.dagster_event_type is MATERIALIZED
                 and event.get_dagster_event().asset_key == COUNTED)  # fmt: skip
    with opened(pair.our_home, OURS) as other:
        other.event_log_storage.store_event(stored._replace(run_id="later", timestamp=stored.timestamp + 0.001))
    assert newest() == "later"
    with opened(pair.our_home, STOCK) as other:
        other.event_log_storage.wipe_asset(COUNTED)
    assert newest() is None


def test_a_check_that_its_run_has_not_planned_is_recorded_as_in_dagsters_own_log(
    pair: Pair, events: list[dg.EventLogEntry]
) -> None:
    for instance in pair.each():
        instance.event_log_storage.wipe()
        for event in events:
            if event.is_dagster_event and event.dagster_event_type is EVALUATED:
                instance.event_log_storage.store_event(event)
    pair.assert_same()
    assert pair.ours.event_log_storage.get_asset_check_execution_history(CHECKS[0], limit=5)


def test_wiping_everything_leaves_an_empty_log_that_takes_events(pair: Pair, events: list[dg.EventLogEntry]) -> None:
    for instance in pair.each():
        instance.event_log_storage.wipe()
        assert instance.event_log_storage.get_logs_for_run(pair.run_id) == []
        assert instance.all_asset_keys() == []
        instance.event_log_storage.store_event_batch(events)
    pair.assert_same()


def test_pool_slots_are_claimed_and_freed_as_in_dagsters_own_log(pair: Pair) -> None:
    outcomes = []
    for instance in pair.each():
        log = instance.event_log_storage
        log.set_concurrency_slots("warehouse", 1)
        first = log.claim_concurrency_slot("warehouse", "run-1", "step-1")
        second = log.claim_concurrency_slot("warehouse", "run-2", "step-2")
        log.free_concurrency_slots_for_run("run-1")
        third = log.claim_concurrency_slot("warehouse", "run-2", "step-2")
        outcomes.append([claim.slot_status.value for claim in (first, second, third)])
    assert outcomes == [["CLAIMED", "BLOCKED", "CLAIMED"]] * 2


def test_dynamic_partitions_are_kept_as_in_dagsters_own_log(pair: Pair) -> None:
    for instance in pair.each():
        instance.add_dynamic_partitions("places", ["Rome", "Oslo"])
        instance.delete_dynamic_partition("places", "Rome")
        assert instance.get_dynamic_partitions("places") == ["Oslo"]


def test_sensors_of_runs_go_on_from_the_same_cursor(pair: Pair, events: list[dg.EventLogEntry]) -> None:
    found = []
    for instance in pair.each():
        first = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1)
        again = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1, cursor=first.cursor)
        found.append((len(first.records), first.cursor, again.records, again.has_more))
    assert found[0] == found[1]
    assert found[0][0] == 1


def test_the_tables_are_dagsters_newest(pair: Pair) -> None:
    def versions(instance: dg.DagsterInstance) -> list[object]:
        schedules = instance.schedule_storage
        assert schedules is not None
        storages = (instance.event_log_storage, instance.run_storage, schedules)
        return [storage.alembic_version() for storage in storages]

    assert versions(pair.ours) == versions(pair.stock)


def test_a_migration_finds_nothing_to_do_and_the_log_works_on(pair: Pair) -> None:
    pair.ours.upgrade()
    pair.assert_same()
