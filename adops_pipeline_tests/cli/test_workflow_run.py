"""`adops workflow run` in this process, without the queue: its output, its execution, its Dagster run."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.cli.commands import Command, Said, command_over
from adops_pipeline_tests.templates import copy_into

_SETTINGS = {"ADOPS_HISTORY_DAYS": "3"}


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def synced(empty_data: Path, tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> tuple[Path, Said]:
    """A data folder after a sync of one platform, and what the command printed."""
    folder = copy_into(empty_data, tmp_path_factory.mktemp("synced"))
    adops = command_over(folder, patch)
    arguments = ("sync-platforms", "--set", "platforms=pinterest", "--set", "lookbackDays=2", "--json")
    return folder, adops("workflow", "run", *arguments, **_SETTINGS)


def _executions(folder: Path) -> list[Execution]:
    with Store(f"sqlite:///{folder / 'operations.db'}") as store, store.reading() as con:
        return executions.latest(con)


def _run(folder: Path, run_id: str) -> dg.DagsterRun:
    with dg.DagsterInstance.from_config(str(folder / "dagster" / "home")) as instance:
        run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def test_a_sync_of_one_platform_pulls_that_platform_alone(
    synced: tuple[Path, Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said = synced
    told = said.document
    assert (told["status"], told["requested_by"], told["error"]) == ("completed", "cli", None)
    assert [stage["status"] for stage in told["stages"]] == ["succeeded"] * 4
    assert told["result"]["summary"].endswith("on 1 platform; nothing failed.")
    adops = command_over(folder, monkeypatch)
    rows = adops("sql", "SELECT DISTINCT platform FROM raw_pulls", "--format", "csv").out.split()
    assert rows == ["platform", "pinterest"]


def test_a_workflow_runs_to_its_result_and_is_a_run_like_any_other(
    synced: tuple[Path, Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = synced
    adops = command_over(folder, monkeypatch)
    done = adops("workflow", "run", "new-campaign-check", "--set", "platforms=pinterest", code=None, **_SETTINGS)
    newest = _executions(folder)[0]
    assert newest.result is not None
    grave = any(finding["severity"] == "critical" for finding in newest.result["found"])
    assert done.code == (3 if grave else 0), done.err
    assert done.out.startswith(newest.result["summary"])
    titles = [line.split("  ")[0] for line in done.err.splitlines()]
    assert titles == [f"✓ {stage['title']}" for stage in newest.stages]
    assert (newest.id, newest.requested_by, newest.status) == (newest.run_id, "cli", "completed")
    run = _run(folder, newest.id)
    assert (run.job_name, run.status) == ("pacing_check", dg.DagsterRunStatus.SUCCESS)


def test_a_wrong_parameter_runs_nothing(adops: Command, data_dir: Path) -> None:
    done = adops("workflow", "run", "pacing-check", "--set", "lookbackDays=9999", code=2)
    assert done.out == ""
    assert done.err == "parameter lookbackDays: must be less than or equal to 400, not 9999\n"
    assert _executions(data_dir) == []


def test_a_workflow_that_fails_says_why_and_ends_with_1(adops: Command, data_dir: Path) -> None:
    (data_dir / "warehouse.duckdb").write_text("no database")
    done = adops("workflow", "run", "pacing-check", code=1)
    (execution,) = _executions(data_dir)
    assert execution.status == "failed"
    assert execution.error
    assert execution.error.split(":")[0] in done.out
    assert "Traceback" not in done.err
    assert [stage["status"] for stage in execution.stages] == ["failed", "skipped", "skipped"]
    assert _run(data_dir, execution.id).status is dg.DagsterRunStatus.FAILURE
