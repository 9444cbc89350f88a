"""The page of pacing: the API's figures, and what it says where there are none."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import duckdb
import httpx
import pytest

from adops_pipeline.dashboard import formats
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows import find_workflow
from adops_pipeline.domain.workflows.parameters import PacingParameters
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.services.errors import WarehouseError
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.queries.figures import figures
from adops_pipeline.warehouse.queries.headlines import headlines
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.dashboard.pages import rows_of
from adops_pipeline_tests.integration.two_runs import LATER, later_run, services_of
from adops_pipeline_tests.templates import copy_into

API = "/api/analytics/pacing"
ENGLISH = formats.DEFAULT_LOCALE


async def page(browser: httpx.AsyncClient, address: str = "/pacing", **headers: str) -> str:
    response = await browser.get(address, headers=headers)
    assert response.status_code == 200, response.text
    return unescape(response.text)


async def test_every_budget_has_the_figures_of_the_api(browser: httpx.AsyncClient) -> None:
    rows = (await browser.get(API, params={"limit": 20})).json()["items"]
    parts = (await page(browser)).split('<li class="budget">')[1:]
    assert len(parts) == len(rows) > 3
    for row, text in zip(rows, parts, strict=True):
        assert row["recommendation"] in text
        for name in ("spentToDate", "budget", "seasonalTarget", "pacingTarget", "projectedLow", "projectedHigh"):
            if row["spentToDate"] is not None and row["projectedTotal"] is not None and row[name] is not None:
                assert formats.money(row[name], row["currency"], ENGLISH) in text, name
        assert formats.short_day(date.fromisoformat(row["periodEnd"]), ENGLISH) in text


async def test_the_verdicts_are_counted_as_the_api_counts_them_and_filter_the_list(browser: httpx.AsyncClient) -> None:
    limited = (await browser.get(API, params={"status": ["on-track", "limited", "delivering"], "limit": 20})).json()
    text = await page(browser, "/pacing?group=fine")
    assert f'On pace <span class="badge">{limited["total"]}</span>' in text
    assert text.count('<li class="budget">') == len(limited["items"])
    meta = (await browser.get(API, params={"platform": "meta-ads"})).json()["total"]
    assert f'All budgets <span class="badge">{meta}</span>' in await page(browser, "/pacing?platform=meta-ads")


async def test_what_needs_a_hand_is_what_the_headline_counts_and_not_every_budget_off_pace(
    published: Path, tmp_path: Path
) -> None:
    services = services_over(copy_into(published, tmp_path))
    with duckdb.connect(str(services.snapshot_path)) as con:
        for table in ("analytics_budgets", "rollup_pacing"):
            con.execute(f"UPDATE {table} SET verdict = 'underpacing', severity = 'info' WHERE verdict = 'limited'")
            con.execute(
                f"UPDATE {table} SET severity = CASE platform WHEN 'meta-ads' THEN 'warning' ELSE 'critical' END"
                " WHERE verdict = 'underpacing' AND platform <> 'pinterest'"
            )
        newest = con.execute(
            "SELECT count(*) FILTER (severity IN ('critical', 'warning')),"
            " count(*) FILTER (verdict LIKE 'over%' OR verdict LIKE 'under%' OR verdict = 'no-delivery')"
            " FROM budgets_now"
        ).fetchall()
        ((acting, off),) = newest
        (headline,) = (one for one in headlines(con) if one.concept == "pacing")
    async with browser_of(services) as browser:
        text = await page(browser, "/pacing?group=act")
        api = (await browser.get(API, params={"severity": ["critical", "warning"]})).json()
    services.snapshots.close()
    services.store.close()
    assert 1 < acting < off
    assert f'Needs a hand <span class="badge">{acting}</span>' in text
    assert api["total"] == acting
    assert f'Off pace <span class="badge">{off}</span>' in text
    assert sum(int(str(row[name])) for row in headline.figures for name in ("critical", "warning")) == acting


@pytest.fixture(params=[7, 8], ids=lambda days: f"{days} days behind")
def behind(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Services, WorkflowResult]]:
    """The services after a pacing check, with its result, where the account of a used-up target was not pulled."""
    later = later_run(tmp_path_factory)
    services = services_of(copy_into(later.folder, tmp_path), LATER, targets=[later.target])
    (campaign,) = later.target["campaigns"]
    condition = f"(platform, account_id) IN (SELECT (platform, account_id) FROM campaigns WHERE id = '{campaign}')"
    with services.warehouse.writing() as con:
        con.execute(f"UPDATE raw_pulls SET pulled_at = pulled_at - INTERVAL {request.param} DAY WHERE {condition}")
        con.execute(f"DELETE FROM analytics_budgets WHERE {condition}")
    check = find_workflow("pacing-check")
    services.workflows.compute(check)
    found = services.workflows.review(check, PacingParameters(min_severity=Severity.WARNING))
    services.workflows.conclude(check, found)
    yield services, found
    services.snapshots.close()
    services.store.close()


async def test_page_headline_check_and_alerts_count_alike_where_an_account_was_not_pulled_for_a_week(
    behind: tuple[Services, WorkflowResult],
) -> None:
    services, found = behind
    newest = LATER - timedelta(days=1)
    with open_snapshot(services.snapshot_path) as con:
        (headline,) = (one for one in headlines(con) if one.concept == "pacing")
        plotted = figures(con, "analytics_budgets")
        ((wanted, all_accounts),) = con.execute(
            "SELECT count(*) FILTER (as_of IN ($newest, $newest - 7)), count(DISTINCT (platform, account_id))"
            " FROM analytics_budgets WHERE severity IN ('critical', 'warning')", {"newest": newest},
        ).fetchall()  # fmt: skip
    assert 0 < wanted <= all_accounts == 2
    async with browser_of(services) as browser:
        text = await page(browser)
        listed = (await browser.get(API, params={"severity": ["critical", "warning"]})).json()["total"]
    shown = re.search(r'Needs a hand <span class="badge">(\d+)</span>', text)
    assert shown is not None
    said = {
        "page": int(shown[1]),
        "API": listed,
        "headline": sum(int(str(row[name])) for row in headline.figures for name in ("critical", "warning")),
        "plot of Dagster": plotted["critical"] + plotted["warnings"],
        "check": len(found.found),
        "alerts": sum(one.alert.source == "pacing" for one in services.alerting.firing()),
    }
    assert said == dict.fromkeys(said, wanted)


async def test_htmx_gets_the_list_alone(browser: httpx.AsyncClient) -> None:
    part = await page(browser, "/pacing?group=act", **{"HX-Request": "true", "HX-Target": "pacing-list"})
    assert "<html" not in part
    assert 'aria-label="Verdicts"' in part


async def test_the_days_of_a_budget_are_a_page_and_for_htmx_a_chart(browser: httpx.AsyncClient) -> None:
    rows = (await browser.get(API, params={"status": "limited"})).json()["items"]
    row = next(one for one in rows if one["pacingTarget"])
    address = f"/pacing/{row['platform']}:{row['campaignId']}/days"
    assert f'hx-get="{address.replace(":", "%3A")}"' in await page(browser, f"/pacing?search={row['campaignName']}")
    whole, part = await page(browser, address), await page(browser, address, **{"HX-Request": "true"})
    assert f"<h1>{row['campaignName']}</h1>" in whole
    assert part.lstrip().startswith("<figure")
    figures = [row["spentToDate"], row["pacingTarget"], row["seasonalTarget"]]
    newest = next(cells for cells in rows_of(part) if cells[0] == row["asOf"])
    assert newest[1:4] == [formats.money(figure, row["currency"], ENGLISH) for figure in figures]
    end = next(cells for cells in rows_of(part) if cells[0] == row["periodEnd"])
    ends = [row["projectedTotal"], row["projectedLow"], row["projectedHigh"]]
    assert end[4:] == [formats.money(figure, row["currency"], ENGLISH) for figure in ends]


@pytest.mark.parametrize("is_shared", [False, True])
async def test_the_days_and_their_sql_are_of_all_campaigns_of_the_budget(
    published: Path, tmp_path: Path, is_shared: bool
) -> None:
    services = services_over(copy_into(published, tmp_path))
    of_account = "FROM rollup_pacing WHERE platform = 'google-ads' AND verdict = 'limited'"
    with duckdb.connect(str(services.snapshot_path)) as con:
        (spent, budget) = con.execute(f"SELECT sum(spent_to_date), min(campaign_id) {of_account}").fetchall()[0]
        if is_shared:
            con.execute(
                "UPDATE campaigns SET shared_budget_id = '77'"
                f" WHERE platform = 'google-ads' AND external_id IN (SELECT campaign_id {of_account})"
            )
            con.execute(
                "UPDATE rollup_pacing SET campaign_id = '77', is_shared_budget = true, spent_to_date = $spent"
                " WHERE campaign_id = $budget",
                {"spent": spent, "budget": budget},
            )
            budget = "77"
        ((total,),) = con.execute("SELECT spent_to_date FROM rollup_pacing WHERE campaign_id = $1", [budget]).fetchall()
    async with browser_of(services) as browser:
        found = (await browser.get(f"{API}/google-ads:{budget}/days")).json()
        text = await page(browser, f"/pacing/google-ads:{budget}/days")
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        read = con.execute(text.partition("<pre><code>")[2].partition("</code>")[0]).fetchall()
    services.snapshots.close()
    services.store.close()
    over = [day for day in found["days"] if day["spend"] is not None]
    assert len(over) == 19
    assert sum(day["spend"] for day in over) == pytest.approx(float(total))
    assert [day["spent"] for day in over] == pytest.approx([float(row[1]) for row in read])


async def test_an_unknown_budget_is_a_page_that_says_so(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/pacing/meta-ads:0/days")
    assert response.status_code == 404
    assert "there is no budget" in response.text


async def test_a_search_without_a_match_says_so_and_leads_back(browser: httpx.AsyncClient) -> None:
    text = await page(browser, "/pacing?search=no+such+campaign")
    assert "No budget matches these filters." in text
    assert '<a class="button" href="/pacing">Show all budgets</a>' in text


async def test_names_are_text_unknown_spend_is_said_and_a_far_flight_has_its_year(
    published: Path, tmp_path: Path
) -> None:
    services = services_over(copy_into(published, tmp_path))
    name = "</script><img src=x onerror=alert(1)>\" x='"
    with duckdb.connect(str(services.snapshot_path)) as con:
        con.execute(
            "UPDATE rollup_pacing SET campaign_name = $name, spent_to_date = NULL, known_from = '2026-11-03'"
            " WHERE campaign_id = (SELECT min(campaign_id) FROM rollup_pacing)",
            {"name": name},
        )
        con.execute(
            "UPDATE rollup_pacing SET campaign_name = 'Far off', period_start = '2030-04-19',"
            " period_end = '2030-04-30', as_of = '2029-12-30'"
            " WHERE campaign_id = (SELECT max(campaign_id) FROM rollup_pacing)"
        )
    async with browser_of(services) as browser:
        raw = (await browser.get("/pacing", params={"search": "</script>"})).text
        far = unescape((await browser.get("/pacing?search=Far+off")).text)
    services.snapshots.close()
    services.store.close()
    assert "<img" not in raw
    assert "</script><" not in raw.partition("<main")[2]
    assert name in unescape(raw)
    assert "daily figures are complete from Nov 3, 2026 on" in raw
    assert "Apr 19, 2030 to Apr 30, 2030, 110 days ahead" in far


async def test_where_the_list_cannot_be_read_the_page_says_why(
    browser: httpx.AsyncClient, site_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise WarehouseError("the disk is gone")

    monkeypatch.setattr("adops_pipeline.dashboard.reading.listing_document", fail)
    response = await browser.get("/pacing")
    assert response.status_code == 503
    assert "the disk is gone" in response.text
