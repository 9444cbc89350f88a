"""Tools that change: agents propose within their permissions and caps, and do not decide about their own proposals."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.domain.permissions import Caps, PermissionSet
from adops_pipeline.domain.proposals.plan import PLAN_ACTIONS
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.services.tools.errors import ToolError
from adops_pipeline.settings.proposals import ProposalSettings
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.templates import copy_into
from adops_pipeline_tests.tools.campaign_flow import ACCOUNT, NEW
from adops_pipeline_tests.tools.conftest import ME

BUYER = Caller(
    "buyer-bot",
    "operator",
    PermissionSet("buyer", ("meta_*", "*_proposal*"), (Platform.META_ADS,), (ACCOUNT,)),
)


@pytest.fixture
def services(published: Path, tmp_path: Path) -> Iterator[Services]:
    """The services over the test's own copy; nothing applies by itself."""
    settings = ProposalSettings(apply_automatically="never")
    services = services_over(copy_into(published, tmp_path), proposals=settings)
    yield services
    services.snapshots.close()
    services.store.close()


def call(services: Services, tool: str, caller: Caller = ME, **arguments: Any) -> Any:
    return asyncio.run(services.tools.call(tool, arguments, caller))


def refusal(services: Services, tool: str, caller: Caller = ME, **arguments: Any) -> ToolError:
    with pytest.raises(ToolError) as raised:
        call(services, tool, caller, **arguments)
    return raised.value


def test_an_agent_proposes_and_somebody_else_decides(services: Services) -> None:
    made = call(services, "meta_create_campaign", BUYER, **NEW)
    assert (made["status"], made["agentId"], made["proposedBy"]) == ("proposed", "buyer", "buyer-bot")
    assert call(services, "meta_create_campaign", BUYER, **NEW)["id"] == made["id"], "the same call makes one proposal"
    decision = {"proposal_id": made["id"], "reason": "I would say so."}
    assert "proposed this itself" in str(refusal(services, "approve_proposal", BUYER, **decision))
    closed = call(services, "reject_proposal", **decision)
    assert (closed["status"], closed["decidedBy"]) == ("rejected", "me")
    listed = call(services, "list_proposals", status=["rejected"])["proposals"]
    assert [one["id"] for one in listed] == [made["id"]]


def test_proposals_beyond_the_permissions_of_an_agent_stay_hidden_from_it(services: Services) -> None:
    made = call(services, "meta_create_campaign", **NEW)
    assert BUYER.permissions is not None
    other = replace(BUYER, permissions=replace(BUYER.permissions, name="other", accounts=("1",)))
    assert call(services, "list_proposals", BUYER)["returned"] == 1
    assert call(services, "list_proposals", other)["returned"] == 0
    for tool in ("get_proposal", "approve_proposal", "undo_proposal"):
        reason: dict[str, Any] = {} if tool == "get_proposal" else {"reason": "why not"}
        error = refusal(services, tool, other, proposal_id=made["id"], **reason)
        assert "may not use account" in str(error)
    assert "its accounts are 1" in str(refusal(services, "meta_create_campaign", other, **NEW))


def test_the_caps_of_an_agent_hold_beside_those_of_the_settings(services: Services) -> None:
    assert BUYER.permissions is not None
    capped = replace(BUYER.permissions, caps=Caps(max_money_per_change=Decimal(1)))
    error = refusal(services, "meta_create_campaign", replace(BUYER, permissions=capped), **NEW)
    assert error.code == "refused"
    assert "max_money_per_change" in str(error)


def test_a_change_needs_a_reason_and_correct_arguments(services: Services) -> None:
    without: dict[str, Any] = {name: value for name, value in NEW.items() if name != "reason"}
    assert "reason: is required" in str(refusal(services, "meta_create_campaign", **without))
    error = refusal(services, "meta_create_campaign", **(NEW | {"daily_budget": "a lot"}))
    assert "daily_budget: must be an amount such as 12.50, not 'a lot'" in str(error)


def test_the_budget_plan_becomes_proposals_that_wait(services: Services) -> None:
    row = {
        "platform": "meta-ads", "account_id": ACCOUNT, "campaign_id": "120210000003145011", "campaign_name": "New",
        "sharing_campaign": None, "action": PLAN_ACTIONS[0], "instruction": "Lower it.", "verdict": "on-track",
        "stake": None, "as_of": date(2026, 11, 19), "daily_budget": Decimal(54_000), "spent_daily": Decimal(50_000),
        "suggested_daily": Decimal(45_000), "currency": "JPY",
    }  # fmt: skip
    plan = replace(services.plan_proposals, budgets=lambda: [row])
    services.__dict__["plan_proposals"] = plan
    (made,) = call(services, "propose_budget_plan")["proposals"]
    assert (made["status"], made["moneyPerDay"]) == ("proposed", "-5400.000000")
    assert [one["id"] for one in call(services, "propose_budget_plan")["proposals"]] == [made["id"]]
    planner = replace(BUYER, permissions=PermissionSet("planner", ("*",)))
    assert "a person has to propose it" in str(refusal(services, "propose_budget_plan", planner))
