"""The restatement history: what each pull said about a day, from the first time it was seen while it could change."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import google_row

G = Platform.GOOGLE_ADS
HISTORY = (
    "SELECT date, pulled_at, lag_days, impressions, clicks, spend, conversions, revenue"
    " FROM analytics_metric_revisions ORDER BY date, pulled_at"
)
DAY = date(2026, 11, 1)


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def lags(harness: NormalizeHarness) -> list[tuple[object, object]]:
    return harness.rows("SELECT lag_days, conversions FROM analytics_metric_revisions ORDER BY pulled_at")  # type: ignore[return-value]


def test_the_first_observation_and_every_change_are_kept_with_their_lag(harness: NormalizeHarness) -> None:
    for days, conversions in enumerate((1.5, 1.5, 2.0, 2.0, 3.25)):
        harness.land(G, [google_row(conversions=conversions)], at=NOON + timedelta(days=days))
        harness.apply()
    measures = (345, 12, Decimal("6.789"))
    assert harness.rows(HISTORY) == [
        (DAY, naive(NOON), 2, *measures, 1.5, Decimal("120.25")),
        (DAY, naive(NOON + timedelta(days=2)), 4, *measures, 2.0, Decimal("120.25")),
        (DAY, naive(NOON + timedelta(days=4)), 6, *measures, 3.25, Decimal("120.25")),
    ]


def test_days_loaded_when_they_are_old_have_no_history_until_they_change(harness: NormalizeHarness) -> None:
    late = NOON + timedelta(days=90)
    harness.land(G, [google_row()], at=late)
    harness.apply()
    assert harness.rows(HISTORY) == []
    harness.land(G, [google_row(conversions=9)], at=late + timedelta(days=1))
    (applied,) = harness.apply()
    assert applied.revisions == 2
    assert lags(harness) == [(92, 1.5), (93, 9.0)]


def test_sixty_days_is_the_last_lag_of_a_first_observation(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()], at=datetime(2026, 12, 31, 12, tzinfo=NOON.tzinfo), account="111")
    harness.land(
        G, [google_row() | {"customer": {"id": "2"}}], at=datetime(2027, 1, 1, 12, tzinfo=NOON.tzinfo), account="2"
    )
    harness.apply()
    assert harness.rows("SELECT account_id, lag_days FROM analytics_metric_revisions") == [("111", 60)]


def test_a_withdrawn_row_is_zeros_in_the_history_and_may_come_back(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(G, [], at=NOON + timedelta(days=1))
    harness.land(G, [], at=NOON + timedelta(days=2))
    harness.land(G, [google_row()], at=NOON + timedelta(days=3))
    harness.apply()
    assert lags(harness) == [(2, 1.5), (3, 0.0), (5, 1.5)]
    assert harness.rows("SELECT spend FROM analytics_metric_revisions WHERE lag_days = 3") == [(Decimal(0),)]


def test_a_row_that_could_not_be_read_is_not_taken_for_withdrawn(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(G, [google_row(conversions="many")], at=NOON + timedelta(days=1))
    harness.apply()
    assert lags(harness) == [(2, 1.5)]


def test_lag_is_counted_in_the_account_s_days(harness: NormalizeHarness) -> None:
    late_evening_utc = datetime(2026, 11, 1, 23, tzinfo=NOON.tzinfo)
    harness.land(G, [google_row()], at=late_evening_utc, timezone="Asia/Tokyo")
    harness.land(
        G, [google_row() | {"customer": {"id": "2"}}], at=late_evening_utc, account="2", timezone="America/New_York"
    )
    harness.apply()
    found = harness.rows("SELECT account_id, lag_days FROM analytics_metric_revisions ORDER BY account_id")
    assert found == [("111", 1), ("2", 0)]


def test_the_ledger_s_pulls_of_one_instant_leave_one_value(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(conversions=1)])
    harness.land(G, [google_row(conversions=2)], dates=DateRange(DAY, DAY))
    harness.apply()
    assert harness.rows("SELECT count(*), count(DISTINCT pulled_at) FROM analytics_metric_revisions") == [(1, 1)]
    assert harness.rows("SELECT conversions FROM analytics_metrics") == harness.rows(
        "SELECT conversions FROM analytics_metric_revisions"
    )


def test_ad_groups_have_no_history_of_their_own(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row() | {"adGroup": {"id": "8", "name": "x"}}], report=Report.AD_GROUP_DAILY)
    harness.apply()
    assert harness.rows(HISTORY) == []
