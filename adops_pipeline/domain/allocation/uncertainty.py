"""Alternatives to the fitted curves: a bootstrap over weeks, joined with the spread that the prior leaves open."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.fitting import HIGHEST, LOWEST, Fit, parameters_used
from adops_pipeline.domain.allocation.likelihood import PARAMETERS, weekly_sums
from adops_pipeline.domain.allocation.panel import Indices

_LEAST_FREEDOM = 3.0


@dataclass(frozen=True, slots=True)
class Draws:
    """Random parameters (campaigns x draws x parameters, see likelihood.py) and the week weights (draws x weeks)."""

    theta: Floats
    week_weights: Floats
    typical_spend: Floats

    def response(self, spend: Floats, who: Indices) -> Floats:
        """Outcome per day of the campaigns at ``who`` at a daily spend per campaign; those campaigns x draws."""
        theta, spend, typical = self.theta[who], spend[who], self.typical_spend[who]
        level, log_half, slope = theta[..., 0], theta[..., 1], np.exp(theta[..., 2])
        with np.errstate(divide="ignore"):
            relative = np.log(spend / typical)[:, None]
        odds = np.clip(slope * (relative - log_half), -700, 700)
        reached = np.exp(level) * (1.0 + np.exp(slope * log_half)) / (1.0 + np.exp(-odds))
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
    theta = np.empty((campaigns, count, PARAMETERS))
    used = (fit.observations.exposure > 0).sum(axis=1)
    for part, information, score in weekly_sums(fit.observations, fit.theta, fit.dispersion):
        prior = fit.prior.precision[part]
        root = np.linalg.cholesky(prior)
        # Noise of covariance `prior` (a precision) is the pull of a prior mean drawn from the prior.
        noise = prior_noise * np.einsum("cij,cbj->cbi", root, rng.standard_normal((len(prior), count, PARAMETERS)))
        pull = np.einsum("cij,cj->ci", prior, fit.prior.mean[part] - fit.theta[part])[:, None, :] + noise
        total = information.sum(axis=1)
        spent = parameters_used(total, np.linalg.inv(total + prior))
        freedom = np.maximum(used[part] - spent, _LEAST_FREEDOM)
        wider = np.sqrt(used[part] / (freedom - 2.0))[:, None, None]
        random = np.einsum("bw,cwi->cbi", weights - 1.0, score, optimize=True) * wider
        summed = np.matmul(weights, information.reshape(*information.shape[:2], PARAMETERS**2))
        precision = summed.reshape(-1, count, PARAMETERS, PARAMETERS) + prior[:, None]
        step = np.linalg.solve(precision, (random + score.sum(axis=1)[:, None] + pull)[..., None])[..., 0]
        theta[part] = np.clip(fit.theta[part][:, None, :] + np.clip(step, -3.0, 3.0), LOWEST, HIGHEST)
    return Draws(theta, weights, fit.typical_spend)
