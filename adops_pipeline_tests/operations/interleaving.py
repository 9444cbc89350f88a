"""Lets another worker act between two statements of an operation, without threads and without waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event


@contextmanager
def before_next_update(con: Connection, act: Callable[[], object]) -> Iterator[None]:
    """Call ``act`` once, right before the next UPDATE on ``con``.

    The operation under test has then read what ``act`` changes, as when two processes interleave.
    """
    acted = False

    def on_execute(_con: Connection, statement: Any, *_: object) -> None:
        nonlocal acted
        if statement.is_update and not acted:
            acted = True
            act()

    event.listen(con, "before_execute", on_execute)
    try:
        yield
    finally:
        event.remove(con, "before_execute", on_execute)
    assert acted, "nothing was updated"
