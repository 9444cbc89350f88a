"""Backtest of the intervals: forecasts repeated at past days, each with the data known then."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.panel import build_panel, clean_daily
from adops_pipeline.domain.calendar.effects import Effects
from adops_pipeline.domain.forecasting.calibration import Calibration, PastForecasts, calibrate
from adops_pipeline.domain.forecasting.campaigns import campaign_units
from adops_pipeline.domain.forecasting.forecast import trimmed
from adops_pipeline.domain.forecasting.outlook import Floats, Indices
from adops_pipeline.domain.forecasting.walk import METRICS, Histories, plan_walk, prepare, sampled, walk
from adops_pipeline.domain.forecasting.yearly import learn_season

HORIZONS = (1, 3, 7, 14, 30)
_NAIVE_DAYS = 28


@dataclass(frozen=True, slots=True)
class HorizonScore:
    """How forecasts over ``horizon_days`` days did: ``n`` campaigns times origins, all shares from 0 to 1."""

    metric: str
    horizon_days: int
    n: int
    coverage: float
    below: float
    """Share of outcomes under the interval; ``above`` of those over it."""
    above: float
    error_share: float
    """Sum of absolute errors over sum of outcomes; ``naive_error_share`` is that of the mean of the last 28 days."""
    naive_error_share: float


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Scores per metric and horizon; an entry exists only where at least one forecast could be judged."""

    scores: tuple[HorizonScore, ...]

    def coverage(self, metric: str) -> float | None:
        """Share of all outcomes of ``metric`` inside their interval; None where none could be judged."""
        own = [s for s in self.scores if s.metric == metric]
        total = sum(s.n for s in own)
        return sum(s.coverage * s.n for s in own) / total if total else None

    def n(self, metric: str) -> int:
        """Number of judged forecasts of ``metric``."""
        return sum(s.n for s in self.scores if s.metric == metric)


def backtest(
    daily: pl.DataFrame,
    as_of: date,
    *,
    horizons: tuple[int, ...] = HORIZONS,
    coverage: float = 0.80,
    history_days: int = 365,
    origins: int = 12,
    effects: Effects | None = None,
    campaigns: pl.DataFrame | None = None,
) -> CoverageReport:
    """Repeat the forecast at up to ``origins`` past days over each of ``horizons`` and count what its interval held.

    ``daily``, ``effects`` and ``campaigns`` as in ``forecast_to``; every forecast, its choice of variant and its
    interval included, uses only days up to its origin. Origins before which nothing could be learnt are not judged;
    stopped campaigns are not either (their forecast of nothing would flatter the result).
    """
    rows = clean_daily(daily, as_of, 0)
    panel = sampled(trimmed(build_panel(rows, as_of, history_days)))
    if panel.keys.is_empty():
        return CoverageReport(())
    season = learn_season(rows, as_of, panel, effects, campaigns)
    histories = prepare(panel, effects, campaign_units(panel.keys, campaigns), season)
    past = walk(histories, *plan_walk(histories, horizons, None))
    scores = (
        score for metric in METRICS for score in _scores(histories, metric, past[metric], horizons, coverage, origins)
    )
    return CoverageReport(tuple(scores))


def _scores(
    histories: Histories, metric: str, past: PastForecasts, horizons: tuple[int, ...], coverage: float, most: int
) -> Iterator[HorizonScore]:
    """One score per horizon, over the last ``most`` origins whose outcome is known."""
    learnt = {n: _known_then(past, n, coverage, histories.group) for n in _latest(past, most)}
    for horizon in horizons:
        at = past.horizons.index(horizon)
        parts = [
            _judge(histories, metric, past, n, at, known[horizon])
            for n, known in learnt.items()
            if horizon in known and known[horizon].is_learnt
        ]
        rows = np.concatenate(parts) if parts else np.empty((0, 5))
        if not len(rows):
            continue
        actual, point, low, high, naive = rows.T
        total = max(float(actual.sum()), 1e-12)
        yield HorizonScore(
            metric,
            horizon,
            len(actual),
            float(np.mean((actual >= low) & (actual <= high))),
            float(np.mean(actual < low)),
            float(np.mean(actual > high)),
            float(np.abs(actual - point).sum()) / total,
            float(np.abs(actual - naive).sum()) / total,
        )


def _latest(past: PastForecasts, most: int) -> list[int]:
    """The last ``most`` origins of which at least the shortest sum is known."""
    known = [n for n in range(len(past.origins)) if np.isfinite(past.actual[n, 0]).all()]
    return known[-most:]


def _known_then(past: PastForecasts, n: int, coverage: float, group: Indices) -> dict[int, Calibration]:
    """What was learnt by origin ``n``, for the horizons over which its own outcomes are known: only they are judged."""
    outcomes = sum(np.isfinite(past.actual[n, at]).all() for at in range(len(past.horizons)))
    judged = replace(past, horizons=past.horizons[:outcomes])
    return calibrate(judged, int(past.origins[n]), coverage, group)


def _judge(histories: Histories, metric: str, past: PastForecasts, n: int, at: int, learnt: Calibration) -> Floats:
    """Rows of actual, forecast, low, high and naive forecast for the running campaigns at one origin."""
    who = np.flatnonzero(past.is_running[n])
    origin, horizon = int(past.origins[n]), past.horizons[at]
    span = np.full(len(who), float(horizon))
    variance, doubt = past.variance[n, who].astype(np.float64), past.doubt[n, at, who].astype(np.float64)
    sums = past.forecast[n, at][:, who].T.astype(np.float64)
    point, doubt = learnt.point(sums, variance, span), np.hypot(doubt, learnt.season_doubt(sums))
    low, high = learnt.interval(point, variance, span, histories.group[who], doubt)
    recent = histories.values[metric][who, max(origin + 1 - _NAIVE_DAYS, 0) : origin + 1]
    # Differences of running sums in single precision are off by a little: no outcome is to miss its interval by that.
    actual = past.actual[n, at, who].astype(np.float64)
    slack = 1e-4 * np.maximum(actual, 1e-6)
    return np.column_stack((actual, point, low - slack, high + slack, recent.mean(axis=1) * horizon))
