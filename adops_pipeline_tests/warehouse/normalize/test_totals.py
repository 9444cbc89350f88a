"""Totals of periods: exact spend of each platform, of the newest pull, for the days before the first complete one."""

from datetime import date, timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import rebuild
from adops_pipeline.warehouse.normalize.budgets import forget_observations
from adops_pipeline.warehouse.normalize.totals import refresh_earlier_spend
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.test_entities import google_campaign, meta_campaign, pinterest_campaign

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
BEFORE = DateRange(date(2026, 10, 1), date(2026, 10, 31))


def google(number: str, micros: str) -> Row:
    return {"customer": {"id": "111"}, "campaign": {"id": number}, "metrics": {"costMicros": micros}}


def total(harness: NormalizeHarness, platform: Platform, rows: list[Row], hours: int = 0) -> None:
    """Daily rows from November on, and a total of October."""
    at = NOON + timedelta(hours=hours)
    harness.land(platform, [], at=at)
    harness.land(platform, rows, report=Report.CAMPAIGN_TOTALS, dates=BEFORE, at=at)
    harness.apply()
    refresh_earlier_spend(harness.con)


def spent(harness: NormalizeHarness) -> list[tuple[object, ...]]:
    return harness.rows("SELECT platform, campaign_id, period_start, period_end, spend FROM campaign_earlier_spend")


def test_spend_of_each_platform_is_exact_and_parts_of_a_campaign_are_added(harness: NormalizeHarness) -> None:
    total(harness, G, [google("1", "123456789")])
    total(harness, M, [{"campaign_id": "2", "spend": "1234.56"}])
    total(
        harness,
        P,
        [{"CAMPAIGN_ID": 3, "SPEND_IN_MICRO_DOLLAR": 5000001}, {"CAMPAIGN_ID": "3", "SPEND_IN_MICRO_DOLLAR": 2}],
    )
    days = (BEFORE.start, BEFORE.end)
    assert spent(harness) == [
        ("google-ads", "1", *days, Decimal("123.456789")),
        ("meta-ads", "2", *days, Decimal("1234.56")),
        ("pinterest", "3", *days, Decimal("5.000003")),
    ]


def test_a_repeated_page_counts_once(harness: NormalizeHarness) -> None:
    total(harness, G, [google("1", "5000000"), google("2", "7000000"), google("1", "5000000")])
    assert [(row[1], row[4]) for row in spent(harness)] == [("1", 5), ("2", 7)]


def test_a_campaign_that_the_report_leaves_out_has_spent_nothing(harness: NormalizeHarness) -> None:
    harness.land(G, [google_campaign("1"), google_campaign("2")], report=Report.CAMPAIGNS)
    total(harness, G, [google("1", "5000000")])
    assert [(row[1], row[4]) for row in spent(harness)] == [("1", 5), ("2", 0)]


def test_the_newest_total_counts_and_only_up_to_the_first_complete_day(harness: NormalizeHarness) -> None:
    total(harness, M, [{"campaign_id": "2", "spend": "10"}])
    total(harness, M, [{"campaign_id": "2", "spend": "12"}], hours=1)
    assert [row[4] for row in spent(harness)] == [12]
    shorter = DateRange(date(2026, 10, 1), date(2026, 10, 20))
    harness.land(M, [{"campaign_id": "2", "spend": "3"}], report=Report.CAMPAIGN_TOTALS, dates=shorter, at=NOON)
    harness.apply()
    refresh_earlier_spend(harness.con)
    assert [row[4] for row in spent(harness)] == [12]
    harness.land(M, [], dates=DateRange(date(2026, 10, 20), date(2026, 11, 3)), at=NOON + timedelta(hours=2))
    harness.apply()
    refresh_earlier_spend(harness.con)
    assert spent(harness) == []


def test_a_rebuild_from_the_raw_files_gives_the_same(harness: NormalizeHarness) -> None:
    for platform, campaign in ((G, google_campaign("1")), (M, meta_campaign("2")), (P, pinterest_campaign("3"))):
        harness.land(platform, [campaign], report=Report.CAMPAIGNS)
    total(harness, G, [google("1", "5000000")])
    total(harness, M, [{"campaign_id": "2", "spend": "10"}])
    before = harness.table("campaign_earlier_spend")
    assert len(before) == 2
    forget_observations(harness.con)
    rebuild(harness.con, harness.landing)
    harness.apply()
    refresh_earlier_spend(harness.con)
    assert harness.table("campaign_earlier_spend") == before


def test_totals_that_cannot_be_read_are_rejected(harness: NormalizeHarness) -> None:
    total(harness, G, ["no json", google("1", "much"), google("", "1")])
    reasons = {reason for (reason,) in harness.rows("SELECT reason FROM analytics_rejects")}
    assert reasons == {"the row is not JSON", "spend is not a number: much", "campaign id is missing"}


def test_totals_that_overlap_are_applied_together_and_the_newest_pulls_rejects_stay(harness: NormalizeHarness) -> None:
    shorter = DateRange(date(2026, 10, 1), date(2026, 10, 20))
    harness.land(M, [], at=NOON)
    for dates, rows in (
        (BEFORE, [{"campaign_id": "2", "spend": "10"}, {"campaign_id": "2", "spend": "much"}]),
        (shorter, [{"campaign_id": "2", "spend": "7"}, {"campaign_id": "2", "spend": "more"}]),
    ):
        at = NOON + timedelta(hours=dates == shorter)
        harness.land(M, rows, report=Report.CAMPAIGN_TOTALS, dates=dates, at=at)
    applied = harness.apply()
    assert sorted((one.rows, one.rejects) for one in applied if one.rows) == [(1, 1), (1, 1)]
    assert harness.rows("SELECT spend FROM period_totals ORDER BY ALL") == [(Decimal(7),), (Decimal(10),)]
    assert harness.rows("SELECT reason FROM analytics_rejects") == [("spend is not a number: more",)]
