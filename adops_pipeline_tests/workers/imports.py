"""What the forkserver of workers does first: import the selected test modules as pytest does, with its assertions."""

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from typing import Any

import pytest
from _pytest.config import apply_warning_filters

from adops_pipeline.supervision.forkserver import WITHOUT_THREADS, other_threads
from adops_pipeline_tests.workers.start import PATHS

_HARMLESS_THREADS = {"polars-ooc-clea"}  # those of `adops_pipeline.parts.forkserver`
_AT_FIRST_USE = (
    "adops_pipeline.definitions",
    "alembic.command",
    "dagster._core.executor.in_process",
    "dagster._core.instance.factory",
    "dagster._core.secrets.env_file",
    "dagster._core.storage.base_storage",
    "dagster._core.storage.root",
    "dagster._core.storage.sqlite_storage",
    "pandas",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "upath.implementations.local",
)
"""What libraries import when something is first done with them, in most processes of tests."""


class _Imports:
    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        """Import in place of running tests. What cannot be imported is left to the workers, which report why."""
        import_module("adops_pipeline.wiring").end_library_threads()
        for module in (*_AT_FIRST_USE, *_modules(config)):
            with warnings.catch_warnings(), suppress(Exception, pytest.skip.Exception):
                apply_warning_filters(config.getini("filterwarnings"), ())
                import_module(module)
            if threads := set(other_threads()) - _HARMLESS_THREADS:
                sys.exit(f"Workers start slowly, as {module} starts threads when it is imported: {sorted(threads)}")
        return 0


def _modules(config: pytest.Config) -> Iterator[str]:
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.name == "conftest.py" or file.name.startswith("test_"):
                yield ".".join(file.relative_to(config.rootpath).with_suffix("").parts)


gc.disable()  # all of it stays
_paths = os.environ.pop(PATHS).split(os.pathsep)
_code = pytest.main(["--capture=no", "-p", "no:faulthandler", "-p", "no:cacheprovider", *_paths], plugins=[_Imports()])
if _code:
    sys.exit("Workers start slowly, as the selected tests could not be imported once for all of them.")
for _name in WITHOUT_THREADS:
    del os.environ[_name]
gc.freeze()
gc.enable()
# Forked processes have others forked by this server, too, instead of starting one of their own.
_server: Any = forkserver._forkserver
_server.ensure_running = resource_tracker.ensure_running
forkserver.ensure_running = _server.ensure_running
