"""One pass over the days of all campaigns: expected outcome, and the sums that Gauss-Newton and the bootstrap need.

Model of a day: ``mean = maturity * weekday * exp(level + trend * years) * H(spend) / H(typical spend)`` with
``H(s) = s^n / (h^n + s^n)``, n = exp(log_slope), h = typical spend * exp(log_half); the variance is
``dispersion * mean`` (quasi-Poisson, so the unit of the outcome does not matter). Parameters stand in the order
level, log_half, log_slope, trend.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import Floats

DAYS_PER_YEAR = 365.25
_CHUNK = 256
_TAIL, _TAIL_OUTCOMES = 3.0, 2.0
"""Residuals beyond so many deviations and outcomes (units of the dispersion) lose weight with their square."""

Indices = npt.NDArray[np.intp]
_UPPER = [(i, j) for i in range(4) for j in range(i, 4)]


@dataclass(frozen=True, slots=True)
class Observations:
    """What is fitted: arrays of campaigns x days. A day with ``exposure`` 0 is not used."""

    outcome: Floats
    log_spend: Floats
    """Logarithm of spend over the campaign's typical spend."""
    exposure: Floats
    years: Floats
    """Per day: years before the last one, 0 or negative."""
    weekday: Indices

    def chunks(self) -> Iterator[tuple[slice, "Observations"]]:
        """Pieces of a few hundred campaigns, small enough for the processor's cache."""
        for start in range(0, self.outcome.shape[0], _CHUNK):
            part = slice(start, start + _CHUNK)
            yield (
                part,
                Observations(self.outcome[part], self.log_spend[part], self.exposure[part], self.years, self.weekday),
            )


@dataclass(frozen=True, slots=True)
class Sums:
    """Per campaign, before division by the dispersion; the first axis is the campaign."""

    information: Floats
    score: Floats
    outcome_by_weekday: Floats
    mean_by_weekday: Floats
    squared_residuals: Floats
    """Squared Pearson residuals (times dispersion), cut at the tail."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Sensitivities and weighted residuals of one chunk, campaigns x days."""

    mean: Floats
    gradients: tuple[Floats, Floats, Floats, Floats]
    weight: Floats
    residual: Floats


def sums(seen: Observations, theta: Floats, weekday: Floats, dispersion: Floats) -> Sums:
    """One pass at ``theta`` (campaigns x 4) with ``weekday`` factors (campaigns x 7)."""
    is_day = np.eye(7)[seen.weekday]
    parts = [
        _sums(chunk, evaluate(chunk, theta[at], weekday[at], dispersion[at]), dispersion[at], is_day)
        for at, chunk in seen.chunks()
    ]
    return Sums(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sums)))


def _sums(seen: Observations, at: Pass, dispersion: Floats, is_day: Floats) -> Sums:
    information = np.empty((len(dispersion), 4, 4))
    for i, j in _UPPER:
        information[:, i, j] = information[:, j, i] = _dot(at.gradients[i] * at.gradients[j], at.weight)
    squares = at.residual**2 / np.maximum(at.mean, 1e-300)
    return Sums(
        information,
        np.stack([_dot(g, at.residual) for g in at.gradients], axis=1),
        (seen.outcome * (seen.exposure > 0)) @ is_day,
        at.mean @ is_day,
        squares.sum(axis=1),
    )


def weekly_sums(
    seen: Observations, theta: Floats, weekday: Floats, dispersion: Floats
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Per chunk and week: information (campaigns x weeks x 4 x 4) and score (... x 4), divided by the dispersion."""
    starts = np.arange(0, seen.outcome.shape[1], 7)
    for part, chunk in seen.chunks():
        at = evaluate(chunk, theta[part], weekday[part], dispersion[part])
        information = np.empty((len(dispersion[part]), len(starts), 4, 4))
        for i, j in _UPPER:
            products = at.gradients[i] * at.gradients[j] * at.weight
            information[..., i, j] = information[..., j, i] = np.add.reduceat(products, starts, axis=1)
        score = np.stack([np.add.reduceat(g * at.residual, starts, axis=1) for g in at.gradients], axis=2)
        scale = dispersion[part][:, None, None]
        yield part, information / scale[..., None], score / scale


def evaluate(seen: Observations, theta: Floats, weekday: Floats, dispersion: Floats) -> Pass:
    """The model at ``theta``: means, derivatives of their logarithms, robustly weighted residuals."""
    level, log_half, slope, trend = theta[:, 0:1], theta[:, 1:2], np.exp(theta[:, 2:3]), theta[:, 3:4]
    odds = slope * (seen.log_spend - log_half)
    free = 1.0 / (1.0 + np.exp(odds))
    typical_odds = -slope * log_half
    typical_free = 1.0 / (1.0 + np.exp(typical_odds))
    with np.errstate(divide="ignore"):
        log_mean = level + trend * seen.years + (odds - typical_odds) + np.log(free / typical_free)
    mean = np.exp(log_mean) * seen.exposure * weekday[:, seen.weekday]
    residual = (seen.outcome - mean) * (seen.exposure > 0)
    unit = dispersion[:, None]
    limit = _TAIL * np.sqrt(unit * mean) + _TAIL_OUTCOMES * unit
    robust = np.square(limit / np.maximum(np.abs(residual), limit))
    gradients = (
        np.ones_like(mean),
        slope * (typical_free - free),
        free * odds - typical_free * typical_odds,
        np.broadcast_to(seen.years, mean.shape),
    )
    return Pass(mean, gradients, mean * robust, residual * robust)


def _dot(left: Floats, right: Floats) -> Floats:
    products: Floats = np.einsum("ct,ct->c", left, right)
    return products
