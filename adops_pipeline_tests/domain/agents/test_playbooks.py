"""Playbooks: the right action from small tables, within platforms and permissions, each resting on rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import exp
from typing import Any

import pytest

from adops_pipeline.domain.agents.actions import Change, Execution, Note
from adops_pipeline.domain.agents.facts import Facts, conditions_of
from adops_pipeline.domain.agents.playbooks import BY_NAME, suggest
from adops_pipeline.domain.agents.roster import PLAYBOOKS, ROSTER, UnknownAgentError, find_agent
from adops_pipeline.domain.agents.routing import UnknownPlatformError, tool_for
from adops_pipeline.domain.permissions import DEFAULT_SETS
from adops_pipeline.domain.vocabulary import Platform

DAY = date(2026, 11, 20)


def advised(**changes: Any) -> dict[str, Any]:
    """An action of today's plan: raise a budget of 100 by a tenth."""
    return {
        "platform": "meta-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Spring", "as_of": DAY,
        "action": "raise-budget", "instruction": "raise it", "daily_budget": Decimal(100), "currency": "EUR",
        "spent_daily": Decimal(50), "suggested_daily": Decimal(55), "sharing_campaign": None,
        "objective": "OUTCOME_SALES",
    } | changes  # fmt: skip


def idle(**changes: Any) -> dict[str, Any]:
    """A campaign that spent six conversions' worth without one."""
    return {
        "platform": "pinterest", "account_id": "2", "campaign_id": "8", "campaign_name": "Autumn", "currency": "EUR",
        "spend": 60.0, "account_cpa": 10.0, "first_day": DAY, "last_day": DAY,
        "objective": None,
    } | changes  # fmt: skip


def learning(**changes: Any) -> dict[str, Any]:
    return {
        "id": "k.1", "platform": "meta-ads", "action": "raise_budget", "objective": "any", "condition": "any",
        "direction": "hurts",
        "lower_bound": 0.8, "adjusted_p": 0.01, "insight": "Raising budgets hurts on Meta.",
    } | changes  # fmt: skip


def of(agent: str, facts: Facts) -> list[Any]:
    return suggest(find_agent(agent), facts, DEFAULT_SETS[agent])


def test_the_plan_becomes_a_budget_by_the_platforms_own_tool_and_names_its_row() -> None:
    (change,) = of("budget-planner", Facts(advised=[advised()]))
    assert (change.kind, change.tool, change.held_back) == ("raise_budget", "meta_update_campaign", None)
    assert change.arguments == {"account_id": "1", "campaign_id": "7", "daily_budget": "110.00"}
    assert change.evidence[0].document == {
        "table": "budget_recommendations",
        "key": {"platform": "meta-ads", "campaign_id": "7", "as_of": "2026-11-20"},
        "says": "raise it",
    }


def test_a_shared_budget_is_changed_through_a_campaign_that_uses_it() -> None:
    (change,) = of("search-buyer", Facts(advised=[advised(platform="google-ads", sharing_campaign="9")]))
    assert change.tool == "google_ads_update_campaign_budget"
    assert (change.arguments["campaign_id"], change.arguments["change_shared_budget"]) == ("9", True)


def test_buyers_keep_to_their_platforms_and_the_trader_to_pacing() -> None:
    facts = Facts(advised=[advised(), advised(platform="google-ads", campaign_id="9")])
    assert [one.platform for one in of("social-media-buyer", facts)] == [Platform.META_ADS]
    assert [one.platform for one in of("search-buyer", facts)] == [Platform.GOOGLE_ADS]
    assert of("trader", facts) == []


def test_a_campaign_is_paused_after_five_conversions_worth_without_one_and_not_before() -> None:
    (change,) = of("trader", Facts(idle=[idle()]))
    assert (change.kind, change.tool) == ("pause", "pinterest_update_campaign")
    assert change.arguments == {"account_id": "2", "campaign_id": "8", "status": "paused"}
    assert of("trader", Facts(idle=[idle(spend=49.99)])) == []
    assert len(of("trader", Facts(idle=[idle(spend=50.0)]))) == 1


def bid(**changes: Any) -> dict[str, Any]:
    """An ad group that pays twice as much for a conversion as its account, with 40 of them."""
    return {
        "platform": "google-ads", "account_id": "2", "campaign_id": "8", "campaign_name": "Autumn", "ad_group_id": "81",
        "ad_group_name": "Boots", "currency": "EUR", "spend": 800.0, "conversions": 40.0, "account_cpa": 10.0,
        "bid": Decimal("1.20"), "is_limited": False, "objective": "SEARCH", "first_day": DAY, "last_day": DAY,
    } | changes  # fmt: skip


