"""Declared tests from ad groups' days: states, decisions that stand, looks, families, and reasons for the rest."""

import json
import math
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.experiments.comparison import Case, compare_all
from adops_pipeline.domain.experiments.definitions import DefinitionError, Variant
from adops_pipeline.domain.experiments.evaluation import evaluate_tests
from adops_pipeline.domain.experiments.metrics import METRICS
from adops_pipeline.domain.experiments.samples import Proportion
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline_tests.domain.experiments.toy_tests import (
    KNOWN_AT_ONCE,
    START,
    Arm,
    after,
    as_of,
    days_of,
    defined,
    look,
    only,
)
from adops_pipeline_tests.profiles import examples

BETTER = days_of(Arm("a"), Arm("b", ctr=0.04), seed=11)
EQUAL = days_of(Arm("a"), Arm("b"), seed=3)
DEARER = days_of(Arm("a", cpa=9.5), Arm("b", cpa=13.2))


def test_a_clear_difference_completes_names_the_winner_and_the_day() -> None:
    found = look(defined(), BETTER, after(10))
    test, result = only(found.tests), only(found.results)
    assert (test["status"], test["winner"], test["completed_at"]) == ("completed", "B", after(10))
    assert (result["verdict"], result["reason"], result["days"]) == ("significant", "difference-shown", 10)
    assert (result["window_start"], result["window_end"]) == (START, after(10))
    assert json.loads(test["variant_b"]) == {"name": "New", "ad_group_ids": ["b"]}
    assert json.loads(test["results"])["lift"] == result["lift"]


@pytest.mark.parametrize("metric", sorted(set(METRICS) - {"roas"}))  # revenue is twice the spend in these days
def test_every_metric_is_judged_by_day_with_both_arms_paired(metric: str) -> None:
    result = only(look(defined(metric=metric), EQUAL, after(14)).results)
    assert (result["unit"], result["dependence"], result["assignment"]) == ("day", "paired-days", "observational")
    assert 1 <= result["effective_sample_size"] <= 14
    assert (result["method"], result["srm_p"]) == ("log-delta", None)
    shown = only(look(defined(metric=metric), EQUAL, after(14)).results)["explanation"]
    assert "paired by day" in shown
    assert "Observational, not randomised." in shown


def test_what_both_arms_share_on_a_day_cancels() -> None:
    wave = (pl.col("date").dt.ordinal_day().cast(pl.Int32) ** 2 % 11 + 2) / 6.0
    shared = EQUAL.with_columns(pl.col("spend") * wave)
    calm, shaken = (only(look(defined(metric="cpc"), daily, after(28)).results) for daily in (EQUAL, shared))
    alone = shared.with_columns(pl.when(pl.col("ad_group_id") == "a").then("spend").otherwise(pl.col("spend") / wave))
    unshared = only(look(defined(metric="cpc"), alone, after(28)).results)
    width = [row["ci_high"] - row["ci_low"] for row in (calm, shaken, unshared)]
    assert width[1] < 1.5 * width[0]
    assert width[2] > 2 * width[1]


def test_days_before_the_test_tell_how_days_depend_on_each_other() -> None:
    long = days_of(Arm("a"), Arm("b"), first=START - timedelta(days=168), days=196)
    declared = defined(metric="cpa"), defined(metric="cpa", use_earlier_days=False)
    known, unknown = (only(look(test, long, after(28)).results) for test in declared)
    assert known["lift"] == unknown["lift"]
    assert known["effective_sample_size"] > unknown["effective_sample_size"]


def test_a_declared_randomisation_is_named_and_no_part_of_the_agreement() -> None:
    test = defined(is_randomised=True)
    assert test.agreement == defined().agreement
    for declared in (test, defined(expected_split=0.5)):
        assert only(look(declared, EQUAL, after(14)).results)["assignment"] == "randomised"


