"""The page of budgets: the API's plan and curves, one currency at a time, and budget tests that the API takes."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from adops_pipeline.dashboard import formats
from adops_pipeline.services.errors import WarehouseError
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.cli.commands import command_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.templates import copy_into

API = "/api/analytics/allocation"
ENGLISH = formats.DEFAULT_LOCALE
HOSTILE = "<b>Big</b> \"campaign\" & 'more'"
ROWS = {"fields": ["platform", "campaignId", "doFirst"], "limit": 1000}
POINTS = [{"spend": 10.0 * n, "revenue": 25.0 * n, "low": 20.0 * n, "high": 31.0 * n} for n in range(4)]
_PLAN = """
    UPDATE budget_recommendations SET campaign_name = $name, identification = 'identified', flags = ['at-limit'],
        suggested_daily = current_daily * 1.2, change_pct = 20, expected_revenue_change = 40, low = 15, high = 72,
        plan_revenue_change = 33, plan_low = -4, plan_high = 61
    WHERE platform = $platform AND campaign_id = $campaign
"""
_OFFER = """
    UPDATE budget_recommendations SET identification = 'spend-never-varied', flags = ['spend-never-varied'],
        test_high_daily = current_daily * 1.2,
        test_low_daily = current_daily * 0.8, test_elasticity_error = 0.25
    WHERE platform = $platform AND campaign_id = $campaign
"""
_CURVE = """
    INSERT INTO budget_response_curves BY NAME
    SELECT platform, account_id, campaign_id, campaign_name, currency, as_of, current_daily, suggested_daily,
        12 AS observed_low, 25 AS observed_high, $points AS points, created_at
    FROM budget_recommendations WHERE platform = $platform AND campaign_id = $campaign
"""

FIRST = "Nothing was delivered yesterday: look at the payment method."
_STOPPED = """
    INSERT INTO todo BY NAME
    SELECT c.platform, c.account_id, coalesce(c.shared_budget_id, c.external_id) AS campaign_id, c.currency,
        (SELECT max(as_of) FROM analytics_budgets AS b WHERE (b.platform, b.account_id) = (c.platform, c.account_id))
        AS as_of, 99 AS rank, 'fix-delivery' AS action, 'critical' AS severity, $first AS instruction,
        now()::TIMESTAMP AS created_at
    FROM campaigns AS c WHERE c.platform = $platform AND c.external_id = $campaign
"""


@pytest.fixture(scope="module")
def planned(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str, str]]:
    """The services with a plan in which one campaign gets more money and another needs a test, and their ids."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("budget")))
    with duckdb.connect(str(services.snapshot_path)) as con:
        listed = "SELECT platform, campaign_id FROM budget_recommendations WHERE currency = 'EUR' ORDER BY ALL LIMIT 2"
        moved, tested = (
            dict(zip(("platform", "campaign"), row, strict=True)) for row in con.execute(listed).fetchall()
        )
        con.execute(_PLAN, moved | {"name": HOSTILE})
        con.execute(_CURVE, moved | {"points": json.dumps(POINTS)})
        con.execute(_OFFER, tested)
        con.execute("DELETE FROM todo")
        con.execute(_STOPPED, moved | {"first": FIRST})
    yield services, ":".join(moved.values()), ":".join(tested.values())
    services.snapshots.close()
    services.store.close()


async def page(services: Services, address: str, **headers: str) -> str:
    async with browser_of(services) as browser:
        response = await browser.get(address, headers=headers)
    assert response.status_code == 200, response.text
    return response.text


async def rows(services: Services, **parameters: Any) -> list[dict[str, Any]]:
    async with browser_of(services) as browser:
        response = await browser.get(API, params=parameters)
    found: list[dict[str, Any]] = response.json()["items"]
    return found


async def test_every_campaign_of_the_currency_has_the_figures_of_the_api(planned: tuple[Services, str, str]) -> None:
    services, *_ = planned
    found = await rows(services, currency="EUR", limit=25)
    lines = unescape(await page(services, "/budget?currency=EUR")).partition("<tbody>")[2].partition("</tbody>")[0]
    parts = lines.split("<tr>")[1:]
    assert len(parts) == len(found) > 2
    for row, text in zip(found, parts, strict=True):
        assert row["rationale"] in text
        for name in ("currentDaily", "suggestedDaily", "scoreDaily"):
            assert formats.money(row[name], "EUR", ENGLISH) in text
        if row["changePct"]:
            for name in ("expectedRevenueChange", "low", "high"):
                assert formats.signed_money(row[name], "EUR", ENGLISH) in text
            assert formats.change(row["changePct"] / 100, ENGLISH) in text


async def test_a_change_that_waits_says_what_to_do_first(planned: tuple[Services, str, str]) -> None:
    lines = (await page(planned[0], "/budget?currency=EUR")).partition("<tbody>")[2].partition("</tbody>")[0]
    waiting = [line for line in lines.split("<tr>") if FIRST in line]
    (line,) = waiting
    assert HOSTILE in unescape(line)
    assert "do first" in line


def said_first(listed: list[dict[str, Any]]) -> dict[str, str]:
    """What comes before a change, by campaign."""
    return {f"{row['platform']}:{row['campaignId']}": row["doFirst"] for row in listed if row["doFirst"] is not None}


