"""The life of an experiment: running, then completed, inconclusive or invalid."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from adops_pipeline.domain.experiments.decisions import (
    Arm,
    ExperimentInput,
    ExperimentResult,
    Rules,
    evaluate_all,
)
from adops_pipeline.domain.experiments.samples import Proportion
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline.domain.experiments.words import Stopping
from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline_tests.domain.experiments.toy_tests import sums_of

WEEKS = DateRange(date(2025, 3, 1), date(2025, 3, 14))


def evaluate(test_input: ExperimentInput, rules: Rules) -> ExperimentResult:
    return evaluate_all([(test_input, rules)])[0]


def clicks(a: int, b: int, days: int = 14, trials: int = 40_000) -> ExperimentInput:
    return ExperimentInput("ctr", Arm(Proportion(a, trials)), Arm(Proportion(b, trials)), days)


def cost(ratio_a: float, ratio_b: float, days: int = 14, seed: int = 0) -> ExperimentInput:
    rng = np.random.default_rng(seed)
    arms = []
    for ratio in (ratio_a, ratio_b):
        den = rng.poisson(40, days).astype(float)
        arms.append(Arm(sums_of(ratio * den * rng.lognormal(0, 0.1, days), den), currency="EUR", window=WEEKS))
    return ExperimentInput("cpa", arms[0], arms[1], days)


def standing(result: ExperimentResult) -> tuple[str, str, str | None]:
    return result.status, result.reason, result.winner


def test_a_clear_difference_completes_and_names_the_better_arm() -> None:
    assert standing(evaluate(clicks(900, 1200), Rules())) == ("completed", "difference-shown", "B")
    assert standing(evaluate(cost(9.5, 13.2), Rules())) == ("completed", "difference-shown", "A")
    result = evaluate(cost(13.2, 9.5), Rules())
    assert (result.winner, result.comparison.winner, result.days_to_decision) == ("B", "B", 0)
    assert "B is better" in result.explanation


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ((40_000, 40_000), "difference-shown"),
        ((40_001, 39_999), "sample-too-small"),
        ((39_999, 40_001), "sample-too-small"),
    ],
)
def test_both_arms_need_the_smallest_sample(sizes: tuple[int, int], reason: str) -> None:
    rules = Rules(min_sample_size=40_000)
    arms = Arm(Proportion(900, sizes[0])), Arm(Proportion(1200, sizes[1]))
    assert evaluate(ExperimentInput("ctr", *arms, 14), rules).reason == reason


def test_nothing_is_decided_before_the_fewest_days_and_something_may_be_on_the_last_of_them() -> None:
    fewest = Rules().min_days
    assert evaluate(clicks(900, 1200, days=fewest - 1), Rules()).reason == "too-few-days"
    assert evaluate(clicks(900, 1200, days=fewest), Rules()).reason == "difference-shown"


def test_a_difference_that_one_look_shows_and_many_do_not_keeps_running() -> None:
    looked_at = clicks(912, 1010)
    result = evaluate(looked_at, Rules())
    assert result.comparison.p_value is not None
    assert result.comparison.p_value < 0.05
    assert standing(result) == ("running", "not-shown-yet", None)
    assert (result.comparison.winner, result.comparison.verdict) == (None, "not-significant")
    assert result.days_to_decision is not None
    assert 1 <= result.days_to_decision <= 14


def test_when_the_planned_days_are_over_without_a_difference_it_is_inconclusive() -> None:
    assert standing(evaluate(clicks(900, 905, days=28), Rules())) == ("inconclusive", "max-days-reached", None)
    assert standing(evaluate(clicks(0, 0, days=28), Rules())) == ("inconclusive", "max-days-reached", None)
    assert evaluate(clicks(0, 0, days=28), Rules()).days_to_decision == 0


def test_a_broken_split_is_invalid_at_once_and_forever() -> None:
    broken = replace(clicks(900, 1200), b=Arm(Proportion(1200, 36_000)))
    result = evaluate(broken, Rules())
    assert standing(result) == ("invalid", "sample-ratio-mismatch", None)
    assert result.comparison.verdict == "invalid"
    users = replace(
        clicks(900, 1200),
        a=Arm(Proportion(900, 40_000), exposures=9000),
        b=Arm(Proportion(1200, 40_000), exposures=8000),
    )
    assert evaluate(users, Rules()).status == "invalid"
    assert evaluate(users, Rules(terms=Terms(expected_split=None))).status == "completed"


def test_variants_that_cannot_be_compared_never_are() -> None:
    base = cost(9.5, 13.2)
    dollars = replace(base, b=replace(base.b, currency="USD"))
    assert standing(evaluate(dollars, Rules())) == ("invalid", "different-currency", None)
    assert evaluate(dollars, Rules()).comparison.p_value is None
    shifted = replace(base, b=replace(base.b, window=DateRange(date(2025, 3, 2), date(2025, 3, 15))))
    assert standing(evaluate(shifted, Rules())) == ("running", "unequal-windows", None)
    mixed = replace(base, b=Arm(Proportion(5, 9), "EUR", WEEKS))
    assert standing(evaluate(mixed, Rules())) == ("invalid", "different-kinds", None)
    assert evaluate(replace(base, metric="likes"), Rules()).reason == "unknown-metric"
    clicks_in_any_money = clicks(900, 1200)
    assert (
        evaluate(replace(clicks_in_any_money, a=replace(clicks_in_any_money.a, currency="EUR")), Rules()).status
        == "completed"
    )


def test_a_test_that_cannot_be_done_on_money_is_invalid() -> None:
    assert standing(evaluate(cost(9.5, 13.2), Rules(terms=Terms(method="z")))) == (
        "invalid",
        "z-test-needs-a-proportion",
        None,
    )


def test_nothing_is_called_before_the_shortest_time_and_the_smallest_sample() -> None:
    assert standing(evaluate(clicks(900, 1400, days=6), Rules())) == ("running", "too-few-days", None)
    few = evaluate(clicks(900, 1400), Rules(min_sample_size=60_000, smallest_lift_of_interest=0.5))
    assert standing(few) == ("running", "sample-too-small", None)
    assert few.days_to_decision == 7
    late = evaluate(clicks(900, 1400, days=28), Rules(min_sample_size=60_000))
    assert standing(late) == ("inconclusive", "max-days-reached", None)


def test_data_that_are_not_there_yet_keep_it_running() -> None:
    early = ExperimentInput("cpa", Arm(sums_of([0.0], [0.0])), Arm(sums_of([5.0], [1.0])), 1)
    result = evaluate(early, Rules())
    assert standing(result) == ("running", "zero-denominator", None)
    assert result.days_to_decision is None


def test_a_fixed_horizon_is_judged_on_its_last_day_only() -> None:
    rules = Rules(stopping="fixed-horizon")
    waiting = evaluate(clicks(900, 1400), rules)
    assert (standing(waiting), waiting.days_to_decision) == (("running", "waiting-for-horizon", None), 14)
    assert standing(evaluate(clicks(912, 1010, days=28), rules)) == ("completed", "difference-shown", "B")


def test_planned_looks_use_their_bounds() -> None:
    rules = Rules(stopping="group-sequential")
    assert evaluate(clicks(912, 1010), rules).status == "running"
    assert evaluate(clicks(900, 1100), rules).status == "completed"
    last = replace(clicks(912, 1010, days=28), earlier_looks=(7, 14, 21))
    assert standing(evaluate(last, rules)) == ("completed", "difference-shown", "B")
    with pytest.raises(ValueError, match="increase"):
        evaluate(replace(last, earlier_looks=(14, 7)), rules)


@pytest.mark.parametrize("stopping", ["always-valid", "group-sequential"])
def test_tests_of_nothing_looked_at_every_week_are_rarely_completed(stopping: Stopping) -> None:
    rng, rules, days = np.random.default_rng(5), Rules(stopping=stopping), (7, 14, 21, 28)
    completed = 0
    for _ in range(200):
        successes = rng.binomial(20_000, 0.02, (2, 4)).cumsum(axis=1)
        for look, day in enumerate(days):
            arms = [Arm(Proportion(float(successes[arm, look]), 20_000.0 * (look + 1))) for arm in range(2)]
            test_input = ExperimentInput("ctr", arms[0], arms[1], day, earlier_looks=days[:look])
            if evaluate(test_input, rules).status == "completed":
                completed += 1
                break
    assert completed <= 16


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="min_days"):
        Rules(min_days=30, max_days=28)
    with pytest.raises(ValueError, match="smallest_lift"):
        Rules(smallest_lift_of_interest=0.0)


@pytest.mark.parametrize("sizes", [(4_000_000, 1_000_000), (1_000_000, 4_000_000)])
def test_the_days_that_are_left_are_those_that_the_smaller_arm_needs(sizes: tuple[int, int]) -> None:
    arms = [Arm(Proportion(size // 20, size)) for size in sizes]
    rules = Rules(Terms(expected_split=None), min_sample_size=2_000_000, max_days=60)
    result = evaluate(ExperimentInput("ctr", arms[0], arms[1], days=14), rules)
    assert (result.reason, result.days_to_decision) == ("sample-too-small", 14)
