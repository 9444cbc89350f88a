"""The rows of the list: what the analyses' tables say becomes one action per budget."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.todo import Findings, TodoRules, todo_table

DAY = date(2026, 11, 20)
ACCOUNT = {"platform": "meta-ads", "account_id": "1"}
DAYS = pl.DataFrame([{**ACCOUNT, "as_of": DAY}])


def rows(table: str, *given: dict[str, Any]) -> pl.DataFrame:
    """Rows of a registered table; what is not given is NULL."""
    schema = TABLES[table].polars_schema()
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in given], schema=schema)


def campaign(name: str, **more: Any) -> dict[str, Any]:
    return {**ACCOUNT, "external_id": name, "id": f"meta-ads:{name}", "name": f"Campaign {name}", "status": "active",
            "currency": "EUR", **more}  # fmt: skip


def budget(name: str, verdict: str, severity: str | None, money: int = 100, day: date = DAY) -> dict[str, Any]:
    return {**ACCOUNT, "campaign_id": name, "as_of": day, "verdict": verdict, "severity": severity,
            "money_at_stake": Decimal(money), "recommendation": f"Words about {name}.", "currency": "EUR"}  # fmt: skip


def planned(name: str, now: int, new: int, gain: float = 50.0, credibility: float = 0.95) -> dict[str, Any]:
    return {**ACCOUNT, "campaign_id": name, "as_of": DAY, "currency": "EUR", "current_daily": Decimal(now),
            "suggested_daily": Decimal(new), "credibility": credibility, "plan_revenue_change": gain,
            "expected_revenue_change": 2.0 * (new - now)}  # fmt: skip


def anomaly(name: str, cause: str | None = None, day: date = DAY, **more: Any) -> dict[str, Any]:
    return {**ACCOUNT, "campaign_id": name, "date": day, "metric": "conversions", "severity": "critical",
            "money_effect": 30.0, "cause": cause, "explanation": f"Odd {name}.", "currency": "EUR", "observed": 0.0,
            "expected": 9.0, "low": 3.0, "high": 20.0, "score": -6.0, "direction": "down", **more}  # fmt: skip


def table(
    *campaigns: dict[str, Any],
    budgets: list[dict[str, Any]] | None = None,
    plan: list[dict[str, Any]] | None = None,
    anomalies: list[dict[str, Any]] | None = None,
    tests: list[dict[str, Any]] | None = None,
    rules: TodoRules | None = None,
) -> list[dict[str, Any]]:
    found = Findings(
        rows("analytics_budgets", *(budgets or [])),
        rows("budget_recommendations", *(plan or [])),
        rows("analytics_anomalies", *(anomalies or [])),
        rows("ab_tests", *(tests or [])).with_columns(lift=pl.lit(0.12), ci_low=None, ci_high=None),
    )
    return todo_table(found, rows("campaigns", *campaigns), DAYS, rules).to_dicts()


def test_a_verdict_becomes_an_action_with_the_pacings_own_words() -> None:
    (row,) = table(campaign("a"), budgets=[budget("a", "underpacing", "warning", 250)])
    assert (row["action"], row["severity"], row["money_at_stake"]) == ("speed-up", "warning", Decimal(250))
    assert (row["instruction"], row["rank"], row["as_of"]) == ("Words about a.", 1, DAY)
    assert (row["campaign_name"], row["current_daily"]) == ("Campaign a", None)


@pytest.mark.parametrize(("verdict", "severity"), [("paused", "info"), ("on-track", None), ("overpacing", "info")])
def test_what_asks_for_nobody_is_no_action(verdict: str, severity: str | None) -> None:
    assert table(campaign("a"), budgets=[budget("a", verdict, severity)]) == []


@pytest.mark.parametrize("status", ["paused", "ended", "removed", "draft"])
def test_a_campaign_that_does_not_run_is_left_alone(status: str) -> None:
    given = campaign("a", status=status)
    assert table(given, budgets=[budget("a", "no-delivery", "critical")], anomalies=[anomaly("a")]) == []


def test_a_stop_of_tracking_comes_before_the_pacing_of_its_campaign() -> None:
    (row,) = table(
        campaign("a"), budgets=[budget("a", "underpacing", "critical", 9000)],
        anomalies=[anomaly("a", "tracking-stopped")],
    )  # fmt: skip
    assert (row["action"], row["money_at_stake"]) == ("fix-tracking", Decimal(210))
    assert "its pace" in row["supersedes"]


def test_yesterdays_anomaly_is_not_todays_action() -> None:
    assert table(campaign("a"), anomalies=[anomaly("a", day=date(2026, 11, 19))]) == []


def test_older_verdicts_and_plans_do_not_count() -> None:
    old = planned("a", 100, 120) | {"as_of": date(2026, 11, 19)}
    (row,) = table(
        campaign("a"), campaign("b"),
        budgets=[budget("a", "overpacing", "critical", day=date(2026, 11, 19)), budget("a", "underpacing", "warning")],
        plan=[old, planned("b", 100, 100)],
    )  # fmt: skip
    assert row["action"] == "speed-up"


def test_the_plan_moves_money_where_the_budgets_allow_it() -> None:
    raised, lowered = sorted(
        table(
            campaign("a"),
            campaign("b"),
            plan=[planned("a", 100, 120), planned("b", 100, 80)],
            budgets=[budget("a", "on-track", None), budget("b", "limited", None)],
        ),
        key=lambda row: row["campaign_id"],
    )
    assert (raised["action"], raised["suggested_daily"], raised["change_pct"]) == (
        "raise-budget", Decimal(120), pytest.approx(20.0),
    )  # fmt: skip
    assert lowered["action"] == "lower-budget"
    # Half of a week's gain of 50 a day is each move's.
    assert raised["money_at_stake"] == lowered["money_at_stake"] == Decimal(175)
    assert "+20 %" in raised["instruction"]
    assert "EUR 40.00 more revenue a day" in raised["instruction"]


def test_the_plan_does_not_raise_a_budget_of_which_pacing_says_that_more_will_not_be_spent() -> None:
    plan = [planned("a", 100, 120), planned("b", 100, 120), planned("c", 100, 80)]
    found = table(*map(campaign, "abc"), plan=plan, budgets=[budget("a", "under-delivering", "info")])
    assert {row["campaign_id"]: row["action"] for row in found} == {"b": "raise-budget", "c": "lower-budget"}


@pytest.mark.parametrize(("credibility", "severity"), [(0.95, "warning"), (0.05, "info")])
def test_a_cut_and_a_raise_are_as_severe_as_it_is_certain_that_they_help(credibility: float, severity: str) -> None:
    plan = [planned("a", 100, 120, 60.0, credibility), planned("b", 100, 80, 60.0, credibility)]
    found = table(campaign("a"), campaign("b"), plan=plan)
    assert {row["action"]: row["severity"] for row in found} == {"raise-budget": severity, "lower-budget": severity}


def test_a_move_by_one_unit_of_money_is_a_raise_or_a_cut() -> None:
    found = table(campaign("a"), campaign("b"), plan=[planned("a", 10, 11), planned("b", 10, 9)])
    assert {row["campaign_id"]: row["action"] for row in found} == {"a": "raise-budget", "b": "lower-budget"}


def test_campaigns_of_a_shared_budget_are_one_entity() -> None:
    shared = {"is_shared_budget": True, "shared_budget_id": "pot"}
    (row,) = table(
        campaign("a", **shared), campaign("b", **shared),
        budgets=[budget("pot", "overpacing", "critical")], anomalies=[anomaly("a"), anomaly("b")],
    )  # fmt: skip
    assert (row["campaign_id"], row["campaign_name"]) == ("pot", "Shared budget: Campaign a, Campaign b")


def test_an_event_of_many_campaigns_is_one_action() -> None:
    event: dict[str, Any] = {"event_id": "meta-ads/1/2026-11-20", "event_campaigns": 3}
    given = [anomaly(name, money_effect=money, **event) for name, money in (("a", 5.0), ("b", 90.0), ("c", 7.0))]
    (row,) = table(*map(campaign, "abc"), anomalies=given)
    assert (row["campaign_id"], row["action"]) == ("b", "check-anomaly")
    assert "3 campaigns" in row["instruction"]


def test_the_list_of_an_account_is_short_and_ranked_by_money() -> None:
    names = "abcdefg"
    given = [budget(name, "underpacing", "warning", 10 * n) for n, name in enumerate(names)]
    found = table(*map(campaign, names), budgets=given, rules=TodoRules(per_account=3))
    assert [(row["rank"], row["campaign_id"]) for row in found] == [(1, "g"), (2, "f"), (3, "e")]


def test_without_campaigns_there_is_nothing_to_do() -> None:
    assert table() == []


def test_a_decided_test_is_an_action_and_a_budget_test_is_none() -> None:
    arms = {
        "variant_a": '{"name": "Old", "ad_group_ids": ["1", "2"]}',
        "variant_b": '{"name": "New", "ad_group_ids": ["3"]}',
    }
    decided = {"id": "t", "name": "Headline", "platform": "meta-ads", "campaign_id": "7", "metric": "roas",
               "status": "completed", "winner": "B", "completed_at": DAY, **arms}  # fmt: skip
    (action,) = table(campaign("7"), tests=[decided])
    assert (action["action"], action["campaign_id"]) == ("use-winner", "7")
    # the same ad groups in two periods: the lower budget has the better return, and is no variant to use
    of_periods = decided | {"variant_b": '{"name": "80 a day", "ad_group_ids": ["2", "1"]}'}
    assert table(campaign("7"), tests=[of_periods]) == []
