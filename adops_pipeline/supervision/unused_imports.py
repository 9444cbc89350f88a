"""What libraries do by default and no process of this product needs: modules they import, threads they start."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

from adops_pipeline.supervision.dataclass_methods import compile_methods_at_first_call

_ABSENT = (
    "pandas",  # DuckDB, with the first bound value of a statement, to recognise missing values: 0.4 s and 40 MB
    "pyarrow.dataset",  # DuckDB, which reads Arrow tables as streams then, and Parquet's readers of many files
    "httpx._main",  # HTTPX, for its own command line
    "mako.ext.pygmentplugin",  # Alembic's templates, for coloured tracebacks
)
"""Optional for the libraries that import them: they go on without."""

_AT_FIRST_USE = frozenset(
    (
        *("numpy.f2py", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing"),  # SciPy copies NumPy's names
        *(f"alembic.ddl.{name}" for name in ("mssql", "mysql", "oracle", "postgresql")),
        *("alembic.autogenerate", "alembic.autogenerate.compare"),
        *(f"sqlalchemy.dialects.postgresql.{name}" for name in ("asyncpg", "pg8000", "psycopg", "psycopg2cffi")),
        *(
            f"sqlalchemy.dialects.mysql.{name}"
            for name in (
                "aiomysql",
                "asyncmy",
                "cymysql",
                "mariadb",
                "mariadbconnector",
                "mysqlconnector",
                "pymysql",
                "pyodbc",
            )
        ),
    )
)
"""Executed when one of their attributes is read."""
_SETTINGS = {
    "PYDANTIC_DISABLE_PLUGINS": "true",  # it looks for plugins in every installed package, and there are none
    "OPENBLAS_NUM_THREADS": "1",  # its threads wait for work in a loop, and the matrices here are small
}
"""Environment variables of libraries that save work; libraries read them when they are imported."""


class _AtFirstUse(MetaPathFinder):
    """Finds modules that are executed at first use."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _AT_FIRST_USE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def leave_unused_out() -> None:
    """Do not import these modules in this process from now on; only for processes of our own, never for a test's."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in _ABSENT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    sys.meta_path.insert(0, _AtFirstUse())
    compile_methods_at_first_call()
