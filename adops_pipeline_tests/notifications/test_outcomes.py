"""Promises of waiting: longer each time, never in step, never shorter than asked, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from adops_pipeline.notifications.outcomes import Retry, backoff_seconds, next_attempt

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def wait(retry: Retry, failed: int = 1, jitter: float = 0.0, age: timedelta = timedelta(0)) -> float | None:
    due = next_attempt(retry, created_at=NOW - age, now=NOW, failed_attempts=failed, jitter=jitter)
    return (due - NOW).total_seconds() if due else None


def test_the_wait_doubles_up_to_ten_minutes() -> None:
    assert [backoff_seconds(n, 1.0) for n in (1, 2, 3, 7, 8, 9, 10_000)] == [5, 10, 20, 320, 600, 600, 600]
    assert backoff_seconds(3, 0.0) == 10
    assert backoff_seconds(3, 0.5) == 15


@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_a_pause_that_the_service_asks_for_is_kept_in_full(jitter: float) -> None:
    seconds = wait(Retry("429", after_seconds=120), failed=1, jitter=jitter)
    assert seconds is not None
    assert 120 <= seconds < 132
    assert wait(Retry("429", after_seconds=0.0)) == 0


def test_a_message_that_would_be_too_old_is_given_up() -> None:
    assert wait(Retry("down"), failed=8, age=timedelta(hours=23, minutes=54)) == 300
    assert wait(Retry("down"), failed=8, age=timedelta(hours=23, minutes=56)) is None
    assert wait(Retry("429", after_seconds=86_400.0), age=timedelta(seconds=1)) is None
