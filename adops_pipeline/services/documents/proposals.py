"""JSON documents of proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adops_pipeline.domain.money import format_money
from adops_pipeline.operations.proposals import Proposal

if TYPE_CHECKING:  # its module knows pacing, which takes a server long to import
    from adops_pipeline.services.proposals.from_plan import FromPlan

_AS_STORED = (
    "id", "status", "status_reason", "tool", "platform", "account_id", "campaign_id", "object_kind", "object_id",
    "arguments", "before", "intended", "after", "currency", "pacing", "reason", "evidence", "agent_id", "source",
    "proposed_by", "proposed_at", "expires_at", "decided_by", "decided_at", "applied_at", "verified_at", "undone_at",
    "undone_by", "reversal_of", "execution_id",
)  # fmt: skip


def proposal_document(proposal: Proposal, conflicts: Sequence[str]) -> dict[str, Any]:
    """A proposal with its differences, the money at stake and what excludes it."""
    reversal = proposal.reversal or {}
    return {
        **{name: getattr(proposal, name) for name in _AS_STORED},
        "title": proposal.title,
        "changes": [
            {"field": change.field, "old": change.old, "new": change.new, "text": str(change)}
            for change in proposal.changes
        ],
        "money_per_day": str(proposal.money_per_day),
        "money_per_month": str(proposal.money_per_month),
        "money": money_in_words(proposal),
        "conflicts": list(conflicts),
        "can_be_undone": None if proposal.reversal is None else "tool" in reversal,
        "cannot_be_undone_because": reversal.get("reason"),
    }


def money_in_words(proposal: Proposal) -> str:
    """``EUR +10.00 a day, EUR +304.00 a month``."""
    day, month = (
        format_money(amount, proposal.currency, sign=True)
        for amount in (proposal.money_per_day, proposal.money_per_month)
    )
    return f"{day} a day, {month} a month"


def from_plan_document(found: FromPlan, conflicts: dict[str, list[str]]) -> dict[str, Any]:
    """The proposals that were made from a plan, and the advice that became none."""
    return {
        "items": [proposal_document(one, conflicts.get(one.id, ())) for one in found.proposals],
        "skipped": [
            {"campaign_id": one.campaign_id, "campaign_name": one.campaign_name, "reason": one.reason}
            for one in found.skipped
        ],
    }
