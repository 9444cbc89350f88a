"""What a recommendation promises, and how good it is on a market whose truth is known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.allocation import (
    AllocationError,
    AllocationRules,
    Curve,
    allocate,
    recommend,
    recommend_with_curves,
)
from adops_pipeline.domain.allocation.report import SCHEMA
from adops_pipeline.domain.pacing.pulls import Pull
from adops_pipeline.domain.tables.allocation import AllocationMethod
from adops_pipeline_tests.domain.allocation.toy_market import AS_OF, ToyMarket, make_market

RULES = AllocationRules(immature_days=0)


def amounts(rows: pl.DataFrame, column: str) -> dict[str, Decimal]:
    names = (rows["platform"] + ":" + rows["campaign_id"]).to_list()
    return dict(zip(names, rows[column].to_list(), strict=True))


def revenue(market: ToyMarket, plan: dict[str, Decimal]) -> float:
    return market.revenue({name: float(spend) for name, spend in plan.items()})


def regrets(market: ToyMarket, rules: AllocationRules) -> tuple[float, float, float]:
    """Share of the best possible revenue that is missed: by the plan, by the score rule, by leaving budgets alone."""
    rows = recommend(market.daily, AS_OF, rules)
    today = amounts(rows, "current_daily")
    cap = rules.max_step_change
    bounds = (
        {} if cap is None else {n: (s * Decimal(str(1 - cap)), s * Decimal(str(1 + cap))) for n, s in today.items()}
    )
    best = allocate(list(market.curves.values()), sum(today.values(), Decimal(0)), bounds).response
    rule = recommend(market.daily, AS_OF, replace(rules, method="heuristic"))
    plans = (amounts(rows, "suggested_daily"), amounts(rule, "suggested_daily"), today)
    plan, score_rule, unchanged = (1 - revenue(market, p) / best for p in plans)
    return plan, score_rule, unchanged


@pytest.mark.parametrize("cap", [0.2, None])
def test_regret_is_under_5_percent_and_below_the_score_rule_and_doing_nothing(cap: float | None) -> None:
    rules = replace(RULES, max_step_change=cap)
    table = np.array([regrets(make_market(seed), rules) for seed in range(4)])
    plan, score_rule, unchanged = table.mean(axis=0)
    assert table[:, 0].max() < 0.05
    assert plan < 0.5 * unchanged
    assert plan < 0.5 * score_rule


def test_the_interval_of_the_gain_holds_the_true_gain_about_four_times_in_five() -> None:
    held = []
    for seed in range(100, 124):
        market = make_market(seed, campaigns=20, days=180)
        rows = recommend(market.daily, AS_OF, RULES)
        gain = revenue(market, amounts(rows, "suggested_daily")) - revenue(market, amounts(rows, "current_daily"))
        held.append(rows["plan_low"][0] - 1e-9 <= gain <= rows["plan_high"][0] + 1e-9)
    assert 0.6 <= np.mean(held) < 1


def test_the_sum_per_currency_stays_to_the_cent_and_steps_keep_to_their_cap() -> None:
    euros, yen = make_market(3, 9, currency="EUR"), make_market(4, 8, scale=150, currency="JPY")
    both = pl.concat([euros.daily, yen.daily.with_columns(pl.lit("pinterest").alias("platform"))])
    rows = recommend(both, AS_OF, RULES)
    sums = rows.group_by("currency").agg(pl.col("current_daily", "suggested_daily").sum())
    assert sums["current_daily"].to_list() == sums["suggested_daily"].to_list()
    moved = rows.filter(pl.col("current_daily") != pl.col("suggested_daily"))
    assert moved.height >= 8
    assert moved["change_pct"].abs().max() <= 20.0  # type: ignore[operator]
    yen_amounts = rows.filter(currency="JPY")["suggested_daily"].to_list()
    assert all(amount == amount.to_integral_value() for amount in yen_amounts)


def test_current_daily_is_the_mean_of_the_last_seven_days() -> None:
    market = make_market(3, 4)
    last = market.daily.filter(pl.col("date") > AS_OF - timedelta(days=7))
    expected = last.group_by("platform", "campaign_id").agg(pl.col("spend").sum()).sort("platform", "campaign_id")
    rows = recommend(market.daily, AS_OF, RULES)
    means = [(total / 7).quantize(Decimal("0.01")) for total in expected["spend"]]
    assert rows["current_daily"].to_list() == means


def test_a_row_does_not_depend_on_the_order_of_the_data_or_on_rows_after_the_day() -> None:
    market = make_market(4, 8)
    later = market.daily.with_columns(pl.col("date") + timedelta(days=500))
    shuffled = pl.concat([market.daily, later]).sample(fraction=1.0, shuffle=True, seed=1)
    assert recommend(shuffled, AS_OF, RULES).equals(recommend(market.daily, AS_OF, RULES))


def test_another_currency_unit_scales_the_plan() -> None:
    plain = recommend(make_market(5, 10).daily, AS_OF, RULES)
    scaled = recommend(make_market(5, 10, scale=1000.0).daily, AS_OF, RULES)
    ratios = scaled["suggested_daily"].cast(pl.Float64) / plain["suggested_daily"].cast(pl.Float64)
    assert ratios.to_list() == pytest.approx([1000.0] * 10, rel=1e-3)
    assert scaled["marginal_roas"].to_list() == pytest.approx(plain["marginal_roas"].to_list(), rel=1e-3)
    assert scaled["credibility"].to_list() == pytest.approx(plain["credibility"].to_list(), abs=0.05)


def test_campaigns_with_too_little_data_keep_their_budget() -> None:
    market = make_market(6, 10)
    young = pl.col("campaign_id") == "1003"
    started = market.daily.filter(~young | (pl.col("date") > AS_OF - timedelta(days=12)))
    rows = recommend(started, AS_OF, RULES)
    row = rows.row(by_predicate=young, named=True)
    assert row["suggested_daily"] == row["current_daily"] > 0
    assert "too-little-data" in row["flags"]
    assert "too few days" in row["rationale"]
    assert rows.filter(~young & (pl.col("change_pct") != 0)).height > 5


@pytest.mark.parametrize(
    ("outcome_days", "immature_days", "is_held"), [(7, 0, True), (8, 0, False), (14, 7, True), (15, 7, False)]
)
def test_money_moves_only_where_outcomes_came_on_at_least_eight_mature_days(
    outcome_days: int, immature_days: int, is_held: bool
) -> None:
    market = make_market(6, 10)
    sparse = pl.col("campaign_id") == "1003"
    has_outcome = ~sparse | (pl.col("date") > AS_OF - timedelta(days=outcome_days))
    daily = market.daily.with_columns(
        conversions=pl.when(~has_outcome).then(0.0).when(sparse).then(5.0).otherwise("conversions"),
        revenue=pl.when(~has_outcome).then(0.0).when(sparse).then(500.0).otherwise("revenue"),
    )
    rules = replace(RULES, immature_days=immature_days)
    row = recommend(daily, AS_OF, rules).row(by_predicate=sparse, named=True)
    assert ("too-little-data" in row["flags"]) == is_held


def test_a_day_with_outcomes_and_no_spend_is_no_day_to_learn_from() -> None:
    market = make_market(6, 10)
    sparse, age = pl.col("campaign_id") == "1003", (pl.lit(AS_OF) - pl.col("date")).dt.total_days()
    daily = market.daily.with_columns(
        conversions=pl.when(~sparse).then("conversions").when(age < 8).then(5.0).otherwise(0.0),
        revenue=pl.when(~sparse).then("revenue").when(age < 8).then(500.0).otherwise(0.0),
        spend=pl.when(sparse & (age == 7)).then(0).otherwise("spend"),
    )
    assert "too-little-data" in recommend(daily, AS_OF, RULES).row(by_predicate=sparse, named=True)["flags"]


def test_a_campaign_with_revenue_and_no_conversions_is_judged_by_its_revenue() -> None:
    market = make_market(6, 10)
    uncounted = pl.col("campaign_id") == "1003"
    daily = market.daily.with_columns(conversions=pl.when(uncounted).then(0.0).otherwise("conversions"))
    row = recommend(daily, AS_OF, RULES).row(by_predicate=uncounted, named=True)
    assert "too-little-data" not in row["flags"]
    by_count = recommend(daily, AS_OF, replace(RULES, objective="conversions"))
    assert "too-little-data" in by_count.row(by_predicate=uncounted, named=True)["flags"]


def test_money_stays_where_it_is_less_likely_to_help_than_the_rules_ask() -> None:
    daily = make_market(7, 12).daily
    rows = recommend(daily, AS_OF, replace(RULES, least_credibility=0.7))
    unclear = rows.filter(pl.col("flags").list.contains("direction-unclear"))
    assert unclear.height > 0
    assert unclear["suggested_daily"].to_list() == unclear["current_daily"].to_list()
    assert rows.filter(pl.col("suggested_daily") != pl.col("current_daily")).height > 0
    assert recommend(daily, AS_OF, RULES)["credibility"].n_unique() > 2


def test_how_likely_a_change_helps_is_never_certain_and_is_said_of_changes_only() -> None:
    plans = pl.concat(recommend(make_market(seed).daily, AS_OF, RULES) for seed in range(3))
    moves = plans["suggested_daily"] != plans["current_daily"]
    assert plans.filter(~moves)["credibility"].null_count() == (~moves).sum() > 0
    assert plans.filter(moves)["credibility"].is_between(0, 1, closed="none").all()
    assert plans.filter(moves)["credibility"].max() == pytest.approx(0.995)


def test_the_rationale_says_what_to_do_and_what_it_brings() -> None:
    rows = recommend(make_market(12, 6).daily, AS_OF, RULES)
    for row in rows.filter(pl.col("suggested_daily") != pl.col("current_daily")).iter_rows(named=True):
        verb = "Raise" if row["change_pct"] > 0 else "Lower"
        amounts = [f"USD {row[name]:,.2f}" for name in ("current_daily", "suggested_daily")]
        assert row["rationale"].startswith(
            f"{verb} from {amounts[0]} to {amounts[1]} a day ({row['change_pct']:+.1f} %): one more USD brings"
            f" {row['marginal_roas']:.2f} in revenue there; expected change in revenue "
        )


def equal_returns(seed: int) -> pl.DataFrame:
    """Recommendations where every campaign earns the same per unit of money, so that no plan gains anything."""
    market = make_market(seed, 20, days=150)
    spend = market.daily["spend"].cast(pl.Float64).to_numpy()
    counts = np.random.default_rng(seed).poisson(spend / 20).astype(float)
    return recommend(market.daily.with_columns(conversions=counts, revenue=counts * 60), AS_OF, RULES)


def test_money_stays_where_nothing_is_to_be_gained() -> None:
    plans = [equal_returns(seed) for seed in range(20, 40)]
    still = [rows for rows in plans if rows["suggested_daily"].to_list() == rows["current_daily"].to_list()]
    assert len(still) >= 18
    assert all("not-credible" in set(rows["flags"].explode()) for rows in still)
    assert all(set(rows["plan_revenue_change"]) == {0.0} for rows in still)


def test_a_campaign_without_any_revenue_keeps_its_budget() -> None:
    market = make_market(9, 8)
    unvalued = pl.col("campaign_id") == "1002"
    daily = market.daily.with_columns(
        platform=pl.when(unvalued).then(pl.lit("pinterest")).otherwise("platform"),
        revenue=pl.when(unvalued).then(0.0).otherwise("revenue"),
    )
    row = recommend(daily, AS_OF, RULES).row(by_predicate=unvalued, named=True)
    assert row["suggested_daily"] == row["current_daily"]
    assert row["flags"] == ["no-revenue"]


def test_stopped_campaigns_are_left_out() -> None:
    market = make_market(10, 5)
    stopped = (pl.col("campaign_id") == "1001") & (pl.col("date") > AS_OF - timedelta(days=3))
    rows = recommend(market.daily.filter(~stopped), AS_OF, RULES)
    assert sorted(rows["campaign_id"]) == ["1000", "1002", "1003", "1004"]


def test_floors_and_ceilings_move_a_budget_as_far_as_the_cap_allows() -> None:
    market = make_market(11, 8)
    today = amounts(recommend(market.daily, AS_OF, RULES), "current_daily")
    name, other = "meta-ads:1000", "google-ads:1001"
    rules = replace(RULES, floors={name: today[name] * 3}, ceilings={other: today[other] / 2})
    plan = amounts(recommend(market.daily, AS_OF, rules), "suggested_daily")
    assert float(plan[name] / today[name]) == pytest.approx(1.2, abs=0.001)
    assert float(plan[other] / today[other]) == pytest.approx(0.8, abs=0.001)
    assert sum(plan.values()) == sum(today.values())
    with pytest.raises(AllocationError, match="daily budgets in USD: the floors add up to"):
        recommend(market.daily, AS_OF, replace(rules, max_step_change=None, floors={name: Decimal(10**7)}))


def test_spend_beyond_what_was_ever_seen_is_flagged_with_its_share() -> None:
    rows = recommend(make_market(12, 12).daily, AS_OF, replace(RULES, max_step_change=None))
    outside = rows.filter(pl.col("outside_observed_share") > 0.05)
    assert outside.height > 0
    assert all("outside-observed-range" in flags for flags in outside["flags"])
    assert outside["rationale"].str.contains("outside the range").all()


def test_conversions_can_be_the_objective() -> None:
    market = make_market(13)
    by_count = recommend(market.daily, AS_OF, replace(RULES, objective="conversions", max_step_change=None))
    by_value = recommend(market.daily, AS_OF, replace(RULES, max_step_change=None))
    value = market.daily.group_by("platform", "campaign_id").agg(
        v=pl.col("revenue").sum() / pl.col("conversions").sum()
    )
    worth = dict(zip((value["platform"] + ":" + value["campaign_id"]).to_list(), value["v"].to_list(), strict=True))
    counts = {n: Curve(n, c.beta / worth[n], c.half_saturation, c.slope) for n, c in market.curves.items()}

    def conversions(rows: pl.DataFrame) -> float:
        return sum(counts[n].response(float(s)) for n, s in amounts(rows, "suggested_daily").items())

    assert conversions(by_count) > conversions(by_value)
    assert revenue(market, amounts(by_count, "suggested_daily")) < revenue(market, amounts(by_value, "suggested_daily"))


def test_immature_days_do_not_pull_the_curves_down() -> None:
    market = make_market(14)
    age = (pl.lit(AS_OF) - pl.col("date")).dt.total_days()
    known = (0.4 + 0.6 * age / 20).clip(0, 1)
    arrived = market.daily.with_columns(pl.col("conversions", "revenue") * known, maturity=known)
    complete = recommend(market.daily, AS_OF, RULES)
    rows = recommend(arrived, AS_OF, RULES)
    ratio = (rows["marginal_roas"] / complete["marginal_roas"]).to_numpy()
    assert abs(np.median(ratio) - 1) < 0.03


def test_nothing_is_nan_or_infinite_and_the_columns_are_as_promised() -> None:
    odd = make_market(15, 6).daily.with_columns(
        conversions=pl.when(pl.col("campaign_id") == "1001").then(float("nan")).otherwise("conversions"),
        revenue=pl.when(pl.col("campaign_id") == "1002").then(float("inf")).otherwise("revenue"),
        spend=pl.when(pl.col("campaign_id") == "1003").then(1e-4).otherwise(pl.col("spend").cast(pl.Float64)),
    )
    for rules in (RULES, replace(RULES, method="heuristic"), replace(RULES, adstock_decay=0.5, max_step_change=None)):
        rows = recommend(odd, AS_OF, rules)
        assert rows.schema == pl.Schema(SCHEMA)
        numbers = rows.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
        assert numbers.is_finite().all()


def test_no_running_campaign_gives_an_empty_table() -> None:
    market = make_market(16, 3)
    assert recommend(market.daily, AS_OF + timedelta(days=60), RULES).schema == pl.Schema(SCHEMA)
    assert recommend(market.daily.clear(), AS_OF, RULES).is_empty()


def test_money_of_a_campaign_that_was_paused_today_is_not_moved() -> None:
    market = make_market(3, 8)
    everyone = recommend(market.daily, AS_OF, RULES)
    name = amounts(everyone.filter(pl.col("change_pct") != 0), "current_daily").popitem()[0]
    rest = recommend_with_curves(market.daily, AS_OF, RULES, stopped=[name])
    today, planned = amounts(rest.budgets, "current_daily"), amounts(rest.budgets, "suggested_daily")
    assert set(today) == set(amounts(everyone, "current_daily")) - {name}
    assert sum(planned.values()) == sum(today.values())
    assert name not in amounts(rest.curves, "current_daily")


@pytest.mark.parametrize(
    ("pull", "flag", "may_rise", "may_fall"),
    [
        ("unspent", "daily-budget-left-over", False, False),
        ("down", "pacing-asks-for-less", False, True),
        ("up", "pacing-asks-for-more", True, False),
    ],
)
@pytest.mark.parametrize("method", ["response-curve", "heuristic"])
def test_no_spend_is_moved_against_what_pacing_asks_of_its_budget(
    pull: Pull, flag: str, may_rise: bool, may_fall: bool, method: AllocationMethod
) -> None:
    market, rules = make_market(3, 8), replace(RULES, method=method)
    free = {row["campaign_id"]: row for row in recommend(market.daily, AS_OF, rules).iter_rows(named=True)}
    moved = {name: row["change_pct"] > 0 for name, row in free.items() if row["change_pct"]}
    assert set(moved.values()) == {True, False}
    for rises in (True, False):
        bound = [f"{row['platform']}:{name}" for name, row in free.items() if moved.get(name) is rises]
        rows = recommend_with_curves(market.daily, AS_OF, rules, pulls=dict.fromkeys(bound, pull)).budgets
        assert rows["suggested_daily"].sum() == rows["current_daily"].sum()
        may_move = may_rise if rises else may_fall
        for row in rows.filter(pl.format("{}:{}", "platform", "campaign_id").is_in(bound)).iter_rows(named=True):
            assert may_rise or row["suggested_daily"] <= row["current_daily"]
            assert may_fall or row["suggested_daily"] >= row["current_daily"]
            if not may_move:
                assert flag in row["flags"]
                assert row["rationale"].startswith("Leave it at")


def test_the_reason_for_leaving_a_spend_is_what_pacing_asks() -> None:
    market = make_market(3, 8)
    pulls: dict[str, Pull] = dict.fromkeys(market.curves, "unspent")
    rows = recommend_with_curves(market.daily, AS_OF, RULES, pulls=pulls).budgets
    assert all(
        text.endswith("a day: it does not spend its daily budget, so a higher one would not be spent.")
        for text in rows["rationale"]
    )


def test_an_amount_that_the_user_asks_for_comes_before_what_pacing_asks() -> None:
    market = make_market(3, 8)
    today = amounts(recommend(market.daily, AS_OF, RULES), "current_daily")
    name, spent = next(iter(today.items()))
    rules = replace(RULES, floors={name: spent * Decimal("1.1")})
    found = amounts(recommend_with_curves(market.daily, AS_OF, rules, pulls={name: "down"}).budgets, "suggested_daily")
    assert found[name] == pytest.approx(spent * Decimal("1.1"), abs=Decimal("0.01"))


def test_a_lone_campaign_stays_as_it_is() -> None:
    rows = recommend(make_market(17, 1).daily, AS_OF, RULES)
    assert rows["change_pct"].to_list() == [0.0]


def test_rules_that_make_no_sense_are_refused() -> None:
    for bad in ({"max_step_change": -0.1}, {"history_days": 0}, {"adstock_decay": 1.0}, {"interval": 80.0}):
        with pytest.raises(AllocationError, match=next(iter(bad))):
            AllocationRules(**bad)


def test_no_interval_of_a_gain_is_narrower_than_the_models_own_error() -> None:
    rows = recommend(make_market(3).daily, AS_OF, RULES)
    moved = rows.filter(pl.col("plan_revenue_change") > 0)
    assert moved.height
    for low, mean, high in moved.select("plan_low", "plan_revenue_change", "plan_high").iter_rows():
        assert min(mean - low, high - mean) >= 0.3 * mean - 1e-9
