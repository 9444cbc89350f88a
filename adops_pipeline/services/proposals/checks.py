"""What stands against a proposal: caps of the day, and other changes of the same campaign."""

from dataclasses import dataclass
from datetime import UTC, datetime

from adops_pipeline.domain.proposals.caps import Limits, violations
from adops_pipeline.domain.proposals.conflicts import conflicts_of, excludes
from adops_pipeline.operations import proposals
from adops_pipeline.operations.proposals import NewProposal, Proposal
from adops_pipeline.operations.store import Connection
from adops_pipeline.services.proposals.policy import Outlook, Policy


@dataclass(frozen=True, slots=True)
class Checks:
    """Called within the transaction that stores what they allow, so that nothing can come in between."""

    policy: Policy
    outlook: Outlook

    def beyond_caps(
        self, con: Connection, new: NewProposal, now: datetime, agent_caps: Limits | None = None, *, is_decided: bool
    ) -> list[str]:
        """Caps that the change exceeds together with the others of its account today (UTC).

        ``is_decided``: it is about to be applied, so those that are not approved yet do not count.
        """
        candidate = _as_proposal(new)
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        others = proposals.of_account_today(con, new.platform, new.account_id, midnight, with_undecided=not is_decided)
        rate = self.outlook.rate(new.currency)
        steps = [one.step(rate) for one in others if one.id != candidate.id]
        caps = self.policy.caps.within(agent_caps)
        return violations(candidate.step(rate), steps, caps, self.policy.reporting_currency)

    def conflicts(self, con: Connection, proposal: Proposal) -> list[str]:
        """Ids of open proposals, or of some applied since, that exclude this one."""
        return conflicts_of(proposal.claim(), (one.claim() for one in proposals.rivals(con, proposal)))

    def excluded_by(self, con: Connection, proposal: Proposal) -> Proposal | None:
        """A proposal that was applied since this one was made and excludes it."""
        own = proposal.claim()
        rivals = (one for one in proposals.rivals(con, proposal) if one.status == "applied")
        return next((one for one in rivals if excludes(own, one.claim())), None)

    def under_way(self, con: Connection, proposal: Proposal) -> Proposal | None:
        """Another change of the same campaign whose outcome is not known yet."""
        return next((one for one in proposals.rivals(con, proposal) if one.status in ("applying", "uncertain")), None)


def _as_proposal(new: NewProposal) -> Proposal:
    return new if isinstance(new, Proposal) else Proposal(**{name: getattr(new, name) for name in _NAMES})


_NAMES = tuple(NewProposal.__dataclass_fields__)
