"""Windows around a change: which days they hold, which campaigns ran and were left alone, and earlier dates."""

from math import log

import numpy as np
import pytest

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.outcomes.windows import MetricDays, MetricSums, Windows, lay_windows, placebo_dates

AT, DAYS = 100, 120


def laid(
    counts: Floats, spend: Floats | None = None, changed: int | None = None, *, has_long: bool = False,
    stopped: int | None = None,
) -> Windows:  # fmt: skip
    """One campaign and one date."""
    mask = np.zeros((1, DAYS), dtype=np.bool_)
    if changed is not None:
        mask[0, changed] = True
    days = MetricDays(counts, None, np.ones((1, DAYS)) if spend is None else spend, counts, mask)
    return lay_windows(MetricSums(days), np.array([AT]), has_long=has_long, stopped=stopped)


def level(before: float, after: float = 20.0) -> Floats:
    """``before`` a day in the 28 days before the change, ``after`` in the 14 after it; much more on all other days."""
    counts = np.full((1, DAYS), 999.0)
    counts[0, AT - 28 : AT] = before
    counts[0, AT + 1 : AT + 15] = after
    return counts


def test_four_weeks_before_are_compared_with_two_after_without_the_day_itself() -> None:
    found = laid(level(10.0))
    assert found.change[0, 0] == pytest.approx(log(2))
    assert found.level[0, 0] == pytest.approx(log(280.5 / 28))
    assert found.ends.tolist() == [[AT - 28, AT + 15]]
    assert found.spread.tolist() == [[1.0]]


def test_the_last_week_stands_against_the_four_and_these_against_the_last_twelve() -> None:
    counts = np.full((1, DAYS), 10.0)
    counts[0, AT - 7 : AT] = 20.0
    counts[0, AT - 84 : AT - 28] = 5.0
    counts[0, AT - 85] = counts[0, AT] = 999.0
    found = laid(counts, has_long=True)
    assert found.features[0, 0] == pytest.approx([log(20 / 12.5), log(12.5 / ((56 * 5 + 28 * 12.5) / 84))])


@pytest.mark.parametrize(("conversions", "ran"), [(10.0, True), (9.0, False)])
def test_ten_conversions_before_are_enough(conversions: float, ran: bool) -> None:
    counts = level(0.0)
    counts[0, AT - 1] = conversions
    assert laid(counts).ran[0, 0] == ran


@pytest.mark.parametrize(
    ("silent", "ran"),
    [
        ([AT - 28, AT - 1], True),
        ([AT - 28, AT - 27, AT - 1], False),
        ([AT + 1], True),
        ([AT + 1, AT + 14], False),
        ([AT, AT - 29, AT - 30, AT - 31, AT + 15, AT + 16], True),
    ],
)
def test_a_campaign_ran_that_spent_on_nine_days_of_ten_before_and_after(silent: list[int], ran: bool) -> None:
    spend = np.ones((1, DAYS))
    spend[0, silent] = 0.0
    found = laid(level(10.0), spend)
    assert (found.ran[0, 0], found.usable[0, 0], found.change[0, 0] != 0) == (ran, ran, ran)


@pytest.mark.parametrize(
    ("changed", "usable"), [(AT - 29, True), (AT - 28, False), (AT, False), (AT + 14, False), (AT + 15, True)]
)
def test_a_change_in_the_windows_makes_the_date_of_no_use(changed: int, usable: bool) -> None:
    found = laid(level(10.0), changed=changed)
    assert (found.ran[0, 0], found.usable[0, 0]) == (True, usable)


def test_of_a_campaign_that_stopped_only_the_days_before_are_looked_at() -> None:
    spend = np.ones((1, DAYS))
    spend[0, AT:] = 0.0
    assert not laid(level(10.0, 0.0), spend).ran[0, 0]
    found = laid(level(10.0, 0.0), spend, stopped=0)
    assert (found.ran[0, 0], found.change[0, 0]) == (True, 0.0)


@pytest.mark.parametrize(("pre_days", "last"), [(28, 29), (29, 29), (30, 36)])
def test_earlier_dates_lie_weeks_apart_and_their_windows_end_before_the_change(pre_days: int, last: int) -> None:
    assert placebo_dates(AT, pre_days).tolist() == [AT, *range(85, last - 1, -7)]
    assert len(placebo_dates(1000, pre_days)) == 15
