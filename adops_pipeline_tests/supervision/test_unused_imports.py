"""Promise: a package that is executed late gives its submodules at once, and the rest of itself when it is asked."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from adops_pipeline.supervision import unused_imports

NAME = "late_package_of_this_test"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package that is executed late; it counts its executions in `sys`."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text(
        f"import sys\nsys.executions_of_test += 1\nfrom {NAME}.part import VALUE as VALUE\n", encoding="utf-8"
    )
    (folder / "part.py").write_text("VALUE = 7\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "executions_of_test", 0, raising=False)
    monkeypatch.setattr(sys, "meta_path", [unused_imports._AtFirstUse((NAME,)), *sys.meta_path])
    yield NAME
    for name in (NAME, f"{NAME}.part"):
        sys.modules.pop(name, None)


def executions() -> object:
    return vars(sys)["executions_of_test"]


def test_a_submodule_is_imported_without_its_package(package: str) -> None:
    assert import_module(f"{package}.part").VALUE == 7
    assert executions() == 0


def test_an_attribute_executes_the_package_once(package: str) -> None:
    import_module(f"{package}.part")
    late = import_module(package)
    assert late.VALUE == 7
    assert late.VALUE == 7
    assert executions() == 1
    assert type(late) is type(sys)


def test_a_name_that_is_imported_from_it_executes_the_package(package: str) -> None:
    found: dict[str, object] = {}
    exec(f"from {package} import VALUE", found)
    assert (found["VALUE"], executions()) == (7, 1)


def test_a_name_that_it_lacks_is_missing(package: str) -> None:
    late = import_module(package)
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = late.nothing_like_it
    assert executions() == 1
