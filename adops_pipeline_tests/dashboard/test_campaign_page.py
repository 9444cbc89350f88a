"""The page of a campaign: its figures are the API's; what the analyses found is beside them."""

from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import httpx
import pytest
from babel import Locale

from adops_pipeline.dashboard import formats
from adops_pipeline.dashboard.pages.campaign_charts import day_marks
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.dashboard.pages import rows_of, text_of
from adops_pipeline_tests.templates import copy_into

ENGLISH = Locale("en")


@pytest.fixture
async def campaign(browser: httpx.AsyncClient) -> Any:
    """The campaign that spends the most."""
    return (await browser.get("/api/analytics/campaigns", params={"limit": 1})).json()["items"][0]


async def test_its_figures_and_days_are_those_of_the_api(browser: httpx.AsyncClient, campaign: Any) -> None:
    period = {"from": "2026-11-05", "to": "2026-11-14"}
    detail = (await browser.get(f"/api/analytics/campaigns/{campaign['id']}", params=period)).json()["campaigns"][0]
    trend = (await browser.get(f"/api/analytics/campaigns/{campaign['id']}/trend", params=period)).json()["days"]
    page = await browser.get(f"/campaigns/{campaign['id']}", params=period)
    assert page.status_code == 200
    text = text_of(page.text)
    assert f"Spend {formats.money(detail['spend'], detail['currency'], ENGLISH)}" in text
    assert f"ROAS {formats.ratio(detail['roas'], ENGLISH)}" in text
    heads = ["Day", "Spend", "Clicks", "Conversions", "Expected", "Known", "CPA", "ROAS", "Restatements"]
    rows = rows_of(page.text)
    first = rows.index(heads) + 1
    for row, day in zip(rows[first : first + len(trend)], reversed(trend), strict=True):
        assert row[1] == formats.money(day["spend"], day["currency"], ENGLISH)
        assert row[2] == formats.number(day["clicks"], ENGLISH)
        assert row[4] == formats.number(day["conversionsNowcast"], ENGLISH, 1)
        assert row[8] == formats.number(day["restatements"], ENGLISH)


async def test_immature_days_are_shaded_and_expected_conversions_drawn_beside_them(
    browser: httpx.AsyncClient, campaign: Any
) -> None:
    page = await browser.get(f"/campaigns/{campaign['id']}")
    trend = (await browser.get(f"/api/analytics/campaigns/{campaign['id']}/trend")).json()["days"]
    immature = [day["date"] for day in trend if day["isImmature"]]
    assert immature
    assert f'"first": "{immature[0]}"' in unescape(page.text)
    assert "Expected" in page.text


async def test_the_sql_of_its_charts_reads_what_they_show(
    browser: httpx.AsyncClient, campaign: Any, site_services: Services
) -> None:
    page = (await browser.get(f"/campaigns/{campaign['id']}")).text
    figures = [part.partition("</figure>")[0] for part in page.split('<figure class="chart')[1:]]
    assert len(figures) == 5
    with duckdb.connect(str(site_services.snapshot_path), read_only=True) as con:
        for figure in figures:
            read = con.execute(unescape(figure.partition("<pre><code>")[2].partition("</code>")[0])).fetchall()
            shown = [row[1] for row in rows_of(figure) if row[0] != "0" and row[1:2] not in (["–"], [])]
            known = [row[1] for row in read if row[1] is not None]
            is_money = "conversions" not in figure.partition("</h3>")[0].lower()
            last = formats.money(known[-1], campaign["currency"], ENGLISH) if is_money else None
            assert shown[-1] == (last or formats.number(known[-1], ENGLISH, 1)), figure[:200]


async def test_its_forecast_begins_with_the_month_so_far_and_its_budget_has_its_days(
    browser: httpx.AsyncClient, campaign: Any
) -> None:
    own = {"platform": campaign["platform"], "campaignId": campaign["id"].partition(":")[2]}
    forecast = (await browser.get("/api/analytics/forecasts", params=own)).json()["items"]
    conversions = next(one for one in forecast if one["metric"] == "conversions")
    page = await browser.get(f"/campaigns/{campaign['id']}")
    rows = rows_of(page.text)
    first = rows.index(["Day of the month", "So far", "Likely", "80 % interval, low", "80 % interval, high"]) + 1
    as_of, end = int(conversions["asOf"][-2:]), int(conversions["periodEnd"][-2:])
    month = rows[first : first + as_of + 2]
    assert [int(row[0]) for row in month] == [*range(as_of + 1), end]
    known, total = (formats.number(conversions[name], ENGLISH, 1) for name in ("actualToDate", "total"))
    assert [row[1] for row in month[-2:]] == [known, "–"]
    assert [row[2] for row in month[-3:]] == ["–", known, total]
    pacing = (await browser.get("/api/analytics/pacing", params=own)).json()["items"]
    assert page.text.count("Spend against the budget</h3>") == len(pacing) == 1


async def test_its_sql_reads_its_spend(browser: httpx.AsyncClient, campaign: Any, site_services: Services) -> None:
    page = await browser.get(f"/campaigns/{campaign['id']}")
    sql = page.text.partition("<pre><code>")[2].partition("</code>")[0].replace("&#39;", "'")
    with duckdb.connect(str(site_services.snapshot_path), read_only=True) as con:
        total = sum(row[1] for row in con.execute(sql).fetchall())
    assert float(total) == pytest.approx(campaign["spend"])


async def test_an_unknown_campaign_is_a_page_that_says_so(browser: httpx.AsyncClient) -> None:
    for path in ("/campaigns/meta-ads:0", "/campaigns/nonsense", "/campaigns/a%2Fb", "/campaigns/%00"):
        page = await browser.get(path)
        assert page.status_code == 404, path
        assert "there is no campaign" in page.text or "There is nothing here" in page.text


async def test_a_period_without_data_is_no_error(browser: httpx.AsyncClient, campaign: Any) -> None:
    page = await browser.get(f"/campaigns/{campaign['id']}", params={"from": "2020-01-01", "to": "2020-01-07"})
    assert page.status_code == 200
    assert "No data in this period" in page.text


async def test_a_shared_budget_leads_to_its_pacing(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path))
    with duckdb.connect(str(services.snapshot_path)) as con:
        platform, own = con.execute("SELECT platform, campaign_id FROM rollup_pacing LIMIT 1").fetchone() or ("", "")
        shared = "UPDATE rollup_pacing SET campaign_id = 'shared', campaign_name = 'A, B' WHERE campaign_id = $own"
        con.execute(shared, {"own": own})
    async with browser_of(services) as browser:
        answer = await browser.get(f"/campaigns/{platform}:shared")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pacing?search=A%2C+B")
    services.snapshots.close()
    services.store.close()


def test_marks_that_are_close_together_share_a_label() -> None:
    anomaly = SimpleNamespace(date="2026-11-01", metric="spend", direction="down")
    change = SimpleNamespace(changeDate="2026-11-02", field="daily_budget")
    events = [SimpleNamespace(date="2026-11-01", name="Sale"), SimpleNamespace(date="2026-11-11", name="Singles' Day")]
    marks = day_marks([anomaly], [change], events)
    assert [(mark.at, mark.label) for mark in marks] == [
        ("2026-11-01", "spend down, Sale"), ("2026-11-02", ""), ("2026-11-11", "Singles' Day"),
    ]  # fmt: skip
