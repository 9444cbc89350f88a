"""Weekday weights: a campaign's spend pattern over the week, shrunk to its platform's. Arrays only."""

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices, Mask

_LEAST, _MOST = 0.3, 2.5


def estimate_weights(spend: Floats, weekday: Indices, group: Indices, prior_weeks: float) -> Floats:
    """Campaigns x 7 (Monday to Sunday), each averaging 1, from ``spend`` (campaigns x days).

    A week counts where all its seven days have spend: a day's share of its week is free of the campaign's level. A
    campaign's mean over n weeks counts n / (n + ``prior_weeks``), its platform's the rest; without any data weights are
    even. Shares far off are cut, so that a broken day does not pass for a habit.
    """
    whole = spend.shape[1] // 7 * 7
    weeks = spend[:, spend.shape[1] - whole :].reshape(len(spend), -1, 7)
    order = np.argsort(weekday[spend.shape[1] - whole :][:7])
    full: Mask = np.all(weeks > 0, axis=2)
    totals = np.where(full, weeks.sum(axis=2), 1.0)
    shares = np.clip(7.0 * (weeks / totals[:, :, None]), _LEAST, _MOST) * np.expand_dims(full, 2)
    count = np.sum(full, axis=1)[:, None]
    own = shares.sum(axis=1)[:, order]
    common = np.ones_like(own)
    for number in np.unique(group):
        members = group == number
        seen = own[members].sum(axis=0)
        if seen.sum() > 0:
            common[members] = seen / seen.sum() * 7.0
    blended = (own + prior_weeks * common) / (count + prior_weeks)
    return np.asarray(blended / blended.mean(axis=1, keepdims=True))


def weight_between(weights: Floats, first: Indices, last: Indices) -> Floats:
    """Sum of each campaign's weights over its days ``first`` to ``last`` (ordinals, both included; 0 when empty)."""
    weekdays = np.arange(7)

    def until(day: Indices) -> Indices:
        return (day[:, None] - (weekdays + 1)) // 7 + 1  # ordinal 1 is a Monday

    counts = np.where((last >= first)[:, None], until(last) - until(first - 1), 0)
    return np.asarray((weights * counts).sum(axis=1))
