"""Google's error responses for injected faults."""

import re

import msgspec

from adops_pipeline.sandbox.faults import Answer
from adops_pipeline.sandbox.google_ads.errors import (
    JSON_HEADERS,
    ApiError,
    error_body,
    oauth_invalid,
    permission_denied,
    too_fast,
    too_slow,
)

_DAYS = re.compile(rb"BETWEEN '([\d-]+)' AND '([\d-]+)'")
_ACCOUNT = re.compile(r"/customers/(\d+)/")


class GoogleAdsDialect:
    """Google's rate limit response gives no pause, so the client backs off by its own rule."""

    def throttled(self, path: str) -> Answer:
        """Too many requests a second."""
        return _answer(too_fast(), path)

    def expired_token(self, path: str) -> Answer:
        """The access token is invalid."""
        return _answer(oauth_invalid(), path)

    def is_token_endpoint(self, path: str) -> bool:
        """Whether the path is the token endpoint."""
        return path.endswith("/token")

    def account_of(self, path: str) -> str | None:
        """The customer a path is about."""
        match = _ACCOUNT.search(path)
        return match.group(1) if match else None

    def revoked(self, path: str, account: str) -> Answer:
        """Access to this account was revoked."""
        del account
        return _answer(permission_denied(), path)

    def too_much(self, target: str, body: bytes) -> Answer | None:
        """A query over several days ran into Google's time limit."""
        days = _DAYS.search(body)
        is_long = days is not None and days[1] != days[2] and b"segments.date," in body.partition(b" FROM ")[0]
        return _answer(too_slow(), target.partition("?")[0]) if is_long else None

    def repeat_page(self, path_and_query: str, body: bytes) -> bytes | None:
        """A stream whose last chunk comes twice: a stream is one answer, no page of it can be asked for again.

        None for search: which page was asked for stands in the request's body.
        """
        if not _is_stream(path_and_query.partition("?")[0]):
            return None
        try:
            chunks = msgspec.json.decode(body, type=list[msgspec.Raw])
            has_rows = bool(chunks) and "results" in msgspec.json.decode(chunks[-1], type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            return None
        return msgspec.json.encode([*chunks, chunks[-1]]) if has_rows else None


def _is_stream(path: str) -> bool:
    return path.endswith(":searchStream")


def _answer(error: ApiError, path: str) -> Answer:
    return error.status, JSON_HEADERS, error_body(error, streaming=_is_stream(path))
