"""What the client reads out of Pinterest's answers: ids, cursors, tokens, states. Rows themselves pass through unread.

Field names per Pinterest's OpenAPI description 5.23. Unknown fields and enum values are allowed.
"""

from dataclasses import replace
from typing import TypeVar

import msgspec

from adops_pipeline.connectors.errors import ContractError, FailureContext
from adops_pipeline.connectors.rows import rows_at

T = TypeVar("T")


class TokenGrant(msgspec.Struct, frozen=True):
    """Answer of ``POST /oauth/token``. ``expires_in`` in seconds; a refresh token only when there is a new one."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    scope: str = ""


class UserAccount(msgspec.Struct, frozen=True):
    """The account behind the token."""

    username: str | None = None
    business_name: str | None = None


class AdAccount(msgspec.Struct, frozen=True):
    """An ad account; ``UNK`` is Pinterest's own word for a currency that is not set."""

    id: str
    name: str | None = None
    currency: str = "UNK"


class Cursor(msgspec.Struct, frozen=True):
    """The part of a list's page that leads to the next one; null or absent on the last."""

    bookmark: str | None = None


class HasId(msgspec.Struct, frozen=True):
    """Any item of a list."""

    id: str


class ReportTicket(msgspec.Struct, frozen=True):
    """Answer to a report request: what to poll with."""

    token: str


class ReportState(msgspec.Struct, frozen=True):
    """Answer to a poll; ``url`` once the report is finished."""

    report_status: str
    url: str | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    """Pinterest's error form; ``code`` is the HTTP status or Pinterest's own number."""

    code: int | str = ""
    message: str = ""


def decode(body: bytes, kind: type[T], context: FailureContext) -> T:
    """Parse ``body``. Raises ContractError with the field if the format is unexpected."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise ContractError(replace(context, message=f"unexpected answer: {error}")) from None


def rows(body: bytes, context: FailureContext, *path: str) -> tuple[bytes, ...]:
    """The array at ``path`` cut into its elements' own JSON, one line each; ContractError when there is none."""
    try:
        return rows_at(body, *path)
    except ValueError as error:
        raise ContractError(replace(context, message=f"unexpected answer: {error}")) from None
