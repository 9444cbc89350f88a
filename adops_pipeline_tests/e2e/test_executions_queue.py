"""The queue under fire: asked by a crowd, its daemon killed and killed again, every execution has its one run."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline_tests.e2e.queue_load import Queue
from adops_pipeline_tests.e2e.running_up import DAEMON, Up
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into, prepared

KILLS = 2
_LOST_AT_LAUNCH = "Run timed out due to taking longer than 180 seconds to start."
"""A daemon that is killed after it took a run from the queue and before the code server has it loses that launch."""


@pytest.fixture
def up(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Up]:
    copy_into(prepared(tmp_path_factory, "queue", _two_days), tmp_path)
    running = Up(tmp_path).start()
    try:
        wait_until(lambda: running.says("Ctrl-C ends everything") or running.process.poll() is not None)
        assert running.process.poll() is None, running.output.read_text()
        yield running
    finally:
        running.end()


@pytest.mark.parametrize(("processes", "each"), [(3, 2), pytest.param(8, 2, marks=pytest.mark.slow)])
def test_executions_of_a_crowd_have_one_run_each_though_the_daemon_is_killed_twice(
    processes: int, each: int, up: Up
) -> None:
    queue, total = Queue(up.data_dir), processes * each
    queue.ask_from_processes(processes, each)
    for seen in (1, total // 3):
        wait_until(lambda seen=seen: queue.begun() >= seen, "the start of a run")  # type: ignore[misc]
        _kill_daemon(up)
    wait_until(lambda: queue.ended() == total, "the end of every execution")
    ends = Counter((execution.status, execution.error) for execution in queue.all())
    assert ends.keys() <= {("completed", None), ("failed", _LOST_AT_LAUNCH)}
    assert ends[("failed", _LOST_AT_LAUNCH)] <= KILLS
    assert set(queue.launched().values()) == {1}
    assert queue.launched().keys() == {execution.id for execution in queue.all()}


def _two_days(folder: Path) -> None:
    pipeline.run(pipeline.services_of(folder, date(2026, 11, 10), 2, **pipeline.ONE_ACCOUNT_EACH))


def _kill_daemon(up: Up) -> None:
    """SIGKILL, as soon as there is one."""
    wait_until(lambda: up.has_part(DAEMON))
    os.kill(up.part(DAEMON), signal.SIGKILL)
