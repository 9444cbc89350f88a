"""What the client reads out of Pinterest's answers: ids, cursors, tokens, states. Rows themselves pass through unread.

Field names per Pinterest's OpenAPI description 5.23. Unknown fields and enum values are allowed.
"""

import msgspec


class TokenGrant(msgspec.Struct, frozen=True):
    """Answer of ``POST /oauth/token``. ``expires_in`` in seconds; a refresh token only when there is a new one."""

    access_token: str
    expires_in: msgspec.Raw = msgspec.Raw()
    refresh_token: str | None = None
    scope: str | None = None


class UserAccount(msgspec.Struct, frozen=True):
    """The account behind the token."""

    username: str | None = None
    business_name: str | None = None


class AdAccount(msgspec.Struct, frozen=True):
    """An ad account; without a currency it is ``UNK``, Pinterest's own word for that."""

    id: str
    name: str | None = None
    currency: str | None = None


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
