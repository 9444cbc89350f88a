"""Errors of people's queries."""

from enum import StrEnum


class QueryError(Exception):
    """The query is refused or failed; the message says why."""


class Bound(StrEnum):
    """What a query may take at most."""

    TIME = "time"
    MEMORY = "memory"
    ROWS = "rows"


class BoundError(QueryError):
    """The query would take more than it may; the front adds how to allow more."""

    def __init__(self, bound: Bound, message: str) -> None:
        super().__init__(message)
        self.bound = bound
