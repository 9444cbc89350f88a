"""Runs the tests of one mutation in a forked child of a warm interpreter: third-party imports are paid once."""

import contextlib
import importlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from benchmarks.mutants import hook
from benchmarks.mutants.coverage_map import PYTEST, CoverageMap, GivenTests, Test
from benchmarks.mutants.mutation import Mutation

Status = Literal["killed", "timeout", "survived", "untested", "error"]
START_SECONDS = 20
SLOWDOWN = 4  # a mutant may make a test slower without changing what it finds
PATIENCE = 3  # wall time over processor time: on a busy machine a mutant that only waits its turn is not stuck
SECONDS_PER_MUTANT = 12  # of tests: beyond it the slowest are left out
_PYTEST_FAILED, _PYTEST_BROKEN = 1, (2, 3)
_OURS = re.compile(r"adops_pipeline|benchmarks|pytest|_pytest|hypothesis|coverage|conftest|__main__")


@dataclass(frozen=True)
class Outcome:
    """What became of one mutation."""

    status: Status
    tests: int
    killer: str
    seconds: float


class Runner:
    """Children that run tests against one changed file."""

    def __init__(self, root: Path, coverage: CoverageMap | GivenTests) -> None:
        self._root, self._coverage = root, coverage

    def warm_up(self, packages: Collection[str]) -> None:
        """Import what the tests of ``packages`` import from elsewhere, so that children inherit it."""
        files = {test.file for test in self._coverage.tests if test.file.split("/")[1] in packages}
        for name in _third_party(self._root, sorted(files)):
            with warnings.catch_warnings(), contextlib.suppress(Exception):
                warnings.simplefilter("ignore")
                importlib.import_module(name)

    def start(self, mutation: Mutation) -> "Child | Outcome":
        """A child that tries ``mutation``, or what is known without one."""
        tests = _affordable(self._coverage.of(mutation.path, mutation.function))
        if not tests:
            return Outcome("untested", 0, "", 0)
        return Child(self._root, mutation, tests)


def _affordable(tests: Iterable[Test]) -> list[Test]:
    chosen: list[Test] = []
    spent = 0.0
    for test in tests:
        if not chosen or spent + test.seconds <= SECONDS_PER_MUTANT:
            chosen.append(test)
            spent += test.seconds
    return chosen


class Child:
    """One forked process group with a folder of its own."""

    def __init__(self, root: Path, mutation: Mutation, tests: Sequence[Test]) -> None:
        self.mutation, self._tests = mutation, tests
        self._folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        self._started = time.monotonic()
        self.limit_seconds = START_SECONDS + SLOWDOWN * sum(t.seconds for t in tests)
        changed = self._folder / "changed"
        changed.write_text(mutation.text(), encoding="utf-8")
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os._exit(_child(root, self._folder, root / mutation.path, changed, tests, self.limit_seconds))
            finally:
                os._exit(_PYTEST_BROKEN[0])

    def poll(self) -> Outcome | None:
        """What became of it, once it has ended or taken too long."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        seconds = time.monotonic() - self._started
        if pid == 0 and seconds < PATIENCE * self.limit_seconds:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if pid == 0:
            os.waitpid(self.pid, 0)
            return self._outcome("timeout", "", seconds)
        return self._outcome(*self._judged(os.waitstatus_to_exitcode(status)), seconds)

    def _judged(self, code: int) -> tuple[Status, str]:
        """What pytest's exit code says, and which test said it."""
        output = (self._folder / "output.txt").read_text(errors="replace")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
        if code == 0:
            return "survived", ""
        if code < 0:
            return ("timeout" if code == -signal.SIGXCPU else "killed"), f"signal {-code}"
        if code == _PYTEST_FAILED or code in _PYTEST_BROKEN or "while loading conftest" in output:
            return "killed", failed[1] if failed else "import"
        return "error", f"pytest ended with {code}: {output[-300:]}"

    def _outcome(self, status: Status, killer: str, seconds: float) -> Outcome:
        shutil.rmtree(self._folder, ignore_errors=True)
        return Outcome(status, len(self._tests), killer, round(seconds, 1))


class _Chosen:
    """A pytest plugin: of the collected tests those that enter the changed function, the likeliest killers first."""

    def __init__(self, names: Sequence[str]) -> None:
        self._turns = {name: turn for turn, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Select and order."""
        turns = {item: self._turn(item) for item in items}
        items[:] = sorted((i for i in items if turns[i] is not None), key=lambda i: turns[i] or 0)

    def _turn(self, item: pytest.Item) -> int | None:
        """By the name of its function, or of its file."""
        return self._turns.get(item.nodeid.split("[")[0], self._turns.get(item.nodeid.split("::")[0]))


def _child(root: Path, folder: Path, original: Path, changed: Path, tests: Sequence[Test], limit_seconds: float) -> int:
    os.setsid()
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit_seconds), int(limit_seconds) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(root)
    os.environ |= {
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        "PYTHONPATH": str(Path(hook.__file__).parent / "subprocess_hook"),
        **hook.environment(original, changed),
    }
    hook.install(original, changed)
    arguments = [*PYTEST, "-x", "--tb=line", "-rfE", f"--basetemp={folder}/tmp", *sorted({t.file for t in tests})]
    ignored = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*arguments, *ignored], plugins=[_Chosen([t.name for t in tests])]))


def _third_party(root: Path, files: Sequence[str]) -> list[str]:
    """Names of the modules that collecting the tests imports, in their order, but for ours and pytest's."""
    script = (
        "import sys, pytest\n"
        "pytest.main([*sys.argv[1:], '--collect-only', '-qq'])\n"
        "print('\\n', *[name for name, module in sys.modules.items() if module is not None], sep='\\n')"
    )
    command = [sys.executable, "-c", script, "-p", "no:cacheprovider", "-o", "addopts=", *files]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    names = done.stdout.rpartition("\n\n")[2].split()
    return [name for name in names if name not in sys.modules and not _OURS.search(name)]
