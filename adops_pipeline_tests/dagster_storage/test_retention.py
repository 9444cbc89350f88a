"""Old runs go with everything that is kept for them; what Dagster still shows of the present stays."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.dagster_storage import retention
from adops_pipeline.dagster_storage.retention import prune_records
from adops_pipeline.domain.retention import Pruned
from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened, shard
from adops_pipeline_tests.templates import copy_into

NOW = datetime.now(UTC)
BEFORE, DAYS = NOW - timedelta(days=30), 30
OLD = (NOW - timedelta(days=31)).strftime("%Y-%m-%d %H:%M:%S.%f")


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["october", "november"]))
def figures() -> None:
    """An asset with two partitions."""


@dg.asset_check(asset=figures)
def sound() -> dg.AssetCheckResult:
    """Its check."""
    return dg.AssetCheckResult(passed=True)


@dg.op
def say() -> str:
    """An output that is kept in a file."""
    return "said"


@dg.job(executor_def=dg.in_process_executor)
def saying() -> None:
    """One op."""
    say()


def materialize(instance: dg.DagsterInstance, partition: str) -> str:
    return dg.materialize([figures, sound], instance=instance, partition_key=partition).run_id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with runs that ended a month ago: each asset's newest ones, a superseded one, and one without assets."""
    home = tmp_path_factory.mktemp("home")
    with opened(home, OURS) as instance:
        runs = {
            "superseded": materialize(instance, "october"),
            "october": materialize(instance, "october"),
            "november": materialize(instance, "november"),
            "job": saying.execute_in_process(instance=instance).run_id,
            "needed": saying.execute_in_process(instance=instance).run_id,
            "young": saying.execute_in_process(instance=instance).run_id,
            "started": instance.create_run_for_job(saying, status=dg.DagsterRunStatus.STARTED).run_id,
        }
        output = Path(instance.storage_directory()) / runs["job"] / "say" / "result"
        output.parent.mkdir(parents=True)
        output.write_bytes(b"said")
    with closing(sqlite3.connect(home / "storage" / "history" / "runs.db")) as con, con:
        con.execute("UPDATE runs SET update_timestamp = ? WHERE run_id <> ?", [OLD, runs["young"]])
    now = str(NOW.replace(tzinfo=None))
    ticks = [
        ("a", "SUCCESS", OLD), ("a", "STARTED", OLD), ("a", "FAILURE", OLD), ("a", "SKIPPED", now),
        ("b", "SUCCESS", OLD),
    ]  # fmt: skip
    with closing(sqlite3.connect(home / "storage" / "schedules" / "schedules.db")) as con, con:
        con.executemany(
            "INSERT INTO job_ticks (job_origin_id, selector_id, status, timestamp, tick_body) "
            "VALUES (?1, ?1, ?2, ?3, 'tick')",
            ticks,
        )
    return home, runs


@pytest.fixture
def home(made: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    return copy_into(made[0], tmp_path)


@pytest.fixture
def runs(made: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return made[1]


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with opened(home, OURS) as found:
        yield found


def prune(instance: dg.DagsterInstance, runs: dict[str, str], *, dry_run: bool = False) -> list[Pruned]:
    return list(prune_records(instance, DAYS, BEFORE, [runs["needed"]], dry_run))


def remaining(instance: dg.DagsterInstance, runs: dict[str, str]) -> set[str]:
    known = {run_id: name for name, run_id in runs.items()}
    return {known[run.run_id] for run in instance.get_runs()}


KEPT = {"october", "november", "needed", "young", "started"}


def test_runs_go_with_their_events_checks_outputs_and_tags(
    home: Path, instance: dg.DagsterInstance, runs: dict[str, str]
) -> None:
    instance.add_run_tags(runs["job"], {"who": "me"})
    with closing(sqlite3.connect(home / "storage" / "history" / "runs.db")) as con, con:
        con.execute("UPDATE runs SET update_timestamp = ?  WHERE run_id = ?", [OLD, runs["job"]])
    told = prune(instance, runs, dry_run=True)
    assert remaining(instance, runs) == set(runs)
    assert prune(instance, runs) == told
    ended, ticks = told
    assert (ended.kind, ended.count, ended.days) == ("runs of Dagster", 2, 30)
    assert ended.bytes > 2 * 50_000, "each has a file of its own"
    assert (ticks.kind, ticks.count, ticks.bytes) == ("ticks of Dagster", 2, len("ticktick"))
    assert remaining(instance, runs) == KEPT
    for name, run_id in runs.items():
        assert shard(home, run_id).exists() == (name in KEPT - {"started"}), name
    assert not (Path(instance.storage_directory()) / runs["job"]).exists()
    with closing(sqlite3.connect(shard(home, "index"))) as con:
        for table in ("event_logs", "asset_check_executions"):
            found = {run_id for (run_id,) in con.execute(f"SELECT DISTINCT run_id FROM {table}")}
            assert found.isdisjoint({runs["superseded"], runs["job"]}), table
            assert found >= {runs["october"], runs["november"]}, table
    with closing(sqlite3.connect(home / "storage" / "history" / "runs.db")) as con:
        assert con.execute("SELECT count(*) FROM run_tags WHERE run_id = ?", [runs["job"]]).fetchone() == (0,)
    assert [one.count for one in prune(instance, runs)] == [0, 0]


def test_what_dagster_shows_of_the_present_is_the_same_afterwards(
    instance: dg.DagsterInstance, runs: dict[str, str]
) -> None:
    def shown() -> list[object]:
        check = dg.AssetCheckKey(figures.key, "sound")
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
        return [
            instance.get_materialized_partitions(figures.key),
            instance.get_latest_materialization_event(figures.key),
            latest.run_id,
            latest.status,
            instance.get_latest_storage_id_by_partition(figures.key, dg.DagsterEventType.ASSET_MATERIALIZATION),
            len(instance.all_logs(runs["november"])),
        ]

    before = shown()
    prune(instance, runs)
    assert shown() == before


@pytest.mark.parametrize("fails_at", ["_delete_from_index", "rmtree"])
def test_a_pruning_that_was_cut_short_is_finished_by_the_next(
    fails_at: str, instance: dg.DagsterInstance, runs: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = retention if fails_at.startswith("_") else shutil

    def fail(*_: object) -> None:
        raise OSError("the disk went away")

    with monkeypatch.context() as patch:
        patch.setattr(target, fails_at, fail)
        with pytest.raises(OSError, match="went away"):
            prune(instance, runs)
    assert remaining(instance, runs) == set(runs)
    assert prune(instance, runs)[0].count == 2
    assert remaining(instance, runs) == KEPT
    assert not shard(home, runs["superseded"]).exists()


def test_a_storage_of_dagsters_own_is_left_alone(home: Path, runs: dict[str, str]) -> None:
    with opened(home, STOCK) as stock:
        (found,) = prune(stock, runs)
        assert (found.count, found.held) == (0, "kept by a storage of your own")
        assert remaining(stock, runs) == set(runs)
