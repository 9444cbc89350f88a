"""10,000 experiments at once against statsmodels and gbstats one by one: the same inputs, one run, results compared.

Run: python -m benchmarks.experiments_speed [--experiments 10000] [--environment FOLDER]

gbstats needs an old pandas, so it gets an environment of its own, made once with venv and pip. Times are of the
processor, from sufficient statistics to results; the limit is 50 times less than either peer's for the same fields.
Tests on daily data are timed from the days on, against statsmodels' paired regression with a HAC variance.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from statsmodels.api import OLS
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from adops_pipeline.domain.experiments.batch import Comparisons, RatioArm, compare_counts, compare_ratios
from adops_pipeline.domain.experiments.comparison import Case, compare_all
from adops_pipeline.domain.experiments.dependence import EARLIER_DAYS
from adops_pipeline.domain.experiments.metrics import METRICS
from adops_pipeline.domain.experiments.outcomes import Counts
from adops_pipeline.domain.experiments.pairs import ArmsDays, day_shares, pair_days
from adops_pipeline.domain.experiments.results import Comparison
from adops_pipeline.domain.experiments.samples import Proportion, RatioSums
from adops_pipeline.domain.experiments.terms import Terms
from benchmarks.score import Score, all_hold, table

Floats = NDArray[np.float64]
PEER = "gbstats==0.8.0"
_ENVIRONMENT = Path(__file__).parents[1] / "data" / "cache" / PEER
_DAYS = 60
_LEAST = 50
_TERMS = Terms(expected_split=None)
_CTR, _CPA = METRICS["ctr"], METRICS["cpa"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Both kinds of experiments, arms A and B. Counts are (successes, trials); units experiments x days."""

    counts: tuple[Floats, Floats]
    numerators: tuple[Floats, Floats]
    denominators: tuple[Floats, Floats]

    @classmethod
    def draw(cls, experiments: int, seed: int = 1) -> "Inputs":
        """Click ratios round 2 %, and cost per sale from 60 days; B differs by up to 10 %."""
        rng, shape = np.random.default_rng(seed), (experiments, _DAYS)
        lifts = (np.ones(experiments), 1 + rng.uniform(-0.1, 0.1, experiments))
        counts, costs, sales = [], [], []
        for lift in lifts:
            trials = rng.integers(5000, 60_000, experiments)
            counts.append(np.column_stack((rng.binomial(trials, 0.02 * lift), trials)).astype(np.float64))
            sold = rng.poisson(rng.uniform(5, 30, (experiments, 1)), shape).astype(np.float64)
            sales.append(sold)
            costs.append(20 * lift[:, None] * (sold + 1) * rng.lognormal(0, 0.3, shape))
        return cls((counts[0], counts[1]), (costs[0], costs[1]), (sales[0], sales[1]))

    def arms(self) -> list[RatioArm]:
        """What ours is given of the units: sums, and the jackknife's variance of the log ratio."""
        return [_arm(num, den) for num, den in zip(self.numerators, self.denominators, strict=True)]

    def cases(self) -> list[Case]:
        """All experiments of both kinds, as the evaluation of declared tests hands them over."""
        proportions = [[Proportion(*row) for row in arm.tolist()] for arm in self.counts]
        ratios = [[RatioSums(*row) for row in np.column_stack(arm).tolist()] for arm in self.arms()]
        pairs = [(_CTR, zip(*proportions, strict=True)), (_CPA, zip(*ratios, strict=True))]
        return [Case(metric, a, b, _TERMS) for metric, arms in pairs for a, b in arms]

    def sums(self) -> list[Floats]:
        """What gbstats is given of the units: number, sums, sums of squares and of products."""
        return [
            np.column_stack(
                (np.full(len(n), float(_DAYS)), n.sum(1), (n**2).sum(1), d.sum(1), (d**2).sum(1), (n * d).sum(1))
            )
            for n, d in zip(self.numerators, self.denominators, strict=True)
        ]


def _arm(num: Floats, den: Floats) -> RatioArm:
    total_num, total_den = num.sum(axis=1), den.sum(axis=1)
    logs = np.log1p(-num / total_num[:, None]) - np.log1p(-den / total_den[:, None])
    units = np.full(len(num), float(_DAYS))
    return RatioArm(units, total_num, total_den, (_DAYS - 1) * logs.var(axis=1), np.minimum(num, den).min(axis=1))


def with_statsmodels(counts: tuple[Floats, Floats]) -> tuple[Floats, float]:
    """p, low and high of the difference (Newcombe) per experiment, and processor seconds."""
    pairs = list(zip(counts[0].tolist(), counts[1].tolist(), strict=True))
    start, found = time.process_time(), []
    for (clicks_a, shown_a), (clicks_b, shown_b) in pairs:
        _, p = proportions_ztest([clicks_b, clicks_a], [shown_b, shown_a])
        low, high = confint_proportions_2indep(clicks_b, shown_b, clicks_a, shown_a, method="newcomb", compare="diff")
        found.append((p, low, high))
    return np.array(found), time.process_time() - start


def with_hac(days: ArmsDays, experiments: int = 500) -> float:
    """Processor seconds of statsmodels for an experiment: mean of the days' differences, HAC variance, interval."""
    series = day_shares(days)[:experiments]
    start = time.process_time()
    for one in series:
        fitted = OLS(one, np.ones(one.size)).fit(cov_type="HAC", cov_kwds={"maxlags": 7}, use_t=True)
        fitted.pvalues, fitted.conf_int(0.05)
    return (time.process_time() - start) / len(series)


