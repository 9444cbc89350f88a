"""The market of planted rules with the real measurement: daily rows with shared shocks, trends and weekdays.

Agents change campaigns for 120 days; the outcome of each change is measured by `domain.outcomes` against campaigns that
nobody changed, remembered, and learned from.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats
from adops_pipeline.domain.learnings.patterns import EVIDENCE, learn
from adops_pipeline.domain.memory.features import season_of
from adops_pipeline.domain.outcomes import Change, Measurement, Others, outcome_rows
from adops_pipeline.domain.outcomes.table import Due
from adops_pipeline.domain.tables.outcomes import Action
from adops_pipeline_tests.domain.learnings.market import TRUTH, Learned, by_pattern, evidence_row

_ACTING_DAYS, _HISTORY_DAYS = 120, 112
_DAYS = _ACTING_DAYS + _HISTORY_DAYS
_FIRST_DAY = date(2026, 12, 10) - timedelta(days=_HISTORY_DAYS)
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")
_ACTED, _UNTOUCHED = 24, 30
"""Campaigns of a platform that agents change, and those that they do not."""
_WAIT_DAYS, _MATURE_DAYS = 29, 15
_OPTIONS: tuple[Action, ...] = ("bid_down", "raise_budget", "bid_up")
_VARIES = 0.05
_WEEK = np.log([1.1, 1.3, 0.9, 1.4, 1.5, 0.6, 0.5])


def learned(seed: int) -> Learned:
    """What is learned by the last day."""
    rng = np.random.default_rng(seed)
    names = [platform for platform in _PLATFORMS for _ in range(_ACTED + _UNTOUCHED)]
    level = rng.uniform(3.5, 5.0, (len(names), 1))
    expected, spend = _days(rng, level), np.exp(_days(rng, level, noise=0.05) + 1.0)
    changes = [one for row, name in enumerate(names) if row % (_ACTED + _UNTOUCHED) < _ACTED
               for one in _changes(rng, row, name)]  # fmt: skip
    changed = np.zeros(expected.shape, dtype=np.bool_)
    for change in changes:
        row, at = int(change.campaign_id), (change.changed_on - _FIRST_DAY).days
        changed[row, at] = True
        expected[row, at:] += rng.normal(_effect(change), _VARIES)
    conversions = rng.poisson(np.exp(expected)).astype(np.float64)
    values = {"spend": spend, "conversions": conversions, "revenue": 40.0 * conversions}
    keys = pl.DataFrame({"platform": names, "campaign_id": [str(n) for n in range(len(names))]})
    panel = DayPanel(keys, _FIRST_DAY, values, np.ones(expected.shape, dtype=np.bool_))
    measurement = Measurement(panel, Others(changed, ["EUR"] * len(names), [None] * len(names)))
    rows = outcome_rows(Due(tuple(changes), (), ()), measurement, {}).filter("is_primary")
    evidence = [one for row in rows.iter_rows(named=True) if (one := evidence_row(row, _at(row))) is not None]
    last = datetime.combine(_FIRST_DAY + timedelta(days=_DAYS), time(6), tzinfo=UTC)
    return by_pattern(learn(pl.DataFrame(evidence, schema=EVIDENCE), last))


def _changes(rng: np.random.Generator, row: int, platform: str) -> list[Change]:
    found, at = [], _HISTORY_DAYS + int(rng.integers(0, _WAIT_DAYS))
    while at + _MATURE_DAYS < _DAYS:
        on = _FIRST_DAY + timedelta(days=at)
        action = _OPTIONS[int(rng.integers(len(_OPTIONS)))]
        condition = "weekend" if action == "bid_down" else season_of(on)
        found.append(
            Change(f"{row}-{at}", platform, "1", str(row), action, on, datetime.combine(on, time(9), tzinfo=UTC),
                   agent_id="trader", condition=condition)
        )  # fmt: skip
        at += _WAIT_DAYS + int(rng.integers(0, 4))
    return found


def _effect(change: Change) -> float:
    return TRUTH.get((change.platform, change.action, str(change.condition)), 0.0)


def _days(rng: np.random.Generator, level: Floats, noise: float = 0.15) -> Floats:
    """Logs by campaign and day: a shock of all, a trend, own noise with correlated days, weekdays."""
    shared = 0.1 * _correlated(rng, (1, _DAYS), 0.9) + 0.001 * np.arange(_DAYS)
    own = noise * _correlated(rng, (len(level), _DAYS), 0.6)
    return np.asarray(level + shared + own + np.resize(_WEEK, _DAYS), dtype=np.float64)


def _correlated(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    days = rng.standard_normal(shape)
    for day in range(1, shape[1]):
        days[:, day] = rho * days[:, day - 1] + np.sqrt(1 - rho**2) * days[:, day]
    return np.asarray(days, dtype=np.float64)


def _at(row: dict[str, Any]) -> datetime:
    return datetime.combine(row["changed_on"] + timedelta(days=_MATURE_DAYS), time(6), tzinfo=UTC)
