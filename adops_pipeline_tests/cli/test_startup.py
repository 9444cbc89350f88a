"""Starting the command line costs little: nothing heavy is imported before a command needs it."""

import subprocess
import sys

HEAVY = {"scipy", "polars", "duckdb", "dagster", "sqlalchemy", "alembic"}


def test_help_imports_no_heavy_package() -> None:
    told = "import sys, adops_pipeline.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())
