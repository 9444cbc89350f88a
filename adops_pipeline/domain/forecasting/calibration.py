"""Calibration: past forecast errors decide the variant to use and the width of its interval.

Split-conformal in form: standardised errors of earlier origins, pooled over campaigns, give the quantiles for the next
one (Vovk et al. 2005; sums over h days are judged as sums, so that errors which persist from day to day are counted).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.forecasting.combination import drawn_to_usual, single_weights, stacked_weights
from adops_pipeline.domain.forecasting.outlook import VARIANTS, Floats, Indices, Mask

Singles = npt.NDArray[np.float32]

LEARNING_DAYS = 160
"""Days of past errors that are used."""
_ENOUGH_SCORES = 40
_ENOUGH_IN_GROUP = 300
_DRIFTS = tuple(float(d) for d in np.geomspace(0.01, 0.6, 14))
_DRIFT_SCORES, _STACKED_SCORES = 2500, 1200
_LITTLE_DOUBT = 0.02
"""Sums of days with uncertain events say nothing about how far a level wanders off."""
_WIDENING = 2.0
"""Divided by the number of independent scores: how much further out limits lie than where those scores would put them.

The weights were fitted to the same errors, and few of them say little about the tails; chosen on made-up series.
"""
_SCORE_HALF_LIFE = 80.0
"""Of the weight of an error in the interval's quantiles, in days: how wrong forecasts are changes with the season."""
_LARGEST_SCORE = 3.0
"""An error further out counts as this many scales, so that one campaign does not decide what all share."""
_SHARED_DOUBT, _SHARED_SPANS = 2.0, 4.0
"""Of an error that campaigns share: variances of chance that are taken off its mean square, and horizons at which half
of its persistence is believed."""
_LEAST_SPANS = 3.0
"""Horizons of outcomes below which nothing can be said about what lasts."""
_RECENT_DAYS = 7
"""The shared error to expect starts from the mean of the origins of these days."""
_SEASON_DOUBT = 0.5
"""Share of what the season changes beyond what it did in the past that may not come: a standard deviation."""
_UNKNOWN = 1
"""The variant that is used where nothing was observed yet."""
_UNKNOWN_DRIFT, _UNKNOWN_QUANTILE = 0.12, 1.6
"""Per square root of a day, and for a coverage of 1: what is assumed where nothing was observed yet."""


@dataclass(frozen=True, slots=True)
class PastForecasts:
    """Forecasts of one metric made at past origins: ``forecast`` and ``actual`` sums over each of ``horizons`` days.

    Arrays are origins x horizons x VARIANTS x campaigns (``actual`` and ``doubt`` without the variants, ``variance``
    and ``is_running`` without horizons too); a sum that is not complete yet is NaN in ``actual``.
    """

    origins: Indices
    horizons: tuple[int, ...]
    forecast: Singles
    actual: Singles
    variance: Singles
    is_running: Mask
    doubt: Singles
    """Relative standard deviation of the sum by events whose effect is uncertain."""
    losses: Floats
    """Origins x horizons x VARIANTS: sums of relative errors over the running campaigns."""
    judged: Floats
    """Origins x horizons: how many campaigns these are."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """For one metric and horizon: how to combine the variants, drift per unit forecast, error quantiles per group."""

    weights: Floats
    """Of the variants, sum 1."""
    drift: float
    low: Floats
    high: Floats
    is_learnt: bool = True
    shared: float = 0.0
    """Error to expect of all campaigns alike, in units of the error scale: a season that no variant follows."""
    usual_change: float = 0.0
    """Root of the mean square of what the yearly season changed in the past, whose errors are known."""

    def point(self, sums: Floats, variance: Floats, horizon: Floats | Indices) -> Floats:
        """Forecast from the variants' ``sums`` (campaigns x VARIANTS) over ``horizon`` days."""
        together = sums @ self.weights
        if self.shared == 0.0:
            return np.asarray(together, dtype=np.float64)
        shift = self.shared * error_scale(together, variance, horizon, self.drift)
        return np.asarray(np.maximum(together + shift, 0.0), dtype=np.float64)

    def season_change(self, sums: Floats) -> Floats:
        """What the season adds to the combination of ``sums`` (campaigns x forecasts), a share of it without."""
        return season_change(self.weights, sums.T)

    def season_doubt(self, sums: Floats) -> Floats:
        """Relative standard deviation of ``sums`` by a season that changes more than it did when errors were seen."""
        if sums.shape[1] == len(VARIANTS):
            return np.zeros(len(sums))
        beyond = np.maximum(self.season_change(sums) ** 2 - self.usual_change**2, 0.0)
        return np.asarray(_SEASON_DOUBT * np.sqrt(beyond), dtype=np.float64)

    def interval(
        self, forecast: Floats, variance: Floats, horizon: Floats, group: Indices, doubt: Floats
    ) -> tuple[Floats, Floats]:
        """Interval of sums over ``horizon`` days (per campaign): never below 0, always round the forecast."""
        scale = error_scale(forecast, variance, horizon, np.hypot(self.drift, doubt))
        low = np.clip(forecast + self.low[group] * scale, 0.0, forecast)
        return low, np.maximum(forecast + self.high[group] * scale, forecast)


