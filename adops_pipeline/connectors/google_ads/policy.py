"""Interprets Google's responses: which failures are temporary, and how long to wait. No requests are made here.

Google Ads tells its reason as family and name in a GoogleAdsFailure; the HTTP status decides where it gives none. An
error may also stand inside an answer with status 200, behind chunks that had been streamed before.
Error handling: https://developers.google.com/google-ads/api/docs/best-practices/error-types
"""

import re
from collections.abc import Iterable

import httpx

from adops_pipeline.connectors.errors import (
    AuthError,
    ConnectorError,
    FailureContext,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.google_ads.models import ApiError, api_error
from adops_pipeline.connectors.http import first_words, request_name
from adops_pipeline.domain.vocabulary import Platform

_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")
_FIRST_WORDS = 200

# Daily quotas: unless Google gives a time, they are refilled only on the next day.
_DAILY_QUOTAS = frozenset(
    {"quotaError.RESOURCE_EXHAUSTED", "quotaError.EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION"}
)
_DAY_SECONDS = 86_400.0
_SHORT_QUOTAS = frozenset(
    {"quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", "quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"}
)
_AUTH_FAMILIES = frozenset({"authenticationError", "authorizationError"})
_ACCESS_PROHIBITED = "quotaError.ACCESS_PROHIBITED"
_TRANSIENT_CODES = frozenset(
    {"internalError.INTERNAL_ERROR", "internalError.TRANSIENT_ERROR", "internalError.DEADLINE_EXCEEDED"}
)
_TRANSIENT_STATUSES = frozenset({"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED"})
_REQUEST_TIMEOUT = 408
_FAILED_OR_TIMED_OUT = frozenset({500, 504})
_SHORT_TERM_CONSUMPTION = "quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"


def is_too_much(error: ConnectorError) -> bool:
    """Whether Google ran out of time or of what one query may use, retries included: fewer days may go through."""
    code, status = error.context.code or "", error.context.status or 0
    is_internal = code in _TRANSIENT_CODES or status in _FAILED_OR_TIMED_OUT
    return isinstance(error, TransientError) and (is_internal or code == _SHORT_TERM_CONSUMPTION)


class GoogleAdsPolicy:
    """Interprets the API's responses."""

    platform = Platform.GOOGLE_ADS

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        """The error of a response; None if it is good."""
        error = api_error(response.content)
        if response.is_success and error is None:
            return None
        return _failure(error or ApiError(), failure_context(response, account_id, error))

    def pause(self, response: httpx.Response) -> float:
        """Google's headers do not report usage."""
        del response
        return 0.0


def failure_context(response: httpx.Response, account_id: str | None, error: ApiError | None) -> FailureContext:
    """Where it happened and what Google said; the first of several reasons gives the code."""
    words = first_words(response, _FIRST_WORDS)
    code, request_id = None, response.headers.get("request-id")
    if error is not None:
        words = "; ".join(reason.message for reason in error.reasons if reason.message) or error.message
        code = next((reason.code for reason in error.reasons if reason.code), "") or error.status or None
        request_id = next((detail.request_id for detail in error.details if detail.request_id), request_id)
    status = error.code if error is not None and error.code and response.is_success else response.status_code
    name = request_name(response.request)
    return FailureContext(Platform.GOOGLE_ADS, name, account_id, status, code, words, request_id)


def _failure(error: ApiError, context: FailureContext) -> ConnectorError:
    codes = {reason.code for reason in error.reasons}
    status = context.status or 0
    if codes & _DAILY_QUOTAS:
        return ThrottledError(context, _retry_delay(error) or _DAY_SECONDS)
    if codes & _SHORT_QUOTAS or (status == httpx.codes.TOO_MANY_REQUESTS and _ACCESS_PROHIBITED not in codes):
        return ThrottledError(context, _retry_delay(error))
    if _is_refused(codes, status):
        return AuthError(context)
    is_transient = codes & _TRANSIENT_CODES or error.status in _TRANSIENT_STATUSES
    if is_transient or status >= httpx.codes.INTERNAL_SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return TransientError(context)
    return PermanentError(context)


def _is_refused(codes: Iterable[str], status: int) -> bool:
    families = {code.partition(".")[0] for code in codes}
    is_refusal = status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    return is_refusal or bool(families & _AUTH_FAMILIES) or _ACCESS_PROHIBITED in codes


def _retry_delay(error: ApiError) -> float | None:
    """The longest pause that any detail asks for, in seconds; None if none does."""
    told = [detail.retry_delay for detail in error.details]
    quotas = (reason.details.quota_error_details for reason in error.reasons if reason.details is not None)
    told += [quota.retry_delay for quota in quotas if quota is not None]
    return max((float(match.group(1)) for text in told if (match := _DURATION.fullmatch(text))), default=None)
