"""The carry-over of spend from day to day (adstock), per platform: fitted where other weeks confirm it, else none.

Each candidate is fitted on one half of the weeks and judged on the other half: a larger decay is only taken where it
foretells weeks that it has not seen better than no carry-over does, beyond what chance among the campaigns explains.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.demand import shared_demand
from adops_pipeline.domain.allocation.fitting import Fit, adstocked, fit_curves, observations_of
from adops_pipeline.domain.allocation.likelihood import evaluate
from adops_pipeline.domain.allocation.panel import Indices, Panel, take_campaigns
from adops_pipeline.domain.allocation.weeks import Weeks, halves, sum_weeks

Mask = npt.NDArray[np.bool_]

DECAYS = (0.0, 0.3, 0.5, 0.7, 0.85)
_SAMPLE = 80
"""Campaigns of a platform that are asked: those whose spend varied most for their number of outcomes."""
_LEAST_CAMPAIGNS = 8
_LARGEST_GAIN = 10.0
"""So that no single campaign decides for its platform."""
_CERTAIN = 2.33
"""Standard errors by which the gain in likelihood has to be above 0."""


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Per campaign, the share of a day's effect that carries over to the next, and whether the data showed it."""

    decay: Floats
    is_fitted: Mask

    @classmethod
    def none(cls, campaigns: int) -> "CarryOver":
        """No carry-over."""
        return cls(np.zeros(campaigns), np.zeros(campaigns, dtype=np.bool_))


def fit_carry_over(panel: Panel, outcome: Floats, plain: Weeks) -> CarryOver:
    """The decay of each platform by its campaigns with the most to say; ``plain`` are the weeks without carry-over."""
    found = CarryOver.none(len(outcome))
    for group in np.unique(panel.group):
        members = np.flatnonzero(panel.group == group)
        asked = _telling(plain, outcome, members)
        if len(asked) < _LEAST_CAMPAIGNS:
            continue
        gains = _gains(take_campaigns(panel, asked), outcome[asked])
        total, error = gains.sum(axis=0), np.sqrt(len(asked)) * gains.std(axis=0, ddof=1)
        credible = total > _CERTAIN * error
        if credible.any():
            best = int(np.argmax(np.where(credible, total, -np.inf)))
            found.decay[members], found.is_fitted[members] = DECAYS[best], True
    return found


def _telling(weeks: Weeks, outcome: Floats, members: Indices) -> Indices:
    """The members whose outcomes say most about their spend, in order."""
    used = weeks.days[members] > 0
    count = np.maximum(used.sum(axis=1), 1)
    logs = np.where(used, weeks.log_spend[members], 0.0)
    mean = logs.sum(axis=1) / count
    variance = (np.where(used, logs - mean[:, None], 0.0) ** 2).sum(axis=1) / count
    telling = variance * outcome[members].sum(axis=1)
    best = np.argsort(-telling, kind="stable")[:_SAMPLE]
    return np.sort(members[best[telling[best] > 0]])


def _gains(panel: Panel, outcome: Floats) -> Floats:
    """Campaigns x DECAYS: gain in log-likelihood of unseen weeks over no carry-over, in units of the dispersion."""
    likelihood = np.zeros((len(outcome), len(DECAYS)))
    dispersion: list[Floats] = []
    for number, decay in enumerate(DECAYS):
        weeks = sum_weeks(panel, outcome, adstocked(panel.spend, decay) if decay else None)
        demand = shared_demand(weeks, panel.account, panel.group)
        split = halves(weeks)
        for half, (seen, unseen) in enumerate((split, split[::-1])):
            fit = fit_curves(weeks.only(seen), demand[:, seen], panel.group)
            if not decay:
                dispersion.append(fit.dispersion)
            likelihood[:, number] += _log_likelihood(fit, weeks.only(unseen), demand[:, unseen]) / dispersion[half]
    gains = likelihood - likelihood[:, :1]
    return np.clip(gains, -_LARGEST_GAIN, _LARGEST_GAIN)


def _log_likelihood(fit: Fit, weeks: Weeks, demand: Floats) -> Floats:
    """Of the outcomes of other weeks under the fit (Poisson's, before division by the dispersion)."""
    seen = observations_of(weeks, demand, np.log(fit.typical_spend))
    mean = np.maximum(evaluate(seen, fit.theta, fit.dispersion).mean, 1e-12)
    return np.asarray(np.where(seen.exposure > 0, seen.outcome * np.log(mean) - mean, 0.0).sum(axis=1))
