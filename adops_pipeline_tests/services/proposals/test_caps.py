"""Promises of caps: held over many steps and agents, counted by the day, again when a proposal is applied."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adops_pipeline.operations.errors import RefusedError
from adops_pipeline_tests.services.proposals.desk import (
    CREATE,
    NEW,
    RAISE,
    UPDATE,
    Desk,
    budget_of,
    open_desk,
    with_caps,
)
from adops_pipeline_tests.services.proposals.fake_platform import NOW, FakePlatform, ticking


def test_caps_hold_over_many_small_steps_by_several_agents(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_money_per_change=Decimal(5)))
    for number, agent in enumerate(("trader", "planner", "trader", "buyer", "planner")):
        step = RAISE | {"daily_budget": str(51 + number)}
        desk.service.approve(desk.service.propose(UPDATE, step, by=agent, agent=agent, reason="x").id, "ada")
    with pytest.raises(RefusedError, match=r"already move EUR 5\.00, and max_money_per_change is EUR 5\.00"):
        desk.service.propose(UPDATE, RAISE | {"daily_budget": "56"}, by="kim", agent="buyer", reason="x")
    desk.service.propose(UPDATE, RAISE | {"daily_budget": "51"}, by="kim", reason="down")
    tomorrow = FakePlatform(folder / "platform.json", ticking(NOW + timedelta(days=1)))
    assert open_desk(folder, desk.service.applier.checks.policy, platform=tomorrow).raised()


def test_caps_count_what_waits_and_the_share_of_the_days_first_budget(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_change_per_step_pct=Decimal(30)))
    desk.raised()
    with pytest.raises(RefusedError, match=r"by 42\.0 % of 50 together with other changes of today"):
        desk.service.propose(UPDATE, RAISE | {"daily_budget": "61"}, by="lee", reason="x")
    assert desk.service.propose(UPDATE, RAISE | {"daily_budget": "55"}, by="lee", reason="x").status == "proposed"


def test_caps_of_an_account_and_of_the_number_of_changes(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_money_per_day=Decimal(50), max_changes_per_day=2))
    desk.service.propose(CREATE, NEW, by="kim", reason="x")
    with pytest.raises(RefusedError, match="max_money_per_day is EUR 50"):
        desk.service.propose(CREATE, NEW | {"name": "Summer"}, by="lee", reason="x")
    desk.raised()
    with pytest.raises(RefusedError, match="max_changes_per_day is 2"):
        desk.service.propose(CREATE, NEW | {"daily_budget": "1"}, by="lee", reason="x")


def test_caps_hold_again_when_a_proposal_is_applied(folder: Path) -> None:
    strict = with_caps(max_money_per_day=Decimal(30))
    one = open_desk(folder).service.propose(CREATE, NEW, by="kim", reason="x").id
    open_desk(folder).service.approve(open_desk(folder).raised(), "ada")
    desk = open_desk(folder, strict)
    kept = desk.service.approve(one, "ada")
    assert (kept.status, desk.platform.log) == ("approved", ["update 900 60 active"])
    assert "max_money_per_day is EUR 30.00" in str(kept.status_reason)


def test_when_a_proposal_is_applied_those_that_nobody_has_decided_do_not_count(folder: Path) -> None:
    raised = open_desk(folder).raised()
    open_desk(folder).service.propose(CREATE, NEW, by="kim", reason="x")
    strict = open_desk(folder, with_caps(max_money_per_day=Decimal(30)))
    assert strict.service.approve(raised, "ada").status == "applied"


def test_a_day_of_caps_is_that_of_utc(folder: Path) -> None:
    def at(hours: float) -> Desk:
        midnight = NOW.replace(hour=0, minute=0)
        platform = FakePlatform(folder / "platform.json", ticking(midnight + timedelta(hours=hours)))
        return open_desk(folder, with_caps(max_changes_per_day=1), platform=platform)

    early = at(0.5)
    assert early.service.approve(early.raised(), "ada").status == "applied"
    with pytest.raises(RefusedError, match="max_changes_per_day is 1"):
        at(23.9).service.propose(CREATE, NEW, by="kim", reason="x")
    assert at(24).service.propose(CREATE, NEW, by="kim", reason="x").status == "proposed"


def test_caps_hold_up_no_undo_but_that_of_an_undo(folder: Path) -> None:
    done = open_desk(folder).service.approve(open_desk(folder).raised(), "ada")
    strict = open_desk(folder, with_caps(max_money_per_day=Decimal(5)))
    undo = strict.service.undo(done.id, "bob", "too much")
    assert (undo.status, budget_of(strict)) == ("applied", 50)
    with pytest.raises(RefusedError, match="max_money_per_day is EUR 5"):
        strict.service.undo(undo.id, "bob", "not too much")
    assert strict.service.get(undo.id).status == "applied"


def test_a_currency_without_a_rate_is_not_let_past_the_caps(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_money_per_day=Decimal(30)), rates={})
    with pytest.raises(RefusedError, match="no exchange rate of EUR is known"):
        desk.raised()


def test_caps_are_in_the_reporting_currency(folder: Path) -> None:
    policy = replace(with_caps(max_money_per_day=Decimal(30)), reporting_currency="USD")
    assert open_desk(folder, policy, rates={"EUR": Decimal("2.5")}).raised()
    with pytest.raises(RefusedError, match=r"it moves USD 40\.00 a day"):
        open_desk(folder, policy, rates={"EUR": Decimal(4)}).service.propose(
            UPDATE, RAISE | {"daily_budget": "60.0000"}, by="kim", reason="x"
        )


def test_the_strictest_caps_hold_those_of_the_agent_or_of_the_settings(folder: Path) -> None:
    desk = open_desk(folder, with_caps(max_money_per_day=Decimal(100)))
    agents = with_caps(max_money_per_day=Decimal(5)).caps
    with pytest.raises(RefusedError, match="max_money_per_day is EUR 5"):
        desk.service.propose(UPDATE, RAISE, by="kim", agent="trader", reason="x", caps=agents)
