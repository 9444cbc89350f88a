"""The queue under fire for longer: two hundred executions, six kills. The short form is in `test_up_command.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adops_pipeline_tests.e2e.queue_load import under_fire
from adops_pipeline_tests.e2e.running_up import DAEMON, FORKSERVER, Up, running
from adops_pipeline_tests.integration.small_run import small_run
from adops_pipeline_tests.templates import copy_into


@pytest.fixture
def up(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Up]:
    copy_into(small_run(tmp_path_factory), tmp_path)
    with running(tmp_path) as up:
        yield up


@pytest.mark.slow
def test_executions_of_a_large_crowd_have_one_run_each_though_daemon_and_forkserver_are_killed(up: Up) -> None:
    kills = (DAEMON, FORKSERVER, DAEMON, DAEMON, FORKSERVER, DAEMON)
    under_fire(up, processes=8, each=25, kills=kills)
