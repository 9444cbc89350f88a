"""Starts, in the controller, the forkserver of its workers."""

import os
import shlex
import sys
from collections.abc import Sequence
from multiprocessing import forkserver
from typing import Any

import execnet
import pytest

from adops_pipeline_tests.operations import processes

PATHS = "ADOPS_TEST_PATHS"
"""Names the environment variable with what the server imports: paths of the selected tests."""

# macOS ends many forked processes that use its libraries. Since Python 3.14 a forkserver wants a key of its clients.
CAN_FORK = sys.platform == "linux" and sys.version_info < (3, 14)


def fork_workers(config: pytest.Config, specs: Sequence[execnet.XSpec]) -> None:
    """Have these workers forked. They end before the server does, and their processor time is counted as its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PATHS, os.pathsep.join(config.args))
        processes.context("adops_pipeline_tests.workers.imports")
    server: Any = forkserver._forkserver
    command = [sys.executable, "-m", "adops_pipeline_tests.workers", server._forkserver_address]
    for spec in specs:
        if spec.popen and not spec.python:
            spec.python = shlex.join(command)
    config.add_cleanup(server._stop)
