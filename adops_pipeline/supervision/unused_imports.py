"""What libraries do by default and no process of this product needs: modules they import, threads they start."""

import os
import sys
from collections.abc import Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
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
    """Finds modules that are executed at first use, and packages of which submodules may be imported before that."""

    def __init__(self, packages: Collection[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _AT_FIRST_USE and fullname not in self._packages:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader) if fullname in _AT_FIRST_USE else _LatePackage(spec.loader)
        return spec


class _LatePackage(Loader):
    """Creates a package whose submodules can be imported before it is executed. LazyLoader would execute it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The package, which has nothing but its path yet."""
        return _NotExecuted(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""

    def execute(self, module: ModuleType) -> None:
        """Fill the package."""
        self._loader.exec_module(module)


class _NotExecuted(ModuleType):
    """A package until one of its attributes is read."""

    def __getattr__(self, name: str) -> object:
        loader = vars(self)["__loader__"]
        if name.startswith("__") or not isinstance(loader, _LatePackage):  # the import system looks for some names
            raise AttributeError(name)
        # From now on an ordinary module, as LazyLoader does it: whoever holds the package keeps the same object.
        self.__class__ = ModuleType  # type: ignore[assignment]
        loader.execute(self)
        return getattr(self, name)


def leave_unused_out(packages: Collection[str] = ()) -> None:
    """Do not import these modules in this process from now on; only for processes of our own, never for a test's.

    ``packages`` are executed when an attribute is read that is not one of their imported submodules.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in _ABSENT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    sys.meta_path.insert(0, _AtFirstUse(packages))
    compile_methods_at_first_call()