def test_a_bid_is_lowered_where_conversions_are_clearly_dear_by_the_platforms_own_tool() -> None:
    (change,) = of("search-buyer", Facts(bids=[bid()]))
    assert (change.kind, change.tool) == ("bid_down", "google_ads_update_ad_group")
    assert change.arguments == {"account_id": "2", "ad_group_id": "81", "bid": "1.08"}
    assert "paid EUR 20.00 for each of 40 conversions" in change.reason
    assert change.evidence[0].table == "analytics_ad_group_metrics"
    (meta,) = of("social-media-buyer", Facts(bids=[bid(platform="meta-ads")]))
    assert (meta.tool, meta.arguments["adset_id"]) == ("meta_update_adset", "81")
    (pin,) = of("social-media-buyer", Facts(bids=[bid(platform="pinterest", currency="JPY", bid=Decimal(57))]))
    assert (pin.tool, pin.arguments["bid"]) == ("pinterest_update_ad_group", "52")


def test_a_bid_is_raised_where_conversions_are_cheap_and_the_budget_is_not_what_limits() -> None:
    (change,) = of("search-buyer", Facts(bids=[bid(spend=200.0)], max_step_change=0.05))
    assert (change.kind, change.arguments["bid"]) == ("bid_up", "1.26")
    assert of("search-buyer", Facts(bids=[bid(spend=200.0, is_limited=True)])) == []
    assert len(of("search-buyer", Facts(bids=[bid(is_limited=True)]))) == 1


@pytest.mark.parametrize(
    ("changes", "is_changed"),
    [
        ({"conversions": 19.0, "spend": 380.0}, False),
        ({"spend": 400 * exp(2 * (2 / 40) ** 0.5) * 1.01}, True),
        ({"spend": 400 * exp(2 * (2 / 40) ** 0.5) * 0.99}, False),
        ({"conversions": 1000.0, "spend": 13_100.0}, True),
        ({"conversions": 1000.0, "spend": 12_900.0}, False),
        ({"bid": Decimal("0.01")}, False),
        ({"bid": Decimal("0.50")}, True),
    ],
)
def test_a_difference_must_be_clear_and_the_bid_must_be_able_to_move(changes: dict[str, Any], is_changed: bool) -> None:
    assert bool(of("search-buyer", Facts(bids=[bid(**changes)]))) == is_changed


def test_a_learning_that_lower_bids_hurt_holds_them_back() -> None:
    against = learning(platform="google-ads", action="bid_down", objective="SEARCH", insight="Lower bids hurt.")
    (change,) = of("search-buyer", Facts(bids=[bid()], learnings=[against]))
    assert change.held_back == "Lower bids hurt."


def test_of_two_changes_of_a_campaign_the_first_counts() -> None:
    both = Facts(advised=[advised(platform="pinterest", account_id="2", campaign_id="8")], idle=[idle()])
    (change,) = of("social-media-buyer", both)
    assert change.kind == "raise_budget"


def test_a_learning_that_passes_is_evidence_and_holds_back_what_hurts() -> None:
    (change,) = of("budget-planner", Facts(advised=[advised()], learnings=[learning()]))
    assert change.held_back == "Raising budgets hurts on Meta."
    assert [one.table for one in change.evidence] == ["budget_recommendations", "agent_learnings"]
    (change,) = of("budget-planner", Facts(advised=[advised()], learnings=[learning(direction="helps")]))
    assert change.held_back is None
    assert len(change.evidence) == 2
    for weak in ({"lower_bound": 0.59}, {"adjusted_p": 0.06}, {"platform": "pinterest"}, {"condition": "weekend"}):
        (change,) = of("budget-planner", Facts(advised=[advised()], learnings=[learning(**weak)]))
        assert (change.held_back, len(change.evidence)) == (None, 1), weak


CONDITIONS = conditions_of(DAY)


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        ({"condition": "autumn"}, True),
        ({"condition": "winter"}, False),
        ({"condition": "weekday"}, True),
        ({"objective": "outcome_sales"}, True),
        ({"objective": "OUTCOME_SALES", "condition": "autumn"}, True),
        ({"objective": "OUTCOME_LEADS", "condition": "autumn"}, False),
        ({"objective": "OUTCOME_SALES", "condition": "winter"}, False),
    ],
)
def test_a_conditional_learning_counts_where_its_objective_and_condition_hold(
    stated: dict[str, str], holds: bool
) -> None:
    facts = Facts(advised=[advised()], learnings=[learning(**stated)], conditions=CONDITIONS)
    (change,) = of("budget-planner", facts)
    assert (change.held_back is not None, len(change.evidence)) == (holds, 1 + holds)
    (unknown,) = of("budget-planner", replace(facts, advised=[advised(objective=None)]))
    assert (unknown.held_back is not None) == (holds and "objective" not in stated)


