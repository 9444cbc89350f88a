"""Projects, and the campaigns in them as of now: rules and assignments by hand over the published campaigns.

The snapshot's own `campaigns.project_id` is the same assignment as of the last publishing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from adops_pipeline.clock import Clock
from adops_pipeline.domain.projects import Assigned, AssignmentRule, ProjectStatus, assign, first_fit
from adops_pipeline.operations import projects
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.projects import Project, ProjectFields
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.warehouse.queries.projects import ProjectCampaign, project_campaigns
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader

__all__ = ["AssignedCampaign", "Project", "ProjectCampaign", "ProjectFields", "Projects", "RuleMatch"]


@dataclass(frozen=True, slots=True)
class AssignedCampaign:
    """A campaign of a project, and whether a person or a rule put it there."""

    campaign: ProjectCampaign
    how: Literal["hand", "rule"]


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A campaign that rules on trial match.

    ``rule`` is the index of the first one that does. ``outcome``: it would join, is in the project already, stays where
    a person put it, or would be claimed by ``others`` too, and then be in no project until a person decides.
    """

    campaign: ProjectCampaign
    rule: int
    outcome: Literal["joins", "stays", "assigned-by-hand", "disputed"]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Projects:
    """The projects of one installation."""

    store: Callable[[], Store]
    snapshots: SnapshotReader
    clock: Clock

    def every(self, statuses: Sequence[ProjectStatus] = ()) -> list[Project]:
        """Projects by name, with these statuses; without any, all but the archived ones."""
        with self.store().reading() as con:
            found = projects.every(con, archived=bool(statuses))
        return [one for one in found if not statuses or one.fields.status in statuses]

    def get(self, project_id: str) -> Project:
        """The project. Raises NotFoundError where there is none."""
        with self.store().reading() as con:
            return projects.get(con, project_id)

    def create(self, fields: ProjectFields) -> Project:
        """Keep a new project. Raises InvalidError for a wrong field."""
        with self.store().writing() as con:
            return projects.create(con, fields, self.clock())

    def change(self, project_id: str, change: Callable[[ProjectFields], ProjectFields]) -> Project:
        """Change a project's fields. Raises InvalidError for a wrong field."""
        with self.store().writing() as con:
            before = projects.get(con, project_id)
            return projects.change(con, project_id, change(before.fields), self.clock())

    def remove(self, project_id: str) -> None:
        """Delete a project and its assignments by hand."""
        with self.store().writing() as con:
            projects.remove(con, project_id, self.clock())

    def campaigns(self, project_id: str) -> list[AssignedCampaign]:
        """The campaigns of a project, by id; an archived project has none."""
        with self.store().reading() as con:
            projects.get(con, project_id)
            assigned, known = self._assigned(con)
        own = (one for one in assigned.assignments if one.project_id == project_id)
        return [AssignedCampaign(known[one.campaign_id], one.how) for one in own]

    def disputed(self) -> list[tuple[ProjectCampaign, tuple[str, ...]]]:
        """Campaigns that the rules of several projects claim, which are in none, with the ids of these projects."""
        with self.store().reading() as con:
            assigned, known = self._assigned(con)
        return [(known[name], claims) for name, claims in sorted(assigned.disputed.items())]

    def assign(self, project_id: str, campaign_id: str) -> AssignedCampaign:
        """Put a campaign into a project by hand. Raises NotFoundError for an unknown project or campaign."""
        with self.snapshots.reading() as snapshot:
            known = {campaign.id: campaign for campaign in project_campaigns(snapshot.con)}
        if campaign_id not in known:
            raise NotFoundError("campaign", campaign_id)
        with self.store().writing() as con:
            projects.assign_by_hand(con, campaign_id, project_id, self.clock())
        return AssignedCampaign(known[campaign_id], "hand")

    def unassign(self, project_id: str, campaign_id: str) -> None:
        """Return a campaign to the rules. Raises NotFoundError where nobody put it into this project."""
        with self.store().writing() as con:
            projects.get(con, project_id)
            if projects.by_hand(con).get(campaign_id) != project_id:
                raise NotFoundError("assignment by hand of campaign", campaign_id)
            projects.assign_by_hand(con, campaign_id, None, self.clock())

    def try_rules(self, rules: Sequence[AssignmentRule], project_id: str | None = None) -> list[RuleMatch]:
        """What these rules would match among the present campaigns, for a new project or in place of one's own."""
        with self.store().reading() as con:
            if project_id is not None:
                projects.get(con, project_id)
            assigned, known = self._assigned(con)
            other_rules = {name: own for name, own in projects.rules(con).items() if name != project_id}
            by_hand = projects.by_hand(con)
        now_in = {one.campaign_id: one.project_id for one in assigned.assignments}
        matches = []
        for campaign in known.values():
            number = first_fit(rules, campaign.facts)
            if number is not None:
                others = _claims(other_rules, campaign)
                is_own = project_id is not None and now_in.get(campaign.id) == project_id
                matches.append(_match(campaign, number, others, by_hand.get(campaign.id), is_own=is_own))
        return matches

    def _assigned(self, con: Connection) -> tuple[Assigned, Mapping[str, ProjectCampaign]]:
        """Assignments of the published campaigns, and these campaigns by id."""
        with self.snapshots.reading() as snapshot:
            known = {campaign.id: campaign for campaign in project_campaigns(snapshot.con)}
        rules = projects.rules(con)
        facts = [campaign.facts for campaign in known.values()]
        return assign(facts, rules, projects.by_hand(con), set(rules)), known


def _claims(rules: Mapping[str, Sequence[AssignmentRule]], campaign: ProjectCampaign) -> tuple[str, ...]:
    return tuple(sorted(name for name, own in rules.items() if first_fit(own, campaign.facts) is not None))


def _match(
    campaign: ProjectCampaign, rule: int, others: tuple[str, ...], by_hand: str | None, *, is_own: bool
) -> RuleMatch:
    if is_own and (by_hand is not None or not others):
        return RuleMatch(campaign, rule, "stays", others)
    if by_hand is not None:
        return RuleMatch(campaign, rule, "assigned-by-hand", others)
    return RuleMatch(campaign, rule, "disputed" if others else "joins", others)
