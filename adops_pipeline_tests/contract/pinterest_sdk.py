"""Pinterest's official SDK without the modules that no test uses.

Its packages import over a thousand modules, which takes 3 s of processor time. Here a module is imported when one of
the names that its package takes from it is first used.
"""

import ast
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any


def __getattr__(name: str) -> Any:
    """A name of the package `pinterestsdk`."""
    if name.startswith(("_", "pytest")):  # pytest asks everything in a test file whether it is a fixture
        raise AttributeError(name)
    if "pinterestsdk" not in sys.modules:
        for package in ("pinterestsdk", "pinterestsdk.api", "pinterestsdk.models"):
            _prepare(package)
    return getattr(sys.modules["pinterestsdk"], name)


def _prepare(package: str) -> None:
    """Put the package among the imported modules without executing it."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    source = ast.parse(Path(spec.origin).read_bytes())
    modules = {
        taken.name: str(statement.module)
        for statement in source.body
        if isinstance(statement, ast.ImportFrom)
        for taken in statement.names
    }

    def attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"{package} takes no {name} from its modules")
        return getattr(import_module(modules[name]), name)

    module = sys.modules[package] = module_from_spec(spec)
    vars(module)["__getattr__"] = attribute
    parent, _, name = package.rpartition(".")
    if parent:
        vars(sys.modules[parent])[name] = module
