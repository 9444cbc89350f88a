"""A stored proposal. Statuses: `domain.proposals.status`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.proposals.caps import Step
from adops_pipeline.domain.proposals.conflicts import Claim
from adops_pipeline.domain.proposals.objects import Difference, amounts_of, differences, read_object, values_of
from adops_pipeline.domain.proposals.status import Status

Source = Literal["call", "plan"]
"""A call of a tool, or the budget plan and pacing of a day."""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What is known of a proposal when it is made."""

    tool: str
    platform: str
    account_id: str
    campaign_id: str | None
    object_kind: str
    object_id: str | None
    arguments: Mapping[str, Any]
    before: Mapping[str, Any] | None
    intended: Mapping[str, Any]
    currency: str
    money_per_day: Decimal
    money_per_month: Decimal
    pacing: Mapping[str, Any]
    reason: str
    evidence: Sequence[Mapping[str, Any]]
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    source: Source = "call"
    agent_id: str | None = None
    reversal_of: str | None = None
    execution_id: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal(NewProposal):
    """One proposal; states are documents as `domain.proposals.objects` writes them."""

    id: str = ""
    status: Status = "proposed"
    status_reason: str | None = None
    after: Mapping[str, Any] | None = None
    reversal: Mapping[str, Any] | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    applied_at: datetime | None = None
    verified_at: datetime | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    sent_at: datetime | None = None
    known_objects: Sequence[str] | None = None
    acknowledged_at: datetime | None = None

    @property
    def state_before(self) -> AdObject | None:
        """State of the object when the change was proposed; None for a new one."""
        return None if self.before is None else read_object(self.before)

    @property
    def state_intended(self) -> AdObject:
        """State that the change leads to."""
        return read_object(self.intended)

    @property
    def state_after(self) -> AdObject | None:
        """State that was read after the change."""
        return None if self.after is None else read_object(self.after)

    @property
    def changes(self) -> tuple[Difference, ...]:
        """What the change sets."""
        return differences(self.state_before, self.state_intended)

    @property
    def title(self) -> str:
        """What it does, in a line: ``update campaign Brand (meta-ads): daily budget: EUR 50.00 → EUR 60.00``."""
        kind = self.object_kind.replace("_", " ")
        name = self.intended["name"] if self.before is None else self.before["name"]
        verb = "create" if self.before is None else "change"
        shown = [change for change in self.changes if self.before is not None or change.field != "name"]
        return f"{verb} {kind} {name} ({self.platform}): {'; '.join(map(str, shown))}"

    @property
    def entity(self) -> str | None:
        """The campaign that it changes, or the object itself where it belongs to none."""
        return self.campaign_id or (f"{self.platform}:{self.object_id}" if self.object_id else None)

    def claim(self) -> Claim:
        """What it would change, to find proposals that exclude it."""
        fields = {change.field for change in self.changes}
        values = {name: str(value) for name, value in values_of(self.state_intended).items() if name in fields}
        return Claim(self.id, self.object_id, self.entity, self.money_per_day, values)

    def step(self, rate: Decimal | None) -> Step:
        """What it counts for caps; ``rate`` is the value of one unit of its currency in the reporting currency."""
        per_day = Decimal(0) if not self.money_per_day else None if rate is None else self.money_per_day * rate
        amounts = amounts_of(self.state_before, self.state_intended)
        return Step(self.object_id, self.entity, per_day, self.currency, amounts)
