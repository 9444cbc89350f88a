"""Proposals of changes on the platforms: made by calls of tools, decided by people or settings, applied once, undone.

Methods block while they ask a platform: an event loop calls them in a thread.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.connectors.tools import RefusedInputError, ToolInput
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.proposals.caps import Limits
from adops_pipeline.domain.proposals.objects import differences, drift, object_document
from adops_pipeline.domain.proposals.stakes import stake_of
from adops_pipeline.domain.text import one_line
from adops_pipeline.operations import proposals
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.operations.proposals import Decision, NewProposal, Proposal, Source
from adops_pipeline.operations.store import Connection
from adops_pipeline.services.interruptible import run_interruptibly
from adops_pipeline.services.proposals.applying import Applier
from adops_pipeline.services.proposals.calls import AnyWriteTool

__all__ = ["AUTOMATIC", "Proposal", "ProposalService", "Request"]
AUTOMATIC = "settings"
"""Who approves what the settings let apply by itself."""
_LONGEST_REASON = 2000
_LONGEST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a tool that is to become a proposal."""

    tool: str
    arguments: Mapping[str, Any]
    by: str
    reason: str
    agent: str | None = None
    evidence: Sequence[Mapping[str, Any]] = ()
    source: Source = "call"
    caps: Limits | None = None
    """Caps of the agent, beside those of the settings."""
    execution_id: str | None = None


