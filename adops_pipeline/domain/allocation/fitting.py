"""Response curves from daily data: all campaigns at once, each shrunk to its platform (empirical Bayes).

Gauss-Newton on the quasi-likelihood of likelihood.py with a normal prior per platform on (log_half, log_slope, trend);
mean and covariance of that prior are re-estimated in every round (EM with Laplace's approximation). Random draws round
the fit are in uncertainty.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import CurveArrays, Floats
from adops_pipeline.domain.allocation.likelihood import DAYS_PER_YEAR, Indices, Observations, Sums, sums
from adops_pipeline.domain.allocation.panel import Panel

_ROUNDS = 10
_LEAST_MATURITY = 0.3
LOWEST = np.array([-np.inf, -2.5, np.log(0.35), -1.5])
HIGHEST = np.array([np.inf, 2.5, np.log(3.0), 1.5])
_LONGEST_STEP = 0.8
# log_half, log_slope, trend of a campaign that nothing is known about: half saturated at 1.3x its typical spend, hardly
# S-shaped, steady over the year.
_HYPER_MEAN = np.array([np.log(1.3), 0.0, 0.0])
_HYPER_COVARIANCE = np.diag([0.5**2, 0.25**2, 0.3**2])
_HYPER_CAMPAIGNS = 6.0
_LEVEL_DEVIATION = 3.0
_WEEKDAY_STRENGTH = 150.0
"""Outcomes (in units of the dispersion) on one weekday that count as much as the platform's own pattern."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior per campaign on (level, log_half, log_slope, trend)."""

    mean: Floats
    precision: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted parameters per campaign (level, log_half, log_slope, trend), as of the last day and an average weekday."""

    theta: Floats
    typical_spend: Floats
    weekday: Floats
    dispersion: Floats
    prior: Prior
    observations: Observations
    days_used: Indices
    lowest_spend: Floats
    highest_spend: Floats

    def curves(self) -> CurveArrays:
        """The fitted curves, outcome per day over spend per day."""
        log_half, slope = self.theta[:, 1], np.exp(self.theta[:, 2])
        beta = np.exp(self.theta[:, 0]) * (1.0 + np.exp(slope * log_half))
        return CurveArrays(beta, np.log(self.typical_spend) + log_half, slope)


def fit_curves(panel: Panel, outcome: Floats, adstock_decay: float = 0.0) -> Fit:
    """Fit every campaign of ``panel``; one without any usable day or outcome gets its platform's shape at no level.

    ``outcome`` (campaigns x days) is what spend brings: conversions or money, any unit per campaign.
    ``adstock_decay`` is the share of a day's effect that is carried to the next day (geometric, from 0 to below 1); the
    curve is that of a constant daily spend.
    """
    seen, typical = _observe(panel, outcome, adstock_decay)
    used = seen.exposure > 0
    days, total = used.sum(axis=1), seen.outcome.sum(axis=1)
    level = np.log(np.maximum(total, 1e-9) / np.maximum(seen.exposure.sum(axis=1), 1.0))
    theta = np.column_stack((level, np.full(len(total), _HYPER_MEAN[0]), np.zeros((len(total), 2))))
    weekday, dispersion = np.ones((len(total), 7)), np.maximum(total / np.maximum(days, 1), 1e-9)
    informed = (days >= 7) & (total > 0)
    groups = Groups(panel.group, informed)
    prior = groups.prior(level)
    for _ in range(_ROUNDS):
        now = sums(seen, theta, weekday, dispersion)
        theta, posterior = _step(theta, now, dispersion, prior)
        dispersion = np.maximum(now.squared_residuals / np.maximum(days - 3, 1), dispersion * 1e-3)
        weekday = groups.weekday_factors(now, weekday, dispersion)
        groups.learn(theta[:, 1:], posterior[:, 1:, 1:])
        prior = groups.prior(level)
    spend = np.where(used, panel.spend, np.nan)
    spend[days == 0] = 0.0
    lowest, highest = np.nanmin(spend, axis=1), np.nanmax(spend, axis=1)
    return Fit(theta, typical, weekday, dispersion, prior, seen, days, lowest, highest)


def adstocked(spend: Floats, decay: float) -> Floats:
    """Spend per campaign and day as it is felt, ``a_t = (1 - decay) s_t + decay a_(t-1)`` from ``a_0 = s_0``.

    (Broadbent, "One way TV advertisements work", 1979.)
    """
    felt = spend.copy()
    for day in range(1, spend.shape[1]):
        felt[:, day] = (1 - decay) * spend[:, day] + decay * felt[:, day - 1]
    return felt


def _observe(panel: Panel, outcome: Floats, adstock_decay: float) -> tuple[Observations, Floats]:
    """Observations and the typical spend per campaign (geometric mean over the days used)."""
    spend = panel.spend
    if adstock_decay:
        spend = adstocked(spend, adstock_decay)
    used = (panel.spend > 0) & (panel.maturity > _LEAST_MATURITY)
    logs = np.log(np.where(used, spend, 1.0))
    centre = logs.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    relative = np.clip(np.where(used, logs - centre[:, None], 0.0), -8.0, 8.0)
    years = (np.arange(spend.shape[1]) - (spend.shape[1] - 1)) / DAYS_PER_YEAR
    exposure = np.where(used, panel.maturity, 0.0)
    return Observations(np.where(used, outcome, 0.0), relative, exposure, years, panel.weekday), np.exp(centre)


def _step(theta: Floats, now: Sums, dispersion: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """One damped Gauss-Newton step towards the mode, and the posterior covariance (Laplace)."""
    scale = dispersion[:, None, None]
    precision = now.information / scale + prior.precision
    pull = np.einsum("cij,cj->ci", prior.precision, prior.mean - theta)
    covariance = np.linalg.inv(precision)
    step = np.einsum("cij,cj->ci", covariance, now.score / dispersion[:, None] + pull)
    moved: Floats = np.clip(theta + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), LOWEST, HIGHEST)
    return moved, np.asarray(covariance, dtype=np.float64)


class Groups:
    """What the campaigns of a platform have in common, learnt while fitting: the prior of their shapes, their week."""

    def __init__(self, group: Indices, informed: npt.NDArray[np.bool_]) -> None:
        self._group = group
        self._member = np.zeros((int(group.max(initial=-1)) + 1, len(group)))
        self._member[group, np.arange(len(group))] = 1.0
        self._informed = self._member * informed
        self._mean = np.tile(_HYPER_MEAN, (len(self._member), 1))
        self._covariance = np.tile(_HYPER_COVARIANCE, (len(self._member), 1, 1))

    def prior(self, level: Floats) -> Prior:
        """The prior per campaign: its own level, its platform's shape and trend."""
        mean = np.column_stack((level, self._mean[self._group]))
        precision = np.zeros((len(level), 4, 4))
        precision[:, 0, 0] = 1 / _LEVEL_DEVIATION**2
        precision[:, 1:, 1:] = np.linalg.inv(self._covariance)[self._group]
        return Prior(mean, precision)

    def learn(self, shapes: Floats, covariances: Floats) -> None:
        """Mean and covariance of the shapes from posterior ones, steadied by a few made-up campaigns."""
        count = self._informed.sum(axis=1)[:, None] + _HYPER_CAMPAIGNS
        self._mean = (self._informed @ shapes + _HYPER_CAMPAIGNS * _HYPER_MEAN) / count
        away = shapes - self._mean[self._group]
        spread = covariances + away[:, :, None] * away[:, None, :]
        self._covariance = (
            np.einsum("gc,cij->gij", self._informed, spread) + _HYPER_CAMPAIGNS * _HYPER_COVARIANCE
        ) / count[:, :, None]

    def weekday_factors(self, now: Sums, weekday: Floats, dispersion: Floats) -> Floats:
        """Factors per campaign (mean 1): its own ratio of outcome to expectation, drawn towards the platform's."""
        expected = now.mean_by_weekday / weekday / dispersion[:, None]
        seen = now.outcome_by_weekday / dispersion[:, None]
        shared = (self._informed @ seen + 1.0) / (self._informed @ expected + 1.0)
        shared = (shared / shared.mean(axis=1, keepdims=True))[self._group]
        own = (seen + _WEEKDAY_STRENGTH * shared) / (expected + _WEEKDAY_STRENGTH)
        return np.asarray(own / own.mean(axis=1, keepdims=True), dtype=np.float64)
