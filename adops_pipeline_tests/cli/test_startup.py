"""Starting the command line costs little: nothing heavy is imported before a command needs it."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb

from adops_pipeline.wiring import processes
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


USE_LIBRARIES = """
import duckdb, httpx, numpy, polars, scipy.special, sys
con, given = duckdb.connect(), polars.DataFrame({"text": ["a", None, "c"], "list": [[1], None, []]}).to_arrow()
con.register("given", given)
assert con.execute("SELECT text FROM given WHERE text <> ?", ["a"]).fetchall() == [("c",)]
assert con.execute("FROM given").to_arrow_table()["list"].to_pylist() == [[1], None, []]
assert numpy.ma.masked_equal([1, 2], 2).sum() == 1
assert httpx.URL("https://example.com").host == "example.com"
print(sorted({"pandas", "numpy.f2py.crackfortran", "pyarrow.compute"} & {n for n, m in sys.modules.items() if m}))
"""


def test_no_module_imports_scipys_distributions_which_cost_a_run_a_tenth_of_its_time() -> None:
    sources = [path for path in Path(processes.__file__).parents[1].rglob("*.py") if "__pycache__" not in path.parts]
    imports = re.compile(r"(?m)^\s*(from scipy import .*\bstats\b|(from|import) scipy\.stats)")
    assert len(sources) > 500
    assert [path.name for path in sources if imports.search(path.read_text(encoding="utf-8"))] == []


def test_what_libraries_import_and_nobody_uses_is_left_out() -> None:
    told = (
        f"from adops_pipeline import cli; cli._command = lambda: lambda **_: exec({USE_LIBRARIES!r}, {{}}); cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_server_starts_without_analyses_and_platforms() -> None:
    program = (
        "import sys, adops_pipeline.api.server, adops_pipeline.dashboard.site;"
        "print([name for name in ('httpx', 'scipy', 'polars', 'mcp', 'adops_pipeline.services.analysis',"
        " 'adops_pipeline.services.sync', 'adops_pipeline.services.workflows.bodies', 'adops_pipeline.sandbox')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_whatever_is_imported_at_first_use_is_imported_before_processes_are_forked() -> None:
    source = "\n".join(module.read_text() for module in Path(processes.__file__).parent.glob("*.py"))
    assert set(re.findall(r"(?m)^ +from (adops_pipeline\.\S+) import", source)) == set(processes.AT_FIRST_USE)
