"""Promises of the pull planner."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.coverage import PulledDays, days_to_pull, earlier_periods, first_known_day, span_starts
from adops_pipeline.domain.vocabulary import DateRange

TODAY = date(2026, 11, 20)
HISTORY = DateRange(TODAY - timedelta(days=119), TODAY)


def test_a_first_run_asks_for_the_whole_history() -> None:
    assert days_to_pull(HISTORY, [], 30) == [HISTORY]


def test_a_second_run_on_the_same_day_asks_for_the_trailing_lookback_only() -> None:
    assert days_to_pull(HISTORY, [PulledDays(HISTORY, TODAY)], 30) == [DateRange(TODAY - timedelta(days=29), TODAY)]


def test_days_last_seen_while_immature_are_asked_again_after_a_long_absence() -> None:
    long_ago = TODAY - timedelta(days=50)
    seen = PulledDays(DateRange(HISTORY.start, long_ago), long_ago)
    assert days_to_pull(HISTORY, [seen], 30) == [DateRange(long_ago - timedelta(days=29), TODAY)]


def test_a_gap_in_the_middle_is_asked_for() -> None:
    old = PulledDays(DateRange(HISTORY.start, date(2026, 8, 10)), TODAY)
    rest = PulledDays(DateRange(date(2026, 8, 13), TODAY), TODAY)
    assert days_to_pull(HISTORY, [old, rest], 28) == [
        DateRange(date(2026, 8, 11), date(2026, 8, 12)),
        DateRange(TODAY - timedelta(days=27), TODAY),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 119), st.integers(0, 40), st.integers(0, 140)), max_size=8),
    st.integers(1, 90),
)
def test_a_day_is_skipped_exactly_when_some_pull_saw_it_after_its_lookback(
    pulls: list[tuple[int, int, int]], lookback: int
) -> None:
    seen = [
        PulledDays(DateRange(s, s + timedelta(days=length)), HISTORY.start + timedelta(days=on))
        for start, length, on in pulls
        for s in [HISTORY.start + timedelta(days=start)]
    ]
    asked = {day for part in days_to_pull(HISTORY, seen, lookback) for day in part}
    for day in HISTORY:
        settled = any(day in p.dates and (p.pulled_on - day).days >= lookback for p in seen)
        assert (day in asked) is not settled


def november(first: int, last: int) -> DateRange:
    return DateRange(date(2026, 11, first), date(2026, 11, last))


def test_days_are_known_from_the_end_of_the_last_hole() -> None:
    assert first_known_day([]) is None
    assert first_known_day([november(9, 12), november(3, 8), november(5, 6)]) == date(2026, 11, 3)
    assert first_known_day([november(10, 12), november(1, 8)]) == date(2026, 11, 10)
    assert first_known_day([november(1, 20), november(3, 4), november(21, 22)]) == date(2026, 11, 1)


def test_the_periods_to_total_are_the_month_and_the_earliest_flight_that_reaches_into_the_known_days() -> None:
    known_from, as_of = date(2026, 11, 9), date(2026, 12, 20)
    flights = [
        (date(2026, 10, 20), None), (date(2026, 10, 2), date(2026, 11, 9)), (date(2026, 8, 1), date(2026, 11, 8)),
        (date(2026, 11, 12), date(2026, 12, 1)),
    ]  # fmt: skip
    before = date(2026, 11, 8)
    assert earlier_periods(known_from, as_of, flights) == [DateRange(date(2026, 10, 2), before)]
    assert earlier_periods(known_from, date(2026, 11, 20), flights)[0] == DateRange(date(2026, 10, 2), before)
    assert november(1, 8) in earlier_periods(known_from, date(2026, 11, 20), [])
    assert earlier_periods(date(2026, 11, 1), date(2026, 11, 28), []) == []
    assert DateRange(date(2026, 10, 1), november(1, 1).end) in earlier_periods(
        date(2026, 11, 2), date(2026, 10, 31), [(date(2026, 10, 1), None)]
    )


def test_fewer_than_four_pulled_weeks_need_totals_from_each_fourth_day_of_the_month_before() -> None:
    known_from = date(2026, 11, 18)
    assert [start.day for start in span_starts(known_from, date(2026, 11, 20))] == [14, 10, 6, 2, 29, 25, 21]
    assert span_starts(known_from, date(2026, 11, 21))[-1] == date(2026, 10, 25)
    assert len(span_starts(known_from, known_from + timedelta(days=26))) == 1
    assert span_starts(known_from, known_from + timedelta(days=27)) == []
    asked = earlier_periods(known_from, date(2026, 11, 20), [])
    assert {period.end for period in asked} == {date(2026, 11, 17)}
    assert {period.start for period in asked} == {date(2026, 11, 1), *span_starts(known_from, date(2026, 11, 20))}
