"""Turns: one process at a time, each is told whom it waits for, and a dead holder holds nobody up."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from adops_pipeline.supervision.turns import turn
from adops_pipeline_tests.patience import wait_until

HOLDER = """
import sys
from pathlib import Path
from adops_pipeline.supervision.turns import turn
with turn(Path(sys.argv[1]), print):
    print("has it", flush=True)
    sys.stdin.read()
"""


def test_one_after_the_other_and_each_hears_whom_it_waits_for_though_that_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "folder" / "run.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "has it\n"
        told: list[int | None] = []
        order: list[str] = []

        def wait() -> None:
            with turn(lock, told.append):
                order.append("had it")

        waiting = threading.Thread(target=wait)
        waiting.start()
        wait_until(lambda: told == [holder.pid])
        assert order == []
        os.kill(holder.pid, signal.SIGKILL)
        waiting.join()
    assert (order, told) == (["had it"], [holder.pid])
    with turn(lock, told.append):
        assert lock.read_text() == str(os.getpid())
    assert told == [holder.pid]
