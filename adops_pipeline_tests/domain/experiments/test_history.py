"""What earlier evaluations leave behind: a decision, the evaluation that made it, the planned looks that were spent."""

from datetime import date

import pytest

from adops_pipeline.domain.experiments.history import History, Row
from adops_pipeline_tests.domain.experiments.toy_tests import defined

STARTED, DECIDED = date(2026, 3, 1), date(2026, 3, 15)
TEST = defined(started_on=STARTED)


def history(*results: Row, status: str = "completed", agreement: str | None = None) -> History:
    row = {"status": status, "agreement": agreement or TEST.agreement, "completed_at": DECIDED}
    return History({TEST.id: row}, {TEST.id: list(results)} if results else {})


def look(day: int, days: int, started: date = STARTED, *, is_look: bool = True) -> Row:
    return {"evaluated_at": date(2026, 3, day), "days": days, "window_start": started, "is_look": is_look}


def test_a_decision_is_traced_to_the_evaluation_of_its_day() -> None:
    first, decisive = look(8, 7), look(15, 14)
    assert history(first, decisive).decisive_result(TEST) == decisive
    assert history(first).decisive_result(TEST) is None
    assert history().decisive_result(TEST) is None


@pytest.mark.parametrize(("status", "agreement"), [("running", None), ("completed", "of other terms")])
def test_without_a_standing_decision_there_is_no_decisive_result(status: str, agreement: str | None) -> None:
    assert history(look(15, 14), status=status, agreement=agreement).decisive_result(TEST) is None


def test_the_looks_spent_are_those_of_this_start_before_the_day_and_with_fewer_days() -> None:
    looks = (look(22, 21), look(8, 7), look(15, 14), look(10, 9, is_look=False), look(9, 8, date(2026, 2, 1)))
    known = history(*looks)
    assert known.spent_looks(TEST, date(2026, 3, 22), 21) == (7, 14)
    assert known.spent_looks(TEST, date(2026, 3, 15), 21) == (7,)
    assert known.spent_looks(TEST, date(2026, 3, 30), 14) == (7,)
    assert history().spent_looks(TEST, date(2026, 3, 30), 14) == ()
