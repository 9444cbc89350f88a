"""The lag distribution from right-truncated, interval-censored arrivals. Arrays in, arrays out.

Days still young show early arrivals only. Reverse hazards r_k = (arrivals at lag k) / (arrivals up to lag k), over days
looked at before lag k and at or after it, are free of that bias (Lagakos, Barraj, De Gruttola 1988, Biometrika 75:515);
with a look every day they are the chain-ladder development factors f_k = 1 / (1 - r_k) (Mack 1993, ASTIN 23:213).
"""

import numpy as np

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.maturity.arrivals import Arrivals

_ROUNDS = 200
_SETTLED = 1e-10


def lag_shares(arrivals: Arrivals, prior: Floats, prior_weight: float) -> tuple[Floats, Floats, Floats]:
    """Share known by lag 1..K, the standard error of its logarithm, and the conversions it rests on.

    The last are those of days that were looked at both before and at or after the following lag: 0 where nobody has
    looked at a day again, however many conversions its only look showed.

    ``prior`` are shares by lag 1..K (increasing to 1); it weighs as ``prior_weight`` arrivals at every lag, so a lag
    nobody has looked at keeps the prior's development. Arrivals between two looks that are days apart are spread as
    the estimate itself spreads them (self-consistency; Turnbull 1976, JRSS B 38:290).
    """
    prior_hazard = np.diff(prior, prepend=0.0) / prior
    hazard, at_risk = prior_hazard, np.zeros_like(prior)
    for _ in range(_ROUNDS):
        came, at_risk = _counts(arrivals, _shares(hazard))
        new = (came + prior_weight * prior_hazard) / (at_risk + prior_weight)
        new = np.clip(new, 0.0, 1.0 - 1e-6)
        new[0] = 1.0
        done = np.abs(new - hazard).max() < _SETTLED
        hazard = new
        if done:
            break
    # Greenwood's formula on the reverse hazards; lag k's error gathers what may still come after it.
    weight = at_risk + prior_weight
    terms = hazard[1:] / (weight[1:] * (1.0 - hazard[1:]))
    later = np.append(np.cumsum(terms[::-1])[::-1], 0.0)
    return _shares(hazard), np.sqrt(later), np.append(at_risk[1:], at_risk[-1])


def _shares(hazard: Floats) -> Floats:
    kept = np.append(1.0 - hazard[1:], 1.0)
    return np.asarray(np.cumprod(kept[::-1])[::-1], dtype=np.float64)


def _counts(arrivals: Arrivals, shares: Floats) -> tuple[Floats, Floats]:
    """Arrivals at each lag, and arrivals up to each lag, among days that were looked at on both sides of it."""
    lags = np.arange(1, len(shares) + 1)
    density = np.diff(shares, prepend=0.0)
    inside = (lags > arrivals.after[:, None]) & (lags <= arrivals.by[:, None])
    weights = np.where(inside, density + 1e-12, 0.0)
    spread = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300) * arrivals.amount[:, None]
    seen = (lags > arrivals.first[:, None]) & (lags <= arrivals.last[:, None])
    came = np.maximum((spread * seen).sum(axis=0), 0.0)
    up_to = np.maximum((np.cumsum(spread, axis=1) * seen).sum(axis=0), 0.0)
    return np.minimum(came, up_to), up_to
