"""Amounts in the reporting currency and lifetime totals follow the rows they come from."""

import json
from datetime import date, timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import rebuild
from adops_pipeline.warehouse.normalize.apply import apply_fx, refresh_campaign_metrics
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import google_row, meta_row

G, M = Platform.GOOGLE_ADS, Platform.META_ADS
REPORTED = "SELECT platform, spend_reporting FROM analytics_metrics ORDER BY ALL"


def set_rate(harness: NormalizeHarness, currency: str, rate: str | None) -> None:
    harness.con.execute("DELETE FROM fx_rates WHERE currency = ?", [currency])
    if rate is not None:
        harness.con.execute("INSERT INTO fx_rates VALUES ('2026-11-01', ?, ?, '2026-11-01')", [currency, Decimal(rate)])


def test_a_rate_that_comes_changes_or_goes_is_followed(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(costMicros="10000000")])
    harness.land(M, [meta_row(spend="4")])
    harness.apply()
    seen = []
    for rate in ("1.25", "1.25", "1.5", None):
        set_rate(harness, "EUR", rate)
        seen.append((apply_fx(harness.con), harness.rows(REPORTED)[0][1]))
    assert seen == [(1, Decimal("12.5")), (0, Decimal("12.5")), (1, Decimal(15)), (1, None)]
    assert harness.rows(REPORTED)[1] == ("meta-ads", None)


def test_rows_written_after_a_rate_is_known_need_no_second_look(harness: NormalizeHarness) -> None:
    set_rate(harness, "EUR", "2")
    apply_fx(harness.con)
    harness.land(G, [google_row(costMicros="10000000")])
    harness.land(G, [google_row(costMicros="1000000") | {"adGroup": {"id": "1"}}], report=Report.AD_GROUP_DAILY)
    harness.apply()
    assert apply_fx(harness.con) == 0
    assert harness.rows("SELECT spend_reporting FROM analytics_metrics") == [(Decimal(20),)]
    assert harness.rows("SELECT spend_reporting FROM analytics_ad_group_metrics") == [(Decimal(2),)]


def test_the_largest_amounts_are_converted_or_left_empty_but_never_fail(harness: NormalizeHarness) -> None:
    set_rate(harness, "EUR", "1.5")
    harness.land(G, [google_row(costMicros="999999999999999999", conversionsValue="600000000000.5")])
    harness.apply()
    found = harness.rows("SELECT spend_reporting, revenue_reporting FROM analytics_metrics")
    assert found == [(None, Decimal("900000000000.75"))]


def test_lifetime_totals_of_a_campaign_follow_its_rows(harness: NormalizeHarness) -> None:
    harness.land(G, [{"campaign": {"id": "700001", "name": "x", "status": "ENABLED"}}], report=Report.CAMPAIGNS)
    harness.land(G, [google_row(), google_row(costMicros="1") | {"segments": {"date": "2026-11-02"}}])
    harness.apply()
    assert refresh_campaign_metrics(harness.con) == 1
    assert refresh_campaign_metrics(harness.con) == 0
    ((totals,),) = harness.rows("SELECT metrics FROM campaigns")
    assert json.loads(str(totals)) == {
        "days": 2, "impressions": 690, "clicks": 24, "spend": "6.789001", "conversions": 3.0, "revenue": "240.500000",
    }  # fmt: skip
    from_the_second_on = DateRange(date(2026, 11, 2), date(2026, 11, 3))
    harness.land(G, [], dates=from_the_second_on, at=NOON + timedelta(hours=1))
    harness.apply()
    assert refresh_campaign_metrics(harness.con) == 1, "the second day was withdrawn"
    ((totals,),) = harness.rows("SELECT metrics FROM campaigns")
    assert json.loads(str(totals)) == {
        "days": 1, "impressions": 345, "clicks": 12, "spend": "6.789000", "conversions": 1.5, "revenue": "120.250000",
    }  # fmt: skip
    harness.land(G, [], at=NOON + timedelta(days=1))
    harness.apply()
    assert refresh_campaign_metrics(harness.con) == 1
    assert harness.rows("SELECT metrics FROM campaigns") == [(None,)]


def test_totals_kept_up_by_re_pulls_equal_those_summed_anew(harness: NormalizeHarness) -> None:
    harness.land(G, [{"campaign": {"id": "700001", "name": "x", "status": "ENABLED"}}], report=Report.CAMPAIGNS)
    for hours, conversions in enumerate((33.333333333333336, 0.1, 0.2, 66.66666666666667)):
        harness.land(G, [google_row(conversions=conversions)], at=NOON + timedelta(hours=hours))
        harness.apply()
        refresh_campaign_metrics(harness.con)
    kept_up = harness.rows("SELECT metrics FROM campaigns")
    harness.con.execute("DELETE FROM campaign_totals")
    assert refresh_campaign_metrics(harness.con) == 0
    assert harness.rows("SELECT metrics FROM campaigns") == kept_up
    assert json.loads(str(kept_up[0][0]))["conversions"] == 66.666667


def test_totals_are_right_after_the_tables_were_emptied_and_filled_again(harness: NormalizeHarness) -> None:
    harness.land(G, [{"campaign": {"id": "700001", "name": "x", "status": "ENABLED"}}], report=Report.CAMPAIGNS)
    harness.land(G, [google_row(clicks="many")])
    harness.apply()
    refresh_campaign_metrics(harness.con)
    once = harness.rows("SELECT metrics FROM campaigns")
    harness.con.execute("DELETE FROM campaign_totals")
    refresh_campaign_metrics(harness.con)
    assert harness.rows("SELECT metrics FROM campaigns") == once
    rebuild(harness.con, harness.landing)
    harness.apply()
    refresh_campaign_metrics(harness.con)
    assert harness.rows("SELECT metrics FROM campaigns") == once
