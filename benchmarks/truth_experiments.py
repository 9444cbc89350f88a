"""Experiments against known truth: error rates, coverage and power by simulation, and the market's planted tests.

First of independent units and trials, then of days in worlds where days depend on each other (see truth_days).

Run: python -m benchmarks.truth_experiments [replications] (default 40 000, about two minutes). Every number is an
estimate with its own simulation error: at 40 000 replications under 0.1 points on 2.5 %, on peeked tests 0.25.
The market's tests are followed as `adops run` follows them; see truth_ab_tests.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from adops_pipeline.domain.experiments.group_sequential import spending_bounds
from adops_pipeline.domain.experiments.outcomes import Counts, Outcomes, outcomes_of_counts, outcomes_of_ratios
from adops_pipeline.domain.experiments.power import log_variance_needed
from adops_pipeline.domain.experiments.ratios import Arms
from benchmarks import truth_ab_tests, truth_days
from benchmarks.score import Score, all_hold, table

Floats = NDArray[np.float64]
Noise = Callable[[np.random.Generator, float, tuple[int, int]], Floats]


@dataclass(frozen=True, slots=True)
class Market:
    """Day units of one arm: noise in the denominator, in the cost of each of them, and optionally few whole events."""

    name: str
    noise: Noise
    sd: float
    events_a_day: float | None = None

    def draw(self, rng: np.random.Generator, shape: tuple[int, int], lift: float = 0.0) -> tuple[Floats, Floats]:
        """Numerators and denominators, shape (replications, days); the true ratio is higher by ``lift``."""
        volume = self.noise(rng, self.sd, shape)
        amount = (1.0 + lift) * volume**0.8 * self.noise(rng, self.sd, shape)
        if self.events_a_day is None:
            return amount, volume
        return amount, rng.poisson(self.events_a_day * volume).astype(np.float64)


def _lognormal(rng: np.random.Generator, sd: float, shape: tuple[int, int]) -> Floats:
    return np.asarray(rng.lognormal(-sd * sd / 2, sd, shape))


def _gamma(rng: np.random.Generator, sd: float, shape: tuple[int, int]) -> Floats:
    return np.asarray(rng.gamma(1 / sd**2, sd**2, shape))


MARKETS = (
    Market("log-normal noise 30 %", _lognormal, 0.3),
    Market("log-normal noise 60 %", _lognormal, 0.6),
    Market("gamma noise 60 %", _gamma, 0.6),
    Market("gamma noise 40 %, 5 events a day", _gamma, 0.4, 5.0),
)
SPARSE = Market("gamma noise 30 %, 1 event in two days", _gamma, 0.3, 0.5)


def scores(replications: int = 40_000, seed: int = 1) -> list[Score]:
    """All scores; peeked tests use a fifth of ``replications``, for each of theirs is tested on every day."""
    rng = np.random.default_rng(seed)
    rows = [row for market in MARKETS for n in (60, 30) for row in _tails(rng, market, n, replications)]
    rows += [row for market in MARKETS for row in _coverage(rng, market, replications)]
    peeked = max(200, replications // 5)
    rows += [row for market in (*MARKETS, SPARSE) for row in _peeked_ratios(rng, market, peeked)]
    for rate, trials in ((0.03, 2000), (0.002, 500), (0.0005, 400)):
        rows += _peeked_proportions(rng, rate, trials, peeked)
    return [*rows, *_planted(rng, peeked)]


def _statistics(num: Floats, den: Floats) -> tuple[Floats, Floats, Floats]:
    """Ratio, jackknife log variance and units, over the last axis; a single unit that holds all has no variance."""
    n = num.shape[1]
    total_num, total_den = num.sum(axis=1, keepdims=True), den.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        logs = np.log1p(-num / total_num) - np.log1p(-den / total_den)
        return (total_num / total_den)[:, 0], (n - 1) * logs.var(axis=1), np.full(num.shape[0], float(n))


def _tested(a: tuple[Floats, Floats], b: tuple[Floats, Floats], *, fieller: bool = False) -> Outcomes:
    arms = Arms(*_statistics(*a), *_statistics(*b))
    return outcomes_of_ratios(arms, "fieller" if fieller else "log-delta", 0.05, 1.0)


def _tails(rng: np.random.Generator, market: Market, n: int, replications: int) -> list[Score]:
    found = _tested(market.draw(rng, (replications, n)), market.draw(rng, (replications, n)))
    rejected = found.p_value <= 0.05
    return [
        Score(f"false positives, {n} days per arm: {tail} tail", 100 * float(share.mean()), 2, 3, case=market.name)
        for tail, share in (("lower", rejected & (found.z < 0)), ("upper", rejected & (found.z > 0)))
    ]


def _coverage(rng: np.random.Generator, market: Market, replications: int) -> list[Score]:
    a, b = market.draw(rng, (replications, 60)), market.draw(rng, (replications, 60), lift=0.2)
    rows = []
    for method in ("log-delta", "fieller"):
        found = _tested(a, b, fieller=method == "fieller")
        covered = (found.ci_low <= 0.2) & (found.ci_high >= 0.2)
        name = f"95 % interval covers a lift of 20 %: {method}"
        rows.append(Score(name, 100 * float(covered.mean()), 94, 96, case=market.name))
    return rows


def _peeked_ratios(rng: np.random.Generator, market: Market, replications: int, days: int = 60) -> list[Score]:
    a, b = market.draw(rng, (replications, days)), market.draw(rng, (replications, days))
    looks = {}
    for day in range(2, days + 1):
        found = _tested((a[0][:, :day], a[1][:, :day]), (b[0][:, :day], b[1][:, :day]))
        looks[day] = found
    return _ever(f"false positives, peeked at daily for {days} days", market.name, looks)


def _peeked_proportions(
    rng: np.random.Generator, rate: float, trials: int, replications: int, days: int = 60
) -> list[Score]:
    successes = rng.binomial(trials, rate, (2, replications, days)).cumsum(axis=2).astype(np.float64)
    looks = {}
    for day in range(1, days + 1):
        total = np.full(replications, float(trials * day))
        counts = Counts(successes[0, :, day - 1], total, successes[1, :, day - 1], total)
        never_exact = np.zeros(replications, dtype=np.bool_)
        looks[day] = outcomes_of_counts(counts, never_exact, 0.05, with_probability=False)
    return _ever(f"false positives, peeked at daily for {days} days", f"{rate:.2%} of {trials} a day", looks)


def _ever(label: str, case: str, looks: dict[int, Outcomes]) -> list[Score]:
    days = max(looks)
    planned = [day for day in looks if day % (days // 4) == 0]
    bounds = dict(zip(planned, spending_bounds([day / days for day in planned], 0.05, "obrien-fleming"), strict=True))
    with np.errstate(invalid="ignore"):
        naive = np.any([found.p_value <= 0.05 for found in looks.values()], axis=0)
        anytime = np.any([found.always_valid_p <= 0.05 for found in looks.values()], axis=0)
        group = np.any([looks[day].p_value <= 2 * ndtr(-bounds[day]) for day in planned], axis=0)
    return [
        Score(f"{label}: always-valid p", 100 * float(anytime.mean()), high=5, case=case),
        Score("… by the naive p", 100 * float(naive.mean()), case=case),
        Score("… by O'Brien-Fleming at four planned looks", 100 * float(group.mean()), high=6, case=case),
    ]


def _planted(rng: np.random.Generator, replications: int) -> list[Score]:
    """Lifts planted in tests that run as many days as planned for them at a power of 80 %."""
    market, rows = MARKETS[0], []
    unit_variance = float(_statistics(*market.draw(rng, (1, 20_000)))[1][0]) * 20_000
    for lift in (0.3, -0.2):
        days = int(np.ceil(2 * unit_variance / log_variance_needed(lift, always_valid=True)))
        a, b = market.draw(rng, (replications, days)), market.draw(rng, (replications, days), lift=lift)
        called, right = np.zeros(replications, bool), np.zeros(replications, bool)
        for day in range(2, days + 1):
            found = _tested((a[0][:, :day], a[1][:, :day]), (b[0][:, :day], b[1][:, :day]))
            new = ~called & (found.always_valid_p <= 0.05)
            called |= new
            right |= new & (np.sign(found.lift) == np.sign(lift))
        name, case = "planted lift found, peeked at as long as planned", f"{lift:+.0%} in {days} days"
        rows.append(Score(name, 100 * float(called.mean()), 78, 92, case=case))
        rows.append(Score("… with the right sign", 100 * float(right.sum() / called.sum()), 99, 100, case=case))
    return rows


def main() -> None:
    """Print every score; end with 1 where one is out of its band."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    days = truth_days.scores(max(200, replications // 10))
    print(truth_days.printed(days), end="\n\n")
    rows = [*scores(replications), *truth_ab_tests.scores()]
    print("\n".join(table(rows, by_case=True)))
    sys.exit(0 if all_hold([*days, *rows]) else 1)


if __name__ == "__main__":
    main()
