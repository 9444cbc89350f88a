"""What playbooks read: rows of the published snapshot, and the learnings that are believed now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from adops_pipeline.domain.agents.actions import Evidence, Row
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE, is_applicable
from adops_pipeline.domain.memory.features import season_of
from adops_pipeline.domain.memory.vocabulary import ANY

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows by what they are about; every row has ``platform``, and those of campaigns ``campaign_id``.

    ``advised``: today's actions that a budget follows from, with their budgets; ``idle``: campaigns that spent on
    mature days and sold nothing, with what their account pays for a conversion; ``untested``: plan rows whose response
    to spend is not known; ``weak``: click rates below those of three quarters of the peers; ``problems``: accounts
    without fresh data; ``bids``: ad groups with a bid of their own, and what their account pays for a conversion. Rows
    of changes have the campaign's ``objective``, None if it is not known; ``conditions`` are
    those that hold today, as learnings name them.
    """

    advised: Sequence[Row] = ()
    idle: Sequence[Row] = ()
    untested: Sequence[Row] = ()
    weak: Sequence[Row] = ()
    running_tests: Sequence[Row] = ()
    problems: Sequence[Row] = ()
    bids: Sequence[Row] = ()
    learnings: Sequence[Row] = field(default=())
    conditions: frozenset[str] = frozenset()
    max_step_change: float | None = None
    gate: float = DEFAULT_GATE

    def learnt(self, platform: str, kind: str, objective: str | None) -> tuple[list[Evidence], str | None]:
        """Learnings about an action that hold for a campaign today and may be relied on, and the one against it.

        The most specific ones decide (objective and condition before any); of those that disagree, the one against.
        """
        fitting = [
            row
            for row in self.learnings
            if (row["platform"], row["action"]) == (platform, kind)
            and _is_about(row["objective"], (objective,))
            and _is_about(row["condition"], self.conditions)
            and is_applicable(row["direction"], row["lower_bound"], row["adjusted_p"], self.gate)
        ]
        evidence = [Evidence("agent_learnings", {"id": row["id"]}, row["insight"]) for row in fitting]
        nearest = max(map(_specificity, fitting), default=0)
        deciding = [row for row in fitting if _specificity(row) == nearest]
        return evidence, next((row["insight"] for row in deciding if row["direction"] == "hurts"), None)


def conditions_of(day: date) -> frozenset[str]:
    """The conditions that hold on a day, as outcomes and learnings name them: its season, and weekend or weekday."""
    return frozenset({season_of(day), "weekend" if day.weekday() >= _SATURDAY else "weekday"})


def _is_about(stated: str, holding: Iterable[str | None]) -> bool:
    return stated == ANY or stated.casefold() in {one.casefold() for one in holding if one is not None}


def _specificity(row: Row) -> int:
    return sum(row[name] != ANY for name in ("objective", "condition"))