def test_declared_trials_are_sums_over_all_days_and_ad_groups_of_an_arm() -> None:
    daily = days_of(Arm("a"), Arm("a2", impressions=500), Arm("b"))
    test = defined(variant_a=Variant("Old", ("a2", "a")), method="z")
    result = only(look(test, daily, after(9)).results)
    inside = daily.filter(pl.col("date") <= after(9))
    sums = [
        inside.filter(pl.col("ad_group_id").is_in(ids)).select(pl.col("clicks", "impressions").sum()).row(0)
        for ids in (["a", "a2"], ["b"])
    ]
    a, b = (Proportion(*pair) for pair in sums)
    expected = compare_all([Case(METRICS["ctr"], a, b, Terms(expected_split=None))])[0]
    assert (result["sample_a"], result["sample_b"]) == (sums[0][1], sums[1][1])
    assert (result["p_value"], result["lift"]) == (expected.p_value, expected.lift)
    assert (result["method"], result["unit"], result["dependence"]) == ("z", "trial", "declared-independent")


def test_a_dearer_arm_never_wins_and_money_names_its_currency() -> None:
    result = only(look(defined(metric="cpa"), DEARER, after(14)).results)
    assert (result["winner"], result["currency"], result["method"]) == ("A", "EUR", "log-delta")
    assert only(look(defined(metric="roas"), DEARER, after(14)).results)["currency"] == "EUR"


def test_a_decision_stands_whatever_later_days_say() -> None:
    decided = look(defined(), BETTER, after(10))
    turned = days_of(Arm("a", ctr=0.05), Arm("b", ctr=0.01))
    later = look(defined(), turned, after(20), decided)
    assert later.tests.equals(decided.tests)
    assert later.results.equals(decided.results)


def test_a_renamed_test_keeps_its_decision_and_one_with_other_rules_is_judged_anew() -> None:
    decided = look(defined(), BETTER, after(10))
    renamed = only(look(defined(name="Headlines"), EQUAL, after(20), decided).tests)
    assert (renamed["name"], renamed["status"], renamed["completed_at"]) == ("Headlines", "completed", after(10))
    anew = only(look(defined(alpha=0.01), EQUAL, after(20), decided).tests)
    assert (anew["status"], anew["completed_at"], anew["evaluated_at"]) == ("running", None, after(20))


def test_the_same_day_evaluated_again_gives_the_same_rows() -> None:
    tests = [defined("t1"), defined("t2", metric="cpa", family="f"), defined("t3", metric="cpc", family="f")]
    first = look(tests, BETTER, after(9))
    again = look(tests, BETTER, after(9), first)
    assert again.tests.equals(first.tests)
    assert again.results.equals(first.results)


def test_every_evaluation_of_a_running_test_is_kept_until_it_ends_inconclusive() -> None:
    found = None
    for days in range(1, 32):
        found = look(defined(), EQUAL, after(days), found)
    assert found is not None
    test = only(found.tests)
    assert (test["status"], test["reason"], test["completed_at"]) == ("inconclusive", "max-days-reached", after(28))
    assert found.results["evaluated_at"].to_list() == [after(days) for days in range(1, 29)]
    assert found.results["days"].to_list() == list(range(1, 29))


def test_days_after_the_planned_ones_do_not_count() -> None:
    result = only(look(defined(), EQUAL, after(45)).results)
    assert (result["days"], result["window_end"], result["status"]) == (28, after(28), "inconclusive")


@pytest.mark.parametrize(("metric", "days"), [("ctr", 14), ("cpc", 14), ("cpa", 5), ("cvr", 5), ("roas", 5)])
def test_metrics_of_conversions_wait_for_mature_days(metric: str, days: int) -> None:
    result = only(look(defined(metric=metric), EQUAL, after(14), mature={"meta-ads": 10}).results)
    assert (result["days"], result["window_end"], result["evaluated_at"]) == (days, after(days), after(14))


def test_a_test_may_choose_not_to_wait_for_mature_days() -> None:
    test = defined(metric="cpa", wait_for_mature_days=False)
    assert only(look(test, EQUAL, after(14), mature={"meta-ads": 10}).results)["days"] == 14


def test_a_test_without_a_day_to_judge_waits_and_says_so() -> None:
    for test, mature in ((defined(started_on=after(20)), KNOWN_AT_ONCE), (defined(metric="cpa"), {"meta-ads": 20})):
        found = look(test, EQUAL, after(14), mature=mature)
        result = only(found.results)
        assert (result["status"], result["reason"], result["days"]) == ("running", "waiting-for-data", 0)
        assert result["explanation"] == "No complete day of this test can be judged yet."


