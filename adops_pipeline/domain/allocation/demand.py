"""Demand that the campaigns of an account share, seen through the other campaigns: a control of the curve fitting.

Where demand moves budgets and sales together, more spend seems to bring more than it does. What the other campaigns of
the account spend and sell in the same weeks shows that demand without a campaign's own noise in it.
"""

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import Indices
from adops_pipeline.domain.allocation.weeks import NEWEST_WEEKS, Weeks

LEAST_PEERS = 2
"""Other campaigns of the account that show its demand; an account with fewer is compared with its platform."""
_STEADY_DAYS = 3.0
"""Days of average results that are added to a week's, so that a week without sales has a logarithm."""


def shared_demand(weeks: Weeks, account: Indices, platform: Indices) -> Floats:
    """Campaigns x weeks x 2: logarithms of what the peers spent and of what a day of theirs brought, against usual.

    Both are 0 on average over the newest weeks, so that a curve's level is that of today's demand, and 0 throughout
    where there are no peers.
    """
    own_account, wide = _of_peers(weeks, account), _of_peers(weeks, platform)
    peers = np.bincount(account)[account] - 1
    index = np.where((peers >= LEAST_PEERS)[:, None, None], own_account, wide)
    return np.asarray(index - index[:, -NEWEST_WEEKS:].mean(axis=1, keepdims=True), dtype=np.float64)


def _of_peers(weeks: Weeks, group: Indices) -> Floats:
    """The two logarithms over the other campaigns of ``group``, campaigns x weeks x 2."""
    seen = weeks.days > 0
    usual_log = (weeks.log_spend * weeks.days).sum(axis=1) / np.maximum(weeks.days.sum(axis=1), 1)
    spent = _median_of_others(np.where(seen, weeks.log_spend - usual_log[:, None], np.nan), group)
    exposure = weeks.exposure.sum(axis=1)
    usual = weeks.outcome.sum(axis=1) / np.maximum(exposure, 1.0)
    weight = np.divide(_events(weeks), exposure * usual, out=np.zeros_like(usual), where=usual * exposure > 0)
    sold = _others(weight[:, None] * weeks.outcome, group)
    expected = _others((weight * usual)[:, None] * weeks.exposure, group)
    prior = _STEADY_DAYS * _others((weight * usual)[:, None] * np.ones((1, seen.shape[1])), group)
    steady = np.where(prior > 0, prior, 1.0)
    return np.stack((spent, np.log((sold + steady) / (expected + steady))), axis=2)


def _events(weeks: Weeks) -> Floats:
    """How many independent outcomes a campaign has: its total over the variance of its weeks per unit of the mean."""
    total, exposure = weeks.outcome.sum(axis=1), np.maximum(weeks.exposure, 1e-9)
    mean = total / np.maximum(weeks.exposure.sum(axis=1), 1.0)
    used = weeks.exposure > 0
    excess = np.where(used, (weeks.outcome / exposure - mean[:, None]) ** 2 * exposure, 0.0)
    variance = excess.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    return np.asarray(np.divide(total * mean, variance, out=np.zeros_like(total), where=variance > 0), dtype=np.float64)


def _median_of_others(values: Floats, group: Indices) -> Floats:
    """Per campaign and week, the median over the other campaigns of its group; NaN is left out, 0 where none is left.

    A median, because a campaign whose buyer moved its budget, or whose flight ends, says nothing about the others.
    """
    found = np.zeros_like(values)
    order = np.argsort(group, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        part = values[members]
        ranks = part.argsort(axis=0, kind="stable")
        lined = np.take_along_axis(part, ranks, axis=0)
        rank = ranks.argsort(axis=0, kind="stable")
        known = np.isfinite(part)
        count = known.sum(axis=0) - known
        removed = np.where(known, rank, len(members))
        picks = [np.maximum(count - less, 0) // 2 for less in (1, 0)]
        picks = [np.minimum(pick + (pick >= removed), len(members) - 1) for pick in picks]
        middle = sum(np.take_along_axis(lined, pick, axis=0) for pick in picks) / 2
        found[members] = np.where(count > 0, middle, 0.0)
    return np.asarray(found, dtype=np.float64)


def _others(values: Floats, group: Indices) -> Floats:
    """Per campaign, the sum over the other campaigns of its group."""
    sums = np.zeros((int(group.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    return np.asarray(sums[group] - values, dtype=np.float64)
