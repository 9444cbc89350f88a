"""What Pinterest's answers mean: which failures pass, how long to wait, in whose words. No requests are made here.

The HTTP status decides, since ``code`` is sometimes the status and sometimes Pinterest's own number. Two things hide
elsewhere: analytics put the pause into the message ("Retry after 5 seconds", with 429 and even with 400), and a 400
with code 12 ("Something went wrong on our end") is worth another try.
"""

import re

import httpx

from adops_pipeline.connectors.errors import (
    AskForLessError,
    AuthError,
    ConnectorError,
    FailureContext,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.http import first_words
from adops_pipeline.connectors.json_body import decoded
from adops_pipeline.connectors.pinterest.models import ErrorBody
from adops_pipeline.domain.vocabulary import Platform

_RETRY_AFTER = re.compile(r"retry after (\d+(?:\.\d+)?) second", re.IGNORECASE)
_ON_OUR_END = "12"
_TRANSIENT_STATUSES = frozenset({408, 425})
_TOO_MUCH_STATUSES = frozenset({413, 414})
_FAILED_OR_TIMED_OUT = frozenset({500, 504})
_LINK_GONE = frozenset({400, 401, 403, 404, 410})
_FIRST_WORDS = 200


class LinkExpiredError(PermanentError):
    """A report's download link has expired; polling again returns a new one."""


def is_too_much(error: ConnectorError) -> bool:
    """Whether Pinterest failed at its end, retries included: it may answer for fewer days or ids."""
    status = error.context.status or 0
    return isinstance(error, TransientError) and (status in _FAILED_OR_TIMED_OUT or error.context.code == _ON_OUR_END)


class PinterestPolicy:
    """Interprets the API's responses."""

    platform = Platform.PINTEREST

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        """The error of a response; None if it is good."""
        status = response.status_code
        if response.is_success:
            return None
        context = failure_context(response, account_id)
        pause = _RETRY_AFTER.search(context.message)
        if status == 429 or (status == 400 and pause):
            return ThrottledError(context, float(pause.group(1)) if pause else _seconds(response, "x-ratelimit-reset"))
        if status >= 500 or status in _TRANSIENT_STATUSES or (status == 400 and context.code == _ON_OUR_END):
            return TransientError(context)
        if status in {401, 403}:
            return AuthError(context)
        if status in _TOO_MUCH_STATUSES:
            return AskForLessError(context)
        return PermanentError(context)

    def pause(self, response: httpx.Response) -> float:
        """Seconds until the quota is back, when this answer used up the last of it; else 0."""
        is_used_up = _seconds(response, "x-ratelimit-remaining") == 0
        return (_seconds(response, "x-ratelimit-reset") or 0.0) if response.is_success and is_used_up else 0.0


class DownloadPolicy:
    """Reads the answers of the file storage that report links lead to."""

    platform = Platform.PINTEREST

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        """The error of a response; None if it is good."""
        if response.is_success:
            return None
        context = failure_context(response, account_id)
        if response.status_code in _LINK_GONE:
            return LinkExpiredError(context)
        return TransientError(context)

    def pause(self, response: httpx.Response) -> float:
        """File storage has no quota."""
        del response
        return 0.0


def failure_context(response: httpx.Response, account_id: str | None) -> FailureContext:
    """Where it happened and what Pinterest said; the query is left out, tokens may stand there."""
    body = decoded(response.content, ErrorBody) or ErrorBody(message=first_words(response, _FIRST_WORDS))
    return FailureContext(
        Platform.PINTEREST,
        f"{response.request.method} {response.request.url.path}",
        account_id,
        response.status_code,
        str(body.code) or None,
        body.message,
        response.headers.get("x-pinterest-rid"),
    )


def _seconds(response: httpx.Response, header: str) -> float | None:
    """A header that is one number; None when it is absent or something else."""
    try:
        return max(0.0, float(response.headers.get(header, "")))
    except ValueError:
        return None
