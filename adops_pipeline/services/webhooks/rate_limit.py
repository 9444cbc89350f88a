"""Limits calls per minute by key: a token bucket for each key, in this process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_KEYS = 10_000


class RateLimit:
    """At most ``per_minute`` calls of a key in a burst, and as many each minute. Thread-safe."""

    def __init__(self, per_minute: int, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._now = now_seconds
        self._guard = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, key: str) -> float:
        """0 if the call may be made, which counts it; otherwise the time until the next one may."""
        with self._guard:
            now = self._now()
            tokens, since = self._buckets.pop(key, (self._capacity, now))
            tokens = min(self._capacity, tokens + (now - since) * self._capacity / 60)
            is_allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if is_allowed else tokens, now)
            while len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
            return 0.0 if is_allowed else (1 - tokens) * 60 / self._capacity
