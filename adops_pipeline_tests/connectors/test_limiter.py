"""Promises of the token bucket."""

import pytest

from adops_pipeline.connectors.limiter import RateLimiter


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def test_a_burst_goes_at_once_and_then_the_rate_holds() -> None:
    time = Time()
    limiter = RateLimiter(4.0, burst=3, clock=time.clock, sleep=time.sleep)
    for _ in range(8):
        await limiter.acquire()
    assert time.slept == pytest.approx([0.25] * 5)


async def test_a_quiet_time_gives_back_the_burst_and_no_more() -> None:
    time = Time()
    limiter = RateLimiter(1.0, burst=2, clock=time.clock, sleep=time.sleep)
    for _ in range(2):
        await limiter.acquire()
    time.now += 1000
    for _ in range(3):
        await limiter.acquire()
    assert time.slept == pytest.approx([1.0])


async def test_those_who_ask_at_one_moment_are_spread_out_in_order() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    limiter = RateLimiter(10.0, clock=lambda: 5.0, sleep=sleep)
    for _ in range(4):
        await limiter.acquire()
    assert waits == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_rate_that_lets_nothing_through_is_refused(per_second: float, burst: int) -> None:
    with pytest.raises(ValueError, match="rate limit"):
        RateLimiter(per_second, burst)
