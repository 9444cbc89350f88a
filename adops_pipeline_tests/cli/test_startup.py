"""Starting the command line costs little: nothing heavy is imported before a command needs it."""

import subprocess
import sys
from pathlib import Path

import duckdb

from adops_pipeline_tests.e2e.command import environment

HEAVY = {"scipy", "polars", "duckdb", "dagster", "sqlalchemy", "alembic"}
SETTINGS = {"pydantic", "pydantic_settings"}


def test_help_imports_no_heavy_package() -> None:
    told = "import sys, adops_pipeline.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert (HEAVY | SETTINGS).isdisjoint(done.stdout.split())


def test_a_question_to_the_snapshot_imports_duckdb_and_no_other_heavy_package(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "adops.duckdb")).close()
    told = (
        "import sys; from adops_pipeline.cli import app; "
        "app(['sql', 'SELECT 41 + 1 AS answer', '--format', 'csv'], standalone_mode=False); print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    column, answer, *modules = done.stdout.split()
    assert (column, answer) == ("answer", "42")
    assert HEAVY & set(modules) == {"duckdb"}


def test_no_garbage_is_searched_for_at_exit() -> None:
    told = (
        "import atexit, gc, sys; atexit.register(lambda: print(gc.get_freeze_count() > 0)); "
        "from adops_pipeline.cli import main; sys.argv = ['adops', '--help']; main()"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nTrue\n")


def test_what_libraries_import_and_nobody_uses_is_left_out() -> None:
    used = (
        "duckdb.connect().execute('SELECT ?', [1]); print(sys.modules['pandas']); "
        "print('numpy.f2py.crackfortran' in sys.modules, httpx.URL('https://example.com').host); "
        "print(numpy.ma.masked_equal([1, 2], 2).sum())"
    )
    told = (
        f"import atexit, sys; atexit.register(lambda: exec({used!r})); import duckdb; "
        "from adops_pipeline.cli import main; sys.argv = ['adops', '--help']; "
        "atexit.register(lambda: exec('import httpx, numpy, scipy.special', globals())); main()"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nNone\nFalse example.com\n1\n")
