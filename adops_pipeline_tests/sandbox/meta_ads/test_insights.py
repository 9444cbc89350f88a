"""Insights of the emulated Graph API against the market they come from."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.market import Market
from adops_pipeline_tests.sandbox.meta_ads.conftest import GB, JP, NOW, US, Get

FIELDS = "campaign_id,adset_id,account_currency,spend,impressions,clicks,inline_link_clicks,actions,action_values"
WEEK = {"since": "2026-11-01", "until": "2026-11-07"}
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 7)
CAMPAIGN_STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"]
EVERY_CAMPAIGN = [{"field": "campaign.effective_status", "operator": "IN", "value": CAMPAIGN_STATUSES}]

EVERY_AD_SET = [{"field": "adset.effective_status", "operator": "IN", "value": [*CAMPAIGN_STATUSES, "CAMPAIGN_PAUSED"]}]


async def daily(get: Get, account: str, **params: object) -> list[dict[str, Any]]:
    asked = {"level": "campaign", "time_increment": "1", "time_range": WEEK, "fields": FIELDS, "limit": "500"}
    answer = await get(f"/act_{account}/insights", **{**asked, **params})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def value_of(row: dict[str, Any], key: str, action_type: str, window: str = "value") -> Decimal:
    stats = [stat for stat in row.get(key, []) if stat["action_type"] == action_type]
    return sum((Decimal(stat.get(window, "0")) for stat in stats), Decimal(0))


async def test_daily_campaign_rows_are_the_markets_days(get: Get, market: Market) -> None:
    for account in (US, GB, JP):
        rows = await daily(get, account, filtering=EVERY_CAMPAIGN)
        found = {(row["date_start"], row["campaign_id"]): row for row in rows}
        expected = market.campaign_days(account, FIRST, LAST, NOW)
        assert len(found) == len(rows) == len(expected) > 30
        for day in expected:
            row = found[day.date.isoformat(), day.campaign_id]
            assert row["date_stop"] == row["date_start"]
            assert Decimal(row["spend"]) == day.spend
            assert row["impressions"] == str(day.impressions)
            assert row["clicks"] == str(day.all_clicks)
            assert row.get("inline_link_clicks", "0") == str(day.clicks)


async def test_ad_set_rows_add_up_to_campaign_rows_to_the_cent(get: Get) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in await daily(get, US, level="adset", filtering=EVERY_AD_SET):
        assert row["adset_id"]
        sums[row["date_start"], row["campaign_id"]] += Decimal(row["spend"])
    campaigns = await daily(get, US, filtering=EVERY_CAMPAIGN)
    assert sums == {(row["date_start"], row["campaign_id"]): Decimal(row["spend"]) for row in campaigns}


async def test_a_sale_stands_under_many_action_types_of_which_one_holds_all(get: Get, market: Market) -> None:
    expected = {(d.date.isoformat(), d.campaign_id): d for d in market.campaign_days(US, FIRST, LAST, NOW)}
    sold = [row for row in await daily(get, US) if value_of(row, "actions", "omni_purchase")]
    assert len(sold) > 20
    for row in sold:
        day = expected[row["date_start"], row["campaign_id"]]
        assert value_of(row, "actions", "omni_purchase") == day.conversions
        assert value_of(row, "action_values", "omni_purchase") == day.revenue
        parts = (
            "offsite_conversion.fb_pixel_purchase",
            "onsite_conversion.purchase",
            "app_custom_event.fb_mobile_purchase",
        )
        for key in ("actions", "action_values"):
            assert sum(value_of(row, key, part) for part in parts) == value_of(row, key, "omni_purchase")
        every = sum(Decimal(s["value"]) for s in row["actions"] if "purchase" in s["action_type"])
        assert every >= 2 * day.conversions


async def test_an_account_with_an_old_pixel_knows_only_the_two_disjoint_purchases(get: Get, market: Market) -> None:
    rows = await daily(get, GB)
    types = {
        stat["action_type"] for row in rows for stat in row.get("actions", []) if "purchase" in stat["action_type"]
    }
    assert types == {"offsite_conversion.fb_pixel_purchase", "onsite_conversion.purchase"}
    active = {row["campaign_id"] for row in rows}
    days = [d for d in market.campaign_days(GB, FIRST, LAST, NOW) if d.campaign_id in active]
    for key, total in (("actions", sum(d.conversions for d in days)), ("action_values", sum(d.revenue for d in days))):
        assert sum(value_of(row, key, kind) for row in rows for kind in types) == total


async def test_what_is_unset_is_left_out_and_every_metric_is_a_text(get: Get) -> None:
    rows = await daily(get, US, fields=f"{FIELDS},reach,cpc,ctr,purchase_roas,outbound_clicks,quality_ranking")
    assert any("actions" not in row or "action_values" not in row for row in rows)
    for row in rows:
        assert "quality_ranking" not in row
        for key, value in row.items():
            assert isinstance(value, str) or all(isinstance(v, str) for stat in value for v in stat.values()), key
            assert value


async def test_windows_appear_only_when_asked_for_and_value_keeps_its_meaning(get: Get) -> None:
    plain = await daily(get, US)
    assert all(set(stat) == {"action_type", "value"} for row in plain for stat in row.get("actions", []))
    windowed = await daily(get, US, action_attribution_windows=["1d_click", "7d_click"])
    keys = {key for row in windowed for stat in row.get("actions", []) for key in stat}
    assert keys == {"action_type", "value", "1d_click", "7d_click"}
    assert [value_of(r, "actions", "omni_purchase") for r in plain] == [
        value_of(r, "actions", "omni_purchase", "7d_click") for r in windowed
    ]


async def test_deleted_and_archived_campaigns_need_a_status_filter(get: Get, market: Market) -> None:
    gone = next(c for c in market.campaigns(US, NOW) if c.status is CampaignStatus.REMOVED)
    last_day = max(
        d.date for d in market.campaign_days(US, date(2026, 1, 1), NOW.date(), NOW) if d.campaign_id == gone.campaign_id
    )
    span = {"since": str(last_day - timedelta(days=2)), "until": str(last_day)}
    without = await daily(get, US, time_range=span)
    filtered = await daily(get, US, time_range=span, filtering=EVERY_CAMPAIGN)
    assert gone.campaign_id not in {row["campaign_id"] for row in without}
    assert gone.campaign_id in {row["campaign_id"] for row in filtered}


async def test_the_account_level_and_longer_increments_are_sums(get: Get, market: Market) -> None:
    total = sum(d.spend for d in market.campaign_days(US, FIRST, LAST, NOW))
    for increment in ("all_days", "monthly", "7"):
        (row,) = await daily(get, US, level="account", time_increment=increment, fields="spend")
        assert (row["date_start"], row["date_stop"], Decimal(row["spend"])) == ("2026-11-01", "2026-11-07", total)
    rows = await daily(get, US, level="account", time_increment="3", fields="spend")
    assert [(r["date_start"], r["date_stop"]) for r in rows] == [
        ("2026-11-01", "2026-11-03"),
        ("2026-11-04", "2026-11-06"),
        ("2026-11-07", "2026-11-07"),
    ]
    assert sum(Decimal(r["spend"]) for r in rows) == total


async def test_days_are_the_accounts_own(get: Get, market: Market) -> None:
    span = {"since": "2026-11-22", "until": "2026-11-30"}
    tokyo = await daily(get, JP, time_range=span)
    assert max(row["date_start"] for row in tokyo) == "2026-11-23"
    california = await daily(get, US, time_range=span)
    assert max(row["date_start"] for row in california) == "2026-11-23"
    assert all("." not in row["spend"] for row in tokyo)


async def test_days_without_delivery_have_no_row(get: Get) -> None:
    assert await daily(get, US, time_range={"since": "2023-12-01", "until": "2023-12-03"}) == []


async def test_a_start_beyond_37_months_is_3018(get: Get) -> None:
    answer = await get(f"/act_{US}/insights", time_range={"since": "2023-09-30", "until": "2023-10-30"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 3018)


async def test_a_range_too_large_for_one_answer_asks_for_less_data(get: Get) -> None:
    params = {"level": "adset", "time_increment": "1", "time_range": {"since": "2024-01-01", "until": "2026-11-01"}}
    answer = await get(f"/act_{US}/insights", **params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 1)


async def test_wrong_parameters_are_refused_as_meta_does(get: Get) -> None:
    cases = (
        ({"fields": "spend,conversion_value"}, 100, "conversion_value is not valid for fields param"),
        ({"level": "campaigns"}, 100, "level must be one of"),
        ({"time_increment": "91"}, 100, "time_increment"),
        ({"time_range": {"since": "2026-11-07", "until": "2026-11-01"}}, 100, "since date"),
        ({"time_range": "yesterday"}, 100, "time_range must be valid JSON"),
        ({"action_attribution_windows": ["30d_click"]}, 100, "action_attribution_windows[0] must be one of"),
        ({"filtering": [{"field": "spend", "operator": "IN", "value": []}]}, 100, "Filtering field spend is invalid"),
        ({"breakdowns": ["region"]}, 3, "does not have the capability"),
        ({"limit": "0"}, 100, "limit"),
    )
    for params, code, words in cases:
        error = (await get(f"/act_{US}/insights", **params)).json()["error"]
        assert error["code"] == code, params
        assert words in error["message"]


async def test_an_async_job_takes_several_polls_and_brings_the_same_rows(get: Get) -> None:
    asked = {"level": "campaign", "time_increment": "1", "time_range": WEEK, "fields": FIELDS}
    run_id = (await get(f"/act_{US}/insights", "POST", **asked)).json()["report_run_id"]
    early = (await get(f"/{run_id}/insights")).json()
    assert early["error"]["code"] == 100
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["async_status"] != "Job Completed":
        seen.append((await get(f"/{run_id}")).json())
    assert [run["async_status"] for run in seen[:3]] == ["Job Not Started", "Job Started", "Job Running"]
    assert seen[-1]["async_percent_completion"] == 100
    page = (await get(f"/{run_id}/insights", limit="20")).json()
    assert len(page["data"]) == 20
    assert f"/{run_id}/insights?" in page["paging"]["next"]
    whole = (await get(f"/{run_id}/insights", limit="500")).json()["data"]
    assert whole == await daily(get, US)


async def test_a_job_that_fails_says_why_and_has_no_rows(get: Get) -> None:
    run_id = ""
    for _ in range(2):
        run_id = (await get(f"/act_{US}/insights", "POST", time_range=WEEK)).json()["report_run_id"]
    for _ in range(3):
        await get(f"/{run_id}")
    run = (await get(f"/{run_id}")).json()
    assert run["async_status"] == "Job Failed"
    assert run["error_code"]
    assert run["error_message"]
    assert (await get(f"/{run_id}/insights")).status_code == 400


async def test_a_campaigns_own_insights_are_its_rows_alone(get: Get, market: Market) -> None:
    campaign = market.campaigns(US, NOW)[0]
    params = {"time_range": WEEK, "time_increment": "1", "fields": "spend"}
    rows = (await get(f"/{campaign.campaign_id}/insights", **params)).json()["data"]
    days = [d for d in market.campaign_days(US, FIRST, LAST, NOW) if d.campaign_id == campaign.campaign_id]
    assert [Decimal(row["spend"]) for row in rows] == [day.spend for day in days]
