"""One `adops up` for a data folder, and its crash does not shut the next one out."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from adops_pipeline.supervision.lock import AlreadyUpError, only_up
from adops_pipeline_tests.patience import patience_seconds

HOLD = """
import sys, time
from pathlib import Path
from adops_pipeline.supervision.lock import only_up
with only_up(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(300)
"""


def test_a_second_holder_is_refused_with_the_first_ones_process(tmp_path: Path) -> None:
    path = tmp_path / "dagster" / "up.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(AlreadyUpError) as refused, only_up(path):
            pytest.fail("two hold it")
        assert refused.value.pid == first.pid
        first.kill()
    with only_up(path):
        assert path.read_text() == str(os.getpid())


def test_it_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with only_up(tmp_path / "up.lock"):
            pass
    assert (tmp_path / "up.lock").read_text() == ""


def test_a_start_after_a_crash_waits_for_the_parts_that_still_hold_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "up.lock"
    crashed = """
import os, subprocess, sys
from pathlib import Path
from adops_pipeline.supervision.lock import only_up
with only_up(Path(sys.argv[1])) as lock:
    subprocess.Popen(["cat"], pass_fds=(lock,))
    os._exit(9)
"""
    with subprocess.Popen([sys.executable, "-c", crashed, str(path)], stdin=subprocess.PIPE) as process:
        assert process.wait() == 9
        with pytest.raises(AlreadyUpError), only_up(path, linger_seconds=0.0):
            pytest.fail("the part still holds it")
        assert process.stdin is not None
        let_go = threading.Timer(0.2, process.stdin.close)
        let_go.start()
        with only_up(path, linger_seconds=patience_seconds()):
            assert process.stdin.closed
