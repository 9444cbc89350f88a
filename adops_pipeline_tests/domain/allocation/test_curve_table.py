"""The response curves as they are published: they agree with the plan and hold what is true of a toy market."""

import json

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.allocation import AllocationRules, Recommended, recommend_with_curves
from adops_pipeline_tests.domain.allocation.toy_market import AS_OF, ToyMarket, make_market

RULES = AllocationRules(immature_days=0)


@pytest.fixture(scope="module")
def market() -> ToyMarket:
    return make_market(3, campaigns=10, days=180)


@pytest.fixture(scope="module")
def found(market: ToyMarket) -> Recommended:
    return recommend_with_curves(market.daily, AS_OF, RULES)


def points(row: dict[str, object]) -> dict[str, np.ndarray]:
    listed = json.loads(str(row["points"]))
    return {name: np.array([point[name] for point in listed]) for name in ("spend", "revenue", "low", "high")}


def test_there_is_a_curve_where_the_response_is_identified_and_its_budgets_are_those_of_the_plan(
    found: Recommended,
) -> None:
    identified = found.budgets.filter(pl.col("identification") == "identified")
    same = ["platform", "campaign_id", "currency", "as_of", "current_daily", "suggested_daily"]
    assert found.curves.height > 5
    assert found.curves.select(same).equals(identified.select(same))


def test_a_curve_rises_from_0_beyond_the_observed_range_within_its_interval(found: Recommended) -> None:
    for row in found.curves.iter_rows(named=True):
        curve = points(row)
        assert curve["spend"][0] == curve["revenue"][0] == 0
        assert (np.diff(curve["spend"]) > 0).all()
        assert (np.diff(curve["revenue"]) > 0).all()
        assert ((curve["low"] <= curve["revenue"]) & (curve["revenue"] <= curve["high"])).all()
        most = max(row["observed_high"], float(row["current_daily"]), float(row["suggested_daily"]))
        assert curve["spend"][-1] == pytest.approx(1.25 * most)
        assert row["observed_low"] <= row["observed_high"]


def test_the_slope_of_a_curve_at_the_suggested_budget_is_the_plans_marginal_roas(found: Recommended) -> None:
    joined = found.curves.join(found.budgets, on=["platform", "campaign_id"])
    for row in joined.iter_rows(named=True):
        curve = points(row)
        slope = np.interp(
            float(row["suggested_daily"]),
            (curve["spend"][1:] + curve["spend"][:-1]) / 2,
            np.diff(curve["revenue"]) / np.diff(curve["spend"]),
        )
        assert slope == pytest.approx(row["marginal_roas"], rel=0.1)


def test_the_budgets_of_the_score_rule_stand_beside_those_of_the_plan(market: ToyMarket, found: Recommended) -> None:
    rule = recommend_with_curves(market.daily, AS_OF, AllocationRules(immature_days=0, method="heuristic")).budgets
    assert found.budgets["score_daily"].to_list() == rule["suggested_daily"].to_list() == rule["score_daily"].to_list()
    assert found.budgets["score_daily"].sum() == found.budgets["current_daily"].sum()
    assert found.budgets["score_daily"].to_list() != found.budgets["suggested_daily"].to_list()


def test_the_score_rule_knows_no_curves(market: ToyMarket, found: Recommended) -> None:
    rule = recommend_with_curves(market.daily, AS_OF, AllocationRules(immature_days=0, method="heuristic"))
    assert rule.curves.is_empty()
    assert rule.curves.schema == found.curves.schema
