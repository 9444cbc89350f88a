"""The event log beside other processes: killed writers, a second writer, readers, replaced files, forks."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened, shard
from adops_pipeline_tests.dagster_storage.writing import BATCH, materialization, writing
from adops_pipeline_tests.operations.processes import python
from adops_pipeline_tests.patience import patience_seconds

RUN = "22222222-0000-4000-8000-000000000000"
OTHER_RUN = "33333333-0000-4000-8000-000000000000"
BATCHES = 8
NUMBERED = dg.AssetKey("numbered")


def partitions(instance: dg.DagsterInstance, run_id: str) -> list[int]:
    """What the run's own log says was materialized."""
    logs = instance.event_log_storage.get_logs_for_run(run_id)
    return [int(entry.get_dagster_event().partition or -1) for entry in logs]


@pytest.mark.parametrize("reported", [1, 23])
def test_what_a_killed_process_reported_as_stored_is_there_and_nothing_is_torn(tmp_path: Path, reported: int) -> None:
    with writing(tmp_path, "ours", RUN) as (process, numbers):
        before = [next(numbers) for _ in range(reported)]
        process.kill()
        stored = [*before, *numbers][-1] + 1
    for storage in (OURS, STOCK):
        with opened(tmp_path, storage) as instance:
            found = partitions(instance, RUN)
            in_index = sorted(map(int, instance.event_log_storage.get_materialized_partitions(NUMBERED)))
        assert found == list(range(len(found)))
        assert in_index == found
        # The batch at work when the signal came is there as a whole or not at all.
        assert len(found) in (stored * BATCH, (stored + 1) * BATCH)
    for name in (RUN, "index"):
        with closing(sqlite3.connect(shard(tmp_path, name))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_two_processes_write_at_once_and_a_third_reads(tmp_path: Path) -> None:
    with (
        opened(tmp_path, OURS) as reader,
        writing(tmp_path, "ours", RUN, BATCHES) as (first, numbers),
        writing(tmp_path, "stock", OTHER_RUN, BATCHES) as (second, others),
    ):
        for batch, _ in enumerate(numbers, 1):  # sent when the batch is stored; the next one is on its way
            found = partitions(reader, RUN)
            assert found == list(range(len(found)))
            assert len(found) >= batch * BATCH
        assert list(others) == list(range(BATCHES))
        first.join(patience_seconds())
        second.join(patience_seconds())
        assert (first.exitcode, second.exitcode) == (0, 0)
        for run_id in (RUN, OTHER_RUN):
            assert partitions(reader, run_id) == list(range(BATCHES * BATCH))
        index = reader.event_log_storage.fetch_materializations(NUMBERED, limit=1000).records
        assert len(index) == 2 * BATCHES * BATCH
        assert len({record.storage_id for record in index}) == len(index)


def test_events_go_to_the_new_file_after_another_process_wiped_the_log(tmp_path: Path) -> None:
    with opened(tmp_path, OURS) as ours, opened(tmp_path, STOCK) as other:
        ours.event_log_storage.store_event(materialization(RUN, 1))
        other.event_log_storage.wipe()
        ours.event_log_storage.store_event(materialization(RUN, 2))
        assert partitions(other, RUN) == [2]
        assert other.event_log_storage.get_materialized_partitions(NUMBERED) == {"2"}


def test_a_batch_that_the_index_cannot_take_is_not_in_the_run_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.dagster_storage.database.SQLITE_BUSY_TIMEOUT_SECONDS", 0.05)
    with opened(tmp_path, OURS) as instance:
        log = instance.event_log_storage
        log.store_event(materialization(RUN, 0))
        with closing(sqlite3.connect(shard(tmp_path, "index"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Exception, match="database is locked"):
                log.store_event_batch([materialization(RUN, 1), materialization(RUN, 2)])
            other.execute("ROLLBACK")
        assert partitions(instance, RUN) == [0]
        log.store_event_batch([materialization(RUN, 1), materialization(RUN, 2)])
        assert partitions(instance, RUN) == [0, 1, 2]


_FORK = """
import os, sys
from pathlib import Path
from adops_pipeline_tests.dagster_storage.homes import OURS, opened
from adops_pipeline_tests.dagster_storage.writing import materialization
with opened(Path(sys.argv[1]), OURS) as instance:
    instance.event_log_storage.store_event(materialization(sys.argv[2], 0))
    child = os.fork()
    if child == 0:
        instance.event_log_storage.store_event(materialization(sys.argv[2], 1))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    instance.event_log_storage.store_event(materialization(sys.argv[2], 2))
"""


def test_a_forked_process_opens_the_files_for_itself(tmp_path: Path) -> None:
    done = python(_FORK, tmp_path, RUN)
    assert done.returncode == 0, done.stderr
    with opened(tmp_path, STOCK) as instance:
        assert partitions(instance, RUN) == [0, 1, 2]


def test_whoever_watches_a_run_hears_of_events_that_another_process_writes(tmp_path: Path) -> None:
    read, write = os.pipe()
    with opened(tmp_path, OURS) as instance:
        log = instance.event_log_storage
        log.store_event(materialization(RUN, 0))
        heard: list[int] = []

        def hear(entry: dg.EventLogEntry, _cursor: str) -> None:
            heard.append(int(entry.get_dagster_event().partition or -1))
            if heard[-1] == BATCH * 3 - 1:
                os.write(write, b".")

        log.watch(RUN, None, hear)
        with writing(tmp_path, "ours", RUN, 3):
            pass
        assert os.read(read, 1) == b"."
        log.end_watch(RUN, hear)
    assert heard == [0, *range(BATCH * 3)]


def test_few_files_stay_open_however_many_runs_are_read(tmp_path: Path) -> None:
    with opened(tmp_path, OURS) as instance:
        for number in range(20):
            run_id = f"{number:08}-0000-4000-8000-000000000000"
            instance.event_log_storage.store_event(materialization(run_id, number))
        files = {link.resolve() for link in Path("/proc/self/fd").iterdir()}
        runs = {file for file in files if file.is_relative_to(tmp_path) and file.name.endswith("-8000-000000000000.db")}
        assert 0 < len(runs) <= 8
        assert partitions(instance, "00000003-0000-4000-8000-000000000000") == [3]
