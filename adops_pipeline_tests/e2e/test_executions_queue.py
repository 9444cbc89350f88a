"""The queue under fire: asked by a crowd, daemon and forkserver killed meanwhile, every execution has its one run."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline_tests.e2e.queue_load import Queue
from adops_pipeline_tests.e2e.running_up import DAEMON, FORKSERVER, Up, running
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into, prepared


@pytest.fixture
def up(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Up]:
    copy_into(prepared(tmp_path_factory, "queue", _two_days), tmp_path)
    with running(tmp_path) as up:
        yield up


def _two_days(folder: Path) -> None:
    pipeline.run(pipeline.services_of(folder, date(2026, 11, 10), 2, **pipeline.ONE_ACCOUNT_EACH))


@pytest.mark.parametrize(
    ("processes", "each", "kills"),
    [
        (3, 2, (DAEMON, FORKSERVER)),
        pytest.param(8, 25, (DAEMON, FORKSERVER, DAEMON, DAEMON, FORKSERVER, DAEMON), marks=pytest.mark.slow),
    ],
)
def test_executions_of_a_crowd_have_one_run_each_though_daemon_and_forkserver_are_killed(
    processes: int, each: int, kills: tuple[str, ...], up: Up
) -> None:
    queue, number = Queue(up.data_dir), processes * each
    queue.ask_from_processes(processes, each)
    for turn, part in enumerate(kills):
        seen = 1 + turn * number // (len(kills) + 1)
        wait_until(lambda seen=seen: queue.begun() >= seen)  # type: ignore[misc]
        wait_until(lambda part=part: bool(up.parts(part)))  # type: ignore[misc]
        os.kill(up.part(part), signal.SIGKILL)
    queue.wait_for_all(number)
    assert set(queue.launched().values()) == {1}
    assert queue.launched().keys() == {execution.id for execution in queue.all()}
    failed = [execution for execution in queue.all() if execution.status != "completed"]
    assert {execution.status for execution in failed} <= {"failed"}
    assert len(failed) <= 2 * kills.count(FORKSERVER), "as many as ran when their forkserver was killed"
    assert all(execution.error for execution in failed)
    assert not any("seconds to start" in str(execution.error) for execution in failed), "a launch that was lost"
