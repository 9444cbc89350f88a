"""Overviews and trends: the usual period, immature days, what is refused. `test_sums` compares numbers with SQL."""

from datetime import date, timedelta
from typing import Any

import duckdb
import httpx
import pytest

from adops_pipeline.warehouse.queries.scope import Scope
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import AS_OF


@pytest.fixture
def services(read_only: Services) -> Services:
    """These tests only read."""
    return read_only


@pytest.fixture
def client(reading: httpx.AsyncClient) -> httpx.AsyncClient:
    """These tests only read."""
    return reading


def plain(services: Services, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        return con.execute(query).fetchall()


async def get(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    response = await client.get(f"/api/analytics/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_usual_period_ends_on_the_last_day_that_is_complete_everywhere(client: httpx.AsyncClient) -> None:
    found = await get(client, "overview")
    assert found["period"]["to"] == str(AS_OF - timedelta(days=1))
    assert found["period"]["from"] == str(AS_OF - timedelta(days=30))
    assert found["previous"]["to"] == str(AS_OF - timedelta(days=31))


async def test_the_series_adds_up_to_the_totals_and_marks_immature_days(client: httpx.AsyncClient) -> None:
    found = await get(client, "overview")
    for total in found["totals"]:
        days = [day for day in found["series"] if day["currency"] == total["currency"]]
        assert sum(day["clicks"] for day in days) == total["clicks"]["value"]
        assert sum(day["spend"] for day in days) == pytest.approx(total["spend"]["value"], rel=1e-12)
    shares = [day["conversionsShareKnown"] for day in found["series"]]
    assert min(shares) < 0.9 < max(shares) == 1


async def test_young_days_do_not_make_a_change_of_conversions(client: httpx.AsyncClient) -> None:
    week = {"from": str(AS_OF - timedelta(days=7)), "to": str(AS_OF - timedelta(days=1))}
    found = await get(client, "overview", **week)
    total = max(found["totals"], key=lambda row: row["conversions"]["value"])
    card = total["conversions"]
    assert card["nowcast"] > 1.05 * card["value"]
    assert card["change"] == pytest.approx(card["nowcast"] / card["previous"] - 1)


async def test_a_campaigns_trend_has_its_days(client: httpx.AsyncClient, services: Services) -> None:
    ((campaign, spend, days),) = plain(
        services,
        "SELECT platform || ':' || campaign_id, sum(spend)::DOUBLE, count(*) FROM analytics_metrics"
        " GROUP BY ALL ORDER BY 2 DESC LIMIT 1",
    )
    found = await get(client, f"campaigns/{campaign}/trend", **{"from": "2026-10-01", "to": str(AS_OF)})
    assert found["campaignId"] == campaign
    assert len(found["days"]) == days
    assert sum(day["spend"] for day in found["days"]) == pytest.approx(spend, rel=1e-12)


async def test_the_days_of_each_budget_lead_through_its_pacing_to_its_likely_end(client: httpx.AsyncClient) -> None:
    now = ["limited", "on-track", "under-delivering", "paused", "not-started"]
    budgets = (await get(client, "pacing", status=now, limit=200))["items"]
    bases, seasons = set(), 0
    for budget in budgets:
        found = await get(client, f"pacing/{budget['platform']}:{budget['campaignId']}/days")
        assert found["period"] == {"from": budget["periodStart"], "to": budget["periodEnd"]}
        over = [day for day in found["days"] if day["date"] <= budget["asOf"]]
        if over:
            for ours, theirs in (("spent", "spentToDate"), ("even", "pacingTarget"), ("seasonal", "seasonalTarget")):
                assert over[-1][ours] == pytest.approx(budget[theirs], abs=1e-5), (budget["campaignName"], ours)
            evens = [day["even"] for day in over if day["even"] is not None]
            assert evens == sorted(evens)
            seasons += over[0]["even"] is not None and over[0]["seasonal"] != pytest.approx(over[0]["even"], rel=0.01)
        if over and budget["periodEnd"] > budget["asOf"]:
            bases.add(budget["basis"])
            last = found["days"][-1]
            assert (last["date"], last["spend"], last["spent"]) == (budget["periodEnd"], None, None)
            for ours, theirs in (("projected", "projectedTotal"), ("projectedLow", "projectedLow")):
                assert last[ours] == pytest.approx(budget[theirs], abs=1e-5)
            expected = None if budget["pacingTarget"] is None else budget["budget"]
            assert [last["even"], last["seasonal"]] == pytest.approx([expected, expected], abs=1e-5)
    assert bases == {"daily", "lifetime"}
    assert seasons > len(budgets) / 4


@pytest.mark.parametrize("campaign", ["nope", "meta-ads:nope", "meta-ads:1' OR '1'='1"])
@pytest.mark.parametrize("path", ["campaigns/{}/trend", "pacing/{}/days"])
async def test_an_unknown_campaign_is_not_found(client: httpx.AsyncClient, path: str, campaign: str) -> None:
    response = await client.get(f"/api/analytics/{path.format(campaign)}")
    assert (response.status_code, response.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2030-01-01"},
        {"from": "1999-01-01"},
        {"to": "0001-01-01"},
        {"from": "2001-01-01", "to": "2026-01-01"},
    ],
)
async def test_an_impossible_period_is_refused(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    response = await client.get("/api/analytics/overview", params=query)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")


def test_the_period_before_has_as_many_days() -> None:
    scope = Scope(date(2026, 11, 8), date(2026, 11, 14))
    assert scope.before == date(2026, 11, 1)