def test_the_most_specific_learning_decides_and_of_equal_ones_that_against() -> None:
    general = learning(insight="it hurts anywhere")
    helps = learning(id="k.2", condition="autumn", direction="helps", insight="it helps in autumn")
    hurts = learning(id="k.3", objective="OUTCOME_SALES", insight="it hurts sales")
    for learnings, against in (
        ([general, helps], None),
        ([helps, general], None),
        ([general, helps, hurts], "it hurts sales"),
        ([general], "it hurts anywhere"),
    ):
        facts = Facts(advised=[advised()], learnings=learnings, conditions=CONDITIONS)
        (change,) = of("budget-planner", facts)
        assert (change.held_back, len(change.evidence)) == (against, 1 + len(learnings))


def test_the_conditions_of_a_day_are_its_season_and_whether_it_is_a_weekend() -> None:
    assert conditions_of(date(2026, 11, 28)) == {"autumn", "weekend"}
    assert conditions_of(date(2026, 1, 2)) == {"winter", "weekday"}


def test_permissions_limit_what_is_suggested() -> None:
    facts = Facts(advised=[advised()])
    own = replace(DEFAULT_SETS["budget-planner"], accounts=("2",))
    assert suggest(ROSTER["budget-planner"], facts, own) == []
    assert suggest(ROSTER["budget-planner"], facts, replace(own, accounts=("act_1",))) != []


def test_ideas_name_the_campaign_and_its_row() -> None:
    untested = {"platform": "meta-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Spring",
                "as_of": DAY, "identification": "spend-never-varied"}  # fmt: skip
    (note,) = of("budget-planner", Facts(untested=[untested]))
    assert isinstance(note, Note)
    assert "adops budget-test meta-ads:7" in note.finding
    weak = untested | {"value": 0.004, "peer_p25": 0.01, "period_start": DAY}
    (note,) = of("creative-strategist", Facts(weak=[weak]))
    assert "0.40%" in note.finding
    assert of("creative-strategist", Facts(weak=[weak], running_tests=[weak])) == []


def test_data_problems_are_named_and_stale_platforms_pulled_again() -> None:
    stale = {"platform": "pinterest", "account_id": "2", "finding": "it is stale", "table": "raw_pulls",
             "can_be_pulled": True}  # fmt: skip
    note, execution = of("quality-auditor", Facts(problems=[stale]))
    assert (note.subject, note.finding) == ("pinterest:2", "it is stale")
    assert (execution.workflow, execution.parameters) == ("sync-platforms", {"platforms": ["pinterest"]})
    (alone,) = of("quality-auditor", Facts(problems=[stale | {"can_be_pulled": False}]))
    assert isinstance(alone, Note)


def test_analyst_and_reporter_run_their_workflows() -> None:
    for agent in ("analyst", "account-reporter"):
        found = [one for one in of(agent, Facts()) if isinstance(one, Execution)]
        assert {one.workflow for one in found} <= set(find_agent(agent).workflows)
        assert found


def test_the_roster_is_eight_agents_whose_permissions_are_known() -> None:
    assert set(ROSTER) == set(DEFAULT_SETS)
    assert len(ROSTER) == 8
    assert set(BY_NAME) == set(PLAYBOOKS) == {name for agent in ROSTER.values() for name in agent.playbooks}


def test_what_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(UnknownPlatformError, match="no connector serves the platform 'tiktok'"):
        tool_for("set_budget", "tiktok")
    with pytest.raises(UnknownAgentError, match="did you mean trader"):
        find_agent("tradr")


def test_every_change_names_a_tool_of_its_platform() -> None:
    for platform, prefix in (("google-ads", "google_ads_"), ("meta-ads", "meta_"), ("pinterest", "pinterest_")):
        facts = Facts(advised=[advised(platform=platform)], idle=[idle(platform=platform)])
        changes = [one for one in of("trader", facts) + of("budget-planner", facts) if isinstance(one, Change)]
        assert len(changes) == 2
        assert all(one.tool.startswith(prefix) for one in changes)
