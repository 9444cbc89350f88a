"""One pass over the weeks of all campaigns: expected outcome, and the sums that Gauss-Newton and the bootstrap need.

Model of a week: ``mean = exposure * exp(level + trend * years + demand) * H(spend) / H(typical spend)`` with
``H(s) = s^n / (h^n + s^n)``, n = exp(log_slope), h = typical spend * exp(log_half), and ``demand`` the two controls of
demand.py, each times its own coefficient; the variance is ``dispersion * mean`` (quasi-Poisson, so the unit of the
outcome does not matter). Parameters stand in the order level, log_half, log_slope, trend, demand of spend, of sales.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats

PARAMETERS = 6
_CHUNK = 128
_TAIL, _TAIL_OUTCOMES = 3.0, 2.0
"""Residuals beyond so many deviations and outcomes (units of the dispersion) lose weight with their square."""
_UPPER = [(i, j) for i in range(PARAMETERS) for j in range(i, PARAMETERS)]
_MOST_LOG = 50.0


@dataclass(frozen=True, slots=True)
class Observations:
    """What is fitted: arrays of campaigns x weeks. A week with ``exposure`` 0 is not used."""

    outcome: Floats
    log_spend: Floats
    """Logarithm of spend over the campaign's typical spend."""
    exposure: Floats
    years: Floats
    """Per week: years before the last one, 0 or negative."""
    demand: Floats
    """Campaigns x weeks x 2, see demand.py."""

    def chunks(self) -> Iterator[tuple[slice, "Observations"]]:
        """Pieces of some campaigns, small enough for the processor's cache."""
        for start in range(0, self.outcome.shape[0], _CHUNK):
            part = slice(start, start + _CHUNK)
            yield (
                part,
                Observations(
                    self.outcome[part], self.log_spend[part], self.exposure[part], self.years, self.demand[part]
                ),
            )


@dataclass(frozen=True, slots=True)
class Sums:
    """Per campaign, before division by the dispersion; the first axis is the campaign."""

    information: Floats
    score: Floats
    squared_residuals: Floats
    """Squared Pearson residuals (times dispersion), cut at the tail."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Sensitivities and weighted residuals of one chunk, campaigns x weeks."""

    mean: Floats
    gradients: tuple[Floats, ...]
    weight: Floats
    residual: Floats


def sums(seen: Observations, theta: Floats, dispersion: Floats) -> Sums:
    """One pass at ``theta`` (campaigns x parameters)."""
    parts = [_sums(evaluate(chunk, theta[at], dispersion[at])) for at, chunk in seen.chunks()]
    return Sums(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sums)))


def _sums(at: Pass) -> Sums:
    gradients = np.stack(at.gradients, axis=1)
    information = np.matmul(gradients * at.weight[:, None], np.swapaxes(gradients, 1, 2))
    score = np.matmul(gradients, at.residual[..., None])[..., 0]
    squares = at.residual**2 / np.maximum(at.mean, 1e-300)
    return Sums(information, score, squares.sum(axis=1))


def weekly_sums(seen: Observations, theta: Floats, dispersion: Floats) -> Iterator[tuple[slice, Floats, Floats]]:
    """Per chunk: information (parameters x parameters x campaigns x weeks) and score, over the dispersion.

    Of the information the lower triangle is filled in.
    """
    for part, chunk in seen.chunks():
        at = evaluate(chunk, theta[part], dispersion[part])
        unit = dispersion[part][:, None]
        weight, residual = at.weight / unit, at.residual / unit
        information = np.empty((PARAMETERS, PARAMETERS, *at.mean.shape))
        for i, j in _UPPER:
            np.multiply(at.gradients[i] * at.gradients[j], weight, out=information[j, i])
        yield part, information, np.stack([g * residual for g in at.gradients])


def evaluate(seen: Observations, theta: Floats, dispersion: Floats) -> Pass:
    """The model at ``theta``: means, derivatives of their logarithms, robustly weighted residuals."""
    level, log_half, slope, trend = theta[:, 0:1], theta[:, 1:2], np.exp(theta[:, 2:3]), theta[:, 3:4]
    odds = slope * (seen.log_spend - log_half)
    free = 1.0 / (1.0 + np.exp(odds))
    typical_odds = -slope * log_half
    typical_free = 1.0 / (1.0 + np.exp(typical_odds))
    demand = np.einsum("cwk,ck->cw", seen.demand, theta[:, 4:])
    with np.errstate(divide="ignore"):
        reached = (odds - typical_odds) + np.log(free / typical_free)
    log_mean = level + np.clip(trend * seen.years + demand + reached, -_MOST_LOG, _MOST_LOG)
    mean = np.exp(log_mean) * seen.exposure
    residual = (seen.outcome - mean) * (seen.exposure > 0)
    unit = dispersion[:, None]
    limit = _TAIL * np.sqrt(unit * mean) + _TAIL_OUTCOMES * unit
    robust = np.square(limit / np.maximum(np.abs(residual), limit))
    gradients = (
        np.ones_like(mean),
        slope * (typical_free - free),
        free * odds - typical_free * typical_odds,
        np.broadcast_to(seen.years, mean.shape),
        seen.demand[..., 0],
        seen.demand[..., 1],
    )
    return Pass(mean, gradients, mean * robust, residual * robust)
