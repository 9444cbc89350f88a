"""Pinterest's rate-limit headers and, where asked for, the limit itself. Faults made on purpose live in faults.py."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

from adops_pipeline.sandbox.pinterest.wire import ApiError

Category = Literal["ads_read", "ads_write", "ads_analytics", "org_read", "org_write"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
SHOWN_LIMIT = 60
RATE_LIMIT_MESSAGE = (
    "This request exceeded a rate limit. This can happen if the client exceeds one of the published rate limits "
    "within a short time window."
)


class Quota:
    """Requests per minute of the sandbox's clock, counted apart for each of Pinterest's categories.

    ``per_minute`` limits the reading categories, ``writes_per_minute`` the writing ones. Without a limit the headers
    show a quota that is never used up: a sandbox whose clock stands still could not give it back.
    """

    def __init__(
        self, clock: Callable[[], datetime], per_minute: int | None, writes_per_minute: int | None = None
    ) -> None:
        self._clock = clock
        self._limits: Mapping[Category, int | None] = {
            category: writes_per_minute if category.endswith("_write") else per_minute for category in CATEGORIES
        }
        self._window_end = datetime.min.replace(tzinfo=clock().tzinfo)
        self._used: Counter[Category] = Counter()

    def spend(self, category: Category) -> None:
        """Count one request; raise Pinterest's 429 when none is left."""
        now = self._clock()
        if now >= self._window_end:
            self._window_end = now + timedelta(minutes=1)
            self._used.clear()
        limit = self._limits[category]
        if limit is not None and self._used[category] >= limit:
            raise ApiError(429, 8, RATE_LIMIT_MESSAGE)
        self._used[category] += 1

    def headers(self, category: Category) -> dict[str, str]:
        """The three headers; the limit is a structured field, not a number."""
        limit = self._limits[category]
        shown = limit or SHOWN_LIMIT
        remaining = shown - 1 if limit is None else limit - self._used[category]
        reset = max(1, round((self._window_end - self._clock()).total_seconds()))
        return rate_limit_headers(shown, remaining, reset, category)


def rate_limit_headers(
    limit: int, remaining: int, reset_seconds: int, category: Category = "ads_read"
) -> dict[str, str]:
    """``x-ratelimit-*`` in the form measured on the live API in July 2026."""
    return {
        "x-ratelimit-limit": f'{limit}, 100;w=1;name="safety_net_app_id_user_id", '
        f'{limit};w=60;name="{category}_app_id_user_id"',
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset_seconds),
    }
