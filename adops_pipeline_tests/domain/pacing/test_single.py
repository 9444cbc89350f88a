"""One campaign's pace: judged on its weekday curve, under its platform's limits, with a number to set."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.pacing import PacingRules
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.domain.pacing.one_campaign import Pace, pace, paces
from adops_pipeline_tests.profiles import examples

WEEK = [Decimal(x) for x in ("1.9", "1.5", "1.2", "1.0", "0.8", "0.3", "0.3")]
FIRST = date(2025, 9, 1)  # a Monday


def days(start: date, amounts: list[Decimal]) -> dict[date, Decimal]:
    return {start + timedelta(days=n): amount for n, amount in enumerate(amounts)}


def on_curve(start: date, end: date, level: Decimal) -> dict[date, Decimal]:
    return {d: level * WEEK[d.weekday()] for d in (start + timedelta(days=n) for n in range((end - start).days + 1))}


def test_spend_exactly_on_a_weekday_curve_is_on_track_although_the_linear_ratio_says_over() -> None:
    through = date(2025, 9, 3)
    # September's weights add up to 31.4: this level spends exactly 30 daily budgets.
    spend = on_curve(date(2025, 6, 1), through, Decimal(1500) / Decimal("31.4"))
    for weights in (WEEK, None):
        result = pace(spend, through, target=1500, weights=weights)
        assert result.linear_status == "overpacing"
        assert result.status == "on-track"
        assert result.seasonal_ratio == pytest.approx(1.0, abs=0.01)


def test_an_estimate_beyond_what_its_column_holds_is_the_largest_amount() -> None:
    result = pace(days(FIRST, [Decimal(200_000_000_000)] * 4), date(2025, 9, 4), daily_budget=20_000_000_000)
    assert result.spent_to_date == 800_000_000_000
    assert round(result.projected_total) == 999_999_999_999


def test_the_seasonal_target_is_the_exact_one() -> None:
    result = pace({FIRST: 10}, date(2025, 9, 10), target=1500, weights=WEEK)
    weights = [WEEK[(FIRST + timedelta(days=n)).weekday()] for n in range(30)]
    exact = 1500 * sum(weights[:10]) / sum(weights)
    assert result.seasonal_target == pytest.approx(exact, abs=Decimal("0.00001"))
    assert result.budget == 1500
    assert result.spent_to_date == 10


def test_the_tolerance_narrows_to_one_percent() -> None:
    def status(spent: str, day: int) -> str:
        through = date(2025, 9, day)
        return pace({FIRST: Decimal(spent)}, through, target=1500, weights=[1] * 7).status

    assert status("118", 2) == "on-track"  # 18 % over after two days
    assert status("1180", 20) == "overpacing"  # 18 % over after twenty
    assert status("1470", 29) == "on-track"
    assert status("1480", 29) == "overpacing"
    assert PacingRules().tolerance(0.0) == 0.25
    assert PacingRules().tolerance(1.0) == pytest.approx(0.01)


def test_a_flight_is_paced_over_its_own_days() -> None:
    start, end, through = date(2025, 8, 20), date(2025, 10, 18), date(2025, 9, 8)
    result = pace(days(start, [Decimal(100)] * 20), through, lifetime_budget=6000, start=start, end=end)
    assert (result.period_start, result.period_end) == (start, end)
    assert (result.days_elapsed, result.days_remaining) == (20, 40)
    assert result.pacing_target == 2000
    assert result.required_daily_spend == 100
    assert result.max_possible_spend == 6000
    assert result.projected_high <= 6000
    assert result.overspend_probability == pytest.approx(0.005)


def test_a_budget_changed_within_the_month_is_expected_day_by_day() -> None:
    changes = {date(2025, 8, 1): 50, date(2025, 9, 11): 100}
    result = pace(
        days(FIRST, [Decimal(50)] * 10 + [Decimal(100)] * 5),
        date(2025, 9, 15),
        daily_budget=100,
        budget_changes=changes,
        weights=[1] * 7,
    )
    assert result.budget == 10 * 50 + 20 * 100
    assert result.pacing_target == 10 * 50 + 5 * 100
    assert result.status == "limited"
    assert float(result.projected_total) == pytest.approx(2500, rel=0.03)


@pytest.mark.parametrize(
    ("platform", "most"),
    [
        # 10 days left of September, 20 x 50 spent: 2x a day, 30.4x a month; budget x days; a week and three days.
        (Platform.GOOGLE_ADS, 1000 + 520),
        (Platform.PINTEREST, 1000 + 500),
        # Saturday 20 September is over: a whole week (350), then Sunday to Tuesday at 1.75 (262.50).
        (Platform.META_ADS, 1000 + 350 + 262.5),
    ],
)
def test_the_most_that_can_be_spent_follows_the_platforms_rules(platform: Platform, most: float) -> None:
    spend = days(FIRST, [Decimal(50)] * 20)
    result = pace(spend, date(2025, 9, 20), daily_budget=50, platform=platform)
    assert float(result.max_possible_spend or 0) == pytest.approx(most)


def test_meta_counts_what_the_week_has_used_already() -> None:
    # Through Friday 19 September; 80 a day since Sunday 14 is 480 of the week's 350: Saturday has nothing left.
    spend = days(FIRST, [Decimal(50)] * 13 + [Decimal(80)] * 6)
    result = pace(spend, date(2025, 9, 19), daily_budget=50, platform=Platform.META_ADS)
    assert float(result.max_possible_spend or 0) == pytest.approx(650 + 480 + 0 + 350 + 262.5)


def test_google_has_no_more_than_30_4_daily_budgets_in_a_month_of_31_days() -> None:
    result = pace({date(2025, 8, 1): 50}, date(2025, 8, 1), daily_budget=50, platform=Platform.GOOGLE_ADS)
    assert result.budget == Decimal(1520)
    assert pace({date(2025, 8, 1): 50}, date(2025, 8, 1), daily_budget=50).budget == 1550


def test_google_holds_the_month_when_the_budget_is_known_not_to_have_moved() -> None:
    spend = days(date(2025, 8, 1), [Decimal(70)] * 20)
    moved = {date(2025, 7, 1): 30, date(2025, 8, 10): 50}
    same = {date(2025, 7, 1): 50}
    known = pace(spend, date(2025, 8, 20), daily_budget=50, platform=Platform.GOOGLE_ADS, budget_changes=same)
    assert known.max_possible_spend == 1520
    assert known.projected_total == 1520
    assert known.overspend_probability is None
    after = pace(spend, date(2025, 8, 20), daily_budget=50, platform=Platform.GOOGLE_ADS, budget_changes=moved)
    assert after.max_possible_spend == 1400 + 11 * 50


@pytest.mark.parametrize(
    ("start", "end", "budget", "spend", "status"),
    [
        (date(2025, 9, 20), None, 50, {}, "not-started"),
        (date(2025, 7, 1), date(2025, 8, 20), 50, {date(2025, 8, 1): 5}, "ended"),
        (date(2025, 7, 1), None, None, {FIRST: 5}, "no-budget"),
        (date(2025, 7, 1), None, 50, {}, "no-data"),
    ],
)
def test_what_cannot_be_judged_says_why(
    start: date, end: date | None, budget: int | None, spend: dict[date, int], status: str
) -> None:
    result = pace(spend, date(2025, 9, 10), daily_budget=budget, start=start, end=end)
    assert result.status == status
    assert result.recommendation.endswith(".")


def test_the_recommendation_states_the_number_to_set_with_its_currency() -> None:
    over = pace(days(FIRST, [Decimal(58)] * 15), date(2025, 9, 15), daily_budget=50, target=1500, weights=[1] * 7)
    assert over.recommendation.startswith("Set the daily budget to EUR 42.00: ")
    start, end = date(2025, 9, 1), date(2025, 9, 30)
    under = pace(
        days(FIRST, [Decimal(3000)] * 15),
        date(2025, 9, 15),
        lifetime_budget=150_000,
        start=start,
        end=end,
        currency="JPY",
    )
    # JPY 7,000 a day would reach the budget: the step of 20 % does not.
    assert under.recommendation == (
        "Bring the daily spend to JPY 3,600, the largest step at once: spent in full until 30 September, the period "
        "reaches JPY 99,000, JPY 51,000 short of JPY 150,000."
    )
    idle = pace(days(FIRST, [Decimal(30)] * 15), date(2025, 9, 15), daily_budget=50, weights=[1] * 7)
    assert idle.recommendation.startswith("It spends EUR 30.00 a day of the EUR 50.00 that are set: a higher budget")


def test_overspend_gets_likelier_the_more_is_spent() -> None:
    paces = [
        pace(days(FIRST, [Decimal(level)] * 15), date(2025, 9, 15), target=1500, weights=[1] * 7)
        for level in (30, 45, 50, 55, 70)
    ]
    probabilities = [p.overspend_probability or 0.0 for p in paces]
    assert probabilities == sorted(probabilities)
    assert probabilities[0] < 0.1
    assert probabilities[-1] > 0.9


def figures(result: Pace) -> list[float]:
    money = [result.budget, result.seasonal_target, result.projected_total, result.projected_low, result.projected_high]
    return [float(m) for m in money if m is not None]


CAMPAIGNS = 10
"""Paced together in each example of the properties."""


@examples(3)
@given(factor=st.sampled_from([Decimal("0.01"), Decimal(100), Decimal(160)]), seed=st.integers(0, 50))
def test_the_currency_does_not_matter(factor: Decimal, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spends = [days(date(2025, 7, 1), [Decimal(int(x)) for x in rng.integers(1000, 9000, 75)]) for _ in range(CAMPAIGNS)]
    scaled = [{d: s * factor for d, s in spend.items()} for spend in spends]
    ones = paces(spends, date(2025, 9, 13), targets=[150_000] * CAMPAIGNS)
    others = paces(scaled, date(2025, 9, 13), targets=[150_000 * factor] * CAMPAIGNS)
    assert len(ones) == CAMPAIGNS
    for one, other in zip(ones, others, strict=True):
        assert one.status == other.status
        assert one.overspend_probability == pytest.approx(other.overspend_probability, abs=1e-9)
        assert figures(other) == pytest.approx([f * float(factor) for f in figures(one)], rel=1e-6)


_MONEY = st.decimals(min_value=0, max_value=10**8, places=2)


@examples(5)
@given(
    amounts=st.lists(st.lists(_MONEY, max_size=60), min_size=1, max_size=CAMPAIGNS),
    budget=_MONEY,
    platform=st.sampled_from(list(Platform)),
)
def test_no_nan_and_an_ordered_interval_for_any_finite_input(
    amounts: list[list[Decimal]], budget: Decimal, platform: Platform
) -> None:
    spends = [days(date(2025, 7, 20), one) for one in amounts]
    results = paces(spends, date(2025, 9, 13), daily_budgets=[budget] * len(spends), platform=platform)
    assert len(results) == len(spends)
    for result in results:
        assert all(np.isfinite(f) for f in figures(result))
        assert result.spent_to_date <= result.projected_low <= result.projected_total <= result.projected_high
        assert result.overspend_probability is None or 0 < result.overspend_probability < 1
