"""The queue of executions: how soon a run starts on an idle machine, and 200 that a crowd asks for at once.

Run: python -m benchmarks.executions [--executions 200] [--alone 9]

`adops up` runs on a data folder of its own. First one execution at a time: from the request to the first step of its
run, limit 6 s at the median. Then eight processes ask for all the others at once, and the daemon is killed twice:
each must complete with exactly one run. Exit code 1 when a limit is missed.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline_tests.e2e.queue_load import Queue, seconds_to_start
from adops_pipeline_tests.e2e.running_up import DAEMON, Up
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.patience import wait_until

PROCESSES = 8
LIMIT_SECONDS = 6.0


@contextmanager
def running(data_dir: Path) -> Iterator[Up]:
    """`adops up` over a small warehouse."""
    pipeline.run(pipeline.services_of(data_dir, datetime.now(UTC).date(), 2))
    up = Up(data_dir).start()
    try:
        wait_until(lambda: up.says("Ctrl-C ends everything") or up.process.poll() is not None)
        if up.process.poll() is not None:
            sys.exit(up.output.read_text())
        yield up
    finally:
        up.process.terminate()
        up.process.wait(20)
        up.end()


def alone(queue: Queue, number: int) -> list[float]:
    """Seconds to the start of each of ``number``, asked for one after the other at moments that fit no beat."""
    seconds = []
    for _ in range(number):
        time.sleep(1.3)
        (asked,) = queue.ask(1)
        wait_until(lambda: queue.ended() == len(queue.all()))
        seconds += [seconds_to_start(execution) for execution in queue.all() if execution.id == asked]
    return seconds


def crowd(up: Up, queue: Queue, number: int) -> float:
    """Seconds until all of ``number`` have ended, two kills of the daemon among them."""
    before = queue.ended()
    began = time.monotonic()
    queue.ask_from_processes(PROCESSES, number // PROCESSES)
    for part in (number // 5, number // 2):
        wait_until(lambda part=part: queue.ended() - before >= part)  # type: ignore[misc]
        wait_until(lambda: up.has_part(DAEMON))
        os.kill(up.part(DAEMON), signal.SIGKILL)
    wait_until(lambda: queue.ended() == before + number)
    return time.monotonic() - began


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--executions", type=int, default=200, help="a multiple of eight")
    parser.add_argument("--alone", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, running(Path(folder)) as up:
        queue = Queue(Path(folder))
        load, _, _ = os.getloadavg()
        starts = alone(queue, chosen.alone)
        median = statistics.median(starts)
        print(f"one at a time (load {load:.1f} before): median {median:.1f} s, worst {max(starts):.1f} s to the start")
        seconds = crowd(up, queue, chosen.executions)
        asked, launched = queue.all(), queue.launched()
        completed = sum(execution.status == "completed" for execution in asked)
        once = sum(launched[execution.id] == 1 for execution in asked)
        each = seconds / chosen.executions
        print(f"{chosen.executions} at once, daemon killed twice: {seconds:.0f} s, {each:.2f} s each")
        print(f"{len(asked)} asked for, {completed} completed, {once} with exactly one run")
        met = median <= LIMIT_SECONDS and completed == once == len(asked) and sum(launched.values()) == len(asked)
        print(f"limits: median ≤ {LIMIT_SECONDS:.0f} s, all completed, each once: {'met' if met else 'MISSED'}")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
