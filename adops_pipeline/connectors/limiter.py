"""Client-side rate limit (a token bucket), so that a platform's limit is rarely reached. No HTTP here."""

import asyncio
import time
from collections.abc import Callable

from adops_pipeline.connectors.base import Sleep


class RateLimiter:
    """Permits ``per_second`` requests a second, and bursts of up to ``burst`` after a pause.

    Kept as the time at which the bucket would be full again (the generic cell rate algorithm): a reservation is one
    step without a lock, so requests are served in order. ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self,
        per_second: float,
        burst: int = 1,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError(f"a rate limit needs per_second > 0 and burst >= 1, not {per_second} and {burst}")
        self._interval = 1 / per_second
        self._tolerance = (burst - 1) * self._interval
        self._clock = clock
        self._sleep = sleep
        self._full_at = float("-inf")

    async def acquire(self) -> None:
        """Wait until the next request may be sent."""
        now = self._clock()
        full_at = max(self._full_at, now)
        self._full_at = full_at + self._interval
        wait = full_at - self._tolerance - now
        if wait > 0:
            await self._sleep(wait)
