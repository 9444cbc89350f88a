"""Many experiments compared at once: each as if it were alone, in the given order, and quickly."""

import time
from itertools import product

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from adops_pipeline.domain.experiments.batch import compare_counts
from adops_pipeline.domain.experiments.comparison import Case, compare_all
from adops_pipeline.domain.experiments.metrics import METRICS
from adops_pipeline.domain.experiments.outcomes import Counts
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import MethodChoice
from adops_pipeline.domain.experiments.samples import Proportion, RatioSums, sum_units
from adops_pipeline.domain.experiments.terms import Terms

INF, NAN = float("inf"), float("nan")
ODD_COUNTS = [
    (0, 0, 1, 2), (0, 9, 0, 8), (9, 9, 8, 8), (3, 2, 1, 2), (-1, 2, 1, 2), (NAN, 2, 1, 2), (1, INF, 1, 2),
    (0, 900, 30, 900), (1.5, 20, 1, 20), (60.5, 900, 70, 900), (1e300, 1e301, 1, 2), (2e12, 4e12, 1e12, 4e12),
    (30, 900, 60, 900), (30, 900, 60, 400), (0, 0, 0, 0), (1, 2, 3, 0), (1, 2, 3, -1),
]  # fmt: skip


def counted(*terms: Terms) -> list[Case]:
    """Proportions of all kinds under each of the terms."""
    rng = np.random.default_rng(1)
    trials = rng.integers(1, 4000, (60, 2))
    usual = [(float(int(n * p)), float(n), float(int(m * q)), float(m)) for (n, m), (p, q) in zip(
        trials.tolist(), (rng.random((60, 2)) ** 4).tolist(), strict=True)]  # fmt: skip
    return [
        Case(METRICS["ctr"], Proportion(a, n), Proportion(b, m), each)
        for each in terms
        for a, n, b, m in [*usual, *ODD_COUNTS]
    ]


def summed(*terms: Terms) -> list[Case]:
    """Ratios of ragged units under each of the terms."""
    rng, arms = np.random.default_rng(3), []
    for test in range(80):
        n = int(rng.integers(1, 25))
        den = rng.poisson(6 if test % 4 else 0.4, n).astype(float)
        num = den * rng.lognormal(0, 0.0 if test % 7 < 2 else 0.5, n) * 9.5
        sums = sum_units(pl.DataFrame({"arm": [test] * n, "numerator": num, "denominator": den}), ["arm"])
        arms.append(RatioSums(*sums.select(RatioSums._fields).row(0)))
    return [
        Case(METRICS[name], a, b, each)
        for name, each in product(("cpa", "cpm", "roas"), terms)
        for a, b in zip(arms[::2], arms[1::2], strict=True)
    ]


def test_cases_of_all_kinds_together_give_what_each_gives_alone_in_their_order() -> None:
    methods: tuple[MethodChoice, ...] = ("auto", "z", "exact", "log-delta", "fieller")
    terms = [Terms(method=method, expected_split=split) for method in methods for split in (0.5, 0.3, None)]
    cases = [*counted(*terms), *summed(*terms), Case(METRICS["ctr"], Proportion(1, 9), summed(Terms())[0].a, Terms())]
    order = np.random.default_rng(7).permutation(len(cases))[:2000].tolist()
    together = compare_all([cases[number] for number in order])
    found: set[str | None] = set()
    for number, one in zip(order, together, strict=True):
        alone = compare_all([cases[number]])[0]
        assert (alone.verdict, alone.reason, alone.winner) == (one.verdict, one.reason, one.winner)
        for name, value in alone.as_dict().items():
            assert getattr(one, name) == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name
        found.add(one.reason)
    assert found >= {
        None, "no-variation", "too-few-units", "zero-trials", "negative-input", "not-finite", "counts-too-large",
        "sample-ratio-mismatch", "method-does-not-fit", "z-test-needs-a-proportion", "fractional-successes",
    }  # fmt: skip


def test_the_split_is_checked_on_the_given_exposures() -> None:
    a, b = Proportion(900, 40_000), Proportion(1200, 40_000)
    fair, broken = Case(METRICS["ctr"], a, b, Terms()), Case(METRICS["ctr"], a, b, Terms(), (9000.0, 8000.0))
    assert [one.verdict for one in compare_all([fair, broken, fair])] == ["significant", "invalid", "significant"]


@pytest.mark.parametrize(
    ("terms", "reason"), [(Terms(alpha=2), "alpha-out-of-range"), (Terms(expected_split=0.0), "split-out-of-range")]
)
def test_terms_that_make_no_sense_give_no_result(terms: Terms, reason: Reason) -> None:
    assert compare_all([Case(METRICS["ctr"], Proportion(1, 9), Proportion(2, 9), terms)])[0].reason == reason


def test_no_experiments_give_no_results() -> None:
    assert compare_all([]) == []


def test_at_once_is_at_least_fifty_times_faster_than_statsmodels_one_by_one() -> None:
    rng = np.random.default_rng(2)
    n, m = rng.integers(5000, 60_000, (2, 10_000)) * 1.0
    a, b = rng.binomial(n.astype(int), 0.02) * 1.0, rng.binomial(m.astype(int), 0.022) * 1.0
    counts, terms = Counts(a, n, b, m), Terms(expected_split=None)
    ours = min(
        _seconds(lambda: compare_counts(METRICS["ctr"], counts, terms, with_probability=False)) for _ in range(3)
    )

    def one_by_one() -> None:
        for i in range(200):
            proportions_ztest([b[i], a[i]], [m[i], n[i]])
            confint_proportions_2indep(b[i], m[i], a[i], n[i], method="newcomb", compare="diff")

    assert ours / 10_000 * 50 < min(_seconds(one_by_one) for _ in range(2)) / 200


def _seconds(work: object) -> float:
    assert callable(work)
    start = time.process_time()
    work()
    return time.process_time() - start
