"""Accounts over the API: freshness, failures, rejected rows, restatements and pulls are those of store and snapshot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from adops_pipeline.domain.failures import ALL_ACCOUNTS, AccountFailure
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.templates import copy_into

PATH = "/api/accounts"
GOOGLE, META, PINTEREST = "google-ads:4403110926", "meta-ads:304756102938475", "pinterest:549761220488"
REJECT = (
    "INSERT INTO analytics_rejects SELECT 'r' || n, 'meta-ads', '304756102938475',"
    " CASE WHEN n % 2 = 0 THEN 'campaign_daily' ELSE 'campaigns' END AS report, DATE '2026-11-01' + CAST(n AS INTEGER),"
    " CASE WHEN n % 3 = 0 THEN 'no Currency' ELSE 'no id' END, json_object('n', n), TIMESTAMP '2026-11-20 09:00:00'"
    " FROM range(7) AS t(n)"
)


@pytest.fixture(scope="module")
def rejecting(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose snapshot has rejected rows."""
    folder = copy_into(published, tmp_path_factory.mktemp("rejecting"))
    with duckdb.connect(str(folder / "adops.duckdb")) as con:
        columns = "reject_id, platform, account_id, report, date, reason, raw, pulled_at"
        con.execute(REJECT.replace("analytics_rejects", f"analytics_rejects ({columns})", 1))
    return folder


