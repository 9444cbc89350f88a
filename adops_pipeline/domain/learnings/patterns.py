"""Learnings from evidence: counts, pooled effects and confidence of every pattern, computed together.

The result depends on the evidence and the moment only, not on the order of the rows.
"""

from collections.abc import Sequence
from datetime import datetime
from math import expm1, isnan
from typing import Any

import numpy as np
import polars as pl

from adops_pipeline.domain.learnings.belief import Belief, weight_left
from adops_pipeline.domain.learnings.learning import FALSE_DISCOVERIES, Learning, LearningRules, Pattern
from adops_pipeline.domain.learnings.multiplicity import adjusted
from adops_pipeline.domain.learnings.pooling import Effects, Pooled, pool
from adops_pipeline.domain.learnings.vocabulary import Direction
from adops_pipeline.domain.learnings.words import counter_evidence, insight

EVIDENCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String, "agent_id": pl.String, "subject_key": pl.String, "campaign": pl.String, "platform": pl.String,
    "objective": pl.String, "action": pl.String, "condition": pl.String, "support": pl.Float64, "effect": pl.Float64,
    "effect_error": pl.Float64, "trust": pl.Float64, "at": pl.Datetime("us", "UTC"),
}  # fmt: skip
"""Columns of evidence; ``support`` is the probability that the action helped."""
_PATTERN = ("platform", "objective", "action", "condition")
_SECONDS_A_DAY = 86_400
_CLEAR = 0.9
"""Outcomes are listed for or against a learning where their 80 % interval leaves 0 out."""


def learn(evidence: pl.DataFrame, now: datetime, rules: LearningRules | None = None) -> list[Learning]:
    """What the evidence known at ``now`` teaches, by pattern. Of several memories of one subject the newest counts."""
    rules = rules or LearningRules()
    rows = (
        evidence.filter(pl.col("at") <= now)
        .sort("at", "id")
        .unique("subject_key", keep="last", maintain_order=True)
        .sort(*_PATTERN, "at", "id")
        .with_columns(
            pl.struct(_PATTERN).rank("dense").cast(pl.Int64).sub(1).alias("pattern"),
            (pl.lit(now) - pl.col("at")).dt.total_seconds().truediv(_SECONDS_A_DAY).alias("age_days"),
        )
    )
    if rows.is_empty():
        return []
    left = weight_left(rows["age_days"].to_numpy(), rules.half_life_days)
    rows = rows.with_columns((pl.col("trust") * pl.Series(left)).alias("weight"))
    count = int(rows["pattern"].max()) + 1  # type: ignore[arg-type]  # a number, for there are rows
    pooled = _pooled(rows, count, rules.level)
    helps, shares = _beliefs(rows, count, pooled)
    p_values = np.where(np.isnan(pooled.p_value), shares.p_value, pooled.p_value)
    found = adjusted(p_values)
    sure = list(zip(shares.mean.tolist(), shares.lower_bound.tolist(), strict=True))
    groups = rows.group_by("pattern", maintain_order=True)
    return [
        _learning(part, helps[n], pooled, n, sure[n], float(p_values[n]), float(found[n]))
        for n, (_, part) in enumerate(groups)
    ]


def _pooled(rows: pl.DataFrame, count: int, level: float) -> Pooled:
    measured = rows.filter(pl.col("effect").is_not_null(), pl.col("effect_error") > 0)
    columns = (measured[name].to_numpy() for name in ("effect", "effect_error", "weight", "pattern"))
    value, error, weight, pattern = columns
    return pool(Effects(value, error, weight, pattern, count), level)


def _beliefs(rows: pl.DataFrame, count: int, pooled: Pooled) -> tuple[Sequence[Direction], Belief]:
    """The direction of every pattern, that of the pooled effect or else of the majority, and how sure it is."""
    pattern, weight, support = (rows[name].to_numpy() for name in ("pattern", "weight", "support"))
    helped = np.bincount(pattern, weights=weight * support, minlength=count)
    hurt = np.bincount(pattern, weights=weight * (1 - support), minlength=count)
    sign = np.where(np.isnan(pooled.mean), np.sign(helped - hurt), np.sign(pooled.mean))
    words: dict[int, Direction] = {1: "helps", -1: "hurts", 0: "unknown"}
    is_harm = sign < 0
    shares = Belief(np.where(is_harm, hurt, helped), np.where(is_harm, helped, hurt))
    return [words[int(one)] for one in sign], shares


def _learning(
    part: pl.DataFrame,
    direction: Direction,
    pooled: Pooled,
    n: int,
    sure: tuple[float, float],
    p_value: float,
    found: float,
) -> Learning:
    row = part.row(0, named=True)
    helped, hurt = part.filter(pl.col("support") >= _CLEAR), part.filter(pl.col("support") <= 1 - _CLEAR)
    supporting, contradicting = (hurt, helped) if direction == "hurts" else (helped, hurt)
    numbers: dict[str, Any] = {
        "effect": _ratio(pooled.mean[n]), "effect_low": _ratio(pooled.low[n]), "effect_high": _ratio(pooled.high[n]),
    }  # fmt: skip
    pattern = Pattern(*(row[name] for name in _PATTERN))
    counts = (part.height, supporting.height, contradicting.height)
    return Learning(
        pattern=pattern,
        direction=direction,
        evidence_count=part.height,
        unclear_count=part.height - supporting.height - contradicting.height,
        campaign_count=part["campaign"].n_unique(),
        between=_known(pooled.between[n]) if numbers["effect"] is not None else None,
        p_value=p_value,
        adjusted_p=found,
        confidence=sure[0],
        lower_bound=sure[1],
        supporting=tuple(supporting["id"]),
        contradicting=tuple(contradicting["id"]),
        agents=tuple(sorted(set(part["agent_id"]))),
        first_evidence_at=row["at"],
        newest_evidence_at=part["at"][-1],
        insight=insight(pattern, direction, counts, is_found=found <= FALSE_DISCOVERIES, **numbers),
        counter_evidence=counter_evidence(contradicting, part.height),
        **numbers,
    )


def _ratio(log_ratio: float) -> float | None:
    """A log ratio as a relative effect; None if it is none, or too large to be a number of use."""
    return None if isnan(log_ratio) or log_ratio > 20 else expm1(float(log_ratio))


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