def test_an_account_that_nobody_knows_gives_a_reason_and_no_evaluation() -> None:
    found = evaluate_tests([defined()], EQUAL, as_of(after(9)).clear(), KNOWN_AT_ONCE)
    test = only(found.tests)
    assert (test["status"], test["reason"], test["evaluated_at"]) == ("running", "waiting-for-data", None)
    assert found.results.is_empty()


def test_each_test_is_judged_at_the_last_day_that_all_its_accounts_have() -> None:
    daily = days_of(Arm("a"), Arm("b", account="2"))
    days = pl.concat([as_of(after(14)), as_of(after(11), "2")])
    assert only(evaluate_tests([defined()], daily, days, KNOWN_AT_ONCE).results)["evaluated_at"] == after(11)


def test_arms_of_unequal_currency_are_never_compared_on_money_and_may_be_on_clicks() -> None:
    daily = days_of(Arm("a"), Arm("b", account="2", currency="USD"), Arm("b2", account="2"))
    days = as_of(after(14), "1", "2")
    for arm in (("b",), ("b", "b2")):
        test = defined(metric="cpa", variant_b=Variant("New", arm))
        result = only(evaluate_tests([test], daily, days, KNOWN_AT_ONCE).results)
        assert (result["status"], result["reason"]) == ("invalid", "different-currency")
        assert (result["p_value"], result["winner"], result["currency"]) == (None, None, None)
    assert only(evaluate_tests([defined()], daily, days, KNOWN_AT_ONCE).results)["status"] == "running"


def test_arms_that_both_mix_two_currencies_are_not_compared_on_money() -> None:
    dollars = {"account": "2", "currency": "USD"}
    daily = days_of(Arm("a"), Arm("a2", **dollars), Arm("b"), Arm("b2", **dollars))  # type: ignore[arg-type]
    test = defined(metric="cpc", variant_a=Variant("Old", ("a", "a2")), variant_b=Variant("New", ("b", "b2")))
    found = evaluate_tests([test], daily, as_of(after(9), "1", "2"), KNOWN_AT_ONCE)
    assert only(found.results)["reason"] == "different-currency"


@pytest.mark.parametrize("metric", ["ctr", "cpa"])
def test_an_arm_that_never_delivered_gives_a_reason_and_ends_inconclusive(metric: str) -> None:
    test = defined(metric=metric, variant_b=Variant("New", ("mistyped",)))
    early, late = look(test, EQUAL, after(9)), look(test, EQUAL, after(40))
    assert (only(early.results)["status"], only(early.results)["reason"]) == ("running", "no-delivery")
    assert (only(late.results)["status"], only(late.results)["reason"]) == ("inconclusive", "max-days-reached")
    assert "check their ids" in only(late.tests)["explanation"]


def test_an_arm_that_stopped_earlier_is_not_compared() -> None:
    stopped = EQUAL.filter((pl.col("ad_group_id") == "a") | (pl.col("date") <= after(5)))
    assert only(look(defined(), stopped, after(9)).results)["reason"] == "unequal-windows"


def test_a_broken_promise_of_the_split_makes_a_test_invalid_and_no_promise_is_not_checked() -> None:
    uneven = days_of(Arm("a"), Arm("b", ctr=0.04, impressions=9_000))
    promised = only(look(defined(expected_split=0.5), uneven, after(14)).results)
    assert (promised["status"], promised["reason"]) == ("invalid", "sample-ratio-mismatch")
    free = only(look(defined(), uneven, after(25)).results)
    assert (free["status"], free["winner"], free["srm_p"]) == ("completed", "B", None)


def test_a_family_takes_back_what_one_test_shows_alone() -> None:
    close = days_of(Arm("a"), Arm("b", ctr=0.027), *(Arm(name) for name in "cdefghij"), seed=4)
    alone = look(defined("t"), close, after(14))
    p = only(alone.results)["always_valid_p"]
    assert p <= 0.05
    others = [
        defined(f"o{n}", variant_a=Variant("A", (pair[0],)), variant_b=Variant("B", (pair[1],)), family="f")
        for n, pair in enumerate(("cd", "ef", "gh", "ij"))
    ]
    family = look([defined("t", family="f", alpha=0.05), *others], close, after(14))
    row = only(family.results.filter(pl.col("test_id") == "t"))
    assert row["adjusted_p"] == pytest.approx(min(1.0, 5 * p))
    assert (row["status"], row["winner"], row["reason"]) == ("running", None, "not-shown-in-family")
    assert row["always_valid_p"] == p


