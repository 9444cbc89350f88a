"""Applies an approved proposal once: checks, writes down the intent, sends one request, reads back, records.

Whatever happens in between, `settle` finds out from the platform what became of the request.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.connectors.errors import AuthError, ConnectorError, ContractError, PermanentError, ThrottledError
from adops_pipeline.connectors.tools import RefusedInputError, Reversal, ToolInput
from adops_pipeline.domain.proposals.objects import drift, object_document
from adops_pipeline.domain.proposals.status import Status
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import proposals
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.proposals import Decision, Proposal
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.interruptible import run_interruptibly
from adops_pipeline.services.proposals.calls import AnyWriteTool, PlatformCalls
from adops_pipeline.services.proposals.checks import Checks
from adops_pipeline.services.proposals.outcome import Outcome, find_outcome, look_alikes
from adops_pipeline.services.proposals.turn import turn

_RECOVERY = "recovery"
"""Who records what a crash has left open."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A proposal with what carries it out."""

    proposal: Proposal
    tool: AnyWriteTool
    given: ToolInput
    client: Any


@dataclass(frozen=True)
class Applier:
    """Applies proposals of one installation; ``turns`` is the folder of their locks."""

    store: Callable[[], Store]
    clock: Clock
    calls: PlatformCalls
    checks: Checks
    turns: Path

    def apply(self, proposal_id: str) -> Proposal:
        """Apply an approved proposal, or find out what became of one that was sent. Its state afterwards.

        A proposal that is applied already, or that somebody else is applying at this moment, is returned as it is.
        """
        with turn(self.turns, proposal_id) as is_ours:
            proposal = self._get(proposal_id)
            if not is_ours:
                return proposal
            if proposal.status == "approved":
                return self._carried_out(proposal)
            if proposal.status in ("applying", "uncertain"):
                return self._looked_up(proposal)
            return proposal

    def recover(self) -> list[Proposal]:
        """Find out what became of changes that a crash interrupted; those whose status changed."""
        with self.store().reading() as con:
            left = proposals.with_status(con, "applying")
        found = []
        for one in left:
            with turn(self.turns, one.id) as is_ours:
                proposal = self._get(one.id)
                if not is_ours or proposal.status != "applying":
                    continue
                proposal = self._looked_up(proposal)
                found += [proposal] if proposal.status != "applying" else []
        return found

    def _carried_out(self, proposal: Proposal) -> Proposal:
        try:
            return run_interruptibly(self._carry_out(proposal))
        except InvalidError as error:  # a tool that another version of the product had
            with self.store().writing() as con:
                self.close(con, proposal, "failed", Decision(self._who(proposal), self.clock(), one_line(error)))
            return self._get(proposal.id)

    def _looked_up(self, proposal: Proposal) -> Proposal:
        try:
            return run_interruptibly(self._settle_alone(proposal))
        except InvalidError as error:
            return self._note(proposal, f"what became of it cannot be found out: {one_line(error)}")

    def expire(self) -> None:
        """Close waiting proposals whose time is over."""
        with self.store().reading() as con:
            is_any = bool(proposals.due(con, self.clock()))
        if is_any:
            with self.store().writing() as con:
                for one in proposals.due(con, self.clock()):
                    self.close(con, one, "expired", Decision("settings", self.clock(), "nobody applied it in time"))

    async def _carry_out(self, proposal: Proposal) -> Proposal:
        tool = self.calls.tool(proposal.tool)
        given = self.calls.validated(tool, proposal.arguments)
        async with self.calls.client(Platform(proposal.platform)) as client:
            request = _Request(proposal, tool, given, client)
            known = await self._prepared(request)
            if known is None or not self._begin(proposal, known):
                return self._get(proposal.id)
            return await self._send(request)

    async def _prepared(self, request: _Request) -> list[str] | None:
        """Ids of objects that look like the one to be created; None where nothing is to be sent, which is recorded."""
        try:
            earlier = await self._earlier_attempt(request)
            if earlier is not None:
                self._found_applied(request, earlier)
                return None
            known = await self._checked(request)
        except (RefusedInputError, ConnectorError) as error:
            if isinstance(error, ConnectorError) and not _is_final(error):
                self._note(request.proposal, f"not applied yet: {one_line(error)}; approve it again")
            else:
                self._settle(request, Outcome("failed", one_line(error)))
            return None
        if isinstance(known, Outcome):
            self._settle(request, known)
            return None
        return known

    async def _earlier_attempt(self, request: _Request) -> Outcome | None:
        """What an earlier request has led to meanwhile: the platform may have answered late."""
        if request.proposal.sent_at is None:
            return None
        outcome = await self._find_out(request)
        is_unclear = outcome.status == "uncertain" and request.proposal.before is None
        return outcome if is_unclear or outcome.status == "applied" else None

    def _found_applied(self, request: _Request, outcome: Outcome) -> None:
        with self.store().writing() as con:
            moved = proposals.move(con, request.proposal.id, "applying", self._decision(request.proposal))
            if moved:
                self._record(con, request, outcome)

    async def _checked(self, request: _Request) -> list[str] | Outcome:
        """Ids of objects that look like the one to be created; an Outcome where the change must not be made."""
        proposal, tool = request.proposal, request.tool
        await tool.validate(request.client, request.given)
        now = await tool.before(request.client, request.given)
        before = proposal.state_before
        if before is None:
            found = await look_alikes(tool, request.client, request.given, self.clock())
            return [one.object_id for one in found if one.object_id is not None]
        if now is None:
            return Outcome("failed", "conflict: the object no longer exists")
        changed = drift(before, now)
        if changed:
            shown = "; ".join(map(str, changed))
            return Outcome(
                "failed", f"conflict: the object has changed since it was proposed ({shown}); propose it again"
            )
        return []

    def _begin(self, proposal: Proposal, known: list[str]) -> bool:
        """Write down the intent; False where something stands against it now, which is noted."""
        now = self.clock()
        with self.store().writing() as con:
            other = self.checks.excluded_by(con, proposal)
            if other is not None:
                why = f"conflict: proposal {other.id} was applied since ({other.title})"
                self.close(con, proposal, "failed", Decision(self._who(proposal), now, why))
                return False
            other = self.checks.under_way(con, proposal)
            if other is not None:
                why = f"proposal {other.id} changes the same campaign and its outcome is not known yet"
                proposals.note(con, proposal.id, "approved", status_reason=f"{why}; settle that one first")
                return False
            is_undo = proposal.reversal_of is not None
            beyond = [] if is_undo else self.checks.beyond_caps(con, proposal, now, is_decided=True)
            if beyond:
                proposals.note(con, proposal.id, "approved", status_reason=f"caps: {'; '.join(beyond)}")
                return False
            return proposals.move(
                con, proposal.id, "applying", self._decision(proposal),
                sent_at=now, known_objects=known, acknowledged_at=None,
            )  # fmt: skip

    async def _send(self, request: _Request) -> Proposal:
        """The one request that changes something."""
        proposal = self._get(request.proposal.id)
        request = _Request(proposal, request.tool, request.given, request.client)
        try:
            object_id = await request.tool.apply(request.client, request.given)
        except (ThrottledError, AuthError) as error:
            return self._settle(request, Outcome("approved", f"{one_line(error)}; approve it again to retry"))
        except RefusedInputError as error:
            return self._settle(request, Outcome("failed", one_line(error)))
        except ConnectorError as error:
            if _is_final(error) and not isinstance(error, ContractError):
                return self._settle(request, Outcome("failed", one_line(error)))
            return await self._ask_and_settle(request, one_line(error))
        with self.store().writing() as con:
            proposals.note(con, proposal.id, "applying", object_id=object_id, acknowledged_at=self.clock())
        confirmed = _Request(self._get(proposal.id), request.tool, request.given, request.client)
        return await self._ask_and_settle(confirmed, None)

    async def _settle_alone(self, proposal: Proposal) -> Proposal:
        tool = self.calls.tool(proposal.tool)
        given = self.calls.validated(tool, proposal.arguments)
        async with self.calls.client(Platform(proposal.platform)) as client:
            why = None if proposal.acknowledged_at else "the process that applied it ended before it had an answer"
            return await self._ask_and_settle(_Request(proposal, tool, given, client), why)

    async def _ask_and_settle(self, request: _Request, trouble: str | None) -> Proposal:
        """Find out what became of the request and record it. Where the platform cannot be asked, it stays open."""
        proposal = request.proposal
        try:
            outcome = await self._find_out(request)
        except (ConnectorError, RefusedInputError) as error:
            said = f"{trouble}; " if trouble else ""
            why = f"{said}what became of it could not be found out yet: {one_line(error)}"
            return self._note(proposal, why)
        reason = "; ".join(part for part in (trouble, outcome.reason) if part) or None
        return self._settle(request, Outcome(outcome.status, reason, outcome.after, outcome.is_verified))

    async def _find_out(self, request: _Request) -> Outcome:
        with self.store().reading() as con:
            claimed = proposals.created_objects(con, request.proposal.platform)
        return await find_outcome(request.tool, request.client, request.given, request.proposal, claimed)

    def _settle(self, request: _Request, outcome: Outcome) -> Proposal:
        with self.store().writing() as con:
            self._record(con, request, outcome)
        return self._get(request.proposal.id)

    def _record(self, con: Connection, request: _Request, outcome: Outcome) -> None:
        """Write down the outcome, and what it means for the proposal that this one undoes."""
        proposal = request.proposal
        if outcome.status != "applied" or outcome.after is None:
            if outcome.status != proposal.status:
                decision = Decision(self._who(proposal), self.clock(), outcome.reason)
                self.close(con, proposal, outcome.status, decision)
            return
        after, now = outcome.after, self.clock()
        moved = proposals.move(
            con, proposal.id, "applied", Decision(self._who(proposal), now, outcome.reason),
            after=object_document(after), object_id=after.object_id, applied_at=now,
            verified_at=now if outcome.is_verified else None,
            reversal=_reversal(request.tool.reverse(request.given, proposal.state_before, after)),
        )  # fmt: skip
        if moved and proposal.reversal_of is not None:
            undone = Decision(self._who(proposal), now, proposal.reason)
            proposals.move(con, proposal.reversal_of, "undone", undone, undone_at=now, undone_by=self._who(proposal))

    def close(self, con: Connection, proposal: Proposal, status: Status, decision: Decision) -> bool:
        """Move on where the platform was not changed, or nobody knows; whether this call did it.

        An undo that does not happen leaves what it would have undone applied.
        """
        event = "not-applied" if status == "approved" else None
        moved = proposals.move(con, proposal.id, status, decision, event=event)
        if moved and proposal.reversal_of is not None and status in ("failed", "expired", "rejected"):
            back = replace(decision, why=f"its undo {proposal.id} is {status}: {decision.why or 'no reason given'}")
            proposals.move(con, proposal.reversal_of, "applied", back, start="undoing", event="not-undone")
        return moved

    def _note(self, proposal: Proposal, reason: str) -> Proposal:
        with self.store().writing() as con:
            proposals.note(con, proposal.id, proposal.status, status_reason=reason)
        return self._get(proposal.id)

    def _decision(self, proposal: Proposal) -> Decision:
        return Decision(self._who(proposal), self.clock())

    def _who(self, proposal: Proposal) -> str:
        return proposal.decided_by or _RECOVERY

    def _get(self, proposal_id: str) -> Proposal:
        with self.store().reading() as con:
            return proposals.get(con, proposal_id)


def _is_final(error: ConnectorError) -> bool:
    """Whether the same call would fail again; credentials can be renewed."""
    return isinstance(error, PermanentError) and not isinstance(error, AuthError)


def _reversal(found: Reversal | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"reason": found}
    return {"tool": found.tool, "arguments": dict(found.arguments)}
