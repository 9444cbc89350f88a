"""What agents remember, and what their memories teach. Both are copies of the operational store's tables."""

from adops_pipeline.domain.learnings.vocabulary import DIRECTIONS, LEARNING_STATUSES
from adops_pipeline.domain.memory.vocabulary import MEMORY_TYPES
from adops_pipeline.domain.tables.column import Column, DuckType, Table
from adops_pipeline.domain.vocabulary import Platform

_LOG_RATIO = "log ratio, above 0 is better"
_SHARE = "ratio, 0.12 is 12 % better"
_PROBABILITY = "probability"
_PLATFORM = Column("platform", "VARCHAR", "Platform concerned; NULL where none is.", allowed=tuple(Platform))


def _needed(
    name: str, kind: DuckType, description: str, unit: str | None = None, minimum: float | None = None
) -> Column:
    return Column(name, kind, description, unit, required=True, minimum=minimum)


def _count(name: str, description: str) -> Column:
    return _needed(name, "INTEGER", description, "count", 0)


AGENT_MEMORY = Table(
    "agent_memory",
    "Memory of agents: what was done in which situation, and what came of it. Retracted and replaced ones are kept.",
    "operations",
    ("id",),
    (
        _needed("id", "VARCHAR", "Identifier in the operational store."),
        _needed("agent_id", "VARCHAR", "Agent that remembers it; `pipeline` where no agent requested the change."),
        Column("memory_type", "VARCHAR", "What kind of memory it is.", required=True, allowed=MEMORY_TYPES),
        _needed("context", "JSON", "The situation: platform, campaign, objective, season, levels, trend and so on."),
        _needed("action", "JSON", "What was done, preferred, tested or found, by type."),
        Column("outcome", "JSON", "What came of it, by type; NULL while pending."),
        Column("score", "DOUBLE", "Score of the outcome; NULL while pending or not measurable.", "-1 to 1", minimum=-1),
        _needed("tags", "JSON", "Search tags."),
        _needed("feedback", "JSON", "{useful, wrong, outdated}: how many people said so."),
        _needed("evidence", "JSON", "What it rests on: rows (table and key), Dagster run, partition, proposal, test."),
        _PLATFORM,
        Column("objective", "VARCHAR", "Objective of the pattern it is evidence of; `any` where none is stated."),
        Column("pattern_action", "VARCHAR", "Action of that pattern; NULL where it is no evidence."),
        Column("condition", "VARCHAR", "Condition of that pattern; `any` where none is stated."),
        Column("support", "DOUBLE", "1: the action helped, 0: it hurt, 0.5: unclear; NULL where it is no evidence.",
               "share", minimum=0),
        Column("effect", "DOUBLE", "Measured effect on the goal.", _LOG_RATIO),
        Column("effect_error", "DOUBLE", "Standard error of the effect.", "log ratio", minimum=0),
        _needed("subject_key", "VARCHAR", "The same for memories about one thing; a newer one replaces an older one."),
        _needed("repeats", "INTEGER", "How often exactly the same was remembered again.", "count", 0),
        Column("replaced_by", "VARCHAR", "Newer memory of the same subject; NULL while it is the newest."),
        Column("retracted_at", "TIMESTAMP", "When a person retracted it; NULL while it counts.", "UTC"),
        Column("retracted_by", "VARCHAR", "Who retracted it."),
        Column("retraction_reason", "VARCHAR", "Why."),
        Column("execution_id", "VARCHAR", "Execution it belongs to."),
        _needed("created_at", "TIMESTAMP", "Time of recording.", "UTC"),
        Column("measured_at", "TIMESTAMP", "When the outcome became known; NULL while pending.", "UTC"),
    ),
)  # fmt: skip
AGENT_LEARNINGS = Table(
    "agent_learnings",
    "What memories teach: the effect of an action under a condition, how sure it is, and since when it is believed. "
    "Superseded and withdrawn versions are kept.",
    "operations",
    ("id",),
    (
        _needed("id", "VARCHAR", "`pattern_key.version`."),
        _needed("pattern_key", "VARCHAR", "The same for every version of one learning."),
        _needed("version", "INTEGER", "1 for the first.", minimum=1),
        Column("status", "VARCHAR", "Whether it is believed now.", required=True, allowed=LEARNING_STATUSES),
        Column("platform", "VARCHAR", "Ad platform.", required=True, allowed=tuple(Platform)),
        _needed("objective", "VARCHAR", "Objective of the campaigns; `any` where none is stated."),
        _needed("action", "VARCHAR", "The action, such as bid_down."),
        _needed("condition", "VARCHAR", "Condition, such as weekend; `any` where none is stated."),
        Column("direction", "VARCHAR", "What the action does.", required=True, allowed=DIRECTIONS),
        _count("evidence_count", "Number of outcomes that it rests on."),
        _count("supporting_count", "Outcomes that support it."),
        _count("contradicting_count", "Outcomes that contradict it."),
        _count("unclear_count", "Outcomes that are neither; each counts with the probability that it is for it."),
        _count("campaign_count", "Number of campaigns that the outcomes are from."),
        Column("effect_ratio", "DOUBLE", "Pooled effect on the goal (random effects).", _SHARE, minimum=-1),
        Column("effect_low", "DOUBLE", "Lower end of its 80 % interval.", _SHARE, minimum=-1),
        Column("effect_high", "DOUBLE", "Upper end of its 80 % interval.", _SHARE, minimum=-1),
        Column("between_sd", "DOUBLE", "Standard deviation of the true effect between outcomes.", "log ratio",
               minimum=0),
        Column("p_value", "DOUBLE", "Two-sided p of no effect.", _PROBABILITY, minimum=0),
        Column("adjusted_p", "DOUBLE", "The p after the correction for searching many patterns (Benjamini-Hochberg).",
               _PROBABILITY, minimum=0),
        _needed("confidence", "DOUBLE", "Posterior mean that an outcome supports it.", _PROBABILITY, 0),
        _needed("lower_bound", "DOUBLE", "5 % quantile of that posterior; what the gate is applied to.",
                _PROBABILITY, 0),
        _needed("insight", "VARCHAR", "What it says, in one sentence."),
        _needed("counter_evidence", "VARCHAR", "What speaks against it, in one sentence."),
        _needed("supporting", "JSON", "Ids of the memories that support it."),
        _needed("contradicting", "JSON", "Ids of the memories that contradict it."),
        _needed("agents", "JSON", "Agents whose memories it rests on."),
        _needed("first_evidence_at", "TIMESTAMP", "Time of its oldest evidence.", "UTC"),
        _needed("newest_evidence_at", "TIMESTAMP", "Time of its newest evidence.", "UTC"),
        _needed("last_validated_at", "TIMESTAMP", "When the evidence was last weighed and said the same.", "UTC"),
        _needed("starts_at", "TIMESTAMP", "Since when it is believed.", "UTC"),
        Column("ends_at", "TIMESTAMP", "Until when it was believed, exclusive; NULL while it is.", "UTC"),
    ),
)  # fmt: skip
