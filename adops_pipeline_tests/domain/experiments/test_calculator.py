"""The calculators as people use them: totals or a table in, a result or a reason out."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from math import isfinite
from typing import get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.experiments.calculator import compare_proportions, compare_units
from adops_pipeline.domain.experiments.metrics import METRICS, MetricName
from adops_pipeline.domain.experiments.reasons import CURABLE, EXPLANATIONS, Reason
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice
from adops_pipeline_tests.profiles import examples

DAYS = [date(2025, 3, 1) + timedelta(days=n) for n in range(30)]


def units(values: Mapping[str, float], seed: int = 0, n: int = 30, noise: float = 0.2) -> pl.DataFrame:
    """Day units of variants with the given true ratios."""
    rng = np.random.default_rng(seed)
    rows = []
    for variant, ratio in values.items():
        den = rng.gamma(30, 2, n).round() + 1
        num = ratio * den * rng.lognormal(-noise * noise / 2, noise, n)
        rows.append(pl.DataFrame({"variant": [variant] * n, "unit": DAYS[:n], "numerator": num, "denominator": den}))
    return pl.concat(rows)


def numbers(result: Comparison) -> list[float]:
    return [value for value in result.as_dict().values() if isinstance(value, float)]


def test_the_result_has_the_fields_people_and_programs_read() -> None:
    result = compare_proportions("ctr", 912, 40100, 1003, 39870, expected_split=0.5)
    expected = (
        "metric method value_a value_b lift ci_low ci_high abs_ci_low abs_ci_high p_value z always_valid_p "
        "probability_b_beats_a srm_p effective_sample_size winner verdict reason unit dependence assignment"
    )
    assert list(result.as_dict()) == expected.split() == [field.name for field in fields(Comparison)]
    assert None not in {result.as_dict()[name] for name in expected.split() if name != "reason"}


def test_a_better_click_rate_wins() -> None:
    result = compare_proportions("ctr", 912, 40100, 1003, 39870, expected_split=0.5)
    assert (result.method, result.winner, result.verdict, result.reason) == ("z", "B", "significant", None)
    assert result.lift == pytest.approx(1003 / 39870 / (912 / 40100) - 1)
    assert result.p_value == pytest.approx(0.0255986, abs=1e-6)
    assert result.z == pytest.approx(2.232248, abs=1e-5)
    assert result.srm_p == pytest.approx(0.416, abs=0.001)
    assert result.probability_b_beats_a == pytest.approx(0.987, abs=0.001)
    assert "B is better: CTR 2.27 % (A) against 2.52 % (B), +10.6%" in result.explanation
    assert "; looked at daily, p is 0.42." in result.explanation


def test_an_interval_names_its_look_and_without_a_winner_the_p_for_daily_looks_is_told() -> None:
    result = compare_proportions("ctr", 912, 40100, 1003, 39870)
    looked_at = replace(result, ci_low=0.012, ci_high=0.2, always_valid_p=0.1234)
    assert "+10.6% (interval of a single look +1.2% to +20.0%); looked at daily, p is 0.12." in looked_at.explanation
    undecided = replace(looked_at, winner=None).explanation
    assert "+10.6% (interval of a single look +1.2% to +20.0%); looked at daily, p is 0.12." in undecided


def test_amounts_are_told_with_two_decimals_and_small_ones_with_three_digits() -> None:
    result = compare_proportions("ctr", 912, 40100, 1003, 39870)
    costs = replace(result, metric="cpa", value_a=20275.4, value_b=0.01234)
    assert "CPA 20,275.40 (A) against 0.0123 (B)" in costs.explanation


@pytest.mark.parametrize("method", ["auto", "log-delta", "fieller"])
def test_the_dearer_arm_is_never_named(method: MethodChoice) -> None:
    cheap_first = compare_units("cpa", units({"old": 9.5, "new": 13.2}), method=method)
    dear_first = compare_units("cpa", units({"old": 13.2, "new": 9.5}), method=method)
    assert (cheap_first.winner, dear_first.winner) == ("A", "B")
    assert cheap_first.value_a == pytest.approx(9.5, rel=0.1)
    assert cheap_first.probability_b_beats_a is not None
    assert cheap_first.probability_b_beats_a < 0.01
    totals = compare_proportions("cpa", 950, 100, 1320, 100, method=method)
    assert (totals.value_a, totals.value_b, totals.winner, totals.verdict) == (9.5, 13.2, None, "no-result")


@pytest.mark.parametrize(("metric", "winner"), [("ctr", "B"), ("roas", "B"), ("cpc", "A"), ("cpa", "A"), ("cpm", "A")])
def test_the_direction_of_good_is_the_metrics_own(metric: str, winner: str) -> None:
    assert compare_units(metric, units({"a": 0.01, "b": 0.02})).winner == winner


def test_cost_per_mille_is_per_thousand_and_tested_the_same() -> None:
    table = units({"a": 0.010, "b": 0.013})
    mille, single = compare_units("cpm", table), compare_units("cpc", table)
    assert mille.value_a == pytest.approx(1000 * (single.value_a or 0))
    assert mille.abs_ci_low == pytest.approx(1000 * (single.abs_ci_low or 0))
    assert mille.lift == pytest.approx(single.lift)
    assert mille.p_value == single.p_value


@pytest.mark.parametrize("metric", ["cpc", "cpa", "cpm", "roas"])
def test_the_plain_z_test_is_refused_for_money_with_an_explanation(metric: str) -> None:
    for result in (
        compare_units(metric, units({"a": 9.5, "b": 13.2}), method="z"),
        compare_proportions(metric, 950, 100, 1320, 100, method="z"),
    ):
        assert (result.verdict, result.winner, result.p_value) == ("no-result", None, None)
        assert result.reason == "z-test-needs-a-proportion"
        assert "log-delta" in result.explanation


def test_the_plain_z_test_stays_available_for_proportions_also_from_units() -> None:
    table = pl.DataFrame(
        {
            "variant": ["x", "x", "y", "y"],
            "unit": [1, 2, 1, 2],
            "numerator": [400, 512, 500, 503],
            "denominator": [20000, 20100, 19870, 20000],
        }
    )
    pooled, total = (
        compare_units("ctr", table, method="z"),
        compare_proportions("ctr", 912, 40100, 1003, 39870, method="z"),
    )
    assert (pooled.p_value, pooled.ci_low, pooled.method) == (total.p_value, total.ci_low, "z")


def test_small_counts_are_tested_exactly_unless_told_otherwise() -> None:
    assert compare_proportions("cvr", 1, 40, 7, 38).method == "exact"
    assert compare_proportions("cvr", 1, 40, 7, 38, method="z").method == "z"
    assert compare_proportions("cvr", 100, 4000, 140, 3800, method="exact").method == "exact"


def test_a_broken_promise_of_a_split_blocks_the_verdict_and_without_one_nothing_is_checked() -> None:
    broken = compare_proportions("ctr", 912, 40100, 1303, 30870, expected_split=0.5)
    assert (broken.verdict, broken.winner, broken.reason) == ("invalid", None, "sample-ratio-mismatch")
    assert broken.srm_p is not None
    assert broken.srm_p < 0.001
    assert broken.p_value is not None
    unchecked = compare_proportions("ctr", 912, 40100, 1303, 30870)
    assert (unchecked.verdict, unchecked.winner, unchecked.srm_p) == ("significant", "B", None)
    planned = compare_proportions("ctr", 912, 40100, 1303, 30870, expected_split=40100 / 70970)
    assert planned.srm_p == pytest.approx(1.0)
    uneven = pl.concat([units({"a": 1.0}), units({"b": 1.0}).head(4)]).with_columns(unit=pl.int_range(pl.len()))
    assert compare_units("cpc", uneven, expected_split=0.5).verdict == "invalid"
    assert compare_units("cpc", uneven).srm_p is None
    clicks = compare_proportions("cvr", 91, 4010, 130, 5087, expected_split=0.5)
    assert (clicks.srm_p, clicks.assignment) == (None, "randomised")


def test_units_that_chance_assigned_are_expected_to_be_halves() -> None:
    people = pl.concat([units({"a": 1.0}), units({"b": 1.0}).head(4)]).with_columns(unit=pl.int_range(pl.len()))
    assert compare_units("cpc", people, is_randomised=True).reason == "sample-ratio-mismatch"
    assert compare_units("cpc", people, is_randomised=True, is_split_checked=False).srm_p is None
    assert compare_units("cpc", people, expected_split=0.5, is_split_checked=False).verdict != "invalid"
    days = pl.concat([units({"a": 1.0}), units({"b": 0.1})])
    assert compare_units("ctr", days, is_randomised=True).srm_p is None


def test_the_first_variant_seen_is_a() -> None:
    table = units({"zebra": 9.5, "ant": 13.2})
    assert compare_units("cpa", table).winner == "A"
    assert compare_units("cpa", table.reverse()).winner == "B"


def test_rows_of_one_unit_are_one_unit() -> None:
    table = units({"a": 9.5, "b": 10.0})
    half = table.with_columns(pl.col("numerator", "denominator") / 2)
    assert compare_units("cpa", pl.concat([half, half])).p_value == pytest.approx(compare_units("cpa", table).p_value)


def test_a_table_may_be_a_frame_columns_or_rows() -> None:
    table = units({"a": 9.5, "b": 10.0})
    expected = compare_units("cpa", table)
    assert compare_units("cpa", table.to_dict(as_series=False)) == expected
    assert compare_units("cpa", table.to_dicts()) == expected
    texts = table.with_columns(pl.col("numerator", "denominator", "unit").cast(pl.String))
    assert compare_units("CPA ", texts) == expected


ONE = {"variant": "a", "unit": 1, "numerator": 2.0, "denominator": 3.0}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "missing-columns"),
        ([{"variant": "a", "unit": 1, "numerator": 2.0}], "missing-columns"),
        ([ONE], "needs-two-variants"),
        ([ONE, {**ONE, "variant": "b"}, {**ONE, "variant": "c"}], "needs-two-variants"),
        ([ONE, {**ONE, "variant": "b"}], "too-few-units"),
        ([ONE, {**ONE, "variant": None}], "missing-value"),
        ([ONE, {**ONE, "variant": "b", "numerator": None}], "missing-value"),
        ([ONE, {**ONE, "variant": "b", "numerator": -0.5}], "negative-input"),
        ([ONE, {**ONE, "variant": "b", "denominator": float("nan")}], "not-finite"),
        ([{**ONE, "variant": v, "unit": u} for v in "ab" for u in (1, 2, 3)], "no-variation"),
        ([{**ONE, "variant": v, "unit": u, "numerator": 0.0} for v in "ab" for u in (1, 2, 3)], "zero-numerator"),
        ([{**ONE, "variant": v, "unit": u, "denominator": 0} for v in "ab" for u in (1, 2, 3)], "zero-denominator"),
        (
            [{**ONE, "variant": v, "unit": u, "numerator": float(u == 1)} for v in "ab" for u in (1, 2)],
            "one-unit-holds-all",
        ),
        ([{**ONE, "variant": v, "currency": c} for v, c in (("a", "EUR"), ("b", "USD"))], "different-currency"),
    ],
)
def test_tables_that_allow_no_comparison_say_why(rows: Sequence[Mapping[str, object]], reason: Reason) -> None:
    result = compare_units("cpa", rows)
    assert (result.reason, result.verdict, result.winner, result.p_value) == (reason, "no-result", None, None)
    assert result.explanation == EXPLANATIONS[reason]


def test_words_where_numbers_belong_are_missing_values() -> None:
    table = {"variant": ["a", "b"], "unit": ["1", "1"], "numerator": ["2.5", "much"], "denominator": ["1", "2"]}
    assert compare_units("cpa", table).reason == "missing-value"


def test_variants_that_ran_on_different_days_are_not_compared() -> None:
    table = units({"a": 9.5, "b": 10.0})
    shorter = table.filter((pl.col("variant") == "a") | (pl.col("unit") < date(2025, 3, 20)))
    assert compare_units("cpa", shorter).reason == "unequal-windows"
    as_text = shorter.with_columns(pl.col("unit").cast(pl.String))
    assert compare_units("cpa", as_text).reason == "unequal-windows"
    gap = table.filter((pl.col("variant") == "a") | (pl.col("unit") != date(2025, 3, 20)))
    assert compare_units("cpa", gap).reason is None
    users = shorter.with_columns(unit=pl.int_range(pl.len()))
    assert compare_units("cpa", users).reason is None


def test_clicks_may_be_compared_across_currencies() -> None:
    table = units({"a": 0.02, "b": 0.03}).with_columns(currency=pl.col("variant"))
    assert compare_units("ctr", table).reason is None
    assert compare_units("roas", table).reason == "different-currency"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((0, 0, 5, 10), "zero-trials"),
        ((11, 10, 5, 10), "successes-exceed-trials"),
        ((-1, 10, 5, 10), "negative-input"),
        ((float("nan"), 10, 5, 10), "not-finite"),
        ((0, 100, 0, 100), "zero-successes"),
        ((100, 100, 90, 90), "no-variation"),
        ((1.5, 100, 2.5, 100), "fractional-successes"),
    ],
)
def test_counts_that_allow_no_comparison_say_why(table: tuple[float, float, float, float], reason: Reason) -> None:
    result = compare_proportions("cvr", *table)
    assert (result.reason, result.verdict, result.winner, result.p_value) == (reason, "no-result", None, None)


def test_a_baseline_of_zero_has_an_absolute_effect_only() -> None:
    result = compare_proportions("cvr", 0, 1000, 30, 1000)
    assert (result.winner, result.verdict, result.reason) == ("B", "significant", "zero-baseline")
    assert (result.lift, result.ci_low, result.ci_high) == (None, None, None)
    assert result.abs_ci_low is not None
    assert result.abs_ci_low > 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"metric": "likes"}, "unknown-metric"),
        ({"alpha": 0.0}, "alpha-out-of-range"),
        ({"alpha": float("nan")}, "alpha-out-of-range"),
        ({"method": "magic"}, "unknown-method"),
        ({"method": "fieller"}, "method-does-not-fit"),
        ({"expected_split": 1.0}, "split-out-of-range"),
        ({"metric": "cpa"}, "metric-is-not-a-proportion"),
        ({"method": "exact", "trials_a": 4e12, "successes_a": 2e12, "trials_b": 4e12}, "counts-too-large"),
    ],
)
def test_terms_that_make_no_sense_say_why(arguments: dict[str, object], reason: Reason) -> None:
    usual: dict[str, object] = {"metric": "ctr", "successes_a": 10, "trials_a": 100, "successes_b": 12, "trials_b": 100}
    assert compare_proportions(**{**usual, **arguments}).reason == reason  # type: ignore[arg-type]


def test_every_reason_has_its_sentence_and_every_metric_its_name() -> None:
    assert set(EXPLANATIONS) == set(get_args(Reason)) >= set(CURABLE)
    assert all(sentence.endswith(".") for sentence in EXPLANATIONS.values())
    assert tuple(METRICS) == get_args(MetricName)


anything = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 50) | st.floats(0, 100)


@examples(200)
@given(anything, anything, anything, anything, st.sampled_from(["auto", "z", "exact"]))
def test_no_finite_counts_bring_a_nan_or_an_infinity(
    a: float, n: float, b: float, m: float, method: MethodChoice
) -> None:
    result = compare_proportions("cvr", a, n, b, m, method=method)
    assert all(isfinite(x) for x in numbers(result))
    assert (result.reason is None) or result.explanation
    if result.verdict == "significant":
        assert result.winner is not None


@examples(200)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 6), anything, anything), max_size=14),
    st.sampled_from(["auto", "fieller", "z"]),
    st.sampled_from(["cpa", "ctr", "cpm"]),
)
def test_no_finite_units_bring_a_nan_or_an_infinity(
    rows: list[tuple[str, int, float, float]], method: MethodChoice, metric: str
) -> None:
    keys = ("variant", "unit", "numerator", "denominator")
    table = {key: [row[i] for row in rows] for i, key in enumerate(keys)}
    result = compare_units(metric, table, method=method)
    assert all(isfinite(x) for x in numbers(result))
    assert result.explanation


counts = st.tuples(st.integers(1, 400), st.integers(500, 4000), st.integers(1, 400), st.integers(500, 4000))


@examples(60)
@given(counts)
def test_swapping_the_variants_mirrors_the_proportions(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    assert_mirrored(
        compare_proportions("ctr", a, n, b, m, expected_split=None),
        compare_proportions("ctr", b, m, a, n, expected_split=None),
    )


@examples(20)
@given(st.integers(0, 10_000), st.sampled_from(["log-delta", "fieller"]), st.floats(1e-4, 1e4))
def test_swapping_the_variants_mirrors_the_ratios_and_the_currency_does_not_matter(
    seed: int, method: MethodChoice, rate: float
) -> None:
    table = units({"a": 9.5, "b": 11.0}, seed=seed, n=12)
    result = compare_units("cpa", table, method=method)
    swapped = compare_units("cpa", table.sort("variant", descending=True), method=method)
    if method == "log-delta":
        assert_mirrored(result, swapped)
    assert swapped.p_value == pytest.approx(result.p_value)
    assert swapped.z == pytest.approx(-(result.z or 0))
    other = compare_units("cpa", table.with_columns(pl.col("numerator") * rate), method=method)
    assert other.winner == result.winner
    for name in ("lift", "ci_low", "ci_high", "p_value", "z", "always_valid_p", "probability_b_beats_a"):
        assert_scaled(getattr(other, name), getattr(result, name), 1.0)
    for name in ("value_a", "value_b", "abs_ci_low", "abs_ci_high"):
        assert_scaled(getattr(other, name), getattr(result, name), rate)


def assert_scaled(found: float | None, base: float | None, factor: float) -> None:
    """Fieller's interval may have no end: then neither has one."""
    assert (found is None) == (base is None)
    if found is not None and base is not None:
        assert found == pytest.approx(factor * base, rel=1e-6, abs=1e-12)


