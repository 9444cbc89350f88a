"""What `adops up` costs while nothing happens: processor time and memory of all its processes.

Run: python -m benchmarks.idle [--seconds 120]

Processor time is user and system time of every process from /proc, as a share of one core. Memory is the proportional
set size (PSS): private memory, and of shared memory each process' part, so that the sum is what the machine holds.
Exit code 1 when a limit is missed: 0.05 of a core, 500 MB.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline_tests.e2e.running_up import Up, running
from adops_pipeline_tests.integration import pipeline

LIMIT_CORES, LIMIT_MB = 0.05, 500.0
_SETTLING_SECONDS = 30.0
"""The first ticks of all sensors and the end of the start do not count."""


@dataclass(frozen=True)
class Usage:
    """One process: processor seconds so far, memory now."""

    name: str
    cpu_seconds: float
    pss_mb: float
    rss_mb: float


def end_cleanly_on_signals() -> None:
    """Let SIGTERM and SIGINT end the benchmark as an exception does, so that it stops what it has started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it


def usage(up: Up) -> dict[int, Usage]:
    """All processes of this `adops up` by their ids; one that ends at this moment is not among them."""
    found = {}
    for pid in up.processes():
        with suppress(FileNotFoundError, ProcessLookupError):
            found[pid] = _usage(pid)
    return found


def _usage(pid: int) -> Usage:
    folder = Path(f"/proc/{pid}")
    name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
    # User and system time, and those of children that have ended and were waited for.
    ticks = sum(int(field) for field in rest.split()[11:15])
    lines = (line.split() for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
    kilobytes = {words[0]: int(words[1]) for words in lines}
    if name.startswith("python") or name == "adops":
        name = _program(folder)
    return Usage(name, ticks / os.sysconf("SC_CLK_TCK"), kilobytes["Pss:"] / 1024, kilobytes["Rss:"] / 1024)


def _program(folder: Path) -> str:
    command = (folder / "cmdline").read_text().split("\0")
    if any("child_guard" in word for word in command):
        return "guard"
    return "forkserver" if any("parts.forkserver" in word for word in command) else "adops up"


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=120.0)
    seconds = parser.parse_args().seconds
    end_cleanly_on_signals()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pipeline.run(pipeline.services_of(Path(folder), datetime.now(UTC).date(), 2))
        with running(Path(folder)) as up:
            time.sleep(_SETTLING_SECONDS)
            before, began = usage(up), time.monotonic()
            time.sleep(seconds)
            after, took = usage(up), time.monotonic() - began
    print(f"{'process':<20}{'cores':>8}{'PSS MB':>9}{'RSS MB':>9}")
    for pid, one in sorted(after.items()):
        cores = (one.cpu_seconds - before[pid].cpu_seconds) / took if pid in before else float("nan")
        print(f"{one.name:<20}{cores:>8.4f}{one.pss_mb:>9.0f}{one.rss_mb:>9.0f}")
    cores = sum(one.cpu_seconds - before[pid].cpu_seconds for pid, one in after.items() if pid in before) / took
    pss, rss = sum(one.pss_mb for one in after.values()), sum(one.rss_mb for one in after.values())
    print(f"{'all':<20}{cores:>8.4f}{pss:>9.0f}{rss:>9.0f}")
    is_met = cores <= LIMIT_CORES and pss <= LIMIT_MB
    print(f"load {os.getloadavg()[0]:.1f}, {took:.0f} s")
    print(f"limits: {LIMIT_CORES} of a core, {LIMIT_MB:.0f} MB (PSS): {'met' if is_met else 'MISSED'}")
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
