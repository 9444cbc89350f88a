"""Tools that change: those of the platforms make proposals; others list, show, approve, reject and undo them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, Field, JsonValue, create_model

from adops_pipeline.connectors.tools import Tool, WriteTool
from adops_pipeline.domain.proposals.status import Status
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.services.proposals.service import ProposalService
from adops_pipeline.services.tools.definitions import Call, Caller, Document, ToolDefinition
from adops_pipeline.services.tools.errors import ToolError
from adops_pipeline.services.tools.platform import title_of
from adops_pipeline.services.tools.schemas import Arguments, Paged, object_schema

Proposals = Callable[[], ProposalService]
"""Made at the first use, because the published data and the platforms are opened for it."""
_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXT_OR_NULL: Mapping[str, Any] = {"type": ["string", "null"]}
_REASON = Field(min_length=3, max_length=2000, description="Why, in a sentence or two; kept with the proposal.")
_APPROVE = "Approve a proposed change and apply it on the platform at once."
_UNDO = (
    "Restore what was before an applied change; answers with the proposal that does so. Refused where the object has "
    "changed since, or the change cannot be undone."
)
_SCHEMA = object_schema(
    {
        "id": _TEXT,
        "title": {**_TEXT, "description": "What it does, in a line."},
        "status": {"enum": list(get_args(Status))},
        "statusReason": _TEXT_OR_NULL,
        "tool": _TEXT,
        "platform": _TEXT,
        "accountId": _TEXT,
        "campaignId": {**_TEXT_OR_NULL, "description": "`platform:campaign_id`; null where it creates one."},
        "objectKind": _TEXT,
        "objectId": _TEXT_OR_NULL,
        "changes": {"type": "array", "items": _TEXT, "description": "What it sets: field, value before, value after."},
        "currency": _TEXT,
        "moneyPerDay": {**_TEXT, "description": "Money at stake per day, in `currency`; negative for a cut."},
        "moneyPerMonth": _TEXT,
        "pacing": {"type": "object", "description": "What pacing and the budget plan say of the campaign."},
        "reason": _TEXT,
        "agent": _TEXT_OR_NULL,
        "proposedBy": _TEXT,
        "proposedAt": _TEXT,
        "expiresAt": _TEXT,
        "decidedBy": _TEXT_OR_NULL,
        "appliedAt": _TEXT_OR_NULL,
        "verifiedAt": {**_TEXT_OR_NULL, "description": "When the platform was seen to have the change."},
        "undoneAt": _TEXT_OR_NULL,
        "reversalOf": {**_TEXT_OR_NULL, "description": "The proposal that this one undoes."},
        "cannotBeUndone": {**_TEXT_OR_NULL, "description": "Why an applied change cannot be undone."},
    }
)


class ProposalArguments(Arguments):
    """Which proposal."""

    proposal_id: str = Field(max_length=100, description="Id of the proposal.")


class Decision(ProposalArguments):
    """Which proposal, and why."""

    reason: str = _REASON


class ProposalsArguments(Paged):
    """Which proposals."""

    status: list[Status] = Field([], max_length=10, description="Only proposals with these statuses.")
    platform: list[Platform] = Field([], max_length=10, description="Only proposals for these platforms.")
    account_id: list[str] = Field([], max_length=200, description="Only proposals for these accounts.")
    campaign_id: list[str] = Field([], max_length=200, description="Only these campaigns, as `platform:campaign_id`.")


def writing_tools(tools: Iterable[Tool[Any, Any]], proposals: Proposals) -> Iterator[ToolDefinition]:
    """The tools of the platforms that change something."""
    for tool in tools:
        if isinstance(tool, WriteTool):
            yield ToolDefinition(
                name=tool.name,
                title=title_of(tool),
                description=f"{tool.description} Makes a proposal: nothing changes on the platform until it is "
                "approved, unless the settings let such changes apply by themselves (`status` of the answer says so).",
                group="platform",
                input_model=_with_reason(tool.input_model),
                output_schema=_SCHEMA,
                run=_proposer(tool.name, proposals),
                effect="destructive",
                role="operator",
                platform=tool.platform,
                scope=tool.scope,
                records_itself=True,
            )


def proposal_tools(proposals: Proposals) -> Iterator[ToolDefinition]:
    """The tools of proposals."""

    async def list_proposals(call: Call) -> Document:
        given = call.given
        assert isinstance(given, ProposalsArguments)
        found = await asyncio.to_thread(
            lambda: proposals().list(
                statuses=given.status,
                platforms=given.platform,
                account_ids=given.account_id,
                campaign_ids=given.campaign_id,
            )
        )
        return {"proposals": [proposal_document(one) for one in found if _refusal("", one, call.caller) is None]}

    async def get_proposal(call: Call) -> Document:
        return proposal_document(await _known(call, proposals, "get_proposal"))

    async def approve_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        proposal = await _known(call, proposals, "approve_proposal")
        if by.agent is not None and proposal.agent_id == by.agent:
            raise ToolError("not-permitted", f"agent {by.agent} proposed this itself; somebody else has to approve it")
        return await _decided(lambda: proposals().approve(given.proposal_id, by.name, given.reason))

    async def reject_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        await _known(call, proposals, "reject_proposal")
        return await _decided(lambda: proposals().reject(given.proposal_id, by.name, given.reason))

    async def undo_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        await _known(call, proposals, "undo_proposal")
        return await _decided(lambda: proposals().undo(given.proposal_id, by.name, given.reason))

    page = object_schema({"proposals": {"type": "array", "items": _SCHEMA}}, is_page=True)
    yield ToolDefinition(
        "list_proposals", "Proposals", "Proposed changes of the platforms, newest first: what each changes, the money "
        "at stake, its status and who decided.", "proposals", ProposalsArguments, page, list_proposals,
        rows="proposals",
    )  # fmt: skip
    yield ToolDefinition(
        "get_proposal", "Proposal", "One proposed change.", "proposals", ProposalArguments, _SCHEMA, get_proposal
    )
    for name, title, text, run in (
        ("approve_proposal", "Approve a proposal", _APPROVE, approve_proposal),
        ("reject_proposal", "Reject a proposal", "Close a proposed change that was not applied.", reject_proposal),
        ("undo_proposal", "Undo a change", _UNDO, undo_proposal),
    ):
        yield ToolDefinition(
            name, title, text, "proposals", Decision, _SCHEMA, run,
            effect="write" if run is reject_proposal else "destructive", is_idempotent=True, role="operator",
            records_itself=True,
        )  # fmt: skip


def proposal_document(proposal: Proposal) -> Document:
    """A proposal as tools show it."""
    reversal = proposal.reversal or {}
    return {
        "id": proposal.id, "title": proposal.title, "status": proposal.status,
        "statusReason": proposal.status_reason, "tool": proposal.tool, "platform": proposal.platform,
        "accountId": proposal.account_id, "campaignId": proposal.campaign_id, "objectKind": proposal.object_kind,
        "objectId": proposal.object_id, "changes": [str(change) for change in proposal.changes],
        "currency": proposal.currency, "moneyPerDay": proposal.money_per_day,
        "moneyPerMonth": proposal.money_per_month, "pacing": proposal.pacing, "reason": proposal.reason,
        "agent": proposal.agent_id, "proposedBy": proposal.proposed_by, "proposedAt": proposal.proposed_at,
        "expiresAt": proposal.expires_at, "decidedBy": proposal.decided_by, "appliedAt": proposal.applied_at,
        "verifiedAt": proposal.verified_at, "undoneAt": proposal.undone_at, "reversalOf": proposal.reversal_of,
        "cannotBeUndone": reversal.get("reason"),
    }  # fmt: skip


def _with_reason(model: type[BaseModel]) -> type[BaseModel]:
    """The arguments of a change with why it is proposed."""
    evidence: tuple[Any, Any] = (
        list[dict[str, JsonValue]],
        Field([], max_length=50, description="Rows, memories and learnings that it rests on, as objects."),
    )
    return create_model(f"{model.__name__}Proposal", __base__=model, reason=(str, _REASON), evidence=evidence)


def _proposer(name: str, proposals: Proposals) -> Callable[[Call], Awaitable[Document]]:
    async def propose(call: Call) -> Document:
        given: Any = call.given
        caller = call.caller
        arguments = given.model_dump(mode="json", exclude_unset=True, exclude={"reason", "evidence"})
        evidence: Sequence[Mapping[str, Any]] = given.evidence
        caps = None if caller.permissions is None else caller.permissions.caps
        return await _decided(
            lambda: proposals().propose(
                name, arguments, by=caller.name, agent=caller.agent, reason=given.reason, evidence=evidence, caps=caps
            )
        )

    return propose


async def _decided(act: Callable[[], Proposal]) -> Document:
    return proposal_document(await asyncio.to_thread(act))


async def _known(call: Call, proposals: Proposals, tool: str) -> Proposal:
    """The proposal, if the caller may use it. Raises ToolError and NotFoundError."""
    assert isinstance(call.given, ProposalArguments)
    wanted = call.given.proposal_id
    proposal = await asyncio.to_thread(lambda: proposals().get(wanted))
    refusal = _refusal(tool, proposal, call.caller)
    if refusal is not None:
        raise ToolError("not-permitted", refusal)
    return proposal


def _refusal(tool: str, proposal: Proposal, caller: Caller) -> str | None:
    """Why the caller may not see or decide the proposal; None where it may."""
    if caller.permissions is None:
        return None
    name = tool or "list_proposals"
    return caller.permissions.allows(name, Platform(proposal.platform), proposal.account_id)