def assert_mirrored(result: Comparison, swapped: Comparison) -> None:
    assert {result.winner, swapped.winner} in ({"A", "B"}, {None})
    assert swapped.p_value == pytest.approx(result.p_value)
    assert swapped.always_valid_p == pytest.approx(result.always_valid_p)
    values = [x for x in (result.z, result.abs_ci_low, result.abs_ci_high) if x is not None]
    mirrored = [x for x in (swapped.z, swapped.abs_ci_high, swapped.abs_ci_low) if x is not None]
    assert [-x for x in values] == pytest.approx(mirrored)
    assert (result.probability_b_beats_a or 0) + (swapped.probability_b_beats_a or 0) == pytest.approx(1, abs=1e-8)
    assert 1 + (swapped.ci_low or 0) == pytest.approx(1 / (1 + (result.ci_high or 0)))


@given(st.integers(20, 200), st.integers(400, 4000), st.integers(400, 4000))
def test_a_larger_difference_of_proportions_never_has_a_larger_p(successes: int, n: int, m: int) -> None:
    start = -(-successes * m // n)
    results = [compare_proportions("ctr", successes, n, b, m, method="z") for b in range(start, min(m, start + 40), 7)]
    p_values = [result.p_value or 0.0 for result in results]
    anytime = [result.always_valid_p or 0.0 for result in results]
    assert p_values == sorted(p_values, reverse=True)
    assert all(later <= p + 1e-12 for p, later in zip(anytime, p_values, strict=True))


@examples(15)
@given(st.integers(0, 1000))
def test_a_larger_difference_of_ratios_never_has_a_larger_p(seed: int) -> None:
    table = units({"a": 9.5, "b": 9.5}, seed=seed, n=10)
    base = compare_units("cpa", table).lift or 0.0
    p_values = []
    for factor in (1.0, 1.02, 1.1, 1.3, 2.0):
        scale = pl.when(pl.col("variant") == "b").then(factor / (1 + base)).otherwise(1.0)
        result = compare_units("cpa", table.with_columns(pl.col("numerator") * scale))
        p_values.append(result.p_value or 0.0)
    assert p_values == sorted(p_values, reverse=True)
    assert p_values[0] == pytest.approx(1.0, abs=1e-9)
