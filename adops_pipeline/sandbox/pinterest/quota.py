"""Pinterest's rate-limit headers and, where asked for, the limit itself. Faults made on purpose live in faults.py."""

from collections.abc import Callable
from datetime import datetime, timedelta

from adops_pipeline.sandbox.pinterest.wire import ApiError

SHOWN_LIMIT = 60
RATE_LIMIT_MESSAGE = (
    "This request exceeded a rate limit. This can happen if the client exceeds one of the published rate limits "
    "within a short time window."
)


class Quota:
    """Requests per minute of the sandbox's clock.

    Without ``per_minute`` the headers show a quota that is never used up: a sandbox whose clock stands still
    could not give it back.
    """

    def __init__(self, clock: Callable[[], datetime], per_minute: int | None) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._window_end = datetime.min.replace(tzinfo=clock().tzinfo)
        self._used = 0

    def spend(self) -> None:
        """Count one request; raise Pinterest's 429 when the minute is used up."""
        now = self._clock()
        if now >= self._window_end:
            self._window_end = now + timedelta(minutes=1)
            self._used = 0
        if self._per_minute is not None and self._used >= self._per_minute:
            raise ApiError(429, 8, RATE_LIMIT_MESSAGE)
        self._used += 1

    def headers(self) -> dict[str, str]:
        """The three headers; the limit is a structured field, not a number."""
        limit = self._per_minute or SHOWN_LIMIT
        remaining = limit - 1 if self._per_minute is None else limit - self._used
        reset = max(1, round((self._window_end - self._clock()).total_seconds()))
        return rate_limit_headers(limit, remaining, reset)


def rate_limit_headers(limit: int, remaining: int, reset_seconds: int) -> dict[str, str]:
    """``x-ratelimit-*`` in the form measured on the live API in July 2026."""
    return {
        "x-ratelimit-limit": f'{limit}, 100;w=1;name="safety_net_app_id_user_id", '
        f'{limit};w=60;name="org_analytics_app_id_user_id"',
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset_seconds),
    }