def with_gbstats(inputs: Inputs, environment: Path) -> dict[str, Floats]:
    """Arrays `counts` and `ratios` (effect and p), and `seconds` of the processor for either."""
    with tempfile.TemporaryDirectory() as folder:
        given, results = Path(folder, "given.npz"), Path(folder, "results.npz")
        sums = inputs.sums()
        np.savez(given, counts_a=inputs.counts[0], counts_b=inputs.counts[1], ratios_a=sums[0], ratios_b=sums[1])
        script = Path(__file__).with_name("gbstats_peer.py")
        subprocess.run([_python(environment), str(script), str(given), str(results)], check=True)
        return dict(np.load(results))


def _python(environment: Path) -> str:
    """The environment's interpreter; made, with gbstats in it, where it is not there yet."""
    python, ready = environment / "bin" / "python", environment / ".ready"
    if not ready.exists():
        print(f"making an environment for {PEER} ...", file=sys.stderr, flush=True)
        venv.create(environment, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER], check=True, stdout=sys.stderr)
        ready.touch()
    return str(python)


def mean_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Mean processor seconds after one run to warm up."""
    work()
    start = time.process_time()
    for _ in range(runs):
        work()
    return (time.process_time() - start) / runs


def measure(experiments: int, environment: Path) -> list[Score]:
    """Times and differences of all on the same experiments."""
    inputs = Inputs.draw(experiments)
    counts, arms, cases = Counts(*(column for arm in inputs.counts for column in arm.T)), inputs.arms(), inputs.cases()

    def of_counts(*, every: bool = False) -> Comparisons:
        return compare_counts(_CTR, counts, _TERMS, with_probability=every)

    def of_ratios() -> Comparisons:
        return compare_ratios(_CPA, arms[0], arms[1], _TERMS)

    days = ArmsDays(inputs.numerators[0], inputs.denominators[0], inputs.numerators[1], inputs.denominators[1])

    rng = np.random.default_rng(2)
    past = ArmsDays(*(rng.lognormal(0, 0.3, (experiments, EARLIER_DAYS)) for _ in range(4)))

    def of_days() -> Comparisons:
        return compare_ratios(_CPA, arms[0], arms[1], _TERMS, pairs=pair_days(days))

    def of_days_with_past() -> Comparisons:
        return compare_ratios(_CPA, arms[0], arms[1], _TERMS, pairs=pair_days(days, past))

    def of_cases() -> list[Comparison]:
        return compare_all(cases)

    same, every, ratios, whole = map(mean_seconds, (of_counts, lambda: of_counts(every=True), of_ratios, of_cases))
    daily, hac = mean_seconds(of_days), with_hac(days) * experiments
    learnt = mean_seconds(of_days_with_past)
    exact, slow = with_statsmodels(inputs.counts)
    peer = with_gbstats(inputs, environment)
    slow_counts, slow_ratios = peer["seconds"].tolist()
    times = {
        "statsmodels, counts": slow,
        "gbstats, counts": slow_counts,
        "gbstats, ratios": slow_ratios,
        "ours, counts": same,
        "ours, counts, with probabilities": every,
        "ours, ratios": ratios,
        "statsmodels HAC, days": hac,
        "ours, days": daily,
        "ours, days, correlation learnt from 24 weeks before": learnt,
        "ours, as tests are evaluated (half counts, half ratios)": whole / 2,
    }
    speed = {
        "statsmodels, counts": slow / same,
        "gbstats, counts": slow_counts / same,
        "gbstats, ratios": slow_ratios / ratios,
        "statsmodels HAC, days": hac / daily,
        "statsmodels HAC, days; ours learns from 24 weeks before": hac / learnt,
    }
    return [
        *(Score("processor time per experiment", 1e6 * s / experiments, unit="us", case=c) for c, s in times.items()),
        *(Score("times as fast, same fields", ratio, low=_LEAST, unit="x", case=case) for case, ratio in speed.items()),
        Score("… with probabilities", slow / every, unit="x", case="statsmodels, counts"),
        *_differences(of_counts(), of_ratios(), exact, peer),
    ]


def _differences(counts: Comparisons, ratios: Comparisons, exact: Floats, peer: dict[str, Floats]) -> list[Score]:
    """Largest absolute differences. gbstats does not pool, and takes no logarithm: its p differs by design."""
    found, costs = counts.numbers, ratios.numbers
    ours = np.column_stack([found[name] for name in ("p_value", "abs_ci_low", "abs_ci_high")])
    change = found["value_b"] - found["value_a"]
    equal = {
        "p, statsmodels": ours[:, 0] - exact[:, 0],
        "Newcombe interval, statsmodels": ours[:, 1:] - exact[:, 1:],
        "difference of counts, gbstats": change - peer["counts"][:, 0],
        "lift of ratios, gbstats": costs["lift"] - peer["ratios"][:, 0],
    }
    close = {
        "p of counts, gbstats (unpooled)": ours[:, 0] - peer["counts"][:, 1],
        "p of ratios, gbstats (no logarithm)": costs["p_value"] - peer["ratios"][:, 1],
    }
    name = "largest difference"
    return [
        *(Score(name, float(np.abs(off).max()), high=1e-9, unit="", case=case) for case, off in equal.items()),
        *(Score(name, float(np.abs(off).max()), unit="", case=case) for case, off in close.items()),
    ]


def main() -> None:
    """Parse the command line, measure, print; end with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--environment", type=Path, default=_ENVIRONMENT, help="where gbstats is or goes")
    given = parser.parse_args()
    rows = measure(given.experiments, given.environment)
    print("\n".join(table(rows, by_case=True)))
    sys.exit(0 if all_hold(rows) else 1)


if __name__ == "__main__":
    main()
