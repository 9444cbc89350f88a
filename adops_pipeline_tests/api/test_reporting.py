"""Figures in the reporting currency equal plain SQL on the snapshot, across currencies."""

from datetime import timedelta
from typing import Any

import duckdb
import httpx
import pytest

from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import AS_OF

LAST = AS_OF - timedelta(days=1)
FIRST = LAST - timedelta(days=6)
SUMS = ("impressions", "clicks", "conversions", "spend", "revenue")
PLAIN = "sum(impressions), sum(clicks), sum(conversions)::DOUBLE, sum(spend_reporting), sum(revenue_reporting)"


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
        return [
            tuple(float(value) if index >= len(row) - 5 else value for index, value in enumerate(row))
            for row in con.execute(query).fetchall()
        ]


def values(cards: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(pytest.approx(cards[name]["value"], abs=0.01) for name in SUMS)


@pytest.fixture
async def found(client: httpx.AsyncClient) -> Any:
    answer = await client.get("/api/analytics/reporting", params={"from": str(FIRST), "to": str(LAST)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_totals_and_platforms_are_sums_of_all_currencies(services: Services, found: Any) -> None:
    days = f"FROM analytics_metrics WHERE date BETWEEN '{FIRST}' AND '{LAST}'"
    assert plain(services, f"SELECT {PLAIN} {days}") == [values(found["totals"])]
    by_platform = [(one["platform"], *values(one)) for one in found["platforms"]]
    assert plain(services, f"SELECT platform, {PLAIN} {days} GROUP BY 1 ORDER BY 1") == by_platform
    totals = found["totals"]
    assert totals["roas"]["value"] == pytest.approx(totals["revenue"]["value"] / totals["spend"]["value"])


async def test_the_change_compares_nowcasts_with_the_period_before(services: Services, found: Any) -> None:
    assert found["previous"] == {"from": str(FIRST - timedelta(days=7)), "to": str(FIRST - timedelta(days=1))}
    card = found["totals"]["conversions"]
    assert card["change"] == pytest.approx(card["nowcast"] / card["previous"] - 1)
    query = f"""
        SELECT 0, sum(clicks), 0, 0, 0, 0 FROM analytics_metrics
        WHERE date BETWEEN '{FIRST - timedelta(days=7)}' AND '{FIRST - timedelta(days=1)}'
    """
    assert plain(services, query)[0][1] == found["totals"]["clicks"]["previous"]


async def test_days_add_up_to_the_totals_and_the_previous_days_to_the_previous_ones(found: Any) -> None:
    for name in SUMS:
        card = found["totals"][name]
        assert sum(day[name] for day in found["days"]) == pytest.approx(card["value"])
        assert sum(day[name] for day in found["platformDays"]) == pytest.approx(card["value"])
    assert [day["date"] for day in found["days"]] == [str(FIRST + timedelta(days=n)) for n in range(7)]
    assert sum(day["clicks"] for day in found["previousDays"]) == found["totals"]["clicks"]["previous"]


async def test_budgets_are_those_in_force_in_the_reporting_currency(services: Services, found: Any) -> None:
    query = """
        SELECT platform, count(*),
            sum(coalesce(budget, daily_budget * (period_end - period_start + 1))::DOUBLE * rate_to_reporting),
            sum(spent_to_date::DOUBLE * rate_to_reporting), 0, 0
        FROM budgets_now JOIN fx_rates ON fx_rates.currency = budgets_now.currency AND date = as_of
        WHERE coalesce(budget, daily_budget) > 0 AND verdict NOT IN ('paused', 'ended', 'not-started', 'no-budget')
        GROUP BY 1 ORDER BY 1
    """
    expected = [(row[0], row[1], pytest.approx(row[2]), pytest.approx(row[3])) for row in plain(services, query)]
    assert expected == [(one["platform"], one["budgets"], one["budget"], one["spent"]) for one in found["budgets"]]


async def test_what_to_do_can_be_ranked_by_money_across_currencies(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/analytics/todo", params={"sort": "-moneyAtStakeReporting"})
    ranked = [row["moneyAtStakeReporting"] for row in answer.json()["items"]]
    known = [value for value in ranked if value is not None]
    assert known == sorted(known, reverse=True)
    assert ranked[: len(known)] == known
