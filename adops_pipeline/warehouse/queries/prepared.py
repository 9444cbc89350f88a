"""Objects that are computed from one snapshot and kept as long as it is the newest."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import duckdb

Made = TypeVar("Made")
Maker = Callable[[duckdb.DuckDBPyConnection], Made]


class Prepared:
    """The objects of one snapshot, each made once.

    ``connection`` opens a connection to make one with: it reads far more than a usual query, and what DuckDB keeps of
    that is freed when the connection is closed.
    """

    def __init__(self, connection: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self._made: dict[Maker[Any], Any] = {}
        self._turns: dict[Maker[Any], threading.Lock] = {}

    def has(self, make: Maker[Any]) -> bool:
        """Whether the object of ``make`` is there, so that nobody has to wait for it."""
        return make in self._made

    def of(self, make: Maker[Made]) -> Made:
        """The object of ``make``; the first one to ask makes it, the others wait."""
        if make not in self._made:
            with self._guard:
                turn = self._turns.setdefault(make, threading.Lock())
            with turn:
                if make not in self._made:
                    with self._connection() as con:
                        self._made[make] = make(con)
        found: Made = self._made[make]
        return found

    def close(self) -> None:
        """Close the objects that hold files."""
        for made in self._made.values():
            if hasattr(made, "close"):
                made.close()
        self._made.clear()
