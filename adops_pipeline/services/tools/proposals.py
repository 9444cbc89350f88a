"""Tools that change: those of the platforms make proposals; others list, show, approve, reject and undo them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, Field, JsonValue, create_model
from pydantic.alias_generators import to_camel

from adops_pipeline.connectors.tools import Tool, WriteTool
from adops_pipeline.domain.proposals.status import Status
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.services.documents.proposals import proposal_document
from adops_pipeline.services.proposals.from_plan import PlanProposals
from adops_pipeline.services.proposals.service import ProposalService
from adops_pipeline.services.tools.definitions import Call, Caller, Document, ToolDefinition
from adops_pipeline.services.tools.errors import ToolError
from adops_pipeline.services.tools.platform import title_of
from adops_pipeline.services.tools.schemas import Arguments, Paged, object_schema

Proposals = Callable[[], ProposalService]
"""Made at the first use, because the published data and the platforms are opened for it."""
_NEWEST = 1000
_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXT_OR_NULL: Mapping[str, Any] = {"type": ["string", "null"]}
_REASON = Field(min_length=3, max_length=2000, description="Why, in a sentence or two; kept with the proposal.")
_LIST = (
    "Proposed changes of the platforms, newest first, at most a thousand: what each changes, the money at stake, its "
    "status and who decided."
)
_PLAN = (
    "Make a proposal for each campaign whose daily budget the newest budget plan or its pacing asks to change. None is "
    "applied by itself; a second call on one day answers with the same proposals."
)
_APPROVE = "Approve a proposed change and apply it on the platform at once."
_UNDO = (
    "Restore what was before an applied change; answers with the proposal that does so. Refused where the object has "
    "changed since, or the change cannot be undone."
)
_DESCRIBED: Mapping[str, Mapping[str, Any]] = {
    "id": _TEXT,
    "title": {**_TEXT, "description": "What it does, in a line."},
    "status": {"enum": list(get_args(Status))},
    "status_reason": _TEXT_OR_NULL,
    "tool": _TEXT,
    "platform": _TEXT,
    "account_id": _TEXT,
    "campaign_id": {**_TEXT_OR_NULL, "description": "`platform:campaign_id`; null where it creates one."},
    "object_kind": _TEXT,
    "object_id": _TEXT_OR_NULL,
    "changes": {"type": "array", "items": {"type": "object"}, "description": "Each field with its values."},
    "currency": _TEXT,
    "money_per_day": {**_TEXT, "description": "Money at stake per day, in `currency`; negative for a cut."},
    "money_per_month": _TEXT,
    "pacing": {"type": "object", "description": "What pacing and the budget plan say of the campaign."},
    "reason": _TEXT,
    "evidence": {"type": "array", "items": {"type": "object"}},
    "conflicts": {"type": "array", "items": _TEXT, "description": "Ids of proposals that exclude this one."},
    "agent_id": _TEXT_OR_NULL,
    "proposed_by": _TEXT,
    "proposed_at": _TEXT,
    "expires_at": _TEXT,
    "decided_by": _TEXT_OR_NULL,
    "applied_at": _TEXT_OR_NULL,
    "verified_at": {**_TEXT_OR_NULL, "description": "When the platform was seen to have the change."},
    "undone_at": _TEXT_OR_NULL,
    "reversal_of": {**_TEXT_OR_NULL, "description": "The proposal that this one undoes."},
    "can_be_undone": {"type": ["boolean", "null"], "description": "Null before it was applied."},
    "cannot_be_undone_because": _TEXT_OR_NULL,
}
"""What tools show of a proposal's document: not the states, which its changes sum up."""
_SCHEMA = object_schema({to_camel(name): schema for name, schema in _DESCRIBED.items()})


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

        def read() -> list[Document]:
            found = proposals().list(
                statuses=given.status,
                platforms=given.platform,
                account_ids=given.account_id,
                campaign_ids=given.campaign_id,
                limit=_NEWEST,
            )
            return _shown(proposals(), [one for one in found if _refusal("list_proposals", one, call.caller) is None])

        return {"proposals": await asyncio.to_thread(read)}

    async def get_proposal(call: Call) -> Document:
        known = await _known(call, proposals, "get_proposal")
        return await _decided(proposals, lambda: known)

    async def approve_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        proposal = await _known(call, proposals, "approve_proposal")
        if by.agent is not None and proposal.agent_id == by.agent:
            raise ToolError("not-permitted", f"agent {by.agent} proposed this itself; somebody else has to approve it")
        return await _decided(proposals, lambda: proposals().approve(given.proposal_id, by.name, given.reason))

    async def reject_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        await _known(call, proposals, "reject_proposal")
        return await _decided(proposals, lambda: proposals().reject(given.proposal_id, by.name, given.reason))

    async def undo_proposal(call: Call) -> Document:
        given, by = call.given, call.caller
        assert isinstance(given, Decision)
        await _known(call, proposals, "undo_proposal")
        return await _decided(proposals, lambda: proposals().undo(given.proposal_id, by.name, given.reason))

    page = object_schema({"proposals": {"type": "array", "items": _SCHEMA}}, is_page=True)
    yield ToolDefinition(
        "list_proposals", "Proposals", _LIST, "proposals", ProposalsArguments, page, list_proposals,
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


def plan_tool(proposals: Proposals, plan: Callable[[], PlanProposals]) -> ToolDefinition:
    """The tool that makes proposals of the budget plan and the advice of pacing."""

    async def propose_budget_plan(call: Call) -> Document:
        if call.caller.agent is not None:
            raise ToolError(
                "not-permitted", "the plan concerns every account: a person has to propose it, not an agent"
            )

        def make() -> Document:
            found = plan().propose(call.caller.name)
            skipped = [{"campaignId": one.campaign_id, "reason": one.reason} for one in found.skipped]
            return {"proposals": _shown(proposals(), found.proposals), "skipped": skipped}

        return await asyncio.to_thread(make)

    parts = {
        "proposals": {"type": "array", "items": _SCHEMA},
        "skipped": {"type": "array", "items": {"type": "object"}, "description": "Advice that became no proposal."},
    }
    return ToolDefinition(
        "propose_budget_plan", "Propose the budget plan", _PLAN, "proposals", Paged, object_schema(parts, is_page=True),
        propose_budget_plan, effect="write", is_idempotent=True, role="operator", rows="proposals", records_itself=True,
    )  # fmt: skip


def _shown(service: ProposalService, found: Sequence[Proposal]) -> list[Document]:
    """Proposals as tools show them."""
    conflicts = service.conflicts(found)
    documents = (proposal_document(one, conflicts.get(one.id, ())) for one in found)
    return [{to_camel(name): document[name] for name in _DESCRIBED} for document in documents]


@cache
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
            proposals,
            lambda: proposals().propose(
                name, arguments, by=caller.name, agent=caller.agent, reason=given.reason, evidence=evidence, caps=caps
            ),
        )

    return propose


async def _decided(proposals: Proposals, act: Callable[[], Proposal]) -> Document:
    """The proposal that ``act`` returns, as tools show it."""
    return await asyncio.to_thread(lambda: _shown(proposals(), [act()])[0])


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
    return caller.permissions.allows(tool, Platform(proposal.platform), proposal.account_id)