def season_change(weights: Floats, sums: Floats) -> Floats:
    """What the season adds to the combination of ``sums`` (forecasts x scores), of which the second half have it.

    A share of the combination without it; 0 where nothing is expected.
    """
    plain = len(weights) // 2
    together, without = weights @ sums, (weights[:plain] + weights[plain:]) @ sums[:plain]
    return np.divide(together, without, out=np.ones(len(together)), where=without > 0) - 1.0


def error_scale(forecast: Floats, variance: Floats, horizon: int | Floats | Indices, drift: float | Floats) -> Floats:
    """Standard deviation of a sum: independent daily noise, and a level that wanders off in proportion."""
    return np.asarray(np.sqrt(horizon * variance + (drift * forecast) ** 2), dtype=np.float64)


def calibrate(past: PastForecasts, before: int, coverage: float, group: Indices) -> dict[int, Calibration]:
    """Per horizon, what the forecasts teach whose last day is at most day ``before``.

    A horizon that was not observed often enough takes over the next shorter one's errors, widened by the square root
    of the time between; where there is none, a wide guess.
    """
    groups = int(group.max(initial=0)) + 1
    width = _UNKNOWN_QUANTILE * coverage
    known, last = (
        Calibration(
            np.eye(past.forecast.shape[2])[_UNKNOWN],
            _UNKNOWN_DRIFT,
            np.full(groups, -width),
            np.full(groups, width),
            False,
        ),
        1,
    )
    found = {}
    for at, horizon in enumerate(past.horizons):
        learnt = _learn(past, at, before, coverage, group, groups)
        if learnt is not None:
            known, last = learnt, horizon
        found[horizon] = replace(known, drift=min(known.drift * (horizon / last) ** 0.5, 1.0))
    return found


