"""Adds the suite's processor time by folder to benchmarks/records/suite.csv, and records the duration of each file.

`make test-record` loads this plugin.
Counted are the test process and the children that it waited for; not those that another process starts and ends.
"""

import csv
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline_tests import durations

FILE = Path("benchmarks", "records", "suite.csv")
FIELDS = ("date", "commit", "folder", "cpu_seconds", "wall_seconds")
_cpu: Counter[str] = Counter()
_wall: Counter[str] = Counter()
_file_seconds: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure a test with its fixtures."""
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    cpu, wall = _processor_seconds(), time.perf_counter()
    result = yield
    _cpu[folder] += _processor_seconds() - cpu  # type: ignore[assignment]
    seconds = time.perf_counter() - wall
    _wall[folder] += seconds  # type: ignore[assignment]
    _file_seconds[durations.name_of(item)] += seconds  # type: ignore[assignment]
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's figures to the controller; write them where there are no workers, or all have ended."""
    worker_output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if worker_output is not None:
        worker_output["recorded"] = (dict(_cpu), dict(_wall), dict(_file_seconds))
    elif _cpu:
        write(session.config.rootpath)
        durations.record(session.config.rootpath, _file_seconds)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker measured."""
    parts = getattr(node, "workeroutput", {}).get("recorded", ({}, {}, {}))
    for total, part in zip((_cpu, _wall, _file_seconds), parts, strict=True):
        total.update(part)


def write(root: Path) -> None:
    """Append one row for each folder."""
    command = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.strip()
    file = root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    is_new = not file.exists()
    with file.open("a", newline="") as opened:
        rows = csv.writer(opened, lineterminator="\n")
        if is_new:
            rows.writerow(FIELDS)
        for folder in sorted(_cpu):
            rows.writerow([today, commit, folder, f"{_cpu[folder]:.1f}", f"{_wall[folder]:.1f}"])


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
