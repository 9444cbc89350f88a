"""Sync analytics: the market's numbers under Pinterest's names, and Pinterest's limits."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline.sandbox.pinterest.columns import ASYNC_COLUMNS, SYNC_COLUMNS
from adops_pipeline_tests.sandbox.pinterest.conftest import NOW, Pinterest, days_back

COLUMNS = (
    "CAMPAIGN_ID,SPEND_IN_MICRO_DOLLAR,PAID_IMPRESSION,IMPRESSION_2,CLICKTHROUGH_1,CLICKTHROUGH_2,TOTAL_CLICKTHROUGH,"
    "TOTAL_CHECKOUT,TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"
)


def query(pinterest: Pinterest, **changed: Any) -> dict[str, Any]:
    """A good campaign query, with changes; None leaves a parameter out."""
    good = {
        "start_date": days_back(20).isoformat(),
        "end_date": days_back(1).isoformat(),
        "granularity": "DAY",
        "columns": COLUMNS,
        "campaign_ids": [c.campaign_id for c in pinterest.campaigns()],
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def test_campaign_rows_are_the_markets_days_in_micros(pinterest: Pinterest) -> None:
    rows = pinterest.get("/campaigns/analytics", query(pinterest)).json()
    days = pinterest.market.campaign_days(pinterest.account.account_id, days_back(20), days_back(1), NOW)
    delivered = {(d.campaign_id, d.date.isoformat()): d for d in days}
    assert {(r["CAMPAIGN_ID"], r["DATE"]) for r in rows} == set(delivered)
    for row in rows:
        day = delivered[row["CAMPAIGN_ID"], row["DATE"]]
        assert row["SPEND_IN_MICRO_DOLLAR"] == int(day.spend * 1_000_000)
        assert (row["PAID_IMPRESSION"], row["CLICKTHROUGH_1"]) == (day.impressions, day.clicks)
        assert (row["IMPRESSION_2"], row["CLICKTHROUGH_2"]) == (day.earned_impressions, day.earned_clicks)
        assert row["TOTAL_CLICKTHROUGH"] == day.clicks + day.earned_clicks
        assert row["TOTAL_CHECKOUT"] == day.conversions
        assert row["TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"] == int(day.revenue * 1_000_000)


def test_ad_group_rows_add_up_to_their_campaign(pinterest: Pinterest) -> None:
    groups = pinterest.market.ad_groups(pinterest.account.account_id, NOW)
    sums: dict[str, int] = defaultdict(int)
    wanted = query(pinterest, campaign_ids=None, ad_group_ids=[g.ad_group_id for g in groups])
    for row in pinterest.get("/ad_groups/analytics", wanted).json():
        sums[row["CAMPAIGN_ID"]] += row["SPEND_IN_MICRO_DOLLAR"]
    totals = pinterest.get("/campaigns/analytics", query(pinterest, granularity="TOTAL")).json()
    assert sums == {row["CAMPAIGN_ID"]: row["SPEND_IN_MICRO_DOLLAR"] for row in totals}
    assert "DATE" not in totals[0]


def test_account_rows_need_no_ids_and_carry_the_accounts(pinterest: Pinterest) -> None:
    rows = pinterest.get("/analytics", query(pinterest, campaign_ids=None, columns="SPEND_IN_DOLLAR")).json()
    days = pinterest.market.campaign_days(pinterest.account.account_id, days_back(20), days_back(1), NOW)
    assert {r["AD_ACCOUNT_ID"] for r in rows} == {pinterest.account.account_id}
    assert sum(Decimal(str(r["SPEND_IN_DOLLAR"])) for r in rows) == sum(d.spend for d in days)


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH"])
def test_weeks_and_months_hold_the_same_money(pinterest: Pinterest, granularity: str) -> None:
    def spend(wanted: str) -> int:
        rows = pinterest.get("/campaigns/analytics", query(pinterest, granularity=wanted)).json()
        return sum(row["SPEND_IN_MICRO_DOLLAR"] for row in rows)

    assert spend(granularity) == spend("DAY") > 0


def test_ids_may_be_repeated_or_joined_by_commas(pinterest: Pinterest) -> None:
    ids = [c.campaign_id for c in pinterest.campaigns()][:5]
    repeated = pinterest.get("/campaigns/analytics", query(pinterest, campaign_ids=ids)).json()
    joined = pinterest.get("/campaigns/analytics", query(pinterest, campaign_ids=",".join(ids))).json()
    assert repeated == joined
    assert {r["CAMPAIGN_ID"] for r in repeated} <= set(ids)


def test_a_ratio_on_nothing_is_null_not_zero_or_infinite(pinterest: Pinterest) -> None:
    columns = "SPEND_IN_MICRO_DOLLAR,CHECKOUT_ROAS,COST_PER_LEAD,CTR,TOTAL_LEAD"
    rows = pinterest.get("/campaigns/analytics", query(pinterest, columns=columns)).json()
    assert all(r["COST_PER_LEAD"] is None for r in rows if r["TOTAL_LEAD"] == 0)
    assert any(r["TOTAL_LEAD"] == 0 for r in rows)


@pytest.mark.parametrize(
    "changed",
    [
        {"start_date": days_back(91).isoformat(), "end_date": days_back(80).isoformat()},
        {"start_date": days_back(90).isoformat(), "end_date": (NOW.date() + timedelta(days=1)).isoformat()},
        {"start_date": days_back(1).isoformat(), "end_date": days_back(2).isoformat()},
        {"start_date": "yesterday"},
        {"end_date": None},
        {"columns": None},
        {"columns": "IMPRESSION,PIN_CLICK,SPEND"},
        {"columns": "TOTAL_INAPP_CHECKOUT"},
        {"columns": "DATE"},
        {"granularity": None},
        {"granularity": "HOUR"},
        {"granularity": "DAILY"},
        {"campaign_ids": None},
        {"campaign_ids": [str(n) for n in range(1, 252)]},
        {"campaign_ids": "1234567890123456789"},
        {"click_window_days": "28"},
        {"view_window_days": "many"},
        {"conversion_report_time": "NOW"},
        {"reporting_timezone": "AD_ACCOUNT_TIME_ZONE"},
    ],
    ids=str,
)
def test_what_pinterest_does_not_answer_is_a_400(pinterest: Pinterest, changed: dict[str, Any]) -> None:
    answer = pinterest.get("/campaigns/analytics", query(pinterest, **changed))
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"].startswith("Invalid ad account campaign analytics parameters.")


def test_ninety_days_back_are_still_answered(pinterest: Pinterest) -> None:
    wanted = query(pinterest, start_date=days_back(90).isoformat(), end_date=days_back(0).isoformat())
    assert pinterest.get("/campaigns/analytics", wanted).json()


def test_every_column_of_the_async_report_but_three_is_in_both() -> None:
    assert {
        "TOTAL_INAPP_CHECKOUT",
        "TOTAL_PINTEREST_CHECKOUT",
        "TOTAL_CONVERSIONS_VALUE_IN_MICRO_DOLLAR",
    } == ASYNC_COLUMNS - SYNC_COLUMNS
