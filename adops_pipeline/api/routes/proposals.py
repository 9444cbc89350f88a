"""Proposed changes on the platforms: list, read, approve, reject, undo, and make them from plan and pacing."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, JsonValue

from adops_pipeline.api.access import ActorDep
from adops_pipeline.api.answers import tagged
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, responses
from adops_pipeline.api.requests import PageQuery, Words
from adops_pipeline.api.routes.overview import NOT_MODIFIED
from adops_pipeline.domain.access import Actor
from adops_pipeline.domain.proposals.status import STATUSES, Status
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.proposals import from_plan_document, proposal_document
from adops_pipeline.services.proposals.service import Proposal
from adops_pipeline.services.proposals.several import decide_each
from adops_pipeline.services.tools.callers import caller_of
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api/proposals", tags=["proposals"])
_LISTING = "proposals"
ProposalId = Annotated[str, Path(max_length=100, description="Id of the proposal.")]
ProposalSource = Literal["call", "plan"]


class ProposalQuery(PageQuery):
    """Which proposals."""

    status: list[Status] = Field([], max_length=len(STATUSES), description="Only these statuses.")
    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    account_id: Words = Field([], description="Only these accounts, by the platform's id.")
    campaign_id: Words = Field([], description="Only these campaigns: `platform:id`.")
    agent_id: Words = Field([], description="Only proposals of these agents.")
    source: ProposalSource | None = Field(None, description="Only calls of tools, or only what plan and pacing made.")


class Reason(ApiModel):
    """Why."""

    why: str = Field(min_length=1, max_length=1000, description="Reason, kept with the decision.", examples=["agreed"])


class Approval(ApiModel):
    """Why it is approved."""

    why: str | None = Field(None, max_length=1000, description="Reason, kept with the decision.")


class Approvals(Approval):
    """Which proposals are approved, and why."""

    ids: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        min_length=1, max_length=200, description="Ids of the proposals, approved in this order."
    )


class ChangeOut(ApiModel):
    """One value before and after."""

    field: str
    old: str | None
    new: str | None
    text: str = Field(description="The same in words; money has its currency.")


class ProposalOut(ApiModel):
    """A proposed change and what became of it."""

    id: str
    status: Status
    status_reason: str | None = Field(description="Reason for the status: a conflict, an error, what to look at.")
    title: str = Field(description="What it does, in a line.")
    tool: str
    platform: Platform
    account_id: str
    campaign_id: str | None
    object_kind: str
    object_id: str | None = Field(description="Object that it changes; of a new one, its id once it is applied.")
    arguments: dict[str, JsonValue]
    before: dict[str, JsonValue] | None = Field(description="State when it was proposed; null for a new object.")
    intended: dict[str, JsonValue]
    after: dict[str, JsonValue] | None = Field(description="State that was read after the change.")
    changes: list[ChangeOut]
    currency: str
    money_per_day: str = Field(description="Spend that it adds in a day, as a decimal; below 0: takes away.")
    money_per_month: str
    money: str = Field(description="Both in words.")
    pacing: dict[str, JsonValue] = Field(description="What pacing, plan and actions of the day say of the campaign.")
    conflicts: list[str] = Field(description="Proposals of which at most one can be applied with this one, by id.")
    reason: str
    evidence: list[dict[str, JsonValue]]
    agent_id: str | None
    source: ProposalSource
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None = Field(description="`settings` where the settings let it apply by itself.")
    decided_at: datetime | None
    applied_at: datetime | None
    verified_at: datetime | None = Field(description="When the object was read again and was as intended.")
    undone_at: datetime | None
    undone_by: str | None
    reversal_of: str | None = Field(description="Proposal that this one undoes.")
    can_be_undone: bool | None = Field(description="Null before it is applied.")
    cannot_be_undone_because: str | None
    execution_id: str | None


class ProposalPage(ApiModel):
    """Proposals, newest first."""

    items: list[ProposalOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Proposals on all pages.")


class SkippedAdvice(ApiModel):
    """Advice that became no proposal."""

    campaign_id: str
    campaign_name: str | None
    reason: str


class PlanOut(ApiModel):
    """What became of today's plan and pacing."""

    items: list[ProposalOut] = Field(description="One for each campaign; all wait for approval.")
    skipped: list[SkippedAdvice]


class ApprovalOutcome(ApiModel):
    """What became of one of several proposals."""

    id: str = Field(description="Id as it was given.")
    is_applied: bool = Field(description="Whether the platform has the change and it was read again.")
    refused: str | None = Field(description="Why nothing was decided: there is no such proposal, or it is closed.")
    proposal: ProposalOut | None = Field(description="The proposal after the decision; null where it was refused.")


class ApprovalsOut(ApiModel):
    """What became of each, in the order of the ids."""

    items: list[ApprovalOutcome]
    applied: int = Field(ge=0, description="How many were applied.")


@router.get(
    "",
    operation_id="list_proposals",
    summary="List proposals",
    response_model=ProposalPage,
    responses=responses(422, 503) | NOT_MODIFIED,
)
def list_proposals_page(request: Request, services: ServicesDep, query: Annotated[ProposalQuery, Query()]) -> Response:
    """Proposals, newest first. The ETag is that of the page: send it to get 304 until something on it has changed."""
    return tagged(request, list_proposals(services, query))


