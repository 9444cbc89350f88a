"""Adds proposals and changes their status: each is one guarded UPDATE with its event in the same transaction.

Of two concurrent moves one succeeds; the other changes nothing and returns False.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy import insert as insert_into

from adops_pipeline.domain.proposals.status import Status, starts_of
from adops_pipeline.domain.text import one_line
from adops_pipeline.operations import events
from adops_pipeline.operations.documents import document
from adops_pipeline.operations.proposals.model import NewProposal, Proposal
from adops_pipeline.operations.proposals.queries import get
from adops_pipeline.operations.schema import proposals as table
from adops_pipeline.operations.statements import NewId, random_id

_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Decision:
    """Who moves a proposal, when, and why."""

    by: str
    at: datetime
    why: str | None = None


def insert(
    con: Connection, new: NewProposal, status: Status = "proposed", decided: Decision | None = None,
    new_id: NewId = random_id,
) -> Proposal:  # fmt: skip
    """Store a proposal; with ``decided`` it is approved already, as an undo that somebody has ordered."""
    row: dict[str, Any] = asdict(new) | {"id": new_id(), "status": status}
    row |= {name: document(name, row[name]) for name in ("arguments", "intended", "pacing")}
    row["evidence"] = [document("evidence", one) for one in new.evidence]
    if decided is not None:
        row |= {"decided_by": decided.by, "decided_at": decided.at}
    con.execute(insert_into(table).values(**row))
    proposal = get(con, row["id"])
    record_event(con, proposal, "proposed", Decision(new.proposed_by, new.proposed_at, new.reason))
    return proposal


def move(
    con: Connection,
    proposal_id: str,
    end: Status,
    decision: Decision,
    *,
    start: Status | None = None,
    event: str | None = None,
    **values: Any,  # noqa: ANN401 - columns of any type
) -> bool:
    """Change the status if the move is allowed from the present one; whether this call did it.

    ``start`` is the only status to start from; ``event`` names the event where it is not the status.
    """
    allowed = starts_of(end) if start is None else starts_of(end) & {start}
    row = {"status": end, "status_reason": decision.why, **values}
    query = update(table).where(table.c.id == proposal_id, table.c.status.in_(allowed)).values(**row)
    if con.execute(query).rowcount != 1:
        return False
    record_event(con, get(con, proposal_id), event or end, decision)
    return True


def note(con: Connection, proposal_id: str, status: Status, **values: Any) -> bool:  # noqa: ANN401 - columns of any type
    """Set columns of a proposal that has still the given status, without an event; whether it had."""
    is_it = (table.c.id == proposal_id, table.c.status == status)
    return con.execute(update(table).where(*is_it).values(**values)).rowcount == 1


def record_event(con: Connection, proposal: Proposal, what: str, decision: Decision) -> None:
    """Append ``proposal.<what>`` with who and why, in words for the activity feed."""
    words = f"{decision.by}: {decision.why}" if decision.why else f"by {decision.by}"
    data = {
        "title": one_line(proposal.title)[:_LONGEST_TITLE], "summary": one_line(words), "by": decision.by,
        "why": decision.why, "agent": proposal.agent_id, "tool": proposal.tool, "status": proposal.status,
        "account_id": proposal.account_id, "campaign_id": proposal.campaign_id, "reversal_of": proposal.reversal_of,
    }  # fmt: skip
    events.append(
        con, f"proposal.{what}", at=decision.at, subject=proposal.id, platform=proposal.platform, data=data
    )  # fmt: skip
