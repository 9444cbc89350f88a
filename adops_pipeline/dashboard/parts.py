"""Parts of a page that are read each on its own: one that cannot be read says so in its place, and the others stay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from adops_pipeline.api.problems import ApiError
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.errors import InvalidError, NotFoundError, RefusedError, StoreError, WarehouseError

T = TypeVar("T")
_EXPECTED = (ApiError, DocumentError, InvalidError, NotFoundError, RefusedError, StoreError, WarehouseError)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something cannot be shown."""

    title: str
    detail: str
    code: str = ""
    """Code of the problem, as the API names it."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What was read, or why it could not be."""

    value: T | None = None
    failure: Failure | None = None


def part(read: Callable[[], T], title: str) -> Part[T]:
    """Read a part; ``title`` says what could not be read where that fails."""
    try:
        return Part(read())
    except _EXPECTED as error:
        return Part(failure=Failure(title, str(error)))
