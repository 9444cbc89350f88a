"""Meta's own contract: its spec files, its SDK's field types and its official client.

Every request the connector sends and every answer the sandbox gives is held against the description; the official SDK
lists campaigns and runs an insights job over a real socket.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.reports import ACTIVITY_CATEGORIES, ACTIVITY_FIELDS, DAILY, LISTINGS
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import (
    SANDBOX_ACCESS_TOKEN,
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    build_meta_ads_app,
    user_token,
)
from adops_pipeline.sandbox.meta_ads import fields as sandbox_fields
from adops_pipeline.sandbox.meta_ads.activities import CATEGORIES
from adops_pipeline_tests.contract.facebook import official_sdk
from adops_pipeline_tests.contract.meta_spec import (
    HOST,
    CheckedTransport,
    ContractBreachError,
    check,
    enums,
    field_types,
)
from adops_pipeline_tests.serving import serving_beside

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
US, JP = "102938475610293", "304756102938475"
WEEK = DateRange(date(2026, 11, 17), date(2026, 11, 23))
LONG = DateRange(date(2026, 8, 1), date(2026, 11, 23))


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


async def no_sleep(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


async def test_every_request_and_every_answer_is_as_meta_describes_it(market: Market) -> None:
    checked = CheckedTransport(httpx.ASGITransport(build_meta_ads_app(market, lambda: NOW)))
    token = user_token(NOW + timedelta(days=3))
    credentials = MetaAdsCredentials(token, SANDBOX_APP_ID, SANDBOX_APP_SECRET)
    connector = MetaAdsConnector(
        credentials,
        ConnectorContext(account_ids=(US, JP), transport=checked, clock=lambda: NOW, sleep=no_sleep),
        page_size=400,
    )
    await connector.identity()
    for account in await connector.accounts():
        for report in Report:
            for dates in (WEEK, LONG) if report.has_dates else (None,):
                found = [row async for page in connector.pull(report, account, dates) for row in page.rows]
                # Nobody changes something in every week.
                assert found or (report, dates) == (Report.CHANGES, WEEK), (report, dates)
    await connector.aclose()
    assert checked.seen == {
        ("POST", "/debug_token"),
        ("POST", "/oauth/access_token"),
        ("GET", "/me"),
        ("GET", "/me/permissions"),
        ("GET", "/me/adaccounts"),
        ("GET", "/act_ID"),
        ("GET", "/act_ID/campaigns"),
        ("GET", "/act_ID/adsets"),
        ("GET", "/act_ID/activities"),
        ("GET", "/act_ID/insights"),
        ("POST", "/act_ID/insights"),
        ("GET", "/ID"),
        ("GET", "/ID/insights"),
    }


@pytest.mark.parametrize(
    ("path", "sent", "answer"),
    [
        ("/v26.0/act_1/campaigns", {"fields": "id,foo"}, {"data": []}),
        ("/v26.0/act_1/campaigns", {"effective_status": '["ENABLED"]'}, {"data": []}),
        ("/v26.0/act_1/campaigns", {"page_size": "3"}, {"data": []}),
        ("/v26.0/act_1/insights", {"level": "campaigns"}, {"data": []}),
        ("/v26.0/act_1/insights", {"action_attribution_windows": '["30d_click"]'}, {"data": []}),
        ("/v26.0/act_1/insights", {"time_range": '["2026-11-01"]'}, {"data": []}),
        ("/v26.0/act_1/insights", {}, {"data": [{"spend": 14.35}]}),
        ("/v26.0/act_1/insights", {}, {"data": [{"conversion_value": "1"}]}),
        ("/v26.0/act_1/insights", {"fields": "spend"}, {"data": [{"clicks": "1"}]}),
        ("/v26.0/act_1/insights", {}, {"data": [{"actions": [{"action_type": "lead", "value": 3}]}]}),
        ("/v26.0/act_1/insights", {}, {"data": [{"actions": []}]}),
        ("/v26.0/act_1/campaigns", {}, {"data": [{"effective_status": "ENABLED"}]}),
        ("/v26.0/act_1/nothing", {}, {"data": []}),
    ],
)
def test_what_meta_does_not_describe_is_noticed(path: str, sent: dict[str, str], answer: dict[str, Any]) -> None:
    with pytest.raises(ContractBreachError):
        check("GET", path, sent, answer)


def test_requested_fields_are_known_to_the_spec_and_to_the_newer_sdk() -> None:
    for report in DAILY.values():
        assert set(report.fields) <= set(field_types("AdsInsights")) & set(AdsInsights._field_types)
        assert set(report.statuses) <= enums()[f"{report.level.title().replace('set', 'Set')}_effective_status"]
    assert set(LISTINGS[Report.CAMPAIGNS].fields) <= set(field_types("Campaign"))
    assert set(LISTINGS[Report.AD_GROUPS].fields) <= set(field_types("AdSet"))
    assert set(ACTIVITY_FIELDS) <= set(field_types("AdActivity"))
    assert set(ACTIVITY_CATEGORIES) <= CATEGORIES == enums()["adaccountactivities_category_enum_param"]


def test_the_sandbox_knows_exactly_the_official_fields() -> None:
    assert set(field_types("AdAccount")) == sandbox_fields.AD_ACCOUNT_FIELDS
    assert set(field_types("Campaign")) == sandbox_fields.CAMPAIGN_FIELDS
    assert set(field_types("AdSet")) == sandbox_fields.AD_SET_FIELDS
    assert set(field_types("AdsInsights")) == sandbox_fields.INSIGHTS_FIELDS
    assert set(field_types("AdActivity")) == sandbox_fields.ACTIVITY_FIELDS
    assert set(field_types("AdReportRun")) >= sandbox_fields.REPORT_RUN_FIELDS


async def test_whatever_official_fields_are_asked_for_the_rows_are_as_described(market: Market) -> None:
    checked = CheckedTransport(httpx.ASGITransport(build_meta_ads_app(market, lambda: NOW)))
    span = json.dumps({"since": "2026-11-01", "until": "2026-11-07"})
    headers = {"authorization": f"Bearer {SANDBOX_ACCESS_TOKEN}"}
    async with httpx.AsyncClient(transport=checked, base_url=f"{HOST}/v26.0", headers=headers) as client:
        for edge, node in (("campaigns", "Campaign"), ("adsets", "AdSet")):
            answer = await client.get(f"/act_{US}/{edge}", params={"fields": ",".join(field_types(node))})
            assert answer.json()["data"]
        for level in ("account", "campaign", "adset"):
            params = {"level": level, "time_range": span, "fields": ",".join(field_types("AdsInsights"))}
            answer = await client.get(f"/act_{US}/insights", params=params)
            assert len(answer.json()["data"][0]) > 20


# --- the official SDK -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(market: Market) -> Iterator[str]:
    """The sandbox on a free loopback port."""
    with serving_beside(build_meta_ads_app(market, lambda: NOW), lifespan="off") as address:
        yield address


@pytest.fixture
def api(server: str) -> Iterator[FacebookAdsApi]:
    with official_sdk(server) as made:
        yield made


def test_the_official_sdk_lists_accounts_and_every_campaign(api: FacebookAdsApi, market: Market) -> None:
    accounts = User("me", api=api).get_ad_accounts(fields=["account_id", "currency", "timezone_name"])
    assert {account["account_id"]: account["currency"] for account in accounts}[JP] == "JPY"
    params = {"effective_status": ["ACTIVE", "PAUSED", "ARCHIVED"], "limit": 7}
    cursor = AdAccount(f"act_{US}", api=api).get_campaigns(fields=["id", "name", "effective_status"], params=params)
    total = cursor.total()
    campaigns = list(cursor)
    known = {c.campaign_id: c.name for c in market.campaigns(US, NOW)}
    assert total == len(campaigns) > 14
    assert all(known[c["id"]] == c["name"] for c in campaigns)
    one = Campaign(campaigns[0]["id"], api=api).api_get(fields=["daily_budget", "start_time"])
    assert one["start_time"].startswith("2024-01-01T00:00:00-0800")


def test_the_official_sdk_runs_an_insights_job_and_reads_the_markets_totals(
    api: FacebookAdsApi, market: Market
) -> None:
    params = {
        "level": "campaign",
        "time_increment": 1,
        "time_range": {"since": "2026-11-17", "until": "2026-11-23"},
        "filtering": [
            {
                "field": "campaign.effective_status",
                "operator": "IN",
                "value": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED"],
            }
        ],
    }
    fields = ["campaign_id", "spend", "impressions", "actions", "action_values"]
    run = AdAccount(f"act_{US}", api=api).get_insights(fields=fields, params=params, is_async=True)
    assert isinstance(run, AdReportRun)
    seen: list[str] = []
    while not seen or seen[-1] != "Job Completed":
        run.api_get()
        seen.append(run["async_status"])
    assert len(seen) >= 4
    rows = list(run.get_result(params={"limit": 20}))
    truth = market.campaign_days(US, WEEK.start, WEEK.end, NOW)
    assert len(rows) == len(truth) > 20
    assert sum(Decimal(row["spend"]) for row in rows) == sum(day.spend for day in truth)
    assert sum(int(row["impressions"]) for row in rows) == sum(day.impressions for day in truth)
    for key, total in (
        ("actions", sum(day.conversions for day in truth)),
        ("action_values", sum(day.revenue for day in truth)),
    ):
        stats = [stat for row in rows for stat in row.get(key, []) if stat["action_type"] == "omni_purchase"]
        assert sum(Decimal(stat["value"]) for stat in stats) == total


def test_the_official_sdk_understands_refusals(api: FacebookAdsApi) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        AdAccount("act_1", api=api).get_campaigns()
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (100, 33)
    expired = user_token(NOW - timedelta(days=1))
    with pytest.raises(FacebookRequestError) as caught:
        api.call("GET", ("me",), params={"access_token": expired})
    assert (caught.value.http_status(), caught.value.api_error_code()) == (400, 190)
    assert caught.value.api_error_subcode() == 463
