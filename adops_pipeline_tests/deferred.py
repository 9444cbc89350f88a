"""Modules that are imported when a test first uses them.

Every worker imports every test file, in order to know its tests. A vendor's SDK takes seconds to import, and only the
worker that runs its tests should pay for it.
"""

from importlib import import_module
from typing import Any


class Deferred:
    """Stands for the module ``name`` and imports it at the first access to one of its attributes."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith(("_", "pytest")):  # pytest asks everything in a test file whether it is a fixture
            raise AttributeError(attribute)
        return getattr(import_module(self._name), attribute)
