"""The queue of executions: how soon a run starts on an idle machine, and 200 that a crowd asks for at once.

Run: python -m benchmarks.executions [--executions 200] [--alone 40]

`adops up` runs on a data folder of its own. First one execution at a time: seconds from the request to the first step
of its run, at the median (limit 1) and the 95th percentile (limit 2), and the processor seconds that all processes
used for one execution. Then eight processes ask for all the others at once, while the daemon is killed twice and the
forkserver once: each must have exactly one run and complete, except the two that may run when the forkserver dies.
Exit code 1 when a limit is missed.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline_tests.e2e.queue_load import Queue, seconds_to_start
from adops_pipeline_tests.e2e.running_up import DAEMON, FORKSERVER, Up, running
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.patience import wait_until
from benchmarks.idle import end_cleanly_on_signals, usage

PROCESSES = 8
LIMIT_MEDIAN_SECONDS, LIMIT_P95_SECONDS = 1.0, 2.0
AT_ONCE = 2
"""dagster.yaml: max_concurrent_runs."""


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
    """Seconds until all of ``number`` have ended, two kills of the daemon and one of the forkserver among them."""
    before = queue.ended()
    began = time.monotonic()
    queue.ask_from_processes(PROCESSES, number // PROCESSES)
    for share, name in ((0.2, DAEMON), (0.4, FORKSERVER), (0.6, DAEMON)):
        wait_until(lambda share=share: queue.ended() - before >= share * number)  # type: ignore[misc]
        wait_until(lambda name=name: bool(up.parts(name)))  # type: ignore[misc]
        os.kill(up.part(name), signal.SIGKILL)
    queue.wait_for_all(before + number)
    return time.monotonic() - began


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--executions", type=int, default=200, help="a multiple of eight")
    parser.add_argument("--alone", type=int, default=40)
    chosen = parser.parse_args()
    if chosen.executions < PROCESSES or chosen.executions % PROCESSES:
        parser.error(f"--executions must be a multiple of {PROCESSES}, at least {PROCESSES}; it is {chosen.executions}")
    if chosen.alone < 2:
        parser.error(f"--alone must be at least 2, for a median and a percentile; it is {chosen.alone}")
    end_cleanly_on_signals()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pipeline.run(pipeline.services_of(Path(folder), datetime.now(UTC).date(), 2))
        with running(Path(folder)) as up:
            is_met = _measure(up, Queue(Path(folder)), chosen.alone, chosen.executions)
    print(
        f"limits: median ≤ {LIMIT_MEDIAN_SECONDS:.0f} s, 95th percentile ≤ {LIMIT_P95_SECONDS:.0f} s, all completed but"
        f" what the forkserver took along, each with one run: {'met' if is_met else 'MISSED'}"
    )
    sys.exit(0 if is_met else 1)


def _measure(up: Up, queue: Queue, number_alone: int, number: int) -> bool:
    load = os.getloadavg()[0]
    before = sum(one.cpu_seconds for one in usage(up).values())
    starts = alone(queue, number_alone)
    median, p95 = statistics.median(starts), statistics.quantiles(starts, n=20, method="inclusive")[-1]
    # Ended runs are gone: their time is in the forkserver's, which has waited for them.
    cpu = (sum(one.cpu_seconds for one in usage(up).values()) - before) / number_alone
    print(f"{number_alone} one at a time (load {load:.1f} before): median {median:.2f} s, 95th percentile {p95:.2f} s,")
    print(f"  worst {max(starts):.2f} s from request to first step; {cpu:.2f} processor seconds each")
    seconds = crowd(up, queue, number)
    asked, launched = queue.all(), queue.launched()
    completed = sum(execution.status == "completed" for execution in asked)
    once = sum(launched[execution.id] == 1 for execution in asked)
    print(f"{number} at once, daemon killed twice, forkserver once: {seconds:.0f} s, {seconds / number:.2f} s each")
    failed = len(asked) - completed
    print(f"{len(asked)} asked for, {completed} completed, {failed} failed, {once} with exactly one run")
    is_exact = once == len(asked) == sum(launched.values()) and failed <= AT_ONCE
    return median <= LIMIT_MEDIAN_SECONDS and p95 <= LIMIT_P95_SECONDS and is_exact


if __name__ == "__main__":
    main()
