"""What playbooks read: rows of the published snapshot, and the learnings that are believed now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adops_pipeline.domain.agents.actions import Evidence, Row
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE, is_applicable
from adops_pipeline.domain.memory.vocabulary import ANY


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows by what they are about; every row has ``platform``, and those of campaigns ``campaign_id``.

    ``advised``: today's actions that a budget follows from, with their budgets; ``idle``: campaigns that spent on
    mature days and sold nothing, with what their account pays for a conversion; ``untested``: plan rows whose response
    to spend is not known; ``weak``: click rates below those of three quarters of the peers; ``problems``: accounts
    without fresh data.
    """

    advised: Sequence[Row] = ()
    idle: Sequence[Row] = ()
    untested: Sequence[Row] = ()
    weak: Sequence[Row] = ()
    running_tests: Sequence[Row] = ()
    problems: Sequence[Row] = ()
    learnings: Sequence[Row] = field(default=())
    max_step_change: float | None = None
    gate: float = DEFAULT_GATE

    def learnt(self, platform: str, kind: str) -> tuple[list[Evidence], str | None]:
        """Learnings about an action on a platform that may be relied on, and the insight that speaks against it."""
        evidence, against = [], None
        for row in self.learnings:
            if (row["platform"], row["action"]) != (platform, kind) or row["condition"] != ANY:
                continue
            if not is_applicable(row["direction"], row["lower_bound"], row["adjusted_p"], self.gate):
                continue
            evidence.append(Evidence("agent_learnings", {"id": row["id"]}, row["insight"]))
            if row["direction"] == "hurts":
                against = row["insight"]
        return evidence, against
