"""`adops run` as a process: its summary, its record in Dagster, and its end by a kill."""

import signal
import subprocess
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher.base import WorkerStatus
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin

from adops_pipeline.dagster_storage.event_log import EventLog
from adops_pipeline.operations import executions
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.dagster_storage.homes import OURS, opened
from adops_pipeline_tests.e2e.command import ADOPS, RUN, adops, environment, first_run
from adops_pipeline_tests.integration.pipeline import dump
from adops_pipeline_tests.templates import copy_into


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_run(tmp_path_factory)


def test_a_run_ends_with_a_table_of_the_platforms(first: Path) -> None:
    printed = (first / "terminal.txt").read_text()
    for word in ("Platform", "Spend", "Conversions", "Revenue", "Rejects", "Pulls", "Seconds", "pinterest", "JPY"):
        assert word in printed
    assert list(first.glob("operations.db*")) == [first / "operations.db"], "the store is whole in one file"


def test_what_a_run_wrote_is_its_owners_alone(first: Path) -> None:
    written = [path for path in (first, *first.rglob("*")) if path.name != "terminal.txt"]
    assert {"adops.duckdb", "warehouse.duckdb", "operations.db", "raw", "runs.db"} <= {path.name for path in written}
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_run_is_listed_among_its_jobs_runs_in_dagsters_ui_with_its_events(first: Path, tmp_path: Path) -> None:
    copy_into(first, tmp_path)
    location = RegisteredCodeLocationOrigin("adops_pipeline")
    label = RemoteRepositoryOrigin(location, "__repository__").get_label()
    with opened(tmp_path / "dagster", OURS) as instance:
        listed = dg.RunsFilter(job_name="sync_platforms", tags={".dagster/repository": label})
        run = instance.get_runs(filters=listed)[-1]
        assert run.status is dg.DagsterRunStatus.SUCCESS
        assert isinstance(instance.event_log_storage, EventLog)
        events = instance.event_log_storage.get_logs_for_run(run.run_id)
        months = instance.get_materialized_partitions(dg.AssetKey("analytics_metrics"))
    assert {dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS} <= {e.dagster_event_type for e in events}
    assert months == {"2025-11-01"}


def _workers(folder: Path) -> list[WorkerStatus]:
    """What run monitoring learns of the processes of the runs in progress."""
    with dg.DagsterInstance.from_config(str(folder / "dagster" / "home")) as instance:
        runs = instance.get_runs(filters=dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        return [instance.run_launcher.check_run_worker_health(run).status for run in runs]


# The fast set kills runs at every boundary without Dagster (integration/test_crashes.py), and has Dagster's record of
# dead runs put right (dagster_storage/test_launcher.py).
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["pull pinterest:", "pull meta-ads:", "steps: "])
def test_a_run_that_is_killed_does_not_hold_up_the_next_one(moment: str, first: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [ADOPS, *RUN], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(moment):
            break
    assert _workers(tmp_path) == [WorkerStatus.RUNNING]
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert _workers(tmp_path) == [WorkerStatus.NOT_FOUND]
    done = adops(tmp_path, *RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert dump(tmp_path / "adops.duckdb") == dump(first / "adops.duckdb")
    with Store(f"sqlite:///{tmp_path / 'operations.db'}") as store, store.reading() as con:
        ends = {(execution.status, execution.error) for execution in executions.latest(con)}
    assert ends == {("completed", None), ("failed", "the process of this run ended before the run did")}
