"""Pinterest's own contract: its OpenAPI description, its column lists and its official client.

Every request the connector sends and every answer the sandbox gives is held against the description; the official SDK
reads the sandbox over a real socket.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.connectors.pinterest.client import ENTITY_STATUSES
from adops_pipeline.connectors.pinterest.reports import KINDS
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.pinterest import (
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    SANDBOX_REFRESH_TOKEN,
    PinterestDialect,
    build_pinterest_app,
)
from adops_pipeline.sandbox.pinterest.columns import ASYNC_COLUMNS, SYNC_COLUMNS
from adops_pipeline_tests.contract import pinterest_sdk as pinterestsdk
from adops_pipeline_tests.contract.pinterest_spec import HOST, CheckedTransport, check_rows, columns, openapi
from adops_pipeline_tests.serving import serving_beside

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
RECENT = DateRange(TODAY - timedelta(days=60), TODAY)
LONG_AGO = DateRange(TODAY - timedelta(days=400), TODAY)
GRANT = {"grant_type": "refresh_token", "refresh_token": SANDBOX_REFRESH_TOKEN}


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


async def no_sleep(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


async def test_every_request_and_every_answer_is_as_pinterest_describes_it(market: Market) -> None:
    checked = CheckedTransport(httpx.ASGITransport(build_pinterest_app(market, lambda: NOW)))
    credentials = PinterestCredentials(SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN)
    connector = PinterestConnector(credentials, ConnectorContext(transport=checked, clock=lambda: NOW, sleep=no_sleep))
    await connector.identity()
    for account in await connector.accounts():
        for report in (one for one in Report if one is not Report.CHANGES):
            for dates in (RECENT, LONG_AGO) if report.has_dates else (None,):
                found = [row async for page in connector.pull(report, account, dates) for row in page.rows]
                assert found, (report, dates)
    await connector.aclose()
    paths = {
        (r.method, r.url.path.replace("549755885175", "ID").replace("549761220488", "ID")) for r in checked.requests
    }
    account_path = "/v5/ad_accounts/ID"
    assert paths == {
        ("POST", "/v5/oauth/token"),
        ("GET", "/v5/user_account"),
        ("GET", "/v5/ad_accounts"),
        ("GET", f"{account_path}/campaigns"),
        ("GET", f"{account_path}/ad_groups"),
        ("GET", f"{account_path}/campaigns/analytics"),
        ("GET", f"{account_path}/ad_groups/analytics"),
        ("POST", f"{account_path}/reports"),
        ("GET", f"{account_path}/reports"),
    }
    assert len(checked.files) == 2 * 3 * 3
    for file in checked.files:
        check_rows([row for rows in json.loads(file).values() for row in rows], "async")


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("/v5/ad_accounts/1/campaigns?page_size=251", {"items": []}),
        ("/v5/ad_accounts/1/campaigns?entity_statuses=ACTIVE,PAUSED", {"items": []}),
        ("/v5/ad_accounts/1/campaigns", {"items": [{"id": 1}]}),
        ("/v5/ad_accounts/1/campaigns", {"items": [{"id": "1", "daily_spend_cap": "5000000"}]}),
        ("/v5/ad_accounts/1/campaigns", {"items": [{"id": "1", "status": "ENABLED"}]}),
    ],
)
async def test_what_pinterest_does_not_describe_is_noticed(url: str, answer: object) -> None:
    checked = CheckedTransport(httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    async with httpx.AsyncClient(transport=checked, base_url=HOST, headers={"authorization": "Bearer x"}) as client:
        with pytest.raises(OpenAPIError):
            await client.get(url)


@pytest.mark.parametrize("report", list(KINDS))
def test_requested_columns_are_in_both_reports_of_both_versions(report: Report) -> None:
    for official in (*columns("sync"), *columns("async")):
        assert set(KINDS[report].columns) <= official


def test_every_column_the_sandbox_serves_is_an_official_one() -> None:
    for kind, served in (("sync", SYNC_COLUMNS), ("async", ASYNC_COLUMNS)):
        for official in columns(kind):
            assert served <= official


def test_every_status_asked_for_is_one_of_pinterests_and_none_is_left_out() -> None:
    assert set(ENTITY_STATUSES) == {status.value for status in pinterestsdk.EntityStatus}


BAD_REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v5/ad_accounts/549755885175/campaigns", {"params": {"page_size": "9999"}}),
    ("GET", "/v5/ad_accounts/549755885175/campaigns", {"params": {"entity_statuses": "ENABLED"}}),
    ("GET", "/v5/ad_accounts/549755885175/campaigns/analytics", {"params": {"columns": "IMPRESSION,PIN_CLICK,SPEND"}}),
    ("GET", "/v5/ad_accounts/549755885175/ad_groups/analytics", {}),
    ("GET", "/v5/ad_accounts/549755885175/analytics", {}),
    ("GET", "/v5/ad_accounts/999/campaigns", {}),
    ("GET", "/v5/ad_accounts/549755885175", {"headers": {"authorization": "Bearer nonsense"}}),
    ("POST", "/v5/ad_accounts/549755885175/reports", {"json": {}}),
    ("GET", "/v5/ad_accounts/549755885175/reports", {}),
    ("POST", "/v5/oauth/token", {"data": {**GRANT, "refresh_token": "unknown"}}),
    ("POST", "/v5/oauth/token", {"data": GRANT, "headers": {"authorization": "Basic bm86bm8="}}),
]


async def test_refusals_have_the_described_form(market: Market) -> None:
    checked = CheckedTransport(httpx.ASGITransport(build_pinterest_app(market, lambda: NOW)))
    async with httpx.AsyncClient(transport=checked, base_url=HOST) as client:
        basic = httpx.BasicAuth(SANDBOX_APP_ID, SANDBOX_APP_SECRET)
        granted = (await client.post("/v5/oauth/token", data=GRANT, auth=basic)).json()
        bearer = {"authorization": f"Bearer {granted['access_token']}"}
        for method, path, options in BAD_REQUESTS:
            asked = {**options, "headers": {**bearer, **options.get("headers", {})}}
            answer = await client.request(method, path, **asked)
            assert 400 <= answer.status_code < 500, (method, path, options)
            assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize("path", ["/campaigns", "/campaigns/analytics", "/ad_groups/analytics"])
def test_the_words_for_faults_have_the_described_form(path: str) -> None:
    full = f"/v5/ad_accounts/549755885175{path}"
    dialect = PinterestDialect()
    for status, headers, body in (dialect.throttled(full), dialect.expired_token(full), dialect.revoked(full, "1")):
        answered = MockResponse(body, status, content_type=headers["content-type"])
        openapi().validate_response(MockRequest(HOST, "get", full), answered)


@pytest.fixture(scope="module")
def loopback(market: Market) -> Iterator[str]:
    """The sandbox behind a real server on a free port."""
    with serving_beside(build_pinterest_app(market, lambda: NOW), lifespan="off", ws="none") as address:
        yield f"{address}/v5"


@pytest.fixture
def sdk(loopback: str) -> Iterator[Callable[[], Any]]:
    granted = httpx.post(f"{loopback}/oauth/token", auth=(SANDBOX_APP_ID, SANDBOX_APP_SECRET), data=GRANT).json()
    configuration = pinterestsdk.Configuration(host=loopback, access_token=granted["access_token"])
    with pinterestsdk.ApiClient(configuration) as client:
        yield client


def test_the_official_sdk_reads_accounts_campaigns_and_ad_groups(sdk: Any, market: Market) -> None:
    accounts = pinterestsdk.AdAccountsApi(sdk).ad_accounts_list(page_size=1)
    assert [a.id for a in accounts.items] == [market.accounts(Platform.PINTEREST)[0].account_id]
    assert accounts.bookmark
    account_id = accounts.items[0].id
    every = list(pinterestsdk.EntityStatus)
    seen: list[str] = []
    bookmark = None
    while bookmark is not None or not seen:
        page = pinterestsdk.CampaignsApi(sdk).campaigns_list(
            account_id, bookmark=bookmark, page_size=10, entity_statuses=every
        )
        seen += [c.id for c in page.items]
        bookmark = page.bookmark
    assert sorted(seen) == sorted(c.campaign_id for c in market.campaigns(account_id, NOW))
    groups = pinterestsdk.AdGroupsApi(sdk).ad_groups_list(account_id, page_size=250, entity_statuses=every)
    assert len(groups.items) == len(market.ad_groups(account_id, NOW))


def test_the_official_sdk_reads_campaign_analytics_with_the_markets_totals(sdk: Any, market: Market) -> None:
    account_id = market.accounts(Platform.PINTEREST)[0].account_id
    answer = pinterestsdk.CampaignsApi(sdk).campaigns_analytics_with_http_info(
        RECENT.start,
        RECENT.end,
        [c.campaign_id for c in market.campaigns(account_id, NOW)],
        [pinterestsdk.ReportingColumnSync.SPEND_IN_MICRO_DOLLAR, pinterestsdk.ReportingColumnSync.PAID_IMPRESSION],
        pinterestsdk.Granularity.DAY,
        account_id,
        click_window_days=30,
    )
    days = market.campaign_days(account_id, RECENT.start, RECENT.end, NOW)
    assert {(row.campaign_id, row.var_date) for row in answer.data} == {(d.campaign_id, d.date) for d in days}
    rows = json.loads(answer.raw_data)
    assert sum(row["SPEND_IN_MICRO_DOLLAR"] for row in rows) == sum(int(d.spend * 1_000_000) for d in days)
    assert sum(row["PAID_IMPRESSION"] for row in rows) == sum(d.impressions for d in days)


def test_the_official_sdk_is_told_of_a_refusal(sdk: Any) -> None:
    with pytest.raises(pinterestsdk.exceptions.NotFoundException) as caught:
        pinterestsdk.CampaignsApi(sdk).campaigns_list("123456789012")
    assert json.loads(caught.value.body)["message"] == "AdAccount not found."


async def test_reports_are_downloaded_over_a_real_socket(loopback: str, market: Market) -> None:
    credentials = PinterestCredentials(SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN)
    connector = PinterestConnector(credentials, ConnectorContext(clock=lambda: NOW, sleep=no_sleep), base_url=loopback)
    account = (await connector.accounts())[0]
    pages = connector.pull(Report.CAMPAIGN_DAILY, account, LONG_AGO)
    rows = [json.loads(row) async for page in pages for row in page.rows]
    await connector.aclose()
    days = market.campaign_days(account.account_id, LONG_AGO.start, LONG_AGO.end, NOW)
    assert sum(r.get("SPEND_IN_MICRO_DOLLAR", 0) for r in rows) == sum(int(d.spend * 1_000_000) for d in days)
