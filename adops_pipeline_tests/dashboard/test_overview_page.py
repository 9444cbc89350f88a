"""The overview: its figures are the API's, parts that cannot be read say so in their place."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from babel import Locale

from adops_pipeline.dashboard import formats
from adops_pipeline.dashboard.sparkline import sparkline
from adops_pipeline.services.errors import StoreError
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.dashboard.conftest import browser_of

ENGLISH = Locale("en")
FILTERS = [
    {},
    {"platform": "meta-ads"},
    {"currency": "EUR"},
    {"from": "2026-11-03", "to": "2026-11-09"},
    {"from": "2026-11-09", "to": "2026-11-09", "platform": ["pinterest", "google-ads"]},
]


async def figures_of(browser: httpx.AsyncClient, filters: dict[str, Any]) -> Any:
    answer = await browser.get("/api/analytics/reporting", params=filters)
    return answer.json()


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#39;", "'").replace("&#34;", '"')


@pytest.mark.parametrize("filters", FILTERS)
async def test_the_figures_are_those_of_the_api_whatever_the_filters(
    browser: httpx.AsyncClient, filters: dict[str, Any]
) -> None:
    api = await figures_of(browser, filters)
    page = text_of((await browser.get("/", params=filters)).text)
    totals, currency = api["totals"], api["currency"]
    spend = formats.money(totals["spend"]["value"], currency, ENGLISH)
    assert f"Spend {spend}" in page
    assert f"Clicks {formats.number(totals['clicks']['value'], ENGLISH)}" in page
    assert f"ROAS {formats.ratio(totals['roas']['value'], ENGLISH)}" in page
    assert f"{formats.change(totals['conversions']['change'], ENGLISH)} expected" in page
    for one in api["platforms"]:
        assert formats.money(one["spend"]["value"], currency, ENGLISH) in page


@pytest.mark.parametrize("filters", [{}, {"platform": "meta-ads"}, {"currency": "EUR"}])
async def test_the_sql_of_each_chart_reads_its_figures_with_the_filters(
    browser: httpx.AsyncClient, site_services: Services, filters: dict[str, str]
) -> None:
    api = await figures_of(browser, filters)
    page = unescape((await browser.get("/", params=filters)).text)
    spend, budgets = re.findall(r"<pre><code>(.*?)</code>", page, re.DOTALL)
    with duckdb.connect(str(site_services.snapshot_path), read_only=True) as con:
        spends, shares = con.execute(spend).fetchall(), con.execute(budgets).fetchall()
    assert float(sum(row[2] for row in spends)) == pytest.approx(api["totals"]["spend"]["value"])
    assert {row[0]: row[1] for row in shares} == {
        one["platform"]: pytest.approx(one["budget"]) for one in api["budgets"]
    }


async def test_the_line_of_conversions_is_what_its_days_are_expected_to_become(browser: httpx.AsyncClient) -> None:
    days = (await figures_of(browser, {}))["days"]
    page = (await browser.get("/")).text
    expected = [day["conversions"] / (day["conversionsShareKnown"] or 1) for day in days]
    assert expected[-1] > 1.1 * days[-1]["conversions"]
    assert str(sparkline(expected, stretched=True)) in page
    assert str(sparkline([day["conversions"] for day in days], stretched=True)) not in page


@pytest.mark.parametrize("path", ["/", "/campaigns", "/campaigns/{id}"])
async def test_a_period_can_be_compared_with_the_same_weekdays_a_year_before(
    browser: httpx.AsyncClient, path: str
) -> None:
    days = {"from": "2026-11-03", "to": "2026-11-09"}
    listed = (await browser.get("/api/analytics/campaigns", params={"limit": 1})).json()["items"]
    page = text_of((await browser.get(path.format(id=listed[0]["id"]), params=days | {"compare": "year"})).text)
    assert "compared with Nov 4, 2025 – Nov 10, 2025" in page

    usual = text_of((await browser.get(path.format(id=listed[0]["id"]), params=days)).text)
    assert "compared with Oct 27, 2026 – Nov 2, 2026" in usual


async def test_changes_are_those_against_the_chosen_period(browser: httpx.AsyncClient) -> None:
    days = {"from": "2026-11-03", "to": "2026-11-09"}
    api = await figures_of(browser, days | {"compareFrom": "2026-10-27", "compareTo": "2026-10-28"})
    usual = await figures_of(browser, days)
    assert api["previous"] == {"from": "2026-10-27", "to": "2026-10-28"}
    assert 0 < api["totals"]["clicks"]["previous"] < usual["totals"]["clicks"]["previous"]
    assert api["totals"]["clicks"]["change"] == pytest.approx(
        api["totals"]["clicks"]["value"] / api["totals"]["clicks"]["previous"] - 1
    )


async def test_numbers_are_written_in_the_visitors_language(browser: httpx.AsyncClient) -> None:
    api = await figures_of(browser, {})
    german = await browser.get("/", headers={"Accept-Language": "de-AT, en;q=0.5"})
    expected = formats.money(api["totals"]["spend"]["value"], api["currency"], Locale("de", "AT"))
    assert expected in text_of(german.text).replace("&nbsp;", " ") or expected in german.text


async def test_what_to_do_is_ranked_by_money_across_currencies(browser: httpx.AsyncClient) -> None:
    todo = (await browser.get("/api/analytics/todo", params={"sort": "-moneyAtStakeReporting"})).json()["items"]
    page = text_of((await browser.get("/")).text)
    places = [page.index(row["instruction"].replace("&", "&amp;")) for row in todo]
    assert places == sorted(places)


async def test_a_period_without_data_says_so(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/", params={"from": "2020-01-01", "to": "2020-01-07"})
    assert page.status_code == 200
    assert "No figures in this period" in page.text


async def test_the_activity_that_cannot_be_read_leaves_the_figures(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: Services = services_over(shared)

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the store is locked; try again")

    monkeypatch.setattr(type(services.live_events), "feed", fail)
    async with browser_of(services) as browser:
        page = await browser.get("/")
    assert page.status_code == 200
    assert "The activity cannot be read now" in page.text
    assert "the store is locked; try again" in page.text
    assert "What needs a hand today" in page.text
    services.snapshots.close()
    services.store.close()


async def test_the_activity_alone_is_given_to_htmx(browser: httpx.AsyncClient) -> None:
    part = await browser.get("/", headers={"HX-Request": "true", "HX-Target": "activity"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "What needs a hand" not in part.text
    assert 'class="feed"' in part.text or "Nothing has happened yet" in part.text


async def test_the_figures_alone_are_given_to_htmx_when_new_data_are_published(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    part = await browser.get("/", headers={"HX-Request": "true", "HX-Target": "overview"})
    assert "<html" not in part.text
    assert part.text.strip() in page.text
