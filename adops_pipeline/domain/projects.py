"""Projects: which campaigns belong to which, by rule or by hand. Storing them is not done here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from adops_pipeline.domain.vocabulary import Platform


class ProjectStatus(StrEnum):
    """Where a project stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """Campaigns that belong to a project: all that is said must fit, and something must be said.

    ``name_pattern`` is a shell pattern (``*`` anything, ``?`` one character, ``[ab]``), upper and lower case alike.
    """

    platform: Platform | None = None
    name_pattern: str | None = None
    objective: str | None = None

    def __post_init__(self) -> None:
        if self.platform is None and not self.name_pattern and not self.objective:
            raise ValueError("a rule needs a platform, a name_pattern or an objective")

    def fits(self, campaign: "CampaignFacts") -> bool:
        """Whether the campaign belongs here."""
        if self.platform is not None and campaign.platform != self.platform:
            return False
        if self.name_pattern and not fnmatchcase(campaign.name.casefold(), self.name_pattern.casefold()):
            return False
        return not self.objective or (campaign.objective or "").casefold() == self.objective.casefold()


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """Fields of a campaign that rules match; ``id`` is ``platform:external_id``."""

    id: str
    platform: str
    name: str
    objective: str | None = None


def first_fit(rules: Sequence[AssignmentRule], campaign: CampaignFacts) -> int | None:
    """Index of the first rule that the campaign fits; None if it fits none."""
    return next((number for number, rule in enumerate(rules) if rule.fits(campaign)), None)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A campaign in a project; ``how`` says whether a person or a rule put it there."""

    campaign_id: str
    project_id: str
    how: Literal["hand", "rule"]


@dataclass(frozen=True, slots=True)
class Assigned:
    """Every assignment, by campaign id; and campaigns that rules of several projects claim, which get none."""

    assignments: tuple[Assignment, ...]
    disputed: Mapping[str, tuple[str, ...]]


def assign(
    campaigns: Iterable[CampaignFacts],
    rules: Mapping[str, Sequence[AssignmentRule]],
    by_hand: Mapping[str, str],
    projects: Collection[str] | None = None,
) -> Assigned:
    """Put campaigns into projects. ``rules`` by project id; ``by_hand`` campaign id → project id, stronger than rules.

    A campaign's money counts once, so one that the rules of two projects claim is in neither until a person decides.
    ``projects`` limits the answer to those (e.g. those not archived). The order of campaigns and rules is of no matter.
    """
    open_projects = set(rules) | set(by_hand.values()) if projects is None else set(projects)
    assignments, disputed = [], {}
    for campaign in sorted(campaigns, key=lambda c: c.id):
        chosen = by_hand.get(campaign.id)
        if chosen is not None:
            if chosen in open_projects:
                assignments.append(Assignment(campaign.id, chosen, "hand"))
            continue
        claims = tuple(sorted(p for p in rules if p in open_projects and any(r.fits(campaign) for r in rules[p])))
        if len(claims) == 1:
            assignments.append(Assignment(campaign.id, claims[0], "rule"))
        elif claims:
            disputed[campaign.id] = claims
    return Assigned(tuple(assignments), disputed)