def test_a_decided_test_counts_in_its_family_with_the_p_it_had() -> None:
    tests = [defined("first", family="f"), defined("second", family="f", metric="cvr", started_on=after(15))]
    decided = look(tests, BETTER, after(14))
    assert decided.tests["status"].to_list() == ["completed", "running"]
    later = look(tests, BETTER, after(28), decided)
    second = only(later.results.filter((pl.col("test_id") == "second") & (pl.col("evaluated_at") == after(28))))
    assert second["adjusted_p"] == pytest.approx(second["always_valid_p"], rel=1e-9)
    assert only(later.tests.filter(pl.col("id") == "first"))["completed_at"] == after(14)


def test_planned_looks_are_spent_once_each_and_a_missed_day_only_shifts_them() -> None:
    test = defined(stopping="group-sequential", planned_looks=(7, 14, 21, 28))
    found = None
    for days in (5, 6, 8, 9, 14, 15, 22, 28):
        found = look(test, EQUAL, after(days), found)
    assert found is not None
    looked = dict(found.results.select("days", "is_look").iter_rows())
    assert looked == {5: False, 6: False, 8: True, 9: False, 14: True, 15: False, 22: True, 28: True}
    reasons = dict(found.results.select("days", "reason").iter_rows())
    assert (reasons[5], reasons[9], reasons[28]) == ("too-few-days", "waiting-for-look", "max-days-reached")


def test_a_difference_between_planned_looks_is_called_at_the_next_one() -> None:
    test = defined(stopping="group-sequential", planned_looks=(7, 14, 28), min_sample_size=100_000)
    waiting = look(test, BETTER, after(8))
    assert only(waiting.results)["reason"] == "sample-too-small"
    assert not only(waiting.results)["is_look"]
    due = look(test, BETTER, after(15), waiting)
    assert (only(due.tests)["status"], only(due.tests)["winner"]) == ("completed", "B")


def test_cuped_takes_off_what_the_days_before_explain() -> None:
    weeks = [1.0, 1.6, 0.7, 1.3, 0.5, 1.9, 1.0]
    before = START - timedelta(days=28)
    base = days_of(Arm("a", noise=0.02), Arm("b", cpa=21.0, noise=0.02), first=before, days=56)
    wave = pl.col("date").dt.weekday().replace_strict(dict(enumerate(weeks, start=1)), return_dtype=pl.Float64)
    # in one arm only: what both arms share cancels without any adjustment
    daily = base.with_columns(pl.col("spend") * pl.when(pl.col("ad_group_id") == "b").then(wave).otherwise(1.0))
    plain = only(look(defined(metric="cpc"), daily, after(28)).results)
    adjusted = only(look(defined(metric="cpc", use_cuped=True), daily, after(28)).results)
    assert adjusted["method"] == "log-delta+cuped"
    assert adjusted["variance_reduction_ratio"] > 0.2
    width = {name: row["ci_high"] - row["ci_low"] for name, row in (("plain", plain), ("cuped", adjusted))}
    assert width["cuped"] < width["plain"]
    assert adjusted["ci_low"] <= adjusted["lift"] <= adjusted["ci_high"]
    assert (adjusted["value_a"], adjusted["value_b"]) == (plain["value_a"], plain["value_b"])


def test_cuped_without_days_before_leaves_the_effect_as_measured_and_says_so() -> None:
    asked, plain = (only(look(defined(metric="cpa", use_cuped=c), EQUAL, after(14)).results) for c in (True, False))
    assert asked["method"] == "log-delta"
    assert (asked["lift"], asked["p_value"]) == (plain["lift"], plain["p_value"])


