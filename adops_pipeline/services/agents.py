"""Runs the agents of the roster: reads the facts, asks their playbooks, and proposes, requests and remembers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.agents.actions import Change, Execution, Note, Result, Suggestion
from adops_pipeline.domain.agents.facts import Facts, conditions_of
from adops_pipeline.domain.agents.playbooks import suggest
from adops_pipeline.domain.agents.roster import ROSTER, Agent, UnknownAgentError, find_agent
from adops_pipeline.domain.executions import Source
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.features import season_of
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline.services.accounts import Account
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.memory.learnings import Learnings
from adops_pipeline.services.memory.memories import Memories
from adops_pipeline.services.proposals.service import ProposalService
from adops_pipeline.warehouse.queries.advice import advised_budgets
from adops_pipeline.warehouse.queries.playbooks import (
    idle_campaigns,
    own_bids,
    running_tests,
    untested_campaigns,
    weak_click_rates,
)
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader

_RESULTS = {"proposed": "proposed", "approved": "proposed", "applied": "applied"}


@dataclass(frozen=True)
class Agents:
    """The agents of one installation. ``permissions`` are the settings' sets over the roster's defaults."""

    snapshots: SnapshotReader
    accounts: Callable[[], Sequence[Account]]
    learnings: Learnings
    memories: Memories
    proposals: Callable[[], ProposalService]
    executions: Executions
    permissions: Mapping[str, PermissionSet]
    max_step_change: float | None
    clock: Clock

    def find(self, agent_id: str) -> Agent:
        """The agent of that id. Raises NotFoundError."""
        try:
            return find_agent(agent_id)
        except UnknownAgentError:
            raise NotFoundError("agent", agent_id, did_you_mean(agent_id, ROSTER)) from None

    def suggestions(self, agent_id: str) -> list[Suggestion]:
        """What the agent suggests now. Raises WarehouseError before anything was published."""
        agent = self.find(agent_id)
        return suggest(agent, self.facts(), self.permissions[agent.id])

    def facts(self) -> Facts:
        """The facts of the newest snapshot."""
        with self.snapshots.reading() as snapshot:
            con = snapshot.con
            found = Facts(
                advised_budgets(con), idle_campaigns(con), untested_campaigns(con), weak_click_rates(con),
                running_tests(con), bids=own_bids(con), max_step_change=self.max_step_change,
            )  # fmt: skip
        problems = [_problem(account) for account in self.accounts() if account.status != "fresh"]
        return replace(
            found, problems=problems, learnings=self.learnings.believed(),
            conditions=conditions_of(self.clock().date()),
        )  # fmt: skip

    def run(self, agent_id: str, *, by: str, source: Source, dry_run: bool = False) -> list[Result]:
        """Carry out what the agent suggests; with ``dry_run`` only say it. One refusal does not stop the others."""
        found = self.suggestions(agent_id)
        if dry_run:
            return [Result(one, "held-back" if _held_back(one) else "would", _held_back(one) or "") for one in found]
        return [self._carried_out(agent_id, one, by, source) for one in found]

    def _carried_out(self, agent_id: str, one: Suggestion, by: str, source: Source) -> Result:
        try:
            if isinstance(one, Change):
                return self._proposed(agent_id, one, by)
            if isinstance(one, Execution):
                return self._requested(agent_id, one, source)
            return self._noted(agent_id, one)
        except (RefusedError, InvalidError) as error:
            return Result(one, "refused", str(error))

    def _proposed(self, agent_id: str, change: Change, by: str) -> Result:
        if change.held_back is not None:
            return Result(change, "held-back", change.held_back)
        proposal = self.proposals().propose(
            change.tool, change.arguments, by=by, agent=agent_id, reason=change.reason,
            evidence=[one.document for one in change.evidence], caps=self.permissions[agent_id].caps,
        )  # fmt: skip
        outcome = _RESULTS.get(proposal.status, "refused")
        if outcome != "refused":
            self.memories.remember(_memory_of(agent_id, change, proposal.id, self.clock().date()))
        return Result(
            change, outcome, proposal.id if outcome != "refused" else proposal.status_reason or proposal.status
        )

    def _requested(self, agent_id: str, asked: Execution, source: Source) -> Result:
        key = f"agent:{agent_id}:{asked.workflow}:{self.clock():%Y-%m-%dT%H}"
        request = resolve_request(asked.workflow, asked.parameters)
        return Result(asked, "requested", self.executions.request(request, requested_by=source, key=key).id)

    def _noted(self, agent_id: str, note: Note) -> Result:
        context: dict[str, Any] = {"platform": note.platform} if note.platform else {}
        if note.campaign_id:
            context["campaign"] = note.campaign_id
        action = {"subject": note.subject, "finding": note.finding}
        evidence = {"rows": [one.document for one in note.evidence]}
        added = self.memories.remember(Draft(agent_id, "observation", context, action, evidence=evidence))
        return Result(note, "noted", added.memory.id)


def _held_back(one: Suggestion) -> str | None:
    return one.held_back if isinstance(one, Change) else None


def _memory_of(agent_id: str, change: Change, proposal_id: str, on: date) -> Draft:
    """What was proposed in which situation, as a memory whose outcome is awaited."""
    context = {"platform": change.platform, "campaign": change.campaign_id, "account": change.account_id}
    context |= {"season": season_of(on)} | ({"objective": change.objective} if change.objective else {})
    return Draft(
        agent_id,
        "optimization",
        context,
        {"kind": change.kind, "proposal": proposal_id, "on": on.isoformat()},
        evidence={"proposal": proposal_id, "rows": [one.document for one in change.evidence]},
    )


def _problem(account: Account) -> dict[str, Any]:
    reason = f": {account.failure.reason}" if account.failure else ""
    return {
        "platform": account.platform, "account_id": account.account_id, "table": "raw_pulls",
        "finding": f"account {account.name or account.account_id} is {account.status.replace('-', ' ')}{reason}",
        "can_be_pulled": account.status in ("stale", "never-pulled"),
    }  # fmt: skip
