"""Limits of calls: a burst of a minute's worth, then evenly, each key for itself."""

import pytest

from adops_pipeline.services.webhooks.rate_limit import RateLimit


def test_a_burst_is_followed_by_even_calls_and_a_long_rest_saves_up_one_burst() -> None:
    now = [0.0]
    limit = RateLimit(3, lambda: now[0])
    assert [limit.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 20]
    now[0] = 15
    assert limit.wait_seconds("a") == pytest.approx(5)
    now[0] = 20
    assert [limit.wait_seconds("a") for _ in range(2)] == [0, 20]
    now[0] = 3600
    assert [limit.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 20]


def test_each_key_has_its_own_limit_and_the_one_not_used_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adops_pipeline.services.webhooks.rate_limit._MOST_KEYS", 2)
    limit = RateLimit(1, lambda: 0.0)
    assert [limit.wait_seconds(key) for key in "ababac"] == [0, 0, 60, 60, 60, 0]
    assert [limit.wait_seconds(key) for key in "acb"] == [60, 60, 0]