def list_proposals(services: Services, query: ProposalQuery) -> ProposalPage:
    """The page of proposals that the query wants."""
    found = services.proposals.list(
        statuses=query.status,
        platforms=query.platform,
        account_ids=query.account_id,
        campaign_ids=query.campaign_id,
        agent_ids=query.agent_id,
        source=query.source,
    )
    shown, following = query.page(_LISTING, found, lambda one: (_newest_first(one), one.id))
    conflicts = services.proposals.conflicts(shown)
    items = [ProposalOut(**proposal_document(one, conflicts[one.id])) for one in shown]
    return ProposalPage(items=items, next_cursor=following, total=len(found))


@router.post(
    "/from-plan",
    operation_id="propose_plan",
    summary="Propose today's budget plan and pacing",
    responses=responses(403, 409, 503),
)
def propose_plan(services: ServicesDep, actor: ActorDep) -> PlanOut:
    """Make a proposal for each campaign whose budget the plan or its pacing asks to change; none is applied yet."""
    _refuse_agents(services, actor)
    found = services.plan_proposals.propose(actor.name)
    return PlanOut.model_validate(from_plan_document(found, services.proposals.conflicts(found.proposals)))


@router.post(
    "/approve",
    operation_id="approve_proposals",
    summary="Approve and apply several proposals",
    responses=responses(403, 422, 503),
)
def approve_proposals(services: ServicesDep, actor: ActorDep, body: Approvals) -> ApprovalsOut:
    """Approve proposals and apply them at once, in this order; one that is refused does not stop the others."""
    _refuse_agents(services, actor)
    outcomes = decide_each(body.ids, lambda one: services.proposals.approve(one, actor.name, body.why))
    conflicts = services.proposals.conflicts([one.proposal for one in outcomes if one.proposal is not None])
    items = [
        ApprovalOutcome(
            id=one.id,
            is_applied=one.proposal is not None and one.proposal.status == "applied",
            refused=one.refused,
            proposal=None
            if one.proposal is None
            else ProposalOut(**proposal_document(one.proposal, conflicts[one.proposal.id])),
        )
        for one in outcomes
    ]
    return ApprovalsOut(items=items, applied=sum(one.is_applied for one in items))


@router.get(
    "/{proposal_id}", operation_id="get_proposal", summary="Read a proposal", responses=responses(404, 503)
)  # fmt: skip
def get_proposal(proposal_id: ProposalId, services: ServicesDep) -> ProposalOut:
    """One proposal."""
    return _out(services, services.proposals.get(proposal_id))


@router.post(
    "/{proposal_id}/approve",
    operation_id="approve_proposal",
    summary="Approve and apply a proposal",
    responses=responses(403, 404, 409, 422, 503),
)
def approve_proposal(
    proposal_id: ProposalId, services: ServicesDep, actor: ActorDep, body: Approval | None = None
) -> ProposalOut:
    """Approve a proposal and apply it at once; `status` and `statusReason` of the answer say what became of it.

    A second approval applies nothing again. Of an approved one that was not applied, it tries again; of an uncertain
    one, it looks up the outcome again.
    """
    _refuse_agents(services, actor)
    return _out(services, services.proposals.approve(proposal_id, actor.name, body.why if body else None))


@router.post(
    "/{proposal_id}/reject",
    operation_id="reject_proposal",
    summary="Reject a proposal",
    responses=responses(403, 404, 409, 422, 503),
)
def reject_proposal(proposal_id: ProposalId, services: ServicesDep, actor: ActorDep, body: Reason) -> ProposalOut:
    """Close a proposal that was not applied, or one whose outcome is uncertain and has been looked at."""
    _refuse_agents(services, actor)
    return _out(services, services.proposals.reject(proposal_id, actor.name, body.why))


@router.post(
    "/{proposal_id}/undo",
    operation_id="undo_proposal",
    summary="Undo an applied proposal",
    responses=responses(403, 404, 409, 422, 503),
)
def undo_proposal(proposal_id: ProposalId, services: ServicesDep, actor: ActorDep, body: Reason) -> ProposalOut:
    """Restore the state before the change; the answer is the proposal that does so, with `reversalOf`.

    Refused with the reason where that is not possible, or the object has changed since.
    """
    _refuse_agents(services, actor)
    return _out(services, services.proposals.undo(proposal_id, actor.name, body.why))


def _out(services: Services, proposal: Proposal) -> ProposalOut:
    return ProposalOut(**proposal_document(proposal, services.proposals.conflicts([proposal])[proposal.id]))


def _newest_first(proposal: Proposal) -> str:
    """A text that sorts by falling time."""
    return f"{10**17 - int(proposal.proposed_at.timestamp() * 1_000_000):018d}"


def _refuse_agents(services: Services, actor: Actor) -> None:
    """Agents propose; they do not decide, unless their permissions say so. Raises ApiError."""
    permissions = caller_of(actor, services.settings.permission_sets).permissions
    reason = None if permissions is None else permissions.allows("approve_proposal")
    if reason is not None:
        raise ApiError(403, "forbidden", reason)
