"""The baseline: budgets in proportion to a score of past ROAS, its trend and its stability. No response curves.

``score = max(0.1, 0.5 * roas + 0.3 * trend + 0.2 * stability)``, each part scaled to 0..1 over the campaigns compared.
It rewards average return, not the return of the next unit of money: the better plan is in recommendations.py.
"""

import numpy as np

from adops_pipeline.domain.allocation.amounts import Units, share_out
from adops_pipeline.domain.allocation.curves import Floats

WINDOW_DAYS = 28
_ROAS_WEIGHT, _TREND_WEIGHT, _STABILITY_WEIGHT, _LEAST_SCORE = 0.5, 0.3, 0.2, 0.1


def scores(spend: Floats, revenue: Floats) -> Floats:
    """Score per campaign from its last 28 days (campaigns x days, oldest first); from 0.1 to 1.

    roas: revenue over spend; trend: roas of the later half of the days minus that of the earlier half, relative to the
    whole; stability: 1 minus the coefficient of variation of the daily roas, at least 0.
    """
    spend, revenue = spend[:, -WINDOW_DAYS:], revenue[:, -WINDOW_DAYS:]
    half = spend.shape[1] // 2
    roas = _ratio(revenue.sum(axis=1), spend.sum(axis=1))
    early = _ratio(revenue[:, :half].sum(axis=1), spend[:, :half].sum(axis=1))
    late = _ratio(revenue[:, half:].sum(axis=1), spend[:, half:].sum(axis=1))
    spending = spend > 0
    daily = _ratio(revenue, spend)
    days = np.maximum(spending.sum(axis=1), 1)
    mean = daily.sum(axis=1) / days
    deviation = np.sqrt((np.where(spending, daily - mean[:, None], 0.0) ** 2).sum(axis=1) / days)
    stability = np.clip(1.0 - _ratio(deviation, mean), 0.0, 1.0)
    trend = _ratio(late - early, roas)
    score = _ROAS_WEIGHT * _scaled(roas) + _TREND_WEIGHT * _scaled(trend) + _STABILITY_WEIGHT * _scaled(stability)
    return np.maximum(score, _LEAST_SCORE)


def heuristic_plan(spend: Floats, revenue: Floats, total: int, low: Units, high: Units) -> Units:
    """``total`` steps in proportion to the scores, within bounds, adding up exactly."""
    return share_out(total, scores(spend, revenue), low, high)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _scaled(values: Floats) -> Floats:
    """Values from 0 (the lowest) to 1 (the highest); 0.5 for all where they are equal."""
    width = float(np.ptp(values)) if values.size else 0.0
    return (values - values.min()) / width if width > 0 else np.full_like(values, 0.5)
