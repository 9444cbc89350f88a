"""Turns today's budget plan and pacing advice into proposals, one for each campaign; all of them wait for approval."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.proposals.plan import PLAN_ACTIONS, budget_to_set
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.services.proposals.service import ProposalService, Request

_BUDGET_TOOLS: Mapping[Platform, str] = {
    Platform.GOOGLE_ADS: "google_ads_update_campaign_budget",
    Platform.META_ADS: "meta_update_campaign",
    Platform.PINTEREST: "pinterest_update_campaign",
}
"""The tool that sets a campaign's daily budget."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Advice that became no proposal, and why."""

    campaign_id: str
    campaign_name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class FromPlan:
    """What became of today's advice."""

    proposals: Sequence[Proposal]
    skipped: Sequence[Skipped]


@dataclass(frozen=True, slots=True)
class PlanProposals:
    """``budgets`` gives today's actions with their budgets; ``max_step_change`` is the largest change at once."""

    service: ProposalService
    budgets: Callable[[], Sequence[Row]]
    max_step_change: float | None

    def propose(self, by: str) -> FromPlan:
        """A proposal for each campaign whose budget the plan or its pacing asks to change.

        A second call on one day returns the same proposals. Those of an earlier plan that wait for the same campaign
        are closed.
        """
        made: list[Proposal] = []
        skipped: list[Skipped] = []
        for row in self.budgets():
            amount = budget_to_set(row, self.max_step_change)
            if isinstance(amount, str):
                skipped.append(_skipped(row, amount))
                continue
            try:
                proposal = self.service.propose_call(_request(row, f"{amount:f}", by))
            except (RefusedError, InvalidError) as error:
                skipped.append(_skipped(row, str(error)))
                continue
            self._replace(proposal, by)
            made.append(proposal)
        return FromPlan(made, skipped)

    def _replace(self, newer: Proposal, by: str) -> None:
        """Close waiting proposals of earlier plans for the same campaign."""
        if newer.campaign_id is None:
            return
        waiting = self.service.list(statuses=("proposed",), campaign_ids=(newer.campaign_id,), source="plan")
        for older in waiting:
            if older.id != newer.id:
                self.service.reject(older.id, by, f"replaced by proposal {newer.id} of a newer plan")


def _request(row: Row, amount: str, by: str) -> Request:
    platform = Platform(row["platform"])
    shared = row["sharing_campaign"]
    arguments = {"account_id": row["account_id"], "campaign_id": shared or row["campaign_id"], "daily_budget": amount}
    if shared is not None:
        arguments["change_shared_budget"] = True
    kind = "plan" if row["action"] in PLAN_ACTIONS else "pacing"
    stake = row["stake"]
    evidence = {
        "kind": kind, "as_of": row["as_of"].isoformat(), "action": row["action"], "instruction": row["instruction"],
        "verdict": row["verdict"], "money_at_stake": None if stake is None else str(stake),
    }  # fmt: skip
    return Request(_BUDGET_TOOLS[platform], arguments, by, row["instruction"], evidence=(evidence,), source="plan")


def _skipped(row: Row, reason: str) -> Skipped:
    return Skipped(f"{row['platform']}:{row['campaign_id']}", row["campaign_name"], reason)
