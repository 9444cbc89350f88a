"""Dagster's private modules are imported in one package, which is checked when Dagster's version changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import adops_pipeline

ROOT = Path(adops_pipeline.__file__).parent
ALLOWED = ROOT / "dagster_storage"


def private_imports(source: str) -> Iterator[str]:
    """Private modules of any Dagster package that the source imports, at any depth, also by name."""
    if "dagster" not in source:  # to parse every module takes a second
        return
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            names = [node.value]  # for importlib.import_module
        for name in names:
            package, *rest = name.split(".")
            if package.startswith("dagster") and any(part.startswith("_") for part in rest):
                yield name


def test_no_module_outside_of_dagster_storage_imports_a_private_module_of_dagster() -> None:
    modules = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(ALLOWED)]
    found = {str(path.relative_to(ROOT)): list(private_imports(path.read_text(encoding="utf-8"))) for path in modules}
    assert len(found) > 300
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import dagster._core.instance",
        "from dagster import _check",
        "from dagster._utils.log import configure_loggers",
        "def f():\n    from dagster_webserver._private import x",
        "importlib.import_module('dagster._grpc.server')",
    ],
)
def test_every_form_of_import_is_recognized(source: str) -> None:
    assert len(list(private_imports(source))) == 1


def test_public_imports_are_not_private() -> None:
    assert list(private_imports("import dagster as dg\nfrom dagster import AssetKey\nfrom . import _core")) == []