def test_a_test_no_longer_declared_is_forgotten_unless_it_was_decided() -> None:
    tests = [defined("won"), defined("open", variant_a=Variant("C", ("c",)), variant_b=Variant("D", ("d",)))]
    daily = pl.concat([BETTER, days_of(Arm("c"), Arm("d"), seed=9)])
    before = look(tests, daily, after(10))
    assert before.tests["status"].to_list() == ["running", "completed"]
    left = look([], daily, after(12), before)
    assert left.tests["id"].to_list() == ["won"]
    assert left.results.height == 2


def test_definitions_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(DefinitionError, match="id is given to 2 tests"):
        look([defined(), defined()], EQUAL, after(9))


def test_nothing_declared_gives_two_empty_tables() -> None:
    found = look([], EQUAL, after(9))
    assert (found.tests.height, found.results.height) == (0, 0)


@examples(12)
@given(seed=st.integers(0, 1000), metric=st.sampled_from(sorted(METRICS)), days=st.integers(1, 40))
def test_the_order_of_rows_and_of_definitions_changes_nothing(seed: int, metric: str, days: int) -> None:
    tests = [defined("one", metric=metric, family="f"), defined("two", metric="cpa", family="f", use_cuped=True)]
    daily = days_of(Arm("a"), Arm("b", cpa=24.0), first=START - timedelta(days=14), days=50, seed=seed)
    shuffled = daily.sample(fraction=1.0, shuffle=True, seed=seed)
    first, second = look(tests, daily, after(days)), look(tests[::-1], shuffled, after(days))
    assert first.tests.equals(second.tests)
    assert first.results.equals(second.results)


_AMOUNT = st.one_of(st.none(), st.floats(0, 1e308), st.sampled_from([0.0, 1.0, 5e-324, 1e-12, 1e300]))
_DAY = st.tuples(st.sampled_from("ab"), st.integers(-20, 35), *[_AMOUNT] * 5)


@examples(40)
@given(rows=st.lists(_DAY, max_size=30), metric=st.sampled_from(sorted(METRICS)), is_cuped=st.booleans())
def test_no_number_that_is_not_finite_ever_comes_out(
    rows: list[tuple[object, ...]], metric: str, is_cuped: bool
) -> None:
    measures = ("impressions", "clicks", "spend", "revenue", "conversions")
    daily = pl.DataFrame(
        [("meta-ads", "1", arm, START + timedelta(days=int(str(n))), "EUR", *amounts) for arm, n, *amounts in rows],
        schema={
            **dict.fromkeys(("platform", "account_id", "ad_group_id"), pl.String), "date": pl.Date,
            "currency": pl.String, **dict.fromkeys(measures, pl.Float64),
        },
        orient="row",
    )  # fmt: skip
    tests = [
        defined("any", metric=metric, use_cuped=is_cuped, expected_split=0.5, family="f"),
        defined("fixed", metric=metric, stopping="fixed-horizon", family="f"),
        defined("planned", metric=metric, stopping="group-sequential", planned_looks=(7, 28)),
    ]
    for day in (date(2026, 9, 20), after(30)):
        found = evaluate_tests(tests, daily, as_of(day), KNOWN_AT_ONCE)
        for row in found.results.iter_rows(named=True):
            assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))
            assert row["reason"]
            assert row["explanation"]
        json.loads(found.tests["results"][0], parse_constant=pytest.fail)


def test_two_periods_of_one_ad_group_are_compared_once_the_second_is_known() -> None:
    test = defined(metric="cpa", variant_b=Variant("New", ("a",)), period_days=7, max_days=7, stopping="fixed-horizon")
    first, second = days_of(Arm("a", noise=0.01), days=7), days_of(Arm("a", cpa=30.0, noise=0.01), days=7, seed=2)
    other_days = days_of(Arm("a", cpa=90.0), first=START - timedelta(days=30), days=60, seed=3)
    inside = pl.col("date").is_between(START, after(14))
    daily = pl.concat([first, second.with_columns(pl.col("date") + timedelta(days=7)), other_days.filter(~inside)])
    waiting = look(test, daily, after(10))
    found = look(test, daily, after(20))
    assert only(waiting.tests)["status"] == "running"
    assert only(waiting.results)["days"] == 3
    result = only(found.results)
    assert (result["days"], result["window_start"], result["window_end"]) == (7, START, after(14))
    assert result["lift"] == pytest.approx(0.5, abs=0.03)
    assert only(found.tests)["winner"] == "A"
