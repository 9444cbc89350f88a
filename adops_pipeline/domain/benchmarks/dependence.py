"""Variance of the change between two periods whose days depend on each other. Arrays only.

A day's residual is a slowly changing part (first-order autoregression) and an independent one. Which mixture the days
follow is judged by their spectrum (Whittle 1953): the likelihood of every mixture of a grid, with what the platform's
campaigns show together as its prior (empirical Bayes). The weekly frequencies are left out: a weekday pattern is no
noise where both periods are whole weeks. Spectra are those of residuals from each period's own mean, exactly.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.day_panel import Floats, Indices

_CORRELATIONS = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9, 0.95)
"""Day-to-day correlations of the slow part."""
_SLOW_SHARES = (0.1, 0.3, 0.6, 1.0)
"""Its share of the variance."""
_PRIOR_CAMPAIGNS = 15.0
"""Campaigns that the even prior over all mixtures counts as."""
_ROUNDS = 40
_MOST_FREEDOM = 20.0
_COMPANIONS = 150
"""Maximum number of a group's campaigns that its prior is learnt from."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Mixtures of unit variance: inverse of the expected periodogram (frequencies x mixtures), its log."""

    frequencies: Indices
    inverse: Floats
    log_sum: Floats
    change_variance: Floats


@dataclass(frozen=True, slots=True)
class ChangeVariance:
    """Per campaign: variance of the mean of the current days less that of the days before, and degrees of freedom."""

    variance: Floats
    freedom: float


def change_variance(
    residuals: Floats, shown: Floats, delivered: tuple[Floats, Floats], days_now: int, group: Indices
) -> ChangeVariance:
    """``residuals`` (campaigns x days, the current ``days_now`` days last) have mean 0 in each period.

    ``shown`` is how many days have a residual, ``delivered`` how many are compared, before and now. ``group`` numbers
    the campaigns whose days behave alike.
    """
    days = residuals.shape[1]
    grid = _grid(days, days_now)
    counts = np.maximum(shown, 1.0)
    waves = np.fft.rfft(residuals, axis=1)[:, grid.frequencies]
    spectrum = waves.real**2 + waves.imag**2
    # Not a product of matrices: its threads cost more than they save at this size.
    scale = np.einsum("cf,fm->cm", spectrum, grid.inverse) / (len(grid.frequencies) * counts[:, None])
    known = scale[:, 0] > 0
    with np.errstate(divide="ignore"):
        likelihood = -len(grid.frequencies) * np.log(np.where(known[:, None], scale, 1.0)) - grid.log_sum
    weights = _posterior(likelihood, known, group)
    variance = (weights * scale) @ grid.change_variance
    full = 1.0 / days_now + 1.0 / (days - days_now)
    before, now = (1.0 / np.maximum(count, 1.0) for count in delivered)
    thinner = (before + now) / full
    # Each frequency gives two degrees of freedom; half of them go to the choice of the mixture, and the variance of a
    # slow part rests on the lowest few, however many there are.
    return ChangeVariance(variance * thinner, min(float(len(grid.frequencies)), _MOST_FREEDOM))


def _posterior(likelihood: Floats, known: Floats, group: Indices) -> Floats:
    """Weights of the mixtures, campaigns x mixtures; the prior is what the group's campaigns show together."""
    mixtures = likelihood.shape[1]
    height = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    even = np.full(mixtures, 1.0 / mixtures)
    weights = np.tile(even, (len(likelihood), 1))
    for number in np.unique(group):
        rows = np.flatnonzero((group == number) & known)
        prior, some = even, height[rows[:: max(len(rows) // _COMPANIONS, 1)]]
        for _ in range(_ROUNDS):
            shares = some * prior
            shares /= shares.sum(axis=1, keepdims=True)
            prior = (shares.sum(axis=0) + _PRIOR_CAMPAIGNS * even) / (len(some) + _PRIOR_CAMPAIGNS)
        weights[rows] = height[rows] * prior
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@lru_cache(maxsize=8)
def _grid(days: int, days_now: int) -> _Grid:
    """The mixtures for periods of these lengths."""
    before = days - days_now
    frequencies = np.array([j for j in range(1, (days - 1) // 2 + 1) if 7 * j % days], dtype=np.intp)
    waves = np.exp(-2j * np.pi * np.outer(frequencies, np.arange(days)) / days)
    for part in (slice(0, before), slice(before, days)):
        waves[:, part] -= waves[:, part].mean(axis=1, keepdims=True)
    contrast = np.concatenate([np.full(before, -1.0 / before), np.full(days_now, 1.0 / days_now)])
    mixtures = [(rho, share) for rho in _CORRELATIONS for share in (_SLOW_SHARES if rho else (1.0,))]
    slow = np.array([share * rho ** np.arange(days) for rho, share in mixtures])
    correlations = np.where(np.arange(days) == 0, 1.0, slow)
    expected = correlations @ _at_lags(waves).T / days
    variances = correlations @ _at_lags(contrast[None, :])[0]
    return _Grid(frequencies, np.ascontiguousarray(1.0 / expected.T), np.log(expected).sum(axis=1), variances)


def _at_lags(weights: npt.NDArray[np.complex128]) -> Floats:
    """Rows x lags: the weight of each lag's autocorrelation in the variance of a weighted sum of the days."""
    days = weights.shape[1]
    powers = np.abs(np.fft.fft(weights, 2 * days, axis=1)) ** 2
    products = np.fft.ifft(powers, axis=1).real[:, :days]
    return np.asarray(products * np.where(np.arange(days) == 0, 1.0, 2.0))
