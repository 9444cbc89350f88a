"""What each row of the metrics says about its age: whether its day was over, and the known share of its final value."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.warehouse.normalize.derived import refresh_shares_known
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import google_row

G = Platform.GOOGLE_ADS
LAST = date(2026, 11, 3)
RIPENESS = "SELECT date::VARCHAR, is_complete_day, conversions_share_known FROM analytics_metrics ORDER BY date"


def _curve(harness: NormalizeHarness, first: float) -> None:
    harness.con.execute("DELETE FROM analytics_maturity")
    for lag in range(1, 31):
        share = 1.0 if lag == 30 else first + lag / 100
        harness.con.execute(
            "INSERT INTO analytics_maturity BY NAME SELECT 'google-ads' AS platform, $lag AS lag_days, $share AS share",
            {"lag": lag, "share": share},
        )


def _pull(harness: NormalizeHarness, at: datetime, *days: date, zone: str = "UTC") -> None:
    rows = [google_row() | {"segments": {"date": str(day)}} for day in days]
    harness.land(G, rows, dates=DateRange(min(days), max(days)), at=at, timezone=zone)
    harness.apply()


@pytest.mark.parametrize(("zone", "is_over"), [("UTC", False), ("Asia/Tokyo", True), ("America/New_York", False)])
def test_a_day_is_complete_once_it_is_over_where_the_account_is(
    harness: NormalizeHarness, zone: str, *, is_over: bool
) -> None:
    _curve(harness, 0.5)
    _pull(harness, datetime(2026, 11, 3, 16, tzinfo=UTC), LAST, zone=zone)
    assert harness.rows(RIPENESS) == [("2026-11-03", is_over, 0.51 if is_over else None)]


def test_the_share_known_is_that_of_the_days_age_at_its_last_pull(harness: NormalizeHarness) -> None:
    _curve(harness, 0.5)
    old = LAST - timedelta(days=30)
    days = (old, old + timedelta(days=1), LAST - timedelta(days=2), LAST)
    _pull(harness, datetime(2026, 11, 3, 16, tzinfo=UTC), *days)
    assert harness.rows(RIPENESS) == [
        ("2026-10-04", True, 1.0), ("2026-10-05", True, 0.79), ("2026-11-01", True, 0.52), ("2026-11-03", False, None),
    ]  # fmt: skip
    _pull(harness, datetime(2026, 11, 5, 16, tzinfo=UTC), LAST - timedelta(days=2), LAST)
    assert harness.rows(RIPENESS)[2:] == [("2026-11-01", True, 0.54), ("2026-11-03", True, 0.52)]


def test_rows_follow_the_curve_as_it_is_learnt_and_are_written_once(harness: NormalizeHarness) -> None:
    days = (LAST - timedelta(days=40), LAST - timedelta(days=1), LAST)
    _pull(harness, datetime(2026, 11, 3, 16, tzinfo=UTC), *days)
    assert [row[2] for row in harness.rows(RIPENESS)] == [1.0, None, None]
    changed = []
    for first in (0.5, 0.5, 0.6):
        _curve(harness, first)
        changed.append((refresh_shares_known(harness.con), [row[2] for row in harness.rows(RIPENESS)]))
    assert changed == [(1, [1.0, 0.51, None]), (0, [1.0, 0.51, None]), (1, [1.0, 0.61, None])]


def test_rows_from_before_these_columns_get_them(harness: NormalizeHarness) -> None:
    _curve(harness, 0.5)
    days = (LAST - timedelta(days=400), LAST - timedelta(days=1), LAST)
    _pull(harness, datetime(2026, 11, 3, 16, tzinfo=UTC), *days)
    now = harness.rows(RIPENESS)
    harness.con.execute("UPDATE analytics_metrics SET is_complete_day = NULL, conversions_share_known = NULL")
    refresh_shares_known(harness.con)
    assert harness.rows(RIPENESS) == now
