"""Proposals from the day's advice: one per campaign, none twice, older ones closed, all waiting for a decision."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.proposals.from_plan import _BUDGET_TOOLS, PlanProposals
from adops_pipeline.services.tools.catalogue import platform_tools
from adops_pipeline_tests.services.proposals.desk import AUTOMATIC, BRAND, RAISE, UPDATE, Desk, open_desk, with_caps
from adops_pipeline_tests.services.proposals.fake_platform import ACCOUNT

ADVICE: dict[str, Any] = {
    "platform": "meta-ads", "account_id": ACCOUNT, "campaign_id": BRAND, "campaign_name": "Brand",
    "sharing_campaign": None, "action": "slow-down", "instruction": "Spend less.", "verdict": "overpacing",
    "stake": Decimal("12.5"), "spent_daily": None, "suggested_daily": None, "currency": "EUR", "basis": "target",
    "status": "overpacing", "as_of": date(2026, 3, 2), "period_start": date(2026, 3, 1),
    "period_end": date(2026, 3, 31), "days_elapsed": 2, "days_remaining": 29, "budget": Decimal(1000),
    "spent_to_date": Decimal(100), "projected_total": Decimal(1500), "required_daily_spend": Decimal(45),
    "daily_budget": Decimal(50), "current_daily": Decimal(50), "delivery_ratio": 1.25, "known_from": None,
}  # fmt: skip


def plan(desk: Desk, *rows: dict[str, Any]) -> PlanProposals:
    return PlanProposals(desk.service, lambda: rows, 0.2)


def test_advice_becomes_a_proposal_with_what_it_rests_on_and_the_same_one_again(desk: Desk) -> None:
    (made,) = plan(desk, ADVICE).propose("kim").proposals
    assert (made.tool, made.status, made.source, made.reason) == (UPDATE, "proposed", "plan", "Spend less.")
    assert made.arguments == RAISE | {"daily_budget": "45.00"}
    assert made.evidence == [{"kind": "pacing", "as_of": "2026-03-02", "action": "slow-down", "money_at_stake": "12.5",
                              "instruction": "Spend less.", "verdict": "overpacing"}]  # fmt: skip
    assert plan(desk, ADVICE).propose("lee").proposals == [made]


def test_a_newer_plan_replaces_what_waits_of_older_ones_and_nothing_else(desk: Desk) -> None:
    by_call = desk.service.propose(UPDATE, RAISE | {"daily_budget": "44"}, by="kim", reason="mine")
    (older,) = plan(desk, ADVICE).propose("kim").proposals
    (newer,) = plan(desk, ADVICE | {"required_daily_spend": Decimal(42)}).propose("kim").proposals
    closed = desk.service.get(older.id)
    assert (closed.status, newer.status, desk.service.get(by_call.id).status) == ("rejected", "proposed", "proposed")
    assert closed.status_reason == f"replaced by proposal {newer.id} of a newer plan"


def test_what_becomes_no_proposal_says_why(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_money_per_day=Decimal(4)))
    found = plan(desk, ADVICE, ADVICE | {"daily_budget": None}, ADVICE | {"campaign_id": "901"}).propose("kim")
    assert [one.campaign_id for one in found.skipped] == ["meta-ads:900", "meta-ads:900", "meta-ads:901"]
    beyond, without, unknown = (one.reason for one in found.skipped)
    assert "max_money_per_day is EUR 4.00" in beyond
    assert "budget" in without
    assert "no such campaign" in unknown
    assert found.proposals == []


def test_each_platform_has_the_tool_that_sets_a_budget() -> None:
    tools = platform_tools()
    for platform, name in _BUDGET_TOOLS.items():
        assert tools[name].platform is platform
        assert {"account_id", "campaign_id", "daily_budget"} <= set(tools[name].input_model.model_fields)
    assert set(_BUDGET_TOOLS) == set(Platform)


def test_a_plan_waits_for_a_decision_even_where_changes_apply_by_themselves(folder: Path) -> None:
    desk = open_desk(folder, AUTOMATIC)
    assert [one.status for one in plan(desk, ADVICE).propose("kim").proposals] == ["proposed"]
    assert desk.platform.log == []
