"""Many experiments at once give what each gives alone, and quickly."""

import time

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from adops_pipeline.domain.experiments.calculator import compare_proportions
from adops_pipeline.domain.experiments.comparison import Terms, compare
from adops_pipeline.domain.experiments.metrics import METRICS, MetricName
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, NoResult, without_result
from adops_pipeline.domain.experiments.samples import RatioUnits
from adops_pipeline.domain.experiments.unit_summaries import arm_columns, summarise_units
from adops_pipeline.domain.experiments.vectorized import compare_many_counts, compare_many_ratios

INF, NAN = float("inf"), float("nan")


def assert_same(frame: pl.DataFrame, alone: list[Comparison]) -> None:
    assert frame.height == len(alone)
    for row, expected in zip(frame.to_dicts(), alone, strict=True):
        wanted = expected.as_dict()
        del wanted["metric"]
        assert set(row) == set(wanted)
        for name, value in wanted.items():
            if isinstance(value, float):
                assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, row, wanted)
            else:
                assert row[name] == value, (name, row, wanted)


@pytest.mark.parametrize("method", ["auto", "z", "exact"])
@pytest.mark.parametrize("split", [0.5, 0.3, None])
@pytest.mark.parametrize("metric", ["ctr", "cvr"])
def test_counts_give_the_same_as_one_by_one(method: MethodChoice, split: float | None, metric: MetricName) -> None:
    rng = np.random.default_rng(1)
    n, m = rng.integers(1, 4000, (2, 60)) * 1.0
    a, b = np.floor(n * rng.random(60) ** 4), np.floor(m * rng.random(60) ** 4)
    odd = np.array(
        [
            *([0, 0, 1, 2], [0, 9, 0, 8], [9, 9, 8, 8], [3, 2, 1, 2], [-1, 2, 1, 2], [NAN, 2, 1, 2], [1, INF, 1, 2]),
            *(
                [0, 900, 30, 900],
                [1.5, 20, 1, 20],
                [60.5, 900, 70, 900],
                [1e300, 1e301, 1, 2],
                [2e12, 4e12, 1e12, 4e12],
            ),
            *([30, 900, 60, 900], [30, 900, 60, 400], [0, 0, 0, 0], [1, 2, 3, 0], [1, 2, 3, -1]),
        ]
    ).T
    a, n, b, m = (np.concatenate(pair) for pair in zip((a, n, b, m), odd, strict=True))
    frame = compare_many_counts(METRICS[metric], a, n, b, m, Terms(method=method, expected_split=split))
    alone = [
        compare_proportions(metric, s, t, u, v, method=method, expected_split=split)
        for s, t, u, v in np.stack([a, n, b, m], axis=1).tolist()
    ]
    assert_same(frame, alone)


def ragged_units(rng: np.random.Generator) -> pl.DataFrame:
    rows = []
    for test in range(40):
        for variant in "ab":
            n = int(rng.integers(1, 25))
            den = rng.poisson(6 if test % 4 else 0.4, n).astype(float)
            num = den * rng.lognormal(0, 0.0 if test % 7 == 0 else 0.5, n) * 9.5
            rows.append(
                pl.DataFrame({"test": [test] * n, "variant": [variant] * n, "numerator": num, "denominator": den})
            )
    return pl.concat(rows)


@pytest.mark.parametrize("method", ["auto", "fieller"])
@pytest.mark.parametrize("metric", ["cpa", "cpm", "roas"])
def test_ratios_give_the_same_as_one_by_one(method: MethodChoice, metric: MetricName) -> None:
    units = ragged_units(np.random.default_rng(3))
    summary = summarise_units(units, ["test", "variant"]).sort("test", "variant")
    a, b = (arm_columns(summary.filter(pl.col("variant") == name)) for name in "ab")
    terms = Terms(method=method)
    frame = compare_many_ratios(METRICS[metric], a, b, terms)
    alone = []
    for test in range(40):
        arms = [units.filter((pl.col("test") == test) & (pl.col("variant") == name)) for name in "ab"]
        found = [RatioUnits.of(arm["numerator"].to_numpy(), arm["denominator"].to_numpy()).statistic() for arm in arms]
        assert not isinstance(found[0], NoResult)
        assert not isinstance(found[1], NoResult)
        alone.append(compare(METRICS[metric], found[0], found[1], terms))
    assert {result.reason for result in alone} >= {None, "no-variation", "too-few-units"}
    assert_same(frame, alone)


def test_a_negative_unit_is_refused_though_the_sum_is_positive() -> None:
    units = pl.DataFrame(
        {"variant": ["a"] * 3 + ["b"] * 3, "numerator": [5.0, -1, 4, 3, 4, 5], "denominator": [1.0] * 6}
    )
    summary = summarise_units(units, ["variant"])
    frame = compare_many_ratios(METRICS["roas"], arm_columns(summary[:1]), arm_columns(summary[1:]), Terms())
    assert frame["reason"].to_list() == [without_result("roas", "log-delta", "negative-input").reason]


def test_what_never_fits_is_refused_before_any_work() -> None:
    with pytest.raises(ValueError, match="cpa"):
        compare_many_counts(METRICS["cpa"], [1], [2], [1], [2], Terms())
    with pytest.raises(ValueError, match="terms"):
        compare_many_counts(METRICS["ctr"], [1], [2], [1], [2], Terms(alpha=2))
    with pytest.raises(ValueError, match="length"):
        compare_many_counts(METRICS["ctr"], [1, 2], [2], [1], [2], Terms())
    one = arm_columns(summarise_units(pl.DataFrame({"v": ["a"], "numerator": [1.0], "denominator": [1.0]}), ["v"]))
    with pytest.raises(ValueError, match="method z"):
        compare_many_ratios(METRICS["cpa"], one, one, Terms(method="z"))


def test_no_experiments_give_an_empty_frame_of_the_same_columns() -> None:
    empty = compare_many_counts(METRICS["ctr"], [], [], [], [], Terms())
    assert empty.height == 0
    assert empty.columns == compare_many_counts(METRICS["ctr"], [1], [20], [2], [20], Terms()).columns


def test_at_once_is_at_least_fifty_times_faster_than_statsmodels_one_by_one() -> None:
    rng = np.random.default_rng(2)
    n, m = rng.integers(5000, 60_000, (2, 10_000)) * 1.0
    a, b = rng.binomial(n.astype(int), 0.02) * 1.0, rng.binomial(m.astype(int), 0.022) * 1.0
    terms = Terms(expected_split=None)
    ours = min(
        _seconds(lambda: compare_many_counts(METRICS["ctr"], a, n, b, m, terms, with_probability=False))
        for _ in range(3)
    )

    def one_by_one() -> None:
        for i in range(200):
            proportions_ztest([b[i], a[i]], [m[i], n[i]])
            confint_proportions_2indep(b[i], m[i], a[i], n[i], method="newcomb", compare="diff")

    assert ours / 10_000 * 50 < min(_seconds(one_by_one) for _ in range(2)) / 200


def _seconds(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