async def test_the_api_and_the_tool_say_what_comes_before_a_change(planned: tuple[Services, str, str]) -> None:
    services, moved, _ = planned
    assert said_first(await rows(services, limit=1000)) == {moved: FIRST}
    async with browser_of(services) as browser:
        answer = (await browser.post("/api/tools/list_allocation", json=ROWS)).json()
    assert said_first(answer["items"]) == {moved: FIRST}


def test_the_command_says_what_comes_before_a_change(
    planned: tuple[Services, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, moved, _ = planned
    adops = command_over(services.settings.data_dir, monkeypatch)
    answer = adops("tool", "call", "list_allocation", "--json", json.dumps(ROWS)).document
    assert said_first(answer["items"]) == {moved: FIRST}


async def test_the_gain_of_the_plan_stands_with_its_range(planned: tuple[Services, str, str]) -> None:
    text = await page(planned[0], "/budget?currency=EUR")
    assert "Expected change in revenue: +€33.00 a day" in text
    assert "80 % range −€4.00 to +€61.00" in text


async def test_one_currency_is_shown_at_a_time(planned: tuple[Services, str, str]) -> None:
    services, *_ = planned
    currencies = {row["currency"] for row in await rows(services, limit=1000)}
    assert len(currencies) > 1
    text = await page(services, "/budget")
    for code in currencies:
        assert f'href="/budget?currency={code}"' in text
    assert "€" in text.partition("<tbody>")[2]
    assert "¥" not in text.partition("<tbody>")[2]


async def test_a_curve_is_drawn_of_the_points_of_the_api_with_what_was_seen(planned: tuple[Services, str, str]) -> None:
    services, moved, _ = planned
    whole = await page(services, f"/budget?currency=EUR&campaign={moved}")
    part = await page(
        services, f"/budget?currency=EUR&campaign={moved}", **{"HX-Request": "true", "HX-Target": "curve-place"}
    )
    assert "<html" not in part
    for text in (whole, part):
        drawn = json.loads(unescape(text.partition(' data-spec="')[2].partition('"')[0]))
        assert drawn["places"] == [point["spend"] for point in POINTS]
        (series,) = drawn["series"]
        assert series["values"] == [point["revenue"] for point in POINTS]
        assert series["band"]["low"] == [point["low"] for point in POINTS]
        assert drawn["shades"] == [{"first": 12.0, "last": 25.0, "label": "spend seen"}]
        assert [mark["label"] for mark in drawn["marks"]] == ["now", "suggested"]


async def test_the_sql_of_a_curve_reads_its_points(planned: tuple[Services, str, str]) -> None:
    services, moved, _ = planned
    text = await page(services, f"/budget?currency=EUR&campaign={moved}")
    sql = unescape(text.partition("<pre><code>")[2].partition("</code>")[0])
    with services.snapshots.reading() as snapshot:
        found = snapshot.con.execute(sql).fetchall()
    assert found == [tuple(point.values()) for point in POINTS]


async def test_held_campaigns_are_those_whose_response_is_not_known(planned: tuple[Services, str, str]) -> None:
    services, moved, tested = planned
    held = await page(services, "/budget?currency=EUR&group=held")
    known = await page(services, "/budget?currency=EUR&group=known")
    names = {f"{row['platform']}:{row['campaignId']}": row["campaignName"] for row in await rows(services, limit=1000)}
    list_of = {group: unescape(text).partition("<tbody>")[2].partition("</tbody>")[0]
               for group, text in (("held", held), ("known", known))}  # fmt: skip
    assert names[moved] in list_of["known"]
    assert names[tested] in list_of["held"]
    assert names[moved] not in list_of["held"]
    assert "spend never varied" in list_of["held"]


async def test_the_budget_test_on_offer_is_one_that_the_api_takes(planned: tuple[Services, str, str]) -> None:
    services, _, tested = planned
    text = await page(services, "/budget?currency=EUR")
    button = text.partition('data-action="POST /api/ab-tests" data-body="')[2].partition('"')[0]
    body = json.loads(unescape(button))
    assert f"{body['platform']}:{body['campaignId']}" == tested
    async with browser_of(services) as browser:
        created = await browser.post("/api/ab-tests", json=body)
    assert created.status_code == 201, created.text
    assert created.json()["metric"] == "roas"


async def test_names_are_text(planned: tuple[Services, str, str]) -> None:
    raw = await page(planned[0], "/budget?currency=EUR")
    assert "<b>Big" not in raw
    assert HOSTILE in unescape(raw)


async def test_without_a_match_the_page_says_so(browser: httpx.AsyncClient) -> None:
    assert "No campaign of the plan matches." in (await browser.get("/budget?search=no+such+name")).text
    assert "No running campaign matches these filters." in (await browser.get("/budget?projectId=none")).text


async def test_a_curve_that_cannot_be_read_leaves_the_plan(
    planned: tuple[Services, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise WarehouseError("the disk is gone")

    monkeypatch.setattr("adops_pipeline.dashboard.pages.budget.curve_chart", fail)
    text = await page(planned[0], "/budget?currency=EUR")
    assert "The response curve cannot be read" in text
    assert "the disk is gone" in text
    assert "<tbody>" in text
