"""A daily budget is a rate: spend is held against the budgets in force on the same days, and never against a month."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.domain.pacing.one_campaign import Pace, pace

THROUGH = date(2025, 9, 20)
BUDGET = 100.0


def spending(*amounts: float, through: date = THROUGH) -> dict[date, float]:
    """The amounts on the last days, the last one on ``through``."""
    return {through - timedelta(days=n): amount for n, amount in enumerate(reversed(amounts))}


def rated(spend: dict[date, float], *, changes: dict[date, float] | None = None, **more: float | Platform) -> Pace:
    platform = more.get("platform", Platform.PINTEREST)
    assert isinstance(platform, Platform)
    return pace(spend, THROUGH, daily_budget=BUDGET, budget_changes=changes, platform=platform, weights=[1] * 7)


@pytest.mark.parametrize(
    ("share", "platform", "verdict"),
    [
        (0.72, Platform.GOOGLE_ADS, "under-delivering"),
        (0.82, Platform.META_ADS, "under-delivering"),
        (0.86, Platform.META_ADS, "delivering"),
        (0.89, Platform.META_ADS, "delivering"),
        (0.91, Platform.META_ADS, "limited"),
        (1.04, Platform.PINTEREST, "limited"),
        (1.07, Platform.PINTEREST, "over-delivering"),
        # Google's month may have 30.4 budgets: more than 28 in four weeks.
        (1.08, Platform.GOOGLE_ADS, "limited"),
        (1.12, Platform.GOOGLE_ADS, "over-delivering"),
    ],
)
def test_delivery_is_the_share_of_the_budgets_that_is_spent(share: float, platform: Platform, verdict: str) -> None:
    result = rated(spending(*[share * BUDGET] * 60), platform=platform)
    assert (result.status, result.verdict) == (verdict, verdict)
    assert result.delivery_7d == result.delivery_28d == result.delivery_month == pytest.approx(share)
    assert result.delivery_ratio == pytest.approx(share)
    assert result.delivery_days == 28
    assert result.overspend_probability is None
    assert result.required_daily_spend is None


def test_what_is_over_or_under_is_graded_by_two_weeks_of_money_and_the_rest_needs_no_action() -> None:
    over, under = (rated(spending(*[level] * 60)) for level in (130, 50))
    assert (over.severity, float(over.money_at_stake or 0)) == ("critical", 14 * 30)
    assert (under.severity, float(under.money_at_stake or 0)) == ("info", 70)
    assert [rated(spending(*[level] * 60)).severity for level in (88, 95)] == [None, None]


def test_the_month_is_information_even_where_its_sum_is_passed() -> None:
    spend = spending(*[95] * 30)
    raised = rated(spend, changes={date(2025, 8, 1): 20, date(2025, 9, 20): BUDGET})
    assert raised.delivery_ratio == pytest.approx(95 / 20)
    assert "pause" not in raised.recommendation
    steady = pace(spending(*[95] * 30, through=date(2025, 9, 30)), date(2025, 9, 30), daily_budget=BUDGET)
    assert steady.verdict == "limited", "the month's last day is a day like any other"


def test_days_whose_budget_is_not_known_are_left_out_of_both_sides() -> None:
    """It spent 50 a day until its budget was first seen, ten days ago; what was set before is not known."""
    spend = spending(*[50] * 40, *[95] * 10)
    result = rated(spend, changes={date(2025, 9, 11): BUDGET})
    assert (result.verdict, result.delivery_days) == ("limited", 10)
    assert result.delivery_28d == result.delivery_month == pytest.approx(0.95)
    sums = (result.budget, result.pacing_target, result.seasonal_target)
    assert sums == (None, None, None), "sums of some days would stand beside the spend of all"
    whole = rated(spend, changes={date(2025, 9, 1): BUDGET})
    assert (whole.budget, whole.pacing_target) == (Decimal(30 * 100), Decimal(whole.days_elapsed * 100))


@pytest.mark.parametrize(("known_days", "verdict"), [(2, "unknown"), (3, "limited")])
def test_three_days_are_needed(known_days: int, verdict: str) -> None:
    first = THROUGH - timedelta(days=known_days - 1)
    result = rated(spending(*[95] * 40), changes={first: BUDGET})
    assert result.verdict == verdict
    assert (result.severity == "info") is (verdict == "unknown")


def test_the_day_of_a_change_has_two_budgets_and_does_not_count() -> None:
    changes = {date(2025, 8, 1): 50, date(2025, 9, 16): BUDGET}
    result = rated(spending(*[47.5] * 40, 60, *[95] * 4), changes=changes)
    assert (result.verdict, result.delivery_days) == ("limited", 27)
    assert result.delivery_28d == pytest.approx(0.95)


def test_a_pause_is_no_missing_delivery() -> None:
    paused = rated(spending(*[95] * 20, *[0] * 7, *[95] * 10))
    assert (paused.verdict, paused.delivery_days) == ("limited", 21)
    short = rated(spending(*[95] * 25, *[0] * 2, *[95] * 10))
    assert short.delivery_28d == pytest.approx(0.95 * 26 / 28)
    assert rated(spending(*[95] * 30, *[0] * 3)).verdict == "no-delivery"
    assert rated(spending(*[95] * 30, *[0] * 2)).verdict == "delivering"


def test_a_noisy_week_is_no_evidence_and_a_noisy_month_is() -> None:
    noise = np.random.default_rng(5).lognormal(0, 0.3, 60)
    week, month = 80 * noise[:7] / noise[:7].mean(), 80 * noise[:28] / noise[:28].mean()
    assert rated(spending(*week)).verdict == "delivering"
    steady = rated(spending(*[80] * 7))
    assert steady.delivery_ratio == pytest.approx(0.8)
    assert steady.verdict == "under-delivering"
    quiet = 70 * month / 80
    assert rated(spending(*quiet)).verdict == "under-delivering"


class Known(TypedDict):
    """The totals of earlier days, and from which day on all days are pulled."""

    earlier: pl.DataFrame
    known: pl.DataFrame


def totals(*spans: float, first_pulled: date = date(2025, 9, 18)) -> Known:
    """What is known of days before ``first_pulled``: totals from each fourth day on, the newest first.

    ``spans`` are the spends of four days each.
    """
    starts = [first_pulled - timedelta(days=4 * (number + 1)) for number in range(len(spans))]
    earlier = pl.DataFrame({"platform": "pinterest", "campaign_id": "1", "period_start": starts,
                            "period_end": first_pulled - timedelta(days=1), "spend": np.cumsum(spans)})  # fmt: skip
    known = pl.DataFrame({"platform": ["pinterest"], "account_id": ["1"], "known_from": [first_pulled]})
    return {"earlier": earlier, "known": known}


@pytest.mark.parametrize(
    ("level", "verdict", "alone"),
    [(107, "over-delivering", "limited"), (82, "under-delivering", "delivering"), (95, "limited", "limited")],
)
def test_three_pulled_days_are_judged_with_the_totals_of_the_four_weeks_before(
    level: int, verdict: str, alone: str
) -> None:
    result = pace(spending(*[level] * 3), THROUGH, daily_budget=BUDGET, **totals(*[4 * level] * 7))
    assert (result.verdict, result.delivery_days) == (verdict, 31)
    assert result.delivery_ratio == result.delivery_28d == pytest.approx(level / BUDGET)
    without = pace(spending(*[level] * 3), THROUGH, daily_budget=BUDGET, known=totals()["known"])
    assert (without.verdict, without.delivery_days) == (alone, 3)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [((110, 112, 114), "over-delivering"), ((105, 106, 107), "limited"), ((40, 112, 184), "limited")],
)
def test_three_days_suffice_to_call_a_budget_over_unless_days_vary_much(days: tuple[float, ...], verdict: str) -> None:
    result = pace(spending(*days), THROUGH, daily_budget=BUDGET, known=totals()["known"])
    assert (result.verdict, result.delivery_days) == (verdict, 3)


def test_totals_count_back_to_the_first_day_whose_budget_is_known() -> None:
    """The budget was changed eight days before the first pulled day; what was set before is not known."""
    spend = totals(380, 380, 760, 760)
    changed = date(2025, 9, 10)
    result = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, budget_changes={changed: BUDGET}, **spend)
    assert (result.verdict, result.delivery_days) == ("limited", 11)
    assert result.delivery_ratio == pytest.approx(0.95)
    later = {changed + timedelta(days=1): BUDGET}
    assert pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, budget_changes=later, **spend).delivery_days == 7
    budgets = {date(2025, 8, 1): 2 * BUDGET, changed: BUDGET}
    both = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, budget_changes=budgets, **spend)
    assert both.delivery_days == 19
    assert both.delivery_ratio == pytest.approx(0.95)


def test_totals_from_before_a_pause_or_before_the_start_do_not_count() -> None:
    paused = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, **totals(380, 40, 380, 380))
    assert paused.delivery_days == 7
    assert paused.delivery_ratio == pytest.approx(0.95)
    stopped = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, **totals(0, 380))
    assert stopped.delivery_days == 3
    start = date(2025, 9, 14)
    begun = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, start=start, **totals(380, 380))
    assert begun.delivery_days == 7


def test_totals_are_not_needed_where_four_weeks_are_pulled_and_old_ones_do_not_count() -> None:
    whole = totals(*[280] * 7, first_pulled=THROUGH - timedelta(days=27))
    assert pace(spending(*[95] * 28), THROUGH, daily_budget=BUDGET, **whole).delivery_days == 28
    # Of 31 days, 12 are pulled: four spans of four days fit before them.
    some = totals(*[380] * 7, first_pulled=THROUGH - timedelta(days=11))
    assert pace(spending(*[95] * 12), THROUGH, daily_budget=BUDGET, **some).delivery_days == 28


def test_the_months_total_is_information() -> None:
    known = totals()["known"]
    earlier = pl.DataFrame({"platform": "pinterest", "campaign_id": "1", "period_start": [date(2025, 9, 1)],
                            "period_end": [date(2025, 9, 17)], "spend": [17 * 70]})  # fmt: skip
    result = pace(spending(*[95] * 3), THROUGH, daily_budget=BUDGET, known=known, earlier=earlier)
    assert (result.verdict, result.delivery_days) == ("limited", 3)
    assert result.delivery_month == pytest.approx((17 * 70 + 3 * 95) / 2000)


def test_a_rise_four_days_ago_is_the_level_of_today() -> None:
    """The budget was raised from 130 to 200; with and without knowing of it, it spends 200."""
    noise = np.random.default_rng(2).lognormal(0, 0.05, 44)
    spend = spending(*(noise * np.array([130] * 40 + [200] * 4)))
    changes = {date(2025, 7, 1): 130, date(2025, 9, 17): 200}
    for known in (None, changes):
        result = pace(spend, THROUGH, daily_budget=200, budget_changes=known, weights=[1] * 7)
        assert float(result.current_daily or 0) == pytest.approx(200, rel=0.06)
    spike = pace(spending(*[130] * 42, 400, 130), THROUGH, daily_budget=200, weights=[1] * 7)
    assert float(spike.current_daily or 0) < 150


def test_a_lifetime_budget_without_an_end_says_when_it_is_used_up() -> None:
    start = date(2025, 9, 1)
    cap = pace(spending(*[50] * 20), THROUGH, lifetime_budget=1200, start=start, weights=[1] * 7)
    assert (cap.status, cap.verdict, cap.severity) == ("on-track", "on-track", None)
    assert cap.spent_to_date == 1000
    assert cap.recommendation.startswith("EUR 200.00 of the lifetime budget of EUR 1,200.00 are left: at the present")
    assert cap.recommendation.endswith("used up on 24 September 2025.")
    used_up = pace(spending(*[60] * 20), THROUGH, lifetime_budget=1200, start=start)
    assert (used_up.verdict, used_up.severity) == ("limited", None)
    assert used_up.projected_total == 1200
    quiet = pace(spending(*[60] * 17, 0, 0, 0), THROUGH, lifetime_budget=1200, start=start)
    assert quiet.verdict == "no-delivery"
