"""The queue under fire: asked by a crowd, its daemon killed and killed again, every execution has its one run."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline_tests.e2e.queue_load import Queue
from adops_pipeline_tests.e2e.running_up import DAEMON, Up
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.patience import wait_until

PROCESSES, EACH = 8, 2


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    pipeline.run(pipeline.services_of(tmp_path, date(2026, 11, 10), 2))
    running = Up(tmp_path).start()
    try:
        wait_until(lambda: running.says("Ctrl-C ends everything") or running.process.poll() is not None)
        assert running.process.poll() is None, running.output.read_text()
        yield running
    finally:
        running.end()


def test_executions_of_a_crowd_have_one_run_each_though_the_daemon_is_killed_twice(up: Up) -> None:
    queue = Queue(up.data_dir)
    queue.ask_from_processes(PROCESSES, EACH)
    for seen in (1, PROCESSES * EACH // 3):
        wait_until(lambda seen=seen: sum(queue.launched().values()) >= seen)  # type: ignore[misc]
        _kill_daemon(up)
    wait_until(lambda: queue.ended() == PROCESSES * EACH)
    assert {execution.status for execution in queue.all()} == {"completed"}
    assert set(queue.launched().values()) == {1}
    assert queue.launched().keys() == {execution.id for execution in queue.all()}


def _kill_daemon(up: Up) -> None:
    """SIGKILL, as soon as there is one."""
    wait_until(lambda: up.has_part(DAEMON))
    os.kill(up.part(DAEMON), signal.SIGKILL)
