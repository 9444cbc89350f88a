"""Lets one file of the package be read as another text, without touching the file."""

import importlib.machinery
import os
from collections.abc import Mapping
from pathlib import Path
from types import CodeType

_ORIGINAL, _CHANGED = "MUTANT_ORIGINAL", "MUTANT_CHANGED"


def environment(original: Path, changed: Path) -> Mapping[str, str]:
    """What a Python process that a test starts needs to see the same change."""
    return {_ORIGINAL: str(original), _CHANGED: str(changed)}


def install_from_environment() -> None:
    """As ``install``, in such a process."""
    if _ORIGINAL in os.environ:
        install(Path(os.environ[_ORIGINAL]), Path(os.environ[_CHANGED]))


def install(original: Path, changed: Path) -> None:
    """Read ``changed`` wherever the module or the statement at ``original`` is asked for."""
    if original.suffix == ".py":
        _replace_module(str(original), changed)
    else:
        _replace_text(original, changed)


def _replace_module(original: str, changed: Path) -> None:
    loader = importlib.machinery.SourceFileLoader
    compiled_otherwise = loader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        if self.path == original:
            return compile(changed.read_bytes(), original, "exec", dont_inherit=True)
        return compiled_otherwise(self, fullname)

    loader.get_code = get_code  # type: ignore[method-assign, assignment]


def _replace_text(original: Path, changed: Path) -> None:
    read_otherwise = Path.read_text

    def read_text(self: Path, encoding: str | None = None, errors: str | None = None) -> str:
        return read_otherwise(changed if self == original else self, encoding, errors)

    Path.read_text = read_text  # type: ignore[method-assign]
