"""A pytest plugin: writes which lines of the package each test runs, and how long it takes."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

_seconds: defaultdict[str, float] = defaultdict(float)
_failed: set[str] = set()
_measured = coverage.Coverage(data_file=None, config_file=False, include=["*/adops_pipeline/*"])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to write."""
    parser.addoption("--record-to", required=True)


def pytest_configure() -> None:
    """Begin to measure."""
    _measured.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Attribute lines to the test function, its fixtures included."""
    name = item.nodeid.split("[")[0]
    _measured.switch_context(name)
    started = time.process_time()
    try:
        return (yield)
    finally:
        _seconds[name] += time.process_time() - started
        _measured.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that fails without a mutation says nothing about one."""
    if report.failed:
        _failed.add(report.nodeid.split("[")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the record."""
    _measured.stop()
    data, root = _measured.get_data(), Path.cwd()
    lines: defaultdict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for path in data.measured_files():
        relative = os.path.relpath(path, root)
        for number, contexts in data.contexts_by_lineno(path).items():
            for name in contexts:
                lines[name][relative].append(number)
    found = {
        name: {"seconds": seconds, "lines": lines[name]} for name, seconds in _seconds.items() if name not in _failed
    }
    Path(session.config.getoption("--record-to")).write_text(json.dumps(found))
