"""Interprets Meta's responses: which failures are temporary, which ask for less data, how long to wait.

Meta answers expired tokens and throttling alike with HTTP 400, so ``error.code`` decides and the status does not
(developers.facebook.com/docs/graph-api/guides/error-handling and …/overview/rate-limiting).
"""

from typing import TypeVar

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
from adops_pipeline.connectors.json_body import decoded
from adops_pipeline.connectors.meta_ads.models import ErrorBody, GraphError, UsageCase
from adops_pipeline.domain.vocabulary import Platform

_BAD_TOKEN_CODES = frozenset({102, 190})
_PERMISSION_CODES = frozenset({10, *range(200, 300)})
_THROTTLED_CODES = frozenset({4, 17, 32, 613, *range(80000, 80007), 80008})
_TRANSIENT_CODES = frozenset({2, 104, 960})
_TOO_MUCH_SUBCODES = frozenset({1487534, 1504018, 1504038})
_UNKNOWN_CODES = frozenset({"1", "2"})
_TOO_MUCH_WORDS = "reduce the amount of data"

_NEARLY_FULL_PCT, _SHORT_PAUSE_SECONDS = 90, 15.0
_FULL_PCT, _LONG_PAUSE_SECONDS = 95, 60.0
_LONGEST_PAUSE_SECONDS = 300.0


def is_too_much(error: ConnectorError) -> bool:
    """Whether Meta gave an unknown error (1 or 2) after all retries, too, as it does for long ranges."""
    code = (error.context.code or "").partition("/")[0]
    return isinstance(error, TransientError) and code in _UNKNOWN_CODES and (error.context.status or 0) >= 500


class MetaAdsPolicy:
    """Interprets the Graph API's responses."""

    platform = Platform.META_ADS

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        """The error of a response; None if it is good or not in Meta's format."""
        error = read_error(response)
        if error is None:
            is_throttled = response.status_code == httpx.codes.TOO_MANY_REQUESTS
            return ThrottledError(failure_context(response, account_id)) if is_throttled else None
        # Token errors concern all accounts, so no account id is attached.
        context = failure_context(response, None if is_bad_token(error) else account_id)
        if error.code in _THROTTLED_CODES:
            return ThrottledError(context, _regain_seconds(_usage(response)) or None)
        return _kind(error, response.status_code)(context)

    def pause(self, response: httpx.Response) -> float:
        """Seconds to wait before the next request: short above 90 % of a quota, a minute above 95 %, at most five."""
        if not response.is_success:
            return 0.0
        usage = _usage(response)
        percent = max((case.percent for case in usage), default=0.0)
        pause = 0.0
        if percent >= _NEARLY_FULL_PCT:
            pause = _LONG_PAUSE_SECONDS if percent >= _FULL_PCT else _SHORT_PAUSE_SECONDS
        return min(max(pause, _regain_seconds(usage)), _LONGEST_PAUSE_SECONDS)


def read_error(response: httpx.Response) -> GraphError | None:
    """The error in a response, which may have HTTP status 200; None if there is none in Meta's format."""
    if response.is_success and not response.content[:64].lstrip().startswith(b'{"error"'):
        return None
    body = decoded(response.content, ErrorBody)
    return None if body is None else body.error


def is_bad_token(error: GraphError) -> bool:
    """Whether the access token itself is expired, revoked or invalid."""
    return error.code in _BAD_TOKEN_CODES


def _kind(error: GraphError, status: int) -> type[ConnectorError]:
    words = error.message.lower().removeprefix("(#100) ")
    if error.error_subcode in _TOO_MUCH_SUBCODES or _TOO_MUCH_WORDS in words:
        return AskForLessError
    # The text of 100/33 (no such object) speaks of missing permissions too, but does not begin with them.
    is_forbidden = error.code == 100 and words.startswith("missing permissions")
    if is_bad_token(error) or error.code in _PERMISSION_CODES or is_forbidden:
        return AuthError
    if error.code in _TRANSIENT_CODES or error.is_transient or status >= 500:
        return TransientError
    return PermanentError


def failure_context(response: httpx.Response, account_id: str | None) -> FailureContext:
    """Where it happened and what Meta said; without the query, which may contain tokens."""
    error = read_error(response)
    code, message, trace = None, response.reason_phrase, response.headers.get("x-fb-trace-id")
    if error is not None:
        code = f"{error.code}/{error.error_subcode}" if error.error_subcode else str(error.code)
        message = f"{error.message} {error.error_user_msg or ''}".strip()
        trace = error.fbtrace_id or trace
    request = f"{response.request.method} {response.request.url.path}"
    return FailureContext(Platform.META_ADS, request, account_id, response.status_code, code, message, trace)


def _regain_seconds(usage: list[UsageCase]) -> float:
    """Seconds until a throttled account is served again; the headers give minutes."""
    return max((case.estimated_time_to_regain_access for case in usage), default=0.0) * 60


def _usage(response: httpx.Response) -> list[UsageCase]:
    """Every quota in the headers; a header in an unknown format is ignored."""
    found: list[UsageCase] = []
    for name in ("x-app-usage", "x-ad-account-usage", "x-fb-ads-insights-throttle"):
        found += _cases(response.headers.get(name), UsageCase)
    for per_account in _cases(response.headers.get("x-business-use-case-usage"), dict[str, list[UsageCase]]):
        found += [case for cases in per_account.values() for case in cases]
    return found


_Form = TypeVar("_Form")


def _cases(header: str | None, form: type[_Form]) -> list[_Form]:
    found = decoded(header, form) if header else None
    return [] if found is None else [found]
