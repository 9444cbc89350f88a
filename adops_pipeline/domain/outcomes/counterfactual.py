"""What a campaign would have done without the change, from campaigns that were not changed; and how far off that is.

Difference in differences with regression adjustment: the controls' own change gives what the date did to everybody,
their deviations before it say how far an extreme level returns to the usual one by itself. The interval comes from the
errors that the same calculation makes for the controls and on earlier dates (placebo dates): a window of days is one
observation there, so that days that depend on each other need no further assumption.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma, stdtrit

from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.outcomes.windows import POST_DAYS, Windows

MOST_CONTROLS = 50
FEWEST_CONTROLS = 3
COVERAGE = 0.80
_RIDGE = 4.0
"""Observations that pull a coefficient to 0: few controls do not determine one."""
_LEVEL_WIDTH = 1.0
_DEVIATION_WIDTH = 1.5
"""Distances at which a control counts half as much: in logs of the level, in standard deviations of the deviation."""
_PRIOR_WINDOWS = 4.0
_PRIOR_CAMPAIGNS = 5.0
_FEWEST_WINDOWS, _MOST_WINDOWS = 1.0, 12.0
"""Weight of the controls' mean squared error beside the campaign's own, in independent windows: before anything is
known of how far campaigns differ in it, and its bounds."""
_NARROWEST = 0.5
"""Least quantile of the errors' own distribution, as a share of Student's: earlier errors of 0 prove little."""
_SWING_WORTH = 1.0
"""Independent windows that one date's deviation is worth as knowledge of a campaign's error."""
_FULL_QUANTILE = 60.0
"""Independent errors from which their own distribution decides about half of the interval's width."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """``expected`` is the log change without the action."""

    expected: float
    half_width: float
    """Of the 80 % interval, on the log scale."""
    controls: int
    coefficients: Floats


def expect_change(windows: Windows, row: int, candidates: Mask, at: int = 0) -> Counterfactual | None:
    """The change to expect of campaign ``row`` at the date ``at``; None with fewer than three usable controls.

    Later dates than ``at`` (with smaller numbers) are not used.
    """
    usable = windows.usable[:, at:].copy()
    usable[row, 0] = windows.ran[row, at]
    chosen, near = _matched(windows, row, candidates & usable[:, 0], at)
    if chosen.size < FEWEST_CONTROLS:
        return None
    rows = np.concatenate([[row], chosen])
    change, features = windows.change[rows, at:], windows.features[rows, at:]
    # the campaign itself says nothing about what to expect of it
    weights = np.concatenate([[0.0], near])[:, None] * usable[rows]
    total = weights.sum(axis=0)
    known = (weights > 0).sum(axis=0) >= min(FEWEST_CONTROLS, chosen.size)
    safe = np.where(total > 0, total, 1.0)
    mean_change = (weights * change).sum(axis=0) / safe
    mean_features = np.einsum("uw,uwf->wf", weights, features) / safe[:, None]
    centred = features - mean_features
    coefficients, inverse = _coefficients(change - mean_change, centred, weights * known)
    left = change - mean_change - centred @ coefficients
    shares = weights / safe
    concentration = np.square(shares).sum(axis=0)
    # each error as large as that of one campaign beside the true mean of the others
    errors = left / np.sqrt(np.maximum(1.0 - 2.0 * shares + concentration, 0.1))
    valid = usable[rows] & known
    valid[0, 0] = False
    swings = np.where(usable[rows] & known, centred[:, :, 0], 0.0)
    error, quantile = _spread(errors, valid, swings, weights.max(axis=1), windows.ends[at:])
    expected = float(mean_change[0] + centred[0, 0] @ coefficients)
    leverage = float(centred[0, 0] @ inverse @ centred[0, 0])
    error *= float(np.sqrt(1.0 + concentration[0] + leverage))
    return Counterfactual(expected, quantile * error, int(chosen.size), coefficients)


def _matched(windows: Windows, row: int, candidates: Mask, at: int) -> tuple[Indices, Floats]:
    """The most alike of the candidates, in the order of their rows, with their weights."""
    others = candidates.copy()
    others[row] = False
    numbers = np.flatnonzero(others)
    near = _weights(windows, row, numbers, at)
    kept = np.sort(np.argsort(-near, kind="stable")[:MOST_CONTROLS])
    return numbers[kept], near[kept]


def _weights(windows: Windows, row: int, rows: Indices, at: int) -> Floats:
    """How alike campaigns are: in their level before the date, and in how far it lay from their usual one."""
    level = (windows.level[rows, at] - windows.level[row, at]) / _LEVEL_WIDTH
    features = windows.features[:, at]
    apart = (features[rows] - features[row]) / windows.spread[at] / _DEVIATION_WIDTH
    distance = level**2 + (apart**2).sum(axis=1)
    return np.asarray(1.0 / (1.0 + distance), dtype=np.float64)


