"""A market with planted rules: agents act for 120 days, outcomes are measured with an error, and learnings are drawn.

Each outcome takes the product's own way: a row of ``action_outcomes``, its memory, its evidence. The true effect varies
between campaigns, the measurement adds its error, and the verdict is that of the 80 % interval.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from adops_pipeline.domain.learnings.learning import Learning
from adops_pipeline.domain.learnings.patterns import EVIDENCE, learn
from adops_pipeline.domain.memory.evidence import evidence_of
from adops_pipeline.domain.memory.features import season_of
from adops_pipeline.domain.memory.identity import subject_key
from adops_pipeline.domain.memory.schemas import checked
from adops_pipeline.domain.memory.sources import memory_of_outcome

DAYS = 120
_FIRST_DAY = date(2026, 12, 10)
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")
_CAMPAIGNS = 24
_WAIT_DAYS = 28
"""A campaign is left alone after a change until it is measured."""
_MEASURED_AFTER = 21
_VARIES, _ERROR, _ERROR_VARIES = 0.05, 0.1, 0.25
_Z80 = 1.2815515655446004
TRUTH = {
    ("google-ads", "bid_down", "weekend"): 0.2,
    ("meta-ads", "bid_down", "weekend"): -0.2,
    ("pinterest", "raise_budget", "winter"): 0.2,
    ("pinterest", "raise_budget", "spring"): 0.0,
}
"""True mean log effects of the planted rules. Every other pattern does nothing."""
Learned = dict[tuple[str, str, str], Learning]
"""Learnings by platform, action and condition."""
_OPTIONS = ("bid_down", "raise_budget", "bid_up")


def evidence_of_market(seed: int) -> pl.DataFrame:
    """What agents remember after 120 days."""
    rng = np.random.default_rng(seed)
    rows = []
    for platform in _PLATFORMS:
        for campaign in range(_CAMPAIGNS):
            day = int(rng.integers(0, _WAIT_DAYS))
            while day + _MEASURED_AFTER < DAYS:
                rows.append(_change(rng, platform, f"{platform}-{campaign}", _FIRST_DAY + timedelta(days=day)))
                day += _WAIT_DAYS + int(rng.integers(0, 4))
    return pl.DataFrame([evidence_row(row, _measured_at(row)) for row in rows], schema=EVIDENCE)


def _measured_at(row: Mapping[str, Any]) -> datetime:
    return datetime.combine(row["changed_on"] + timedelta(days=_MEASURED_AFTER), time(6), tzinfo=UTC)


def learned(seed: int) -> Learned:
    """What is learned by the last day."""
    now = datetime.combine(_FIRST_DAY + timedelta(days=DAYS), time(6), tzinfo=UTC)
    return by_pattern(learn(evidence_of_market(seed), now))


def by_pattern(found: Sequence[Learning]) -> Learned:
    """Learnings by platform, action and condition."""
    return {(one.pattern.platform, one.pattern.action, one.pattern.condition): one for one in found}


def is_right(found: Learned) -> bool:
    """Whether every rule that does something passes the gate in its direction."""
    return all(
        (one := found.get(key)) is not None and one.passes() and one.direction == ("helps" if effect > 0 else "hurts")
        for key, effect in TRUTH.items()
        if effect
    )


def false_passes(found: Learned) -> tuple[int, int]:
    """Wrong and empty learnings that pass the gate, and all that could have."""
    wrong = [
        one.passes() and not (effect and one.direction == ("helps" if effect > 0 else "hurts"))
        for key, one in found.items()
        if not (effect := TRUTH.get(key, 0.0)) or one.direction != ("helps" if effect > 0 else "hurts")
    ]
    return sum(wrong), len(wrong)


def _change(rng: np.random.Generator, platform: str, campaign: str, day: date) -> dict[str, Any]:
    """A row of action_outcomes for one change. Weekend bids are lowered on the way, whatever the season."""
    action = str(rng.choice(_OPTIONS))
    condition = "weekend" if action == "bid_down" else season_of(day)
    mean = TRUTH.get((platform, action, condition), 0.0)
    error = float(_ERROR * np.exp(rng.normal(0, _ERROR_VARIES)))
    true = rng.normal(mean, _VARIES)
    found = float(rng.normal(true, error))
    low, high = found - _Z80 * error, found + _Z80 * error
    verdict = "helped" if low > 0 else "hurt" if high < 0 else "unclear"
    return {
        "change_id": f"{campaign}-{day}", "proposal_id": f"{campaign}-{day}", "metric": "conversions",
        "platform": platform, "account_id": "1", "campaign_id": campaign, "agent_id": "trader", "action": action,
        "condition": condition, "changed_on": day, "effect_ratio": float(np.expm1(found)),
        "effect_low": float(np.expm1(low)), "effect_high": float(np.expm1(high)), "effect_error": error,
        "verdict": verdict, "reason": "",
    }  # fmt: skip


def evidence_row(row: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    """A measured change, a row of action_outcomes, as evidence; None if it could not be measured."""
    draft = checked(memory_of_outcome(row, {}))
    evidence = evidence_of(draft)
    if evidence is None:
        return None
    return {
        "id": row["change_id"], "agent_id": draft.agent_id, "subject_key": subject_key(draft),
        "campaign": row["campaign_id"], "platform": evidence.platform, "objective": evidence.objective,
        "action": evidence.action, "condition": evidence.condition, "support": evidence.support,
        "effect": evidence.effect, "effect_error": evidence.effect_error, "trust": 1.0, "at": at,
    }  # fmt: skip
