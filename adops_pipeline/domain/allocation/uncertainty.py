"""Alternatives to the fitted curves: a bootstrap over weeks, joined with the spread that the prior leaves open."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.fitting import HIGHEST, LOWEST, Fit, parameters_used
from adops_pipeline.domain.allocation.likelihood import PARAMETERS, weekly_sums
from adops_pipeline.domain.allocation.panel import Indices
from adops_pipeline.domain.allocation.small_systems import solve_positive

_LEAST_FREEDOM = 3.0
_LOWER = [(i, j) for i in range(PARAMETERS) for j in range(i + 1)]


@dataclass(frozen=True, slots=True)
class Draws:
    """Random parameters (campaigns x draws x parameters, see likelihood.py) and the week weights (draws x weeks)."""

    theta: Floats
    week_weights: Floats
    typical_spend: Floats
    slope: Floats
    """Campaigns x draws; ``most`` is the response at unlimited spend. Asked for so often that they are kept."""
    most: Floats

    @classmethod
    def of(cls, theta: Floats, week_weights: Floats, typical_spend: Floats) -> "Draws":
        """Draws of these parameters."""
        slope = np.exp(theta[..., 2])
        most = np.exp(theta[..., 0]) * (1.0 + np.exp(slope * theta[..., 1]))
        return cls(theta, week_weights, typical_spend, slope, most)

    def response(self, spend: Floats, who: Indices) -> Floats:
        """Outcome per day of the campaigns at ``who`` at a daily spend per campaign; those campaigns x draws."""
        spend = spend[who]
        with np.errstate(divide="ignore"):
            relative = np.log(spend / self.typical_spend[who])[:, None]
        odds = np.clip(self.slope[who] * (relative - self.theta[..., 1][who]), -700, 700)
        reached = self.most[who] / (1.0 + np.exp(-odds))
        return np.where(spend[:, None] > 0, reached, 0.0)


def draw_parameters(fit: Fit, count: int, seed: int, prior_noise: float = 1.0) -> Draws:
    """``count`` draws of every campaign's parameters.

    Weeks get random weights (Bayesian bootstrap, Rubin 1981), the same for all campaigns, because a week is good or bad
    for all of them; residuals are widened, as Student's t is, for the parameters fitted to them; the prior's mean is
    drawn from the prior (0 ``prior_noise``: only the data's own scatter); then one Newton step leads to the draw's own
    mode.
    """
    rng = np.random.default_rng(seed)
    campaigns, weeks = fit.observations.outcome.shape
    weights = rng.standard_exponential((count, weeks))
    theta = np.empty((PARAMETERS, campaigns, count))
    used = (fit.observations.exposure > 0).sum(axis=1)
    for part, information, score in weekly_sums(fit.observations, fit.theta, fit.dispersion):
        prior = fit.prior.precision[part]
        random = (score @ (weights - 1.0).T) * _widening(information, prior, used[part])[:, None]
        pull = np.einsum("cij,cj->ic", prior, fit.prior.mean[part] - fit.theta[part]) + score.sum(axis=2)
        if prior_noise:
            random += prior_noise * _prior_noise(prior, rng, count)
        random += pull[..., None]
        precision = np.empty((PARAMETERS, PARAMETERS, len(prior), count))
        for i, j in _LOWER:
            np.matmul(information[i, j], weights.T, out=precision[i, j])
            precision[i, j] += prior[:, i, j, None]
        step = np.clip(solve_positive(precision, random), -3.0, 3.0)
        for i in range(PARAMETERS):
            theta[i, part] = np.clip(fit.theta[part, i, None] + step[i], LOWEST[i], HIGHEST[i])
    return Draws.of(np.moveaxis(theta, 0, 2), weights, fit.typical_spend)


def _widening(information: Floats, prior: Floats, used: Indices) -> Floats:
    """Factor per campaign on the residuals' scatter, by the parameters fitted to them."""
    total = np.empty_like(prior)
    for i, j in _LOWER:
        total[:, i, j] = total[:, j, i] = information[i, j].sum(axis=1)
    covariance = np.asarray(np.linalg.inv(total + prior), dtype=np.float64)
    spent = parameters_used(total, covariance)
    freedom = np.maximum(used - spent, _LEAST_FREEDOM)
    return np.asarray(np.sqrt(used / (freedom - 2.0)), dtype=np.float64)


def _prior_noise(prior: Floats, rng: np.random.Generator, count: int) -> Floats:
    """Noise of covariance ``prior`` (a precision): the pull of a prior mean drawn from the prior."""
    root = np.linalg.cholesky(prior)
    normal = np.moveaxis(rng.standard_normal((len(prior), count, PARAMETERS)), 2, 0).copy()
    noise = np.zeros_like(normal)
    for i, j in _LOWER:
        noise[i] += root[:, i, j, None] * normal[j]
    return noise