def _coefficients(change: Floats, features: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Slopes of the change on the deviations, within dates, shrunk where little is known; and the inverse matrix."""
    cross = np.einsum("uw,uwf,uwg->fg", weights, features, features)
    mean = np.trace(cross) / max(cross.shape[0], 1) / max(weights.sum(), 1e-12)
    ridge = _RIDGE * max(mean, 1e-9) * np.eye(cross.shape[0])
    inverse = np.linalg.inv(cross + ridge)
    return np.asarray(inverse @ np.einsum("uw,uwf,uw->f", weights, features, change), dtype=np.float64), inverse


def _spread(errors: Floats, valid: Mask, swings: Floats, weights: Floats, ends: Indices) -> tuple[float, float]:
    """The campaign's error, and the quantile that holds 80 % of errors in such units.

    ``swings`` are the deviations before each date: a campaign that swings much is also harder to predict, and one that
    was picked for its extreme level is likely to be such a one.
    """
    is_valid = valid.astype(np.float64)
    squares, shared = np.where(valid, errors**2, 0.0), _overlap(ends)
    counts = is_valid.sum(axis=1)
    common = np.einsum("uw,wv,uv->u", is_valid, shared, is_valid)
    independent = np.where(counts > 0, counts**2 / np.maximum(common, 1e-9), 0.0)
    own = squares.sum(axis=1) / np.maximum(counts, 1)
    swing, swung = _own_swings(swings, squares[1:], valid[1:])
    own = (independent * own + swung * swing) / np.maximum(independent + swung, 1e-12)
    scale, prior = _prior(own[1:], (independent + swung)[1:], weights[1:])
    variance = (prior * scale + (independent + swung) * own) / (prior + independent + swung)
    freedom = prior + float(independent[0] + swung[0])
    student = float(stdtrit(freedom, 0.5 + COVERAGE / 2))
    # standardised errors of all controls and dates, each by what is known of its campaign from other dates
    apart = (shared <= 0).astype(np.float64)
    there = is_valid @ apart
    known = np.where(counts[:, None] > 0, independent[:, None] / np.maximum(counts[:, None], 1), 0.0) * there
    by_errors = known * (squares @ apart) / np.maximum(there, 1)
    by_swings = (swung * swing)[:, None]
    spreads = np.sqrt((prior * scale + by_errors + by_swings) / (prior + known + swung[:, None]))
    scores = np.abs(errors) / np.maximum(spreads, 1e-12)
    weight = np.where(valid, weights[:, None], 0.0)
    weight[0] = weights[1:].mean() * is_valid[0]
    found = max(_quantile(scores[valid], weight[valid], COVERAGE), _NARROWEST * student)
    amount = float(independent.sum())
    mix = amount / (amount + _FULL_QUANTILE)
    return float(np.sqrt(variance[0])), float(np.exp((1 - mix) * np.log(student) + mix * np.log(found)))


def _own_swings(swings: Floats, squares: Floats, valid: Mask) -> tuple[Floats, Floats]:
    """Mean squared swing of each campaign in units of squared errors, and the windows that it is worth."""
    counts = (swings != 0).sum(axis=1).astype(np.float64)
    among = np.square(swings[1:])[valid]
    ratio = float(squares[valid].sum()) / max(float(among.sum()), 1e-300) if among.size else 0.0
    mean = np.square(swings).sum(axis=1) / np.maximum(counts, 1)
    return mean * ratio, counts * (_SWING_WORTH if ratio > 0 else 0.0)


def _prior(own: Floats, independent: Floats, weights: Floats) -> tuple[float, float]:
    """What the controls' mean squared errors say of another campaign's: a scale, and the windows that it is worth.

    The variances are taken as drawn from a scaled inverse chi-square distribution, fitted by the moments of their
    logarithms (Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3:3).
    """
    usable = (independent > 0) & (own > 0)
    if not usable.any():
        return 1e-12, _PRIOR_WINDOWS
    logs, weight, half = np.log(own[usable]), weights[usable], independent[usable] / 2
    weight = weight / weight.sum()
    centred = logs - digamma(half) + np.log(half)
    mean = float(weight @ centred)
    left = float(weight @ ((centred - mean) ** 2 - polygamma(1, half)))
    amount = 1.0 / float((weight**2).sum())
    excess = (amount * max(left, 0.0) + _PRIOR_CAMPAIGNS * 2 / _PRIOR_WINDOWS) / (amount + _PRIOR_CAMPAIGNS)
    windows = float(np.clip(2.0 / excess, _FEWEST_WINDOWS, _MOST_WINDOWS))
    return float(np.exp(mean + digamma(windows / 2) - np.log(windows / 2))), windows


def _overlap(ends: Indices) -> Floats:
    """Correlation of the windows' errors by the share of days that two of them have in common, dates x dates."""
    apart = np.abs(ends[:, None, 1] - ends[None, :, 1])
    return np.asarray(np.clip(1.0 - apart / POST_DAYS, 0.0, 1.0), dtype=np.float64)


def _quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), values.size - 1)])
