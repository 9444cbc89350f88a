"""`adops workflow run`: a workflow in the command's own process, as a user runs it, and what is left of it after."""

import json
import signal
import subprocess
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.e2e.command import ADOPS, adops, environment

_SYNC = ("workflow", "run", "sync-platforms", "--set", "platforms=pinterest", "--set", "lookbackDays=2")
_SETTINGS = {"ADOPS_HISTORY_DAYS": "3"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    done = adops(folder, *_SYNC, "--json", **_SETTINGS)
    assert done.returncode == 0, done.stderr
    (folder / "sync.json").write_text(done.stdout)
    return folder


def _executions(folder: Path) -> list[Execution]:
    with Store(f"sqlite:///{folder / 'operations.db'}") as store, store.reading() as con:
        return executions.latest(con)


def _run(folder: Path, run_id: str) -> dg.DagsterRun:
    with dg.DagsterInstance.from_config(str(folder / "dagster" / "home")) as instance:
        run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def test_a_sync_of_one_platform_pulls_that_platform_alone(data_dir: Path) -> None:
    told = json.loads((data_dir / "sync.json").read_text())
    assert (told["status"], told["requested_by"], told["error"]) == ("completed", "cli", None)
    assert [stage["status"] for stage in told["stages"]] == ["succeeded"] * 4
    assert told["result"]["summary"].endswith("on 1 platform; nothing failed.")
    rows = adops(data_dir, "sql", "SELECT DISTINCT platform FROM raw_pulls", "--format", "csv").stdout.split()
    assert rows == ["platform", "pinterest"]


def test_a_workflow_runs_to_its_result_and_is_a_run_like_any_other(data_dir: Path) -> None:
    done = adops(data_dir, "workflow", "run", "new-campaign-check", "--set", "platforms=pinterest", **_SETTINGS)
    newest = _executions(data_dir)[0]
    assert newest.result is not None
    grave = any(finding["severity"] == "critical" for finding in newest.result["found"])
    assert done.returncode == (3 if grave else 0), done.stderr
    assert done.stdout.startswith(newest.result["summary"])
    titles = [line.split("  ")[0] for line in done.stderr.splitlines()]
    assert titles == [f"✓ {stage['title']}" for stage in newest.stages]
    assert (newest.id, newest.requested_by, newest.status) == (newest.run_id, "cli", "completed")
    run = _run(data_dir, newest.id)
    assert (run.job_name, run.status) == ("pacing_check", dg.DagsterRunStatus.SUCCESS)


def test_a_wrong_parameter_runs_nothing(data_dir: Path) -> None:
    before = len(_executions(data_dir))
    done = adops(data_dir, "workflow", "run", "pacing-check", "--set", "lookbackDays=9999")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "parameter lookbackDays: 9999 is not allowed; it must be a whole number from 1 to 400\n"
    assert len(_executions(data_dir)) == before


def test_a_workflow_that_fails_says_why_and_ends_with_1(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("no database")
    done = adops(tmp_path, "workflow", "run", "pacing-check")
    assert done.returncode == 1
    (execution,) = _executions(tmp_path)
    assert execution.status == "failed"
    assert execution.error
    assert execution.error.split(":")[0] in done.stdout
    assert "Traceback" not in done.stderr
    assert [stage["status"] for stage in execution.stages] == ["failed", "skipped", "skipped"]
    assert _run(tmp_path, execution.id).status is dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("asked_by", ["ctrl-c", "another command"])
def test_a_run_that_is_to_stop_ends_as_cancelled(asked_by: str, tmp_path: Path) -> None:
    command = subprocess.Popen(
        [ADOPS, "workflow", "run", "sync-platforms"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert command.stderr is not None
        assert command.stderr.readline().startswith("steps: 1/")
        (execution,) = _executions(tmp_path)
        if asked_by == "ctrl-c":
            command.send_signal(signal.SIGINT)
        else:
            asked = adops(tmp_path, "workflow", "cancel", execution.id[:8])
            assert "was asked to stop" in asked.stdout, asked.stderr
        said, _ = command.communicate(timeout=60)
    finally:
        command.kill()
        command.communicate()
    assert command.returncode == 1
    assert said.startswith("cancelled ")
    (execution,) = _executions(tmp_path)
    assert execution.status == "cancelled"
    assert _run(tmp_path, execution.id).status is dg.DagsterRunStatus.CANCELED
