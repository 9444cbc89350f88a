"""Settings of every test process: hypothesis profiles, bytecode, Ctrl-C, templates, and the order of folders."""

import os
import signal
import sys
from pathlib import Path

import pytest

from adops_pipeline_tests import profiles
from adops_pipeline_tests.templates import build_empty_data, copy_into, prepared

# A shell without job control starts background jobs with Ctrl-C ignored, nohup starts them with the end of the terminal
# ignored, and children inherit both: the processes that tests start must notice either.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Without compiled bytecode every process that a test starts compiles the whole product again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

__all__ = ["profiles"]

_LONGEST_FIRST = ("e2e", "integration", "defs", "warehouse")


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the empty tables of warehouse and store, to copy."""
    return prepared(tmp_path_factory, "empty", build_empty_data)


@pytest.fixture
def data_dir(empty_data: Path, tmp_path: Path) -> Path:
    """The test's own data folder, with empty tables."""
    return copy_into(empty_data, tmp_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order folders by duration, longest first, so that all workers end together."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.path.relative_to(item.config.rootpath / "adops_pipeline_tests").parts[0]
    return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)
