"""Response curves from weekly data: all campaigns at once, each shrunk to its platform (empirical Bayes).

Gauss-Newton on the quasi-likelihood of likelihood.py with a normal prior per platform on (log_half, log_slope, trend);
mean and covariance of that prior are re-estimated in every round (EM with Laplace's approximation). Random draws round
the fit are in uncertainty.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import CurveArrays, Floats
from adops_pipeline.domain.allocation.likelihood import PARAMETERS, Observations, Sums, sums
from adops_pipeline.domain.allocation.panel import Indices
from adops_pipeline.domain.allocation.weeks import Weeks

_ROUNDS = 10
LOWEST = np.array([-np.inf, -2.5, np.log(0.35), -1.5, -3.0, -3.0])
HIGHEST = np.array([np.inf, 2.5, np.log(3.0), 1.5, 3.0, 3.0])
_LONGEST_STEP = 0.8
# log_half, log_slope, trend of a campaign that nothing is known about: half saturated at 1.3x its typical spend, hardly
# S-shaped, steady over the year.
_HYPER_MEAN = np.array([np.log(1.3), 0.0, 0.0])
_HYPER_COVARIANCE = np.diag([0.5**2, 0.25**2, 0.3**2])
_HYPER_CAMPAIGNS = 6.0
_LEVEL_DEVIATION = 3.0
_DEMAND_DEVIATION = 1.0
"""Of the coefficients of shared demand: with 1 a campaign's outcomes follow what its peers spend or sell."""
_SHAPE = slice(1, 4)
_UNSHRUNK, _UNSHRUNK_ROUNDS = 25.0, 4
"""How much wider the prior of a judging fit is (variance), and the steps that lead from the usual fit to it."""
_USUAL_SCATTER, _DISPERSION_WEEKS = 0.15, 2.0
"""Relative standard deviation of a week for no known reason, and the weeks of data that this counts as."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior per campaign on its parameters (in the order of likelihood.py)."""

    mean: Floats
    precision: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted parameters per campaign (in the order of likelihood.py), as of the last day and an average weekday."""

    theta: Floats
    typical_spend: Floats
    dispersion: Floats
    prior: Prior
    observations: Observations

    def curves(self) -> CurveArrays:
        """The fitted curves, outcome per day over spend per day."""
        log_half, slope = self.theta[:, 1], np.exp(self.theta[:, 2])
        beta = np.exp(self.theta[:, 0]) * (1.0 + np.exp(slope * log_half))
        return CurveArrays(beta, np.log(self.typical_spend) + log_half, slope)


def fit_curves(weeks: Weeks, demand: Floats, group: Indices) -> Fit:
    """Fit every campaign; one without any usable week or outcome gets its platform's shape at no level.

    ``demand`` are the controls of demand.py, ``group`` the campaigns' platforms.
    """
    seen, typical = _observe(weeks, demand)
    used, total = (seen.exposure > 0).sum(axis=1), seen.outcome.sum(axis=1)
    level = np.log(np.maximum(total, 1e-9) / np.maximum(seen.exposure.sum(axis=1), 1.0))
    theta = np.zeros((len(total), PARAMETERS))
    theta[:, 0], theta[:, 1] = level, _HYPER_MEAN[0]
    dispersion_scale = np.maximum(total / np.maximum(used, 1), 1e-9)
    dispersion = dispersion_scale
    groups = Groups(group, (used >= 2) & (total > 0))
    prior = groups.prior(level)
    for _ in range(_ROUNDS):
        now = sums(seen, theta, dispersion)
        theta, posterior = _step(theta, now, dispersion, prior)
        dispersion = groups.dispersion(now, used, posterior, dispersion, _USUAL_SCATTER**2 * dispersion_scale)
        groups.learn(theta[:, _SHAPE], posterior[:, _SHAPE, _SHAPE])
        prior = groups.prior(level)
    return Fit(theta, typical, dispersion, prior, seen)


def unshrunk(fit: Fit) -> Fit:
    """The same campaigns by their own weeks, nearly without the platform's shape: less exact, and not biased to it.

    A plan chosen by other data is judged by it: the mean of the platform is where the chosen campaigns are not.
    """
    seen = fit.observations
    prior = Prior(fit.prior.mean, fit.prior.precision.copy())
    prior.precision[:, _SHAPE, _SHAPE] /= _UNSHRUNK
    theta = fit.theta
    for _ in range(_UNSHRUNK_ROUNDS):
        theta, _ = _step(theta, sums(seen, theta, fit.dispersion), fit.dispersion, prior)
    return Fit(theta, fit.typical_spend, fit.dispersion, prior, seen)


def adstocked(spend: Floats, decay: float | Floats) -> Floats:
    """Spend per campaign and day as it is felt, ``a_t = (1 - decay) s_t + decay a_(t-1)`` from ``a_0 = s_0``.

    (Broadbent, "One way TV advertisements work", 1979.)
    """
    felt = spend.copy()
    for day in range(1, spend.shape[1]):
        felt[:, day] = (1 - decay) * spend[:, day] + decay * felt[:, day - 1]
    return felt


def _observe(weeks: Weeks, demand: Floats) -> tuple[Observations, Floats]:
    """Observations and the typical spend per campaign (geometric mean over the days used)."""
    centre = (weeks.log_spend * weeks.days).sum(axis=1) / np.maximum(weeks.days.sum(axis=1), 1)
    return observations_of(weeks, demand, centre), np.exp(centre)


def observations_of(weeks: Weeks, demand: Floats, log_typical_spend: Floats) -> Observations:
    """The weeks as observations of campaigns with this typical spend (its logarithm)."""
    relative = np.where(weeks.days > 0, weeks.log_spend - log_typical_spend[:, None], 0.0)
    return Observations(weeks.outcome, np.clip(relative, -8.0, 8.0), weeks.exposure, weeks.years, demand)


def _step(theta: Floats, now: Sums, dispersion: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """One damped Gauss-Newton step towards the mode, and the posterior covariance (Laplace)."""
    scale = dispersion[:, None, None]
    precision = now.information / scale + prior.precision
    pull = np.einsum("cij,cj->ci", prior.precision, prior.mean - theta)
    covariance = np.linalg.inv(precision)
    step = np.einsum("cij,cj->ci", covariance, now.score / dispersion[:, None] + pull)
    moved: Floats = np.clip(theta + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), LOWEST, HIGHEST)
    return moved, np.asarray(covariance, dtype=np.float64)


def parameters_used(information: Floats, covariance: Floats) -> Floats:
    """Effective number of parameters that the data and not the prior determine (trace of the hat matrix)."""
    return np.asarray(np.einsum("cij,cji->c", information, covariance), dtype=np.float64)


class Groups:
    """What the campaigns of a platform have in common, learnt while fitting: the prior of their shapes."""

    def __init__(self, group: Indices, informed: npt.NDArray[np.bool_]) -> None:
        self._group = group
        self._member = np.zeros((int(group.max(initial=-1)) + 1, len(group)))
        self._member[group, np.arange(len(group))] = 1.0
        self._informed = self._member * informed
        self._mean = np.tile(_HYPER_MEAN, (len(self._member), 1))
        self._covariance = np.tile(_HYPER_COVARIANCE, (len(self._member), 1, 1))

    def prior(self, level: Floats) -> Prior:
        """The prior per campaign: its own level, its platform's shape and trend, no shared demand."""
        mean, precision = np.zeros((len(level), PARAMETERS)), np.zeros((len(level), PARAMETERS, PARAMETERS))
        mean[:, 0], mean[:, _SHAPE] = level, self._mean[self._group]
        precision[:, 0, 0] = 1 / _LEVEL_DEVIATION**2
        precision[:, _SHAPE, _SHAPE] = np.linalg.inv(self._covariance)[self._group]
        for i in range(4, PARAMETERS):
            precision[:, i, i] = 1 / _DEMAND_DEVIATION**2
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

    @staticmethod
    def dispersion(now: Sums, weeks: Indices, posterior: Floats, before: Floats, usual: Floats) -> Floats:
        """Variance per unit of the mean, the freedom of the fitted parameters taken off.

        Few weeks are drawn to ``usual``.
        """
        spent = parameters_used(now.information / before[:, None, None], posterior)
        freedom = np.maximum(weeks - spent, 1.0)
        known = (now.squared_residuals + _DISPERSION_WEEKS * usual) / (freedom + _DISPERSION_WEEKS)
        return np.asarray(np.where(weeks > 0, known, before), dtype=np.float64)
