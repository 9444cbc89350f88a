"""A test day by day: each day as it would have been evaluated then, with a band that agrees with the always-valid p."""

from datetime import date
from typing import Any

import pytest

from adops_pipeline.domain.experiments.progress import DayOfTest, day_by_day
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

BETTER = days_of(Arm("a"), Arm("b", ctr=0.024), seed=11, days=28)
LAST = after(28)


def days(last: date = LAST, **changes: Any) -> list[DayOfTest]:
    return day_by_day(defined(**changes), BETTER, as_of(last), KNOWN_AT_ONCE, last)


@pytest.mark.parametrize("changes", [{}, {"method": "z"}, {"metric": "cpa"}], ids=["by day", "by trial", "by ratio"])
def test_a_day_says_what_its_evaluation_said(changes: dict[str, Any]) -> None:
    found = days(**changes)
    assert [one.days for one in found] == [*range(1, 29)]
    for number in (3, 10, 28):
        row = only(look(defined(**changes), BETTER, after(number)).results)
        one = found[number - 1]
        assert (one.day, one.value_a, one.value_b) == (row["window_end"], row["value_a"], row["value_b"])
        assert one.lift == pytest.approx(row["lift"], rel=1e-12)
        assert one.always_valid_p == pytest.approx(row["always_valid_p"], rel=1e-9)


@pytest.mark.parametrize("changes", [{}, {"method": "z"}, {"alpha": 0.2}], ids=["by day", "by trial", "at 0.2"])
def test_the_band_leaves_0_out_exactly_where_the_always_valid_p_shows_a_difference(changes: dict[str, Any]) -> None:
    found = days(**changes)
    shown = {one.days: one.low is not None and one.low > 0 for one in found}
    alpha = float(str(changes.get("alpha", 0.05)))
    assert shown == {one.days: one.always_valid_p is not None and one.always_valid_p <= alpha for one in found}
    assert {*shown.values()} == {True, False}


def test_the_band_begins_after_a_week_and_narrows_around_the_lift() -> None:
    found = days()
    assert all(one.low is None and one.high is None for one in found[:6])
    for one in found[6:]:
        assert one.low is not None
        assert one.high is not None
        assert one.lift is not None
        assert one.low < one.lift < one.high
    first, last = found[6], found[-1]
    assert (last.high or 0) - (last.low or 0) < ((first.high or 0) - (first.low or 0)) / 2


def test_days_that_are_not_mature_and_days_after_the_last_are_left_out() -> None:
    waiting = {"meta-ads": 8}
    found = day_by_day(defined(metric="cpa"), BETTER, as_of(after(28)), waiting, after(28))
    assert [found[0].day, found[-1].day] == [START, after(21)]
    assert [one.day for one in days(after(5))][-1] == after(5)
    assert day_by_day(defined(started_on=after(29)), BETTER, as_of(after(28)), KNOWN_AT_ONCE, after(28)) == []
