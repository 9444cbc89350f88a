"""The list of campaigns: figures of the API, in its order, page by page; names are text, whatever they contain."""

from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from babel import Locale

from adops_pipeline.dashboard import formats
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.dashboard.pages import rows_of, text_of
from adops_pipeline_tests.templates import copy_into

ENGLISH = Locale("en")
TABLE = {"HX-Request": "true", "HX-Target": "campaigns-table"}
HOSTILE = '<img src=x onerror="alert(1)">{{ 7*7 }}\'"&amp;</script>'
FILTERS = [
    {},
    {"platform": "meta-ads", "sort": "-roas"},
    {"currency": "JPY", "sort": "name"},
    {"status": "paused", "sort": "-clicks"},
    {"from": "2026-11-03", "to": "2026-11-09", "search": "a"},
]


async def campaigns_of(browser: httpx.AsyncClient, **query: Any) -> Any:
    answer = await browser.get("/api/analytics/campaigns", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("filters", FILTERS)
async def test_rows_have_the_figures_and_the_order_of_the_api(
    browser: httpx.AsyncClient, filters: dict[str, Any]
) -> None:
    api = await campaigns_of(browser, **filters)
    page = await browser.get("/campaigns", params=filters, headers=TABLE)
    rows = rows_of(page.text)[1:]
    assert len(rows) == len(api["items"]) > 0
    for row, campaign in zip(rows, api["items"], strict=True):
        assert row[0].startswith(" ".join((campaign["name"] or campaign["id"]).split()))
        currency = campaign["currency"]
        assert row[2].startswith(formats.money(campaign["spend"], currency, ENGLISH))
        assert row[3].startswith(formats.number(campaign["clicks"], ENGLISH))
        assert row[5].startswith(formats.number(campaign["conversions"], ENGLISH))
        assert row[6].startswith(formats.money(campaign["cpa"], currency, ENGLISH))
        assert row[7] == f"{formats.ratio(campaign['roas'], ENGLISH)} {formats.change(campaign['roasChange'], ENGLISH)}"
    total = f"{formats.number(api['total'], ENGLISH)} campaign"
    assert total in text_of(page.text)


async def test_the_next_page_continues_where_the_first_one_ended(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.dashboard.pages.campaigns._ROWS", 7)
    api = await campaigns_of(browser, limit=1000)
    names, address = [], "/campaigns"
    while address:
        page = await browser.get(address, headers=TABLE)
        names += [row[0] for row in rows_of(page.text)[1:]]
        following = page.text.partition(">Next page</a>")[0].rpartition('href="')[2].partition('"')[0]
        address = following.replace("&amp;", "&") if "Next page" in page.text else ""
    assert len(names) == api["total"]
    expected = [" ".join((one["name"] or one["id"]).split()) for one in api["items"]]
    assert all(name.startswith(wanted) for name, wanted in zip(names, expected, strict=True))


async def test_the_columns_are_those_that_were_chosen(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/campaigns", params={"columns": ["roas", "daily_budget"]}, headers=TABLE)
    assert rows_of(page.text)[0] == ["Campaign", "Trend", "ROAS", "Daily budget"]


async def test_a_filter_without_match_says_so_and_leads_back(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/campaigns", params={"search": "no campaign has this name"})
    assert "No campaign matches" in page.text
    assert 'href="/campaigns">Show all campaigns' in page.text


async def test_an_unknown_order_or_status_is_no_error(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/campaigns", params={"sort": "nonsense", "status": "nonsense"}, headers=TABLE)
    assert page.status_code == 200
    assert rows_of(page.text)[1][0] == rows_of((await browser.get("/campaigns", headers=TABLE)).text)[1][0]


async def test_links_keep_the_filters_and_drop_the_page_of_the_list(browser: httpx.AsyncClient) -> None:
    first = await campaigns_of(browser, platform="meta-ads", limit=50)
    query = {"platform": "meta-ads", "cursor": first["nextCursor"] or "", "search": "a"}
    page = await browser.get("/campaigns", params={**query, "cursor": ""})
    assert 'href="/pacing?platform=meta-ads"' in page.text
    assert "search=a" in page.text
    assert 'href="/campaigns?platform=meta-ads"' in page.text


async def test_a_hostile_name_is_text_on_every_page(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path))
    with duckdb.connect(str(services.snapshot_path)) as con:
        (campaign,) = con.execute("SELECT id FROM campaigns ORDER BY id LIMIT 1").fetchone() or ("",)
        con.execute("UPDATE campaigns SET name = $name", {"name": HOSTILE})
        for table in ("rollup_pacing", "todo"):
            con.execute(f"UPDATE {table} SET campaign_name = $name", {"name": HOSTILE})
    async with browser_of(services) as browser:
        for path in ("/", "/campaigns", f"/campaigns/{campaign}", "/pacing"):
            page = await browser.get(path)
            assert page.status_code == 200, path
            assert "<img src=x" not in page.text
            assert "&lt;img src=x onerror=" in page.text or path == "/"
            assert "{{ 7*7 }}" in page.text or path == "/"
    services.snapshots.close()
    services.store.close()
