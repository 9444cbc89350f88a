"""Moments as the warehouse stores them."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from adops_pipeline.domain.moments import as_stored


@pytest.fixture
def clock_in_tokyo() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("clock_in_tokyo")
def test_an_instant_is_stored_in_utc_whatever_its_zone_and_the_machines() -> None:
    instant = datetime(2026, 11, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert as_stored(instant) == datetime(2026, 10, 31, 23, 30)  # noqa: DTZ001 - without a zone is the point
