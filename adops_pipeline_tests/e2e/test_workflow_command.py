"""`adops workflow run` as a process that is asked to stop: by Ctrl-C, and by another command."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.cli.commands import command_over
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.patience import patience_seconds


def _execution(folder: Path) -> Execution:
    with Store(f"sqlite:///{folder / 'operations.db'}") as store, store.reading() as con:
        (execution,) = executions.latest(con)
    return execution


@contextmanager
def _begun(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command whose first step has begun."""
    command = subprocess.Popen(
        [ADOPS, *arguments],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert command.stderr is not None
        assert command.stderr.readline().startswith("steps: 1/")
        yield command
    finally:
        command.kill()
        command.communicate()


@pytest.mark.parametrize("asked_by", ["ctrl-c", pytest.param("another command", marks=pytest.mark.slow)])
def test_a_run_that_is_to_stop_ends_as_cancelled(
    asked_by: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _begun(data_dir, "workflow", "run", "sync-platforms") as command:
        execution = _execution(data_dir)
        if asked_by == "ctrl-c":
            command.send_signal(signal.SIGINT)
        else:
            asked = command_over(data_dir, monkeypatch)("workflow", "cancel", execution.id[:8])
            assert "was asked to stop" in asked.out
        said, _ = command.communicate(timeout=patience_seconds())
    assert command.returncode == (130 if asked_by == "ctrl-c" else 1)
    assert said.startswith("cancelled ")
    assert _execution(data_dir).status == "cancelled"
    with dg.DagsterInstance.from_config(str(data_dir / "dagster" / "home")) as instance:
        run = instance.get_run_by_id(execution.id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.CANCELED


def test_sigterm_ends_adops_run_with_one_line_and_the_execution_is_cancelled(data_dir: Path) -> None:
    with _begun(data_dir, "run") as command:
        command.send_signal(signal.SIGTERM)
        said, complained = command.communicate(timeout=patience_seconds())
    assert command.returncode == 130
    assert said == "stopped by SIGTERM; nothing was published. Run the same command again to continue\n"
    assert "Error" not in complained
    assert _execution(data_dir).status == "cancelled"
    assert not (data_dir / "adops.duckdb").exists()
