"""Agents at work: a dry run writes nothing, a run proposes, requests, remembers, and opposites exclude each other."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.domain.agents.actions import Change
from adops_pipeline.domain.agents.facts import Facts, conditions_of
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.memory.features import season_of
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.services.accounts import Account
from adops_pipeline.services.agents import Agents
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import published, services_over
from adops_pipeline_tests.templates import copy_into

__all__ = ["published"]
CAMPAIGN = """
SELECT platform, account_id, external_id AS campaign_id, name AS campaign_name, currency, daily_budget
FROM campaigns WHERE platform = 'meta-ads' AND status = 'active' AND daily_budget > 0 ORDER BY daily_budget LIMIT 1
"""


@pytest.fixture
def services(published: Path, tmp_path: Path) -> Iterator[Services]:
    """Services whose proposals wait for a decision."""
    found = services_over(copy_into(published, tmp_path), proposals={"apply_automatically": "never"})
    yield found
    found.snapshots.close()
    found.store.close()


def facts_of(services: Services, raised: str = "1.1") -> Facts:
    """A plan that raises a real campaign's budget, and the same campaign as one without results."""
    with services.snapshots.reading() as snapshot:
        result = snapshot.con.execute(CAMPAIGN)
        names = [column[0] for column in result.description or ()]
        row: dict[str, Any] = dict(zip(names, result.fetchone() or (), strict=True))
    day = services.clock().date()
    plan = {
        "as_of": day, "action": "raise-budget", "instruction": "raise it", "spent_daily": Decimal(1),
        "suggested_daily": Decimal(raised), "sharing_campaign": None, "verdict": "limited", "stake": None,
        "objective": "OUTCOME_SALES",
    }  # fmt: skip
    idle = {"objective": None, "spend": 900.0, "account_cpa": 10.0, "first_day": day, "last_day": day}
    return Facts(advised=[row | plan], idle=[row | idle])


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(services)
    monkeypatch.setattr(Agents, "facts", lambda _: facts)
    for agent in ("budget-planner", "trader", "analyst"):
        results = services.agents.run(agent, by="ann", source="cli", dry_run=True)
        assert {one.outcome for one in results} == {"would"}
    assert services.proposals.list() == []
    assert services.executions.newest(10) == []
    assert services.memories.recall() == []