@dataclass(frozen=True)
class ProposalService:
    """The proposals of one installation; everything that asks or changes a platform is the applier's."""

    applier: Applier

    def propose(
        self,
        tool_name: str,
        arguments: Mapping[str, Any],
        *,
        by: str,
        agent: str | None = None,
        reason: str,
        evidence: Sequence[Mapping[str, Any]] = (),
        caps: Limits | None = None,
        execution_id: str | None = None,
    ) -> Proposal:
        """Propose a change; where the settings allow it and nothing conflicts with it, it is applied at once.

        The same call again returns the proposal that waits. Raises InvalidError for arguments that are wrong,
        RefusedError beyond a cap, where nothing would change, and where the platform cannot be asked.
        """
        return self.propose_call(
            Request(tool_name, arguments, by, reason, agent, evidence, caps=caps, execution_id=execution_id)
        )

    def propose_call(self, request: Request) -> Proposal:
        """As `propose`; what was made from a plan always waits for a decision."""
        self.applier.expire()
        tool = self.applier.calls.tool(request.tool)
        given = self.applier.calls.validated(tool, request.arguments)
        arguments = given.model_dump(mode="json", exclude_unset=True)
        with self._reading() as con:
            twin = proposals.find_twin(con, tool.name, arguments)
        if twin is not None:
            return twin
        before, intended = run_interruptibly(self._looked_at(tool, given))
        new = self._new(request, tool, arguments, before, intended)
        with self._writing() as con:
            proposal = self._stored(con, new, request.caps)
            is_automatic = tool.platform in self.applier.checks.policy.automatic and request.source == "call"
            applies = is_automatic and not self.applier.checks.conflicts(con, proposal)
            if applies:
                why = "the settings let changes of this platform apply by themselves"
                now = self.applier.clock()
                proposals.move(con, proposal.id, "approved", Decision(AUTOMATIC, now, why), start="proposed",
                               decided_by=AUTOMATIC, decided_at=now)  # fmt: skip
        return self.applier.apply(proposal.id) if applies else proposal

    def approve(self, proposal_id: str, by: str, why: str | None = None) -> Proposal:
        """Approve a proposal and apply it. Of one that was approved before and not applied: apply it.

        Of two who approve at once, one applies it and both get its state. Of an uncertain one the outcome is looked up
        again. Raises RefusedError for one that was closed.
        """
        self.applier.expire()
        with self._writing() as con:
            proposal = proposals.get(con, proposal_id)
            if proposal.status in ("rejected", "expired", "failed"):
                raise RefusedError(
                    f"proposal {proposal_id} is {proposal.status}"
                    f"{f' ({proposal.status_reason})' if proposal.status_reason else ''}: propose the change again"
                )
            now = self.applier.clock()
            proposals.move(con, proposal_id, "approved", Decision(by, now, why), start="proposed",
                           decided_by=by, decided_at=now)  # fmt: skip
        return self.applier.apply(proposal_id)

    def reject(self, proposal_id: str, by: str, why: str) -> Proposal:
        """Close a proposal that was not applied, or settle an uncertain one. Raises RefusedError for any other."""
        now = self.applier.clock()
        with self._writing() as con:
            proposal = proposals.get(con, proposal_id)
            moved = self.applier.close(con, proposal, "rejected", Decision(by, now, why))
            if not moved:
                way = "; undo it instead" if proposal.status == "applied" else ""
                raise RefusedError(f"proposal {proposal_id} is {proposal.status}: it cannot be rejected{way}")
            proposals.note(con, proposal_id, "rejected", decided_by=by, decided_at=now)
            return proposals.get(con, proposal_id)

    def apply(self, proposal_id: str) -> Proposal:
        """Apply an approved proposal; one that is applied already is returned as it is."""
        return self.applier.apply(proposal_id)

    def undo(self, proposal_id: str, by: str, why: str) -> Proposal:
        """Undo an applied change by a proposal of its own, which is returned; it needs no other approval.

        Caps do not hold up an undo, but that of an undo, which makes the change again. Raises RefusedError where it was
        not applied, cannot be undone, or the object has changed since.
        """
        with self._reading() as con:
            done = proposals.get(con, proposal_id)
            under_way = proposals.open_reversal(con, proposal_id)
        if under_way is not None:
            return self.applier.apply(under_way.id)
        request = self._reversal(done, by, why)
        tool = self.applier.calls.tool(request.tool)
        given = self.applier.calls.validated(tool, request.arguments)
        before, intended = run_interruptibly(self._looked_at(tool, given))
        self._unchanged_since(done, before)
        arguments = given.model_dump(mode="json", exclude_unset=True)
        new = self._new(request, tool, arguments, before, intended, done.id)
        decision = Decision(by, self.applier.clock(), why)
        with self._writing() as con:
            if done.reversal_of is not None:
                self._check_caps(con, new, None)
            if not proposals.move(con, done.id, "undoing", decision):
                raise RefusedError(f"proposal {done.id} is being undone by somebody else")
            undo = proposals.insert(con, new, "approved", decision)
        return self.applier.apply(undo.id)

    def recover(self) -> list[Proposal]:
        """After a crash: find out what became of changes under way, and close what has expired."""
        self.applier.expire()
        return self.applier.recover()

    def get(self, proposal_id: str) -> Proposal:
        """The proposal. Raises NotFoundError where there is none."""
        self.applier.expire()
        with self._reading() as con:
            return proposals.get(con, proposal_id)

    def conflicts(self, wanted: Sequence[Proposal]) -> dict[str, list[str]]:
        """Ids of the proposals that exclude each of these, by id; those that wait, and those applied since."""
        is_open = ("proposed", "approved", "applying", "uncertain")
        with self._reading() as con:
            return {
                one.id: self.applier.checks.conflicts(con, one) if one.status in is_open else [] for one in wanted
            }  # fmt: skip

    def list(
        self,
        *,
        statuses: Sequence[str] = (),
        platforms: Sequence[str] = (),
        account_ids: Sequence[str] = (),
        campaign_ids: Sequence[str] = (),
        agent_ids: Sequence[str] = (),
        source: Source | None = None,
        since: datetime | None = None,
        limit: int = _LONGEST_LISTED,
    ) -> Sequence[Proposal]:
        """Proposals that meet every condition given, newest first."""
        self.applier.expire()
        with self._reading() as con:
            found = proposals.newest(
                con, limit, statuses=statuses, platforms=platforms, account_ids=account_ids, campaign_ids=campaign_ids,
                agent_ids=agent_ids, since=since,
            )  # fmt: skip
        return [one for one in found if source in (None, one.source)]

    async def _looked_at(self, tool: AnyWriteTool, given: ToolInput) -> tuple[AdObject | None, AdObject]:
        """The object now, and as the call would leave it."""
        try:
            async with self.applier.calls.client(tool.platform) as client:
                before = await tool.before(client, given)
                return before, await tool.intended(client, given, before)
        except RefusedInputError as error:
            raise InvalidError("arguments", one_line(error)) from None
        except ConnectorError as error:
            raise RefusedError(
                f"nothing was proposed, because the platform did not answer as needed: {error}"
            ) from None

    def _new(
        self, request: Request, tool: AnyWriteTool, arguments: Mapping[str, Any], before: AdObject | None,
        intended: AdObject, reversal_of: str | None = None,
    ) -> NewProposal:  # fmt: skip
        if before is not None and not differences(before, intended):
            raise RefusedError(
                f"nothing to change: {before.kind} {before.object_id} is already as {tool.name} would set it"
            )
        now = self.applier.clock()
        known, checks = before or intended, self.applier.checks
        campaign = known.campaign_id or (known.object_id if known.kind == "campaign" else None)
        advice = {} if campaign is None else checks.outlook.advice(tool.platform, campaign)
        within = _budgets_within(advice) if known.kind == "campaign" else None
        stake = stake_of(before, intended, now.date(), within)
        return NewProposal(
            tool=tool.name, platform=tool.platform.value, account_id=known.account_id,
            campaign_id=None if campaign is None else f"{tool.platform.value}:{campaign}",
            object_kind=known.kind, object_id=None if before is None else before.object_id, arguments=arguments,
            before=None if before is None else object_document(before), intended=object_document(intended),
            currency=stake.currency, money_per_day=stake.per_day, money_per_month=stake.per_month,
            pacing=advice,
            reason=request.reason[:_LONGEST_REASON], evidence=list(request.evidence), proposed_by=request.by,
            proposed_at=now, expires_at=now + checks.policy.expires_after, source=request.source,
            agent_id=request.agent, reversal_of=reversal_of, execution_id=request.execution_id,
        )  # fmt: skip

    def _stored(self, con: Connection, new: NewProposal, caps: Limits | None) -> Proposal:
        """Store a new proposal unless the same one has appeared meanwhile."""
        twin = proposals.find_twin(con, new.tool, new.arguments)
        if twin is not None:
            return twin
        self._check_caps(con, new, caps)
        return proposals.insert(con, new)

    def _check_caps(self, con: Connection, new: NewProposal, caps: Limits | None) -> None:
        beyond = self.applier.checks.beyond_caps(con, new, self.applier.clock(), caps, is_decided=False)
        if beyond:
            raise RefusedError(
                f"the change is beyond a cap: {'; '.join(beyond)}. Propose less, wait for tomorrow (UTC), or have the "
                "caps changed in [proposals] of adops.toml"
            )

    def _reversal(self, done: Proposal, by: str, why: str) -> Request:
        """The call that undoes a change. Raises RefusedError with the reason where there is none."""
        if done.status != "applied":
            hint = "; reject it instead" if done.status in ("proposed", "approved") else ""
            raise RefusedError(f"proposal {done.id} is {done.status}, so there is nothing to undo{hint}")
        reversal = done.reversal or {"reason": "nothing was recorded that would undo it"}
        if "tool" not in reversal:
            raise RefusedError(f"proposal {done.id} cannot be undone: {reversal['reason']}")
        return Request(reversal["tool"], reversal["arguments"], by, why, done.agent_id, source=done.source)

    def _unchanged_since(self, done: Proposal, now: AdObject | None) -> None:
        """Raises RefusedError where the object is not as the change left it."""
        if now is None or done.state_after is None:
            return
        changed = drift(done.state_after, now, only_shared=True)
        if changed:
            raise RefusedError(
                f"proposal {done.id} was not undone: the object has changed since it was applied "
                f"({'; '.join(map(str, changed))}). Propose the change that you want"
            )

    def _reading(self) -> AbstractContextManager[Connection]:
        return self.applier.store().reading()

    def _writing(self) -> AbstractContextManager[Connection]:
        return self.applier.store().writing()


def _budgets_within(advice: Mapping[str, Any]) -> Decimal | None:
    """Sum of the daily budgets of a campaign's ad groups, as published."""
    known = advice.get("pacing", {}).get("daily_budget")
    return None if known is None else Decimal(known)
