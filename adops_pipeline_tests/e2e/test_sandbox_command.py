"""`adops sandbox` on loopback: three platforms on one port, as their clients ask them."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN
from adops_pipeline.sandbox.pinterest import SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.patience import patience_seconds, wait_until

NOW = datetime(2025, 11, 16, 12, tzinfo=UTC)
FIRST, LAST = date(2025, 11, 1), date(2025, 11, 7)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = subprocess.Popen(
        [ADOPS, "sandbox", "--port", "0", "--as-of", "2025-11-16"],
        env=environment(tmp_path_factory.mktemp("sandbox")),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        yield found.group()
    finally:
        process.terminate()
        process.wait(patience_seconds())
        process.stdout.close()


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


def test_the_facebook_sdk_lists_campaigns_and_runs_an_insights_job(
    address: str, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FacebookSession, "GRAPH", address)
    api = FacebookAdsApi.init(access_token=SANDBOX_ACCESS_TOKEN, crash_log=False)
    own = market.accounts(Platform.META_ADS)[0]
    account = AdAccount(f"act_{own.account_id}", api=api)
    listed = {campaign["id"] for campaign in account.get_campaigns(fields=["id", "name"], params={"limit": 5})}
    assert listed <= {campaign.campaign_id for campaign in market.campaigns(own.account_id, NOW)}
    assert len(listed) > 5
    params = {"level": "campaign", "time_increment": 1, "time_range": {"since": str(FIRST), "until": str(LAST)}}
    job = account.get_insights(fields=["campaign_id", "spend"], params=params, is_async=True)
    wait_until(lambda: job.api_get()["async_status"] == "Job Completed")
    spend = sum(Decimal(row["spend"]) for row in job.get_result(params={"limit": 50}))
    assert spend == sum(d.spend for d in market.campaign_days(own.account_id, FIRST, LAST, NOW))
    job._api._session.requests.close()


def test_pinterest_answers_with_campaigns_and_analytics_on_the_same_port(address: str, market: Market) -> None:
    granted = httpx.post(
        f"{address}/v5/oauth/token",
        auth=(SANDBOX_APP_ID, SANDBOX_APP_SECRET),
        data={"grant_type": "refresh_token", "refresh_token": SANDBOX_REFRESH_TOKEN},
    ).json()
    own = market.accounts(Platform.PINTEREST)[0]
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    with httpx.Client(base_url=f"{address}/v5/ad_accounts/{own.account_id}", headers=bearer) as client:
        ids = [campaign["id"] for campaign in client.get("/campaigns", params={"page_size": 250}).json()["items"]]
        query = {"campaign_ids": ids, "columns": "SPEND_IN_MICRO_DOLLAR", "granularity": "DAY"}
        rows = client.get(
            "/campaigns/analytics", params={**query, "start_date": f"{FIRST}", "end_date": f"{LAST}"}
        ).json()
    spend = sum(Decimal(row["SPEND_IN_MICRO_DOLLAR"]) for row in rows) / 1_000_000
    days = market.campaign_days(own.account_id, FIRST, LAST, NOW)
    assert spend == sum(d.spend for d in days if d.campaign_id in set(ids)) > 0


def test_google_answers_a_query_on_the_same_port(address: str) -> None:
    refused = httpx.post(f"{address}/v26/customers/4201987305/googleAds:searchStream", json={"query": "SELECT 1"})
    assert refused.status_code == 401
    assert refused.json()[0]["error"]["status"] == "UNAUTHENTICATED"


def test_a_port_in_use_is_said_in_words(address: str, tmp_path: Path) -> None:
    port = address.rsplit(":", 1)[1]
    done = subprocess.run(
        [ADOPS, "sandbox", "--port", port],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=patience_seconds(),
    )
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert "Traceback" not in done.stderr