def _learn(
    past: PastForecasts, at: int, before: int, coverage: float, group: Indices, groups: int
) -> Calibration | None:
    horizon = past.horizons[at]
    ends = past.origins + horizon
    chosen = (ends <= before) & (ends > before - LEARNING_DAYS)
    actual = past.actual[chosen, at]
    usable = past.is_running[chosen] & np.isfinite(actual)
    if int(usable.sum()) < _ENOUGH_SCORES:
        return None
    forecast, variance = past.forecast[chosen, at], past.variance[chosen]
    weights = _combination(past, chosen, at, usable)
    point, seen = combined(weights, forecast)[usable], actual[usable].astype(np.float64)
    spread = variance[usable].astype(np.float64)
    doubt = past.doubt[chosen, at][usable].astype(np.float64)
    quiet = doubt <= _LITTLE_DOUBT
    drift = _drift((seen - point)[quiet], point[quiet], spread[quiet], horizon, coverage) if quiet.any() else 0.1
    scores = (seen - point) / np.maximum(error_scale(point, spread, horizon, np.hypot(drift, doubt)), 1e-12)
    origins, origin = past.origins[chosen], usable.nonzero()[0]
    recency = (0.5 ** ((origins[-1] - origins) / _SCORE_HALF_LIFE))[origin]
    order = np.argsort(scores)
    ranked, weight = scores[order], recency[order]
    owner = np.broadcast_to(group, usable.shape)[usable][order]
    pooled = _quantiles(ranked, weight, coverage)
    own = [owner == g for g in range(groups)]
    limits = np.array(
        [_quantiles(ranked[o], weight[o], coverage) if int(o.sum()) >= _ENOUGH_IN_GROUP else pooled for o in own]
    ).reshape(-1, 2)
    alike = _alike(scores[quiet], origin[quiet]) if quiet.any() else 1.0
    evenly = float(recency.sum()) ** 2 / float(recency @ recency) / len(recency)
    limits *= 1.0 + _WIDENING / max(_independent_scores(origins, horizon, usable) * evenly / alike, 1.0)
    shared = _shared(scores[quiet], origin[quiet], origins, horizon) if quiet.any() else 0.0
    usual = 0.0
    if len(weights) > len(VARIANTS):
        change = season_change(weights, forecast.swapaxes(0, 1)[:, usable].astype(np.float64))
        usual = float(np.sqrt((change**2).mean()))
    return Calibration(weights, drift, limits[:, 0], limits[:, 1], shared=shared, usual_change=usual)


def _independent_scores(origins: Indices, horizon: int, usable: Mask) -> float:
    """How many scores do not overlap: sums over ``horizon`` days from origins that are closer share days."""
    spans = max(float(origins[-1] - origins[0]) / horizon, 1.0)
    return max(spans * float(usable.sum()) / len(usable), 1.0)


def _alike(scores: Floats, origin: Indices) -> float:
    """How many scores of one origin say as much as one that is independent: campaigns err together (design effect)."""
    cut = np.clip(scores, -_LARGEST_SCORE, _LARGEST_SCORE)
    count = np.bincount(origin)
    mean = np.bincount(origin, cut)[count > 0] / count[count > 0]
    chance = float(cut @ cut) / len(cut) / (len(cut) / len(mean))
    return max(float(mean @ mean) / len(mean) / max(chance, 1e-12), 1.0)