def test_a_run_proposes_with_evidence_and_remembers_that_the_outcome_is_awaited(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(services)
    monkeypatch.setattr(Agents, "facts", lambda _: facts)
    (result,) = services.agents.run("budget-planner", by="schedule", source="schedule")
    assert result.outcome == "proposed"
    (proposal,) = services.proposals.list()
    assert (proposal.id, proposal.agent_id, proposal.proposed_by) == (result.detail, "budget-planner", "schedule")
    assert proposal.evidence[0]["table"] == "budget_recommendations"
    (recalled,) = services.memories.recall(agent_id="budget-planner")
    assert (recalled.memory.memory_type, recalled.memory.outcome) == ("optimization", None)
    assert recalled.memory.action["proposal"] == proposal.id
    known = recalled.memory.context
    assert (known["objective"], known["season"]) == ("OUTCOME_SALES", season_of(services.clock().date()))
    (again,) = services.agents.run("budget-planner", by="schedule", source="schedule")
    assert again.detail == proposal.id, "the same advice is one proposal"
    assert len(services.proposals.list()) == 1


def test_what_is_applied_without_a_decision_is_said_to_be_applied_and_remembered(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = services_over(copy_into(published, tmp_path), proposals={"apply_automatically": "test"})
    facts = facts_of(services)
    monkeypatch.setattr(Agents, "facts", lambda _: facts)
    (result,) = services.agents.run("budget-planner", by="a", source="agent")
    (recalled,) = services.memories.recall(agent_id="budget-planner")
    assert (result.outcome, services.proposals.get(result.detail).status) == ("applied", "applied")
    assert recalled.memory.action["proposal"] == result.detail
    services.snapshots.close()
    services.store.close()


def test_what_a_learning_speaks_against_is_not_proposed_and_says_why(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(services)
    monkeypatch.setattr(Agents, "facts", lambda _: facts)
    (asked,) = services.agents.suggestions("budget-planner")
    assert isinstance(asked, Change)
    held = replace(asked, held_back="raised budgets did harm in 9 of 10 cases")
    monkeypatch.setattr(Agents, "suggestions", lambda *_: [held])
    for dry_run in (True, False):
        (result,) = services.agents.run("budget-planner", by="a", source="agent", dry_run=dry_run)
        assert (result.suggestion, result.outcome, result.detail) == (held, "held-back", held.held_back)
    assert services.proposals.list() == []


def test_of_opposite_proposals_of_two_agents_the_conflict_is_shown_and_one_is_applied(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(services)
    monkeypatch.setattr(Agents, "facts", lambda _: facts)
    (raised,) = services.agents.run("budget-planner", by="a", source="agent")
    (paused,) = services.agents.run("trader", by="b", source="agent")
    both = services.proposals.list()
    assert services.proposals.conflicts(both) == {raised.detail: [paused.detail], paused.detail: [raised.detail]}
    assert services.proposals.approve(paused.detail, "ann").status == "applied"
    other = services.proposals.get(raised.detail)
    refused = services.proposals.approve(other.id, "ann") if other.status == "proposed" else other
    assert refused.status == "failed"
    assert "conflict" in (refused.status_reason or "")


def test_an_agent_cannot_exceed_its_cap_by_small_steps(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = []
    for step in ("1.1", "1.2", "1.3", "1.4", "1.6"):
        facts = Facts(advised=facts_of(services, step).advised)
        monkeypatch.setattr(Agents, "facts", lambda _, found=facts: found)
        (result,) = services.agents.run("budget-planner", by="a", source="agent")
        outcomes.append(result.outcome)
    assert outcomes[0] == "proposed"
    assert "refused" in outcomes, "the steps of a day count together: 50 % is the cap"


def test_an_agents_workflow_is_requested_once_an_hour(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Agents, "facts", lambda _: Facts())
    (first,) = services.agents.run("account-reporter", by="a", source="agent")
    (second,) = services.agents.run("account-reporter", by="a", source="agent")
    assert (first.suggestion, first.outcome) == (services.agents.suggestions("account-reporter")[0], "requested")
    assert first.detail == second.detail
    (execution,) = services.executions.newest(10)
    assert (execution.workflow_id, execution.requested_by) == ("cross-channel-report", "agent")


def test_findings_become_memories_with_their_rows(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"platform": "pinterest", "account_id": "2", "finding": "it is stale", "table": "raw_pulls",
               "can_be_pulled": False}  # fmt: skip
    monkeypatch.setattr(Agents, "facts", lambda _: Facts(problems=[problem]))
    (noted,) = services.agents.run("quality-auditor", by="a", source="agent")
    memory = services.memories.get(noted.detail)
    assert (memory.memory_type, memory.action["finding"]) == ("observation", "it is stale")
    assert memory.evidence["rows"][0]["table"] == "raw_pulls"


def test_the_facts_are_read_from_the_snapshot_and_unknown_agents_are_refused(services: Services) -> None:
    facts = services.agents.facts()
    assert facts.max_step_change is not None
    assert all(row["spend"] > 0 and row["account_cpa"] > 0 for row in facts.idle)
    with pytest.raises(NotFoundError, match="there is no agent"):
        services.agents.run("tradr", by="a", source="agent")


def test_the_facts_name_the_conditions_of_the_day_and_the_accounts_whose_data_are_old(services: Services) -> None:
    revoked = AccountFailure(Platform.PINTEREST, "2", "the token was revoked")
    accounts = [
        Account(Platform.PINTEREST, "1", "fresh"),
        Account(Platform.PINTEREST, "2", "failing", failure=revoked),
        Account(Platform.PINTEREST, "3", "never-pulled", name="Shop"),
    ]
    facts = replace(services.agents, accounts=lambda: accounts).facts()
    assert facts.conditions == conditions_of(services.clock().date())
    assert [(one["finding"], one["can_be_pulled"]) for one in facts.problems] == [
        ("account 2 is failing: the token was revoked", False),
        ("account Shop is never pulled", True),
    ]


AD_GROUP = """
SELECT groups.platform, groups.account_id, groups.campaign_id, groups.external_id AS ad_group_id,
    groups.name AS ad_group_name, campaigns.name AS campaign_name, groups.currency, campaigns.objective
FROM ad_groups AS groups JOIN campaigns
    ON campaigns.platform = groups.platform AND campaigns.external_id = groups.campaign_id
WHERE groups.platform = 'google-ads' AND groups.status = 'active' AND campaigns.status = 'active'
ORDER BY groups.external_id LIMIT 1
"""


def test_a_bid_is_proposed_applied_with_the_platforms_tool_and_listed_as_a_change_of_the_bid(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.snapshots.reading() as snapshot:
        answer = snapshot.con.execute(AD_GROUP)
        names = [column[0] for column in answer.description or ()]
        row: dict[str, Any] = dict(zip(names, answer.fetchone() or (), strict=True))
    day = services.clock().date()
    row |= {"spend": 800.0, "conversions": 40.0, "account_cpa": 10.0, "bid": Decimal(100), "is_limited": False,
            "first_day": day, "last_day": day}  # fmt: skip
    monkeypatch.setattr(Agents, "facts", lambda _: Facts(bids=[row]))
    (result,) = services.agents.run("search-buyer", by="a", source="agent")
    assert result.outcome == "proposed"
    applied = services.proposals.approve(result.detail, "ann")
    assert (applied.status, applied.object_kind, applied.campaign_id) == (
        "applied", "ad_group", f"google-ads:{row['campaign_id']}",
    )  # fmt: skip
    assert applied.after is not None
    assert applied.after["fields"]["bid"] == "90"
