"""Settings of every test process: hypothesis profiles, bytecode, signals, templates, workers and the order of files."""

import gc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import pytest
from execnet import XSpec
from hypothesis import given, settings
from hypothesis import strategies as st
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from adops_pipeline_tests import durations, profiles
from adops_pipeline_tests.templates import build_empty_data, copy_into, prepared
from adops_pipeline_tests.workers.start import CAN_FORK, fork_workers


def _survive(_number: int, _frame: FrameType | None) -> None:
    """Let the test process outlive its terminal, as nohup intends."""


def _keep_frozen() -> None:
    """Stands, in a test process, for what makes the garbage collector look at all objects once more."""


# A shell without job control starts background jobs with Ctrl-C ignored, nohup starts them with the end of the terminal
# ignored, and children inherit both: the processes that tests start must notice either. What is handled here has its
# default effect again in a child.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, _survive)

# Without compiled bytecode every process that a test starts compiles the whole product again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# httpx tries to import it for each request that it hands to an application, and a search without result is not cached.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

_OBJECTS_BETWEEN_COLLECTIONS = 20_000
_BROWSER = "adops_pipeline_tests/browser/"

__all__ = ["profiles"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage while test modules are imported: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Keep the garbage collector off modules and tests, which live as long as the process does."""
    # Without collecting first: there is hardly any garbage among them, and to look for it takes each worker a second.
    gc.freeze()
    # A forkserver unfreezes everything before it forks. In a test process that would be all test modules.
    gc.unfreeze = _keep_frozen
    # A server collects everything once its data are prepared. In a test process that would be for each application.
    if preparation := sys.modules.get("adops_pipeline.api.preparation"):
        preparation.__dict__["_keep_from_garbage_collector"] = _keep_frozen
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    _draw_once()


@settings(max_examples=1, database=None)
@given(st.none())
def _draw_once(_: None) -> None:
    """With its first draw Hypothesis collects garbage, while there is none yet."""


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the last garbage of a worker to the end of its process: what pytest finds in it is shown to nobody."""
    if hasattr(config, "workerinput"):
        gc.freeze()


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the empty tables of warehouse and store, to copy."""
    return prepared(tmp_path_factory, "empty", build_empty_data)


@pytest.fixture
def data_dir(empty_data: Path, tmp_path: Path) -> Path:
    """The test's own data folder, with empty tables."""
    return copy_into(empty_data, tmp_path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: tests that wait for another process leave their core to others."""
    return (os.cpu_count() or 1) + 1


class _BrowserTogether(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """A worker takes a whole file; those of `browser` it takes together, as they share a browser and its servers."""

    def _split_scope(self, nodeid: str) -> str:
        return _BROWSER if nodeid.startswith(_BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[XSpec]) -> None:
    """Fork the workers from one process that has imported the test modules."""
    if CAN_FORK:
        fork_workers(config, specs)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """How files are given to workers."""
    return _BrowserTogether(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order files by duration, longest first, so that all workers end together; those of `browser` count as one."""
    seconds = dict.fromkeys(map(durations.name_of, items), durations.UNKNOWN_SECONDS)
    seconds |= durations.recorded(config.rootpath)
    of_browser = [name for name in seconds if name.startswith(_BROWSER)]
    seconds |= dict.fromkeys(of_browser, sum(seconds[name] for name in of_browser))
    items.sort(key=lambda item: -seconds[durations.name_of(item)])
