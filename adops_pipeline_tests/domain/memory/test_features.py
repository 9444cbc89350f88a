"""How figures become features, how memories are trusted, and how a rank is explained."""

from datetime import date

import pytest

from adops_pipeline.domain.memory.features import feature_values, level_of, season_of, trend_of
from adops_pipeline.domain.memory.ranking import Ranked, reasons, trust_in


def test_seasons_have_whole_months() -> None:
    days = [date(2026, month, 1) for month in (12, 2, 3, 5, 6, 8, 9, 11)]
    assert [season_of(day) for day in days] == ["winter", "winter", "spring", "spring", "summer", "summer", "autumn",
                                                "autumn"]  # fmt: skip


def test_a_level_is_a_third_of_the_others() -> None:
    others = [float(n) for n in range(1, 10)]
    assert [level_of(value, others) for value in (1, 3, 4, 6, 7, 99)] == ["low"] * 2 + ["medium"] * 2 + ["high"] * 2
    assert level_of(1.0, [1.0, 2.0]) is None
    assert level_of(1.0, [1.0, 2.0, 3.0]) == "low"
    assert level_of(None, others) is None
    assert level_of(5.0, [5.0] * 9) == "medium"


@pytest.mark.parametrize(("later", "trend"), [(89.0, "falling"), (90.0, "flat"), (109.0, "flat"), (111.0, "rising")])
def test_a_trend_is_a_change_of_more_than_a_tenth(later: float, trend: str) -> None:
    assert trend_of(100.0, later) == trend
    assert trend_of(0.0, later) is None


def test_objections_lower_the_trust_and_agreement_restores_it() -> None:
    assert trust_in({}) == trust_in({"useful": 3}) == 1
    assert trust_in({"wrong": 1}) == 0.5
    assert trust_in({"useful": 2, "outdated": 1}) == 0.75


def test_the_reasons_name_what_agrees_and_what_differs() -> None:
    own = feature_values({"platform": "meta-ads", "objective": "Sales", "trend": "flat"})
    theirs = feature_values({"platform": "meta-ads", "objective": "SALES", "trend": "rising", "season": "winter"})
    found = reasons(Ranked("m", 0.5, 0.8, -0.25, 3.4), own, theirs, {"useful": 2, "wrong": 0})
    assert found == ["similarity 0.80", "same platform, objective", "other trend", "score -0.25", "3 days old",
                     "2 people said useful"]  # fmt: skip
    assert reasons(Ranked("m", 0.5, None, None, 0.4), own, theirs, {}) == ["outcome pending or not scored", "today"]
