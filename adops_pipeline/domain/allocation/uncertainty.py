"""What the curves could be as well: a bootstrap over weeks, joined with the spread that the prior leaves open."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.fitting import HIGHEST, LOWEST, Fit
from adops_pipeline.domain.allocation.likelihood import Indices, weekly_sums


@dataclass(frozen=True, slots=True)
class Draws:
    """Random parameters (campaigns x draws x 4, as in likelihood.py) and the week weights (draws x weeks) used."""

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


def draw_parameters(fit: Fit, count: int, seed: int) -> Draws:
    """``count`` draws of every campaign's parameters.

    Whole weeks get random weights (Bayesian bootstrap, Rubin 1981; weeks, because neighbouring days err alike), the
    same for all campaigns, because a week is good or bad for all of them; the prior's mean is drawn from the prior;
    then one Newton step leads to the draw's own mode.
    """
    rng = np.random.default_rng(seed)
    campaigns, days = fit.observations.outcome.shape
    weights = rng.standard_exponential((count, -(-days // 7)))
    theta = np.empty((campaigns, count, 4))
    sums = weekly_sums(fit.observations, fit.theta, fit.weekday, fit.dispersion)
    for part, information, score in sums:
        prior = fit.prior.precision[part]
        root = np.linalg.cholesky(prior)
        # Noise of covariance `prior` (a precision) is the pull of a prior mean drawn from the prior.
        noise = np.einsum("cij,cbj->cbi", root, rng.standard_normal((len(prior), count, 4)))
        pull = np.einsum("cij,cj->ci", prior, fit.prior.mean[part] - fit.theta[part])[:, None, :] + noise
        weighted = np.einsum("bw,cwi->cbi", weights, score, optimize=True)
        summed = np.matmul(weights, information.reshape(*information.shape[:2], 16))
        precision = summed.reshape(-1, count, 4, 4) + prior[:, None]
        step = np.linalg.solve(precision, (weighted + pull)[..., None])[..., 0]
        theta[part] = np.clip(fit.theta[part][:, None, :] + np.clip(step, -3.0, 3.0), LOWEST, HIGHEST)
    return Draws(theta, weights, fit.typical_spend)