def _shared(scores: Floats, origin: Indices, origins: Indices, horizon: int) -> float:
    """The error that all campaigns will have together, from that of the last ``origins`` whose outcome is known.

    Only so much of it as lasted, in the past, from one horizon to the next two, and as is more than chance: the mean of
    independent errors. ``origin`` says which of ``origins`` each of ``scores`` belongs to.
    """
    count = np.bincount(origin, minlength=len(origins))
    cut = np.clip(scores, -_LARGEST_SCORE, _LARGEST_SCORE)
    mean = (np.bincount(origin, cut, len(origins)) / np.maximum(count, 1))[count > 0]
    days = origins[count > 0]
    spans = float(days[-1] - days[0]) / horizon
    if spans < _LEAST_SPANS:
        return 0.0
    stride = int(np.diff(days).min())
    lag = max(round(horizon / stride), 1)
    # A week on which all paused is in the errors for two horizons, and no longer.
    lasting = min(float(mean[:-by] @ mean[by:]) / max(float(mean[:-by] @ mean[:-by]), 1e-12) for by in (lag, 2 * lag))
    chance = float(cut @ cut) / len(cut) / float(count[count > 0].mean())
    sure = 1.0 - _SHARED_DOUBT * chance / max(float(mean @ mean) / len(mean), 1e-12)
    believed = min(max(lasting, 0.0), 1.0) * max(sure, 0.0) * spans / (spans + _SHARED_SPANS)
    return believed * float(mean[-max(_RECENT_DAYS // stride, 1) :].mean())


def combined(weights: Floats, forecast: Singles) -> Floats:
    """The combination of forecasts, origins x VARIANTS x campaigns."""
    return np.asarray(np.einsum("v,ovc->oc", weights, forecast), dtype=np.float64)


def summed_losses(
    forecast: Singles, actual: Singles, variance: Singles, is_running: Mask, horizons: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Per origin and horizon, sums over campaigns of each variant's relative error, and the number of campaigns.

    Single disasters count little.
    """
    noise = np.sqrt(np.array(horizons)[:, None] * variance[:, None, :])
    size = forecast.mean(axis=2) + noise + 1e-9
    usable = is_running[:, None, :] & np.isfinite(actual)
    errors = np.minimum(np.abs(np.nan_to_num(actual)[:, :, None] - forecast) / size[:, :, None], 1.0)
    losses = np.einsum("ohvc,ohc->ohv", errors, usable.astype(errors.dtype), dtype=np.float64)
    return losses, usable.sum(axis=2).astype(np.float64)


def _combination(past: PastForecasts, chosen: Mask, at: int, usable: Mask) -> Floats:
    """Weights of the variants, from their errors at the ``chosen`` origins for the campaigns ``usable`` there."""
    horizon = past.horizons[at]
    independent = _independent_scores(past.origins[chosen], horizon, usable)
    prior = drawn_to_usual(single_weights(past.losses[chosen, at], past.judged[chosen, at]), horizon, independent)
    origin, campaign = np.nonzero(usable)
    count = len(origin)
    thin = slice(None, None, max(count // _STACKED_SCORES, 1))
    origin, campaign = np.flatnonzero(chosen)[origin[thin]], campaign[thin]
    forecast = past.forecast[:, at].swapaxes(0, 1)[:, origin, campaign].astype(np.float64)
    noise = np.sqrt(horizon * past.variance[origin, campaign].astype(np.float64))
    errors = forecast - past.actual[origin, at, campaign].astype(np.float64)
    return stacked_weights((errors / (forecast.mean(axis=0) + noise + 1e-9)).T, prior, count)


def _drift(error: Floats, point: Floats, variance: Floats, horizon: int, coverage: float) -> float:
    """The drift at which quiet and noisy campaigns need intervals of the same width in units of their error scale.

    A mean of squares would be ruled by the few campaigns that stop for good, and would leave small campaigns, whose
    days are noisy, with intervals that are too narrow.
    """
    thin = slice(None, None, max(len(error) // _DRIFT_SCORES, 1))
    error, point, variance = np.abs(error[thin]), point[thin], variance[thin]
    order = np.argsort(horizon * variance / np.maximum(point, 1e-12) ** 2, kind="stable")
    third = max(len(order) // 3, 1)
    quiet, noisy = order[:third], order[-third:]
    rank = min(int(coverage * third), third - 1)

    def imbalance(drift: float) -> float:
        scores = error / np.maximum(error_scale(point, variance, horizon, drift), 1e-12)
        widths = [float(np.partition(scores[part], rank)[rank]) for part in (quiet, noisy)]
        return float(np.log(max(widths[0], 1e-9) / max(widths[1], 1e-9)))

    # The larger the drift, the narrower the quiet ones' interval becomes against the noisy ones'.
    small, large = 0, len(_DRIFTS) - 1
    while large - small > 1:
        middle = (small + large) // 2
        small, large = (middle, large) if imbalance(_DRIFTS[middle]) > 0 else (small, middle)
    return min(_DRIFTS[small], _DRIFTS[large], key=lambda drift: abs(imbalance(drift)))


def _quantiles(ranked: Floats, weight: Floats, coverage: float) -> tuple[float, float]:
    """Outer weighted order statistics of scores in ascending order.

    A new score, with the weight of the newest, falls between them with at least ``coverage``.
    """
    upto = np.cumsum(weight)
    total = float(upto[-1] + weight.max())
    tail = (1 - coverage) / 2 * total
    below = max(int(np.searchsorted(upto, tail, side="right")) - 1, 0)
    above = min(int(np.searchsorted(upto, total - tail)), len(ranked) - 1)
    return float(ranked[below]), float(ranked[above])
