"""Finds out what the platform made of a change: applied, not applied, or unknown with what a person must look at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from adops_pipeline.connectors.tools import ToolInput
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.proposals.objects import as_intended, drift
from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.services.proposals.calls import AnyWriteTool

CLOCKS_APART = timedelta(minutes=2)
"""How far the platform's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status`` is that of the proposal from now on: `approved` means that the change was not applied."""

    status: Literal["applied", "approved", "uncertain", "failed"]
    reason: str | None = None
    after: AdObject | None = None
    is_verified: bool = True


async def look_alikes(
    tool: AnyWriteTool, client: Any, given: ToolInput, at: datetime  # noqa: ANN401 - of any platform
) -> Sequence[AdObject]:  # fmt: skip
    """Objects that look as if the call had created them at or after ``at``."""
    return await tool.find(client, given, at - CLOCKS_APART)


async def find_outcome(
    tool: AnyWriteTool, client: Any, given: ToolInput, proposal: Proposal, claimed: Collection[str]  # noqa: ANN401
) -> Outcome:  # fmt: skip
    """What became of a request that was sent.

    ``claimed`` are objects that other proposals have created. Raises ConnectorError where the platform cannot be asked.
    """
    if proposal.before is None:
        return await _of_new(tool, client, given, proposal, claimed)
    account, object_id = proposal.account_id, proposal.object_id or ""
    after = await tool.read_back(client, account, object_id)
    before, intended = proposal.state_before, proposal.state_intended
    if after is None and intended.status is CampaignStatus.REMOVED:
        return Outcome("applied", None, intended)
    if after is None or before is None:
        return Outcome("uncertain", f"the platform no longer has {proposal.object_kind} {object_id}; look at it there")
    left = as_intended(after, before, intended)
    if not left:
        return Outcome("applied", None, after)
    if proposal.acknowledged_at is None and not drift(before, after, only_shared=True):
        return Outcome("approved", "the platform shows the object as it was: the change was not applied", after)
    shown = "; ".join(map(str, left))
    return Outcome(
        "uncertain",
        f"the object is neither as it was nor as intended ({shown}, shown → intended): look at {proposal.object_kind} "
        f"{object_id} on {proposal.platform}, then reject this proposal and propose what is still needed",
        after,
    )


async def _of_new(
    tool: AnyWriteTool, client: Any, given: ToolInput, proposal: Proposal, claimed: Collection[str]  # noqa: ANN401
) -> Outcome:  # fmt: skip
    kind, is_known = proposal.object_kind.replace("_", " "), proposal.acknowledged_at is not None
    if is_known:
        after = await tool.read_back(client, proposal.account_id, proposal.object_id or "")
        if after is None:
            where = f"{proposal.platform} confirmed the creation of {kind} {proposal.object_id} and does not show it"
            return Outcome("uncertain", f"{where}: look for it there, then reject this proposal or check it again")
    else:
        sent_at = proposal.sent_at or proposal.proposed_at
        seen = {*(proposal.known_objects or ()), *claimed}
        found = [one for one in await look_alikes(tool, client, given, sent_at) if one.object_id not in seen]
        if not found:
            return Outcome("approved", f"the platform has no such {kind}: it was not created")
        if len(found) > 1:
            ids = ", ".join(str(one.object_id) for one in found)
            return Outcome(
                "uncertain", f"several new objects of kind {kind} look like it ({ids}): find out which is ours"
            )
        (after,) = found
    left = as_intended(after, None, proposal.state_intended)
    shown = "; ".join(map(str, left))
    reason = f"the platform shows other values than intended ({shown}, shown → intended)" if left else None
    return Outcome("applied", reason, after, is_verified=not left)
