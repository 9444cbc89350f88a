"""Pacing on the days on which something begins or ends: one day off is another number."""

from datetime import date, timedelta

import numpy as np
import pytest

from adops_pipeline.domain.pacing import PacingRules
from adops_pipeline.domain.pacing.levels import Noise, level_at
from adops_pipeline.domain.pacing.projection import History, error_quantiles, quantile_of
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.domain.pacing.one_campaign import pace

FIRST = date(2025, 9, 1)  # a Monday
NOISE = Noise(np.array([0.12]), np.array([0.3]))
FULL = np.array([28.0])
"""Days of a level that rests on a whole window."""


def days(start: date, amounts: list[float]) -> dict[date, float]:
    return {start + timedelta(days=n): amount for n, amount in enumerate(amounts)}


@pytest.mark.parametrize(
    ("through", "week_so_far"),
    # Meta's week runs from Sunday to Saturday; 1, 2, 4, 8 … identify the days that are counted.
    [(13, 0), (14, 1), (15, 1 + 2), (16, 1 + 2 + 4), (19, 63), (20, 0), (21, 128)],
)
def test_metas_week_starts_on_sunday(through: int, week_so_far: int) -> None:
    spend = days(date(2025, 9, 14), [2.0**n for n in range(8)])
    day = date(2025, 9, through)
    known = {d: amount for d, amount in spend.items() if d <= day} | {FIRST: 1.0}
    result = pace(known, day, daily_budget=100, platform=Platform.META_ADS, start=FIRST, end=day + timedelta(days=8))
    tomorrow = day + timedelta(days=1)
    until_saturday = 7 if tomorrow.weekday() == 6 else 6 - tomorrow.weekday()
    rest = min(8, 30 - through) - until_saturday
    first = min(175.0 * until_saturday, 700.0 - week_so_far)
    whole, few = divmod(rest, 7)
    expected = sum(known.values()) + first + 700 * whole + min(175.0 * few, 700.0)
    assert float(result.max_possible_spend or 0) == pytest.approx(expected)


@pytest.mark.parametrize(("end", "status"), [(9, "ended"), (10, "ended"), (11, "limited")])
def test_a_campaign_has_ended_on_its_last_day_and_not_the_day_before(end: int, status: str) -> None:
    spend = days(FIRST, [50.0] * 10)
    assert pace(spend, date(2025, 9, 10), daily_budget=50, start=FIRST, end=date(2025, 9, end)).status == status


@pytest.mark.parametrize(("start", "status"), [(8, "under-delivering"), (11, "not-started")])
def test_a_campaign_has_started_on_its_first_day(start: int, status: str) -> None:
    result = pace({date(2025, 8, 1): 1}, date(2025, 9, 10), daily_budget=50, start=date(2025, 9, start))
    assert result.status == status


@pytest.mark.parametrize(("changed", "budget"), [(9, 8 * 50 + 22 * 100), (10, 9 * 50 + 21 * 100), (11, 10 * 50 + 2000)])
def test_a_budget_change_counts_from_its_own_day_on(changed: int, budget: int) -> None:
    changes = {date(2025, 8, 1): 50, date(2025, 9, changed): 100}
    assert pace({}, date(2025, 9, 10), daily_budget=100, budget_changes=changes).budget == budget


@pytest.mark.parametrize(("changed", "is_firm"), [((8, 31), True), ((9, 1), True), ((9, 2), False), ((9, 29), False)])
def test_googles_month_is_firm_where_the_budget_did_not_move_within_it(changed: tuple[int, int], is_firm: bool) -> None:
    """A firm month ends at 30.4 budgets; another may go on at its present budget."""
    changes = {date(2025, 8, 1): 30, date(2025, *changed): 50}
    spend = days(FIRST, [200.0] * 29)
    result = pace(spend, date(2025, 9, 29), daily_budget=50, platform=Platform.GOOGLE_ADS, budget_changes=changes)
    assert (result.max_possible_spend == result.spent_to_date) is is_firm


@pytest.mark.parametrize(("silent", "is_live"), [(0, True), (2, True), (3, False), (4, False)])
def test_a_campaign_without_spend_for_three_days_is_not_expected_to_spend(silent: int, is_live: bool) -> None:
    spend = np.array([[50.0] * (28 - silent) + [0.0] * silent])
    assert bool(level_at(spend, 27, PacingRules()).spend[0] > 0) is is_live
    result = pace(days(FIRST, [50.0] * (20 - silent)), date(2025, 9, 20), daily_budget=50)
    assert (result.projected_total > result.spent_to_date) is is_live


def test_the_level_is_what_was_spent_up_to_its_column_and_not_after() -> None:
    spend = np.array([[50.0] * 40 + [500.0] * 20])
    assert level_at(spend, 39, PacingRules()).spend[0] == pytest.approx(50.0)


def _history(errors_from: float, last_day: int = 10_000) -> History:
    """A campaign that spends evenly, and twice as much in its last days."""
    spend = np.array([[50.0] * 60 + [errors_from] * 5])
    ones = np.ones_like(spend)
    return History(spend, spend, ones, ones, np.array([last_day]), np.array([0]), ones > 0, NOISE, ones < 0)


def test_a_campaign_that_ends_within_a_forecast_is_no_error_of_it() -> None:
    running, ended = (
        quantile_of(error_quantiles(_history(0.0, last), np.array([4]), FULL, PacingRules()), 0.01)[0]
        for last in (64, 59)
    )
    assert running < ended - 0.05
    to_the_last, beyond, short = (
        error_quantiles(_history(80.0, last), np.array([1]), FULL, PacingRules()).tolist() for last in (64, 65, 63)
    )
    assert short != to_the_last == beyond, "a forecast that ends with the campaign's last day is judged"


def test_without_a_past_the_interval_is_the_assumed_error_and_never_a_point() -> None:
    spend, ones, two = np.full((2, 5), 50.0), np.ones((2, 5)), np.array([0, 0])
    young = History(
        spend,
        spend,
        ones,
        ones,
        np.array([10_000] * 2),
        two,
        ones > 0,
        Noise(np.full(2, 0.12), np.full(2, 0.3)),
        ones < 0,
    )
    quantiles = error_quantiles(young, np.array([1, 30]), np.full(2, 28.0), PacingRules())
    low, high = quantile_of(quantiles, 0.1), quantile_of(quantiles, 0.9)
    # A day's noise of 12 % with a correlation of 0.3, the error of a level that ten days give, a fifth for doubt.
    assert high[0] == pytest.approx(1.2816 * 0.12 * np.sqrt(1.3 / 0.7 * 1.1 * 1.2 + 0.0012 / 2 / 0.0144), rel=1e-3)
    assert low == pytest.approx(-high)
    assert 0.1 < high[1] < high[0]  # the noise of thirty days partly cancels


def test_a_spiky_campaigns_interval_is_not_narrower_than_its_few_errors_allow() -> None:
    few = error_quantiles(_history(50.0), np.array([7]), FULL, PacingRules())
    assert quantile_of(few, 0.9)[0] > 0.05  # it never erred, and few errors do not make it certain