@pytest.fixture
async def reader(rejecting: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client over that folder, which is only read."""
    services = services_over(rejecting)
    async with client_of(services) as client:
        yield client
    services.snapshots.close()
    services.store.close()


def report(platform: Platform, *failures: AccountFailure) -> SyncReport:
    """A pull of one account with these failures."""
    return SyncReport(platform, accounts=1, pulls=(), failures=failures, seconds=1.0)


async def every(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """The entries on all pages of three."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 3, **params}
    while True:
        page = (await client.get(path, params=asked)).json()
        found += page["items"]
        if page["nextCursor"] is None:
            assert page.get("total", len(found)) == len(found)
            return found
        asked["cursor"] = page["nextCursor"]


async def test_accounts_and_their_freshness_are_those_of_the_snapshot(
    reader: httpx.AsyncClient, rejecting: Path
) -> None:
    found = await every(reader, PATH)
    assert [row["id"] for row in found] == [GOOGLE, META, PINTEREST]
    query = (
        "SELECT a.platform || ':' || a.account_id, a.name, a.currency, count(*), max(pulled_at) FILTER"
        " (report = 'campaign_daily') FROM ad_accounts AS a JOIN raw_pulls USING (platform, account_id)"
        " GROUP BY ALL ORDER BY 1"
    )
    with duckdb.connect(str(rejecting / "adops.duckdb"), read_only=True) as con:
        expected = con.execute(query).fetchall()
    assert [(row["id"], row["name"], row["currency"], row["pulls"]) for row in found] == [row[:4] for row in expected]
    assert [row["pulledAt"] for row in found] == [f"{row[4]:%Y-%m-%dT%H:%M:%SZ}" for row in expected]
    assert {row["status"] for row in found} == {"fresh"}
    assert [row["rejects"] for row in found] == [0, 7, 0]
    assert {row["completeThrough"] for row in found} == {"2026-11-19"}


async def test_data_that_are_too_old_are_stale(rejecting: Path) -> None:
    services = services_over(rejecting)
    later = replace(services, clock=lambda: services.clock() + services.max_age)
    async with client_of(later) as client:
        assert {row["status"] for row in await every(client, PATH)} == {"stale"}
        assert not await every(client, PATH, status="fresh")
        (row,) = await every(client, PATH, platform="pinterest")
        assert row["ageSeconds"] == services.max_age / timedelta(seconds=1)
    later.snapshots.close()
    later.store.close()


def test_an_account_whose_days_were_never_pulled_has_neither_age_nor_a_complete_day(
    published: Path, tmp_path: Path
) -> None:
    folder = copy_into(published, tmp_path)
    with duckdb.connect(str(folder / "adops.duckdb")) as con:
        con.execute(
            "INSERT INTO ad_accounts (platform, account_id, currency, timezone, synced_at)"
            " VALUES ('pinterest', '1', 'EUR', 'UTC', TIMESTAMP '2026-11-18 09:00')"
        )
    services = services_over(folder)
    found = services.accounts.get("pinterest:1")
    assert (found.status, found.age, found.pulled_at, found.complete_through) == ("never-pulled", None, None, None)
    services.snapshots.close()
    services.store.close()


async def test_a_failing_account_says_why_and_lists_its_failures(client: httpx.AsyncClient, services: Services) -> None:
    refused = AccountFailure(Platform.META_ADS, META.partition(":")[2], "token expired", is_auth=True)
    outage = AccountFailure(Platform.META_ADS, ALL_ACCOUNTS, "HTTP 503")
    stranger = AccountFailure(Platform.PINTEREST, "77", "no such account")
    for n in range(4):
        services.sync_history.record(f"run-{n}", "raw_meta_daily", report(Platform.META_ADS, refused))
    services.sync_history.record("run-4", "raw_meta_daily", report(Platform.META_ADS, outage))
    services.sync_history.record("run-4", "raw_pinterest_daily", report(Platform.PINTEREST, stranger))
    account = (await client.get(f"{PATH}/{META}")).json()
    assert (account["status"], account["failure"]["reason"]) == ("failing", "HTTP 503")
    assert account["failure"]["isWholePlatform"]
    failures = await every(client, f"{PATH}/{META}/failures")
    assert [row["runId"] for row in failures] == [f"run-{n}" for n in (4, 3, 2, 1, 0)]
    assert [row["isAuth"] for row in failures] == [False, True, True, True, True]
    assert [row["id"] for row in await every(client, PATH, status="failing")] == [META, "pinterest:77"]
    assert (await client.get(f"{PATH}/{GOOGLE}")).json()["failure"] is None
    services.sync_history.record("run-5", "raw_meta_daily", report(Platform.META_ADS))
    assert (await client.get(f"{PATH}/{META}")).json()["status"] == "fresh"
    assert len(await every(client, f"{PATH}/{META}/failures")) == 5


RESTATED = (
    "SELECT count(*) FROM analytics_metric_revisions WHERE platform = 'google-ads'"
    " AND date BETWEEN '2026-11-10' AND '2026-11-12'"
)
APPLIED = (
    "SELECT count(*) FROM raw_pulls WHERE platform = 'pinterest' AND report IN ('campaign_daily', 'campaigns')"
    " AND state = 'applied'"
)
ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("rejects", {}, "SELECT count(*) FROM analytics_rejects WHERE account_id = '304756102938475'", META),
    ("rejects", {"report": "campaigns", "search": "CURRENCY"}, "SELECT 1", META),
    ("rejects", {"from": "2026-11-03", "to": "2026-11-04"}, "SELECT 2", META),
    ("rejects", {}, "SELECT 0", GOOGLE),
    ("restatements", {"from": "2026-11-10", "to": "2026-11-12"}, RESTATED, GOOGLE),
    ("pulls", {}, "SELECT count(*) FROM raw_pulls WHERE platform = 'pinterest'", PINTEREST),
    ("pulls", {"report": ["campaign_daily", "campaigns"], "state": "applied"}, APPLIED, PINTEREST),
    ("pulls", {"since": "2026-11-21T00:00:00Z"}, "SELECT 0", PINTEREST),
]
KEYS = {"rejects": ("rejectId",), "restatements": ("campaignId", "date", "pulledAt"), "pulls": ("pullId",)}


@pytest.mark.parametrize(("rows", "params", "query", "account"), ROWS)
async def test_rows_of_an_account_are_the_snapshots_each_once(
    reader: httpx.AsyncClient, rejecting: Path, rows: str, params: dict[str, Any], query: str, account: str
) -> None:
    found = await every(reader, f"{PATH}/{account}/{rows}", **params)
    with duckdb.connect(str(rejecting / "adops.duckdb"), read_only=True) as con:
        (expected,) = con.execute(query).fetchone() or (None,)
    assert len({tuple(row[name] for name in KEYS[rows]) for row in found}) == len(found) == expected
    assert [row["pulledAt"] for row in found] == sorted((row["pulledAt"] for row in found), reverse=True)
    assert not any("path" in row for row in found)


@pytest.mark.parametrize("account", ["meta-ads:nope", "meta:1", "nothing"])
@pytest.mark.parametrize("rows", ["", "/failures", "/rejects", "/restatements", "/pulls"])
async def test_an_unknown_account_is_not_found(reader: httpx.AsyncClient, account: str, rows: str) -> None:
    response = await reader.get(f"{PATH}/{account}{rows}")
    assert (response.status_code, response.json()["code"]) == (404, "not-found")
