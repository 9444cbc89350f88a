"""What requests of several routes share: parameters that refuse unknown names, pages, accepted executions."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from fastapi import Header, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from adops_pipeline.api.models import ApiModel
from adops_pipeline.services.documents.cursors import decode, encode
from adops_pipeline.services.executions import Execution

Row = TypeVar("Row")
Place = tuple[str, ...]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]
"""A parameter that may be repeated."""
IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=200, description="The same key again requests nothing new.")
]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its time zone, in UTC."""


class ApiQuery(BaseModel):
    """Base of parameters: camelCase names; unknown ones are refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class PageQuery(ApiQuery):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=1000, description="Entries on a page.")
    cursor: str | None = Field(None, max_length=2000, description="`nextCursor` of the page before.")

    def mark(self, listing: str) -> Sequence[str | None] | None:
        """Where the page before ended; None for the first page. Raises DocumentError for a cursor of another list."""
        return None if self.cursor is None else decode(listing, self.cursor)

    def page(self, listing: str, rows: Sequence[Row], place: Callable[[Row], Place]) -> tuple[list[Row], str | None]:
        """This page of ``rows`` in the order of ``place``, which must be unique, and the cursor of the next one."""
        mark = self.mark(listing)
        after = None if mark is None else tuple(part or "" for part in mark)
        ordered = sorted((row for row in rows if after is None or place(row) > after), key=place)
        shown = ordered[: self.limit]
        return shown, encode(listing, place(shown[-1])) if len(ordered) > self.limit else None


class Accepted(ApiModel):
    """The execution that was requested."""

    execution_id: str
    status: Literal["pending", "running", "completed", "failed", "cancelled"]


def accept(execution: Execution, request: Request, response: Response) -> Accepted:
    """The answer to a request for an execution; `Location` is where its progress can be read."""
    response.headers["Location"] = str(request.app.url_path_for("get_execution", execution_id=execution.id))
    return Accepted(execution_id=execution.id, status=execution.status)
