"""The verdict on a budget: one kind, one severity, one sentence for everything that shows it."""

from datetime import timedelta
from typing import Any

import pytest

from adops_pipeline.domain.pacing.verdict import (
    judge,
    newest_rows,
    stake_days,
    stored_verdict,
)
from adops_pipeline.domain.verdict import SeverityRules
from adops_pipeline_tests.domain.pacing.rows import AS_OF, budget, paced

OVER = {"status": "overpacing", "seasonal_ratio": 1.3, "projected_total": 3400, "overspend_probability": 0.95}
UNDER = {"status": "underpacing", "seasonal_ratio": 0.6, "projected_total": 1900, "overspend_probability": 0.01}
LIKELY = {"overspend_probability": 0.95, "projected_total": 3150}
USED_UP = {"spent_to_date": 3000, "projected_total": 3000, "overspend_probability": 0.0}


def verdict_of(**changed: Any) -> tuple[str, str | None]:
    verdict = judge(budget(**changed))
    return verdict.kind, verdict.severity and verdict.severity.value


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, ("on-track", None)),
        # The likely end is 4, 2.9 and 0.9 days of the budget beyond it.
        (OVER, ("overpacing", "critical")),
        (OVER | {"projected_total": 3290}, ("overpacing", "warning")),
        (OVER | {"projected_total": 3090}, ("overpacing", "info")),
        (OVER | {"overspend_probability": 0.85}, ("overpacing", "warning")),
        (OVER | {"overspend_probability": 0.7}, ("overpacing", "info")),
        (OVER | {"projected_total": 2900}, ("overpacing", "info")),
        # 11, 9 and 31 days stay unspent; a tenth of them counts.
        (UNDER, ("underpacing", "warning")),
        (UNDER | {"projected_total": 2100}, ("underpacing", "info")),
        (UNDER | {"projected_total": 1900, "overspend_probability": 0.25}, ("underpacing", "info")),
        # A target beyond what the platform's limits allow is lost in full: 4 days.
        (UNDER | {"basis": "target", "max_possible_spend": 2600}, ("underpacing", "critical")),
        (UNDER | {"basis": "lifetime", "max_possible_spend": 2600}, ("underpacing", "warning")),
        (LIKELY, ("overspend-likely", "warning")),
        (LIKELY | {"projected_total": 3099}, ("on-track", None)),
        (LIKELY | {"overspend_probability": 0.79}, ("on-track", None)),
        (LIKELY | {"projected_total": 3400}, ("overspend-likely", "critical")),
        # Used up, it runs on or stops: the days that are left are at stake.
        (USED_UP, ("overpacing", "critical")),
        (USED_UP | {"days_elapsed": 28, "days_remaining": 2}, ("overpacing", "warning")),
        (USED_UP | {"status": "underpacing"}, ("overpacing", "critical")),
        (USED_UP | {"current_daily": 0}, ("overpacing", "critical")),
        ({"status": "no-data", "spent_to_date": 0, "projected_total": 0}, ("no-delivery", "critical")),
        # Without delivery a week's budget is at stake, or the days that are left.
        ({"current_daily": 0, "projected_total": 1500}, ("no-delivery", "critical")),
        (OVER | {"current_daily": 0, "days_elapsed": 28, "days_remaining": 2}, ("no-delivery", "warning")),
        ({"current_daily": None}, ("on-track", None)),
        ({"status": "no-budget", "budget": None}, ("no-budget", "info")),
        ({"status": "on-track", "budget": 0}, ("no-budget", "info")),
        ({"status": "not-started", "campaign_status": "draft"}, ("not-started", None)),
        ({"status": "ended", "campaign_status": "ended"}, ("ended", None)),
        (OVER | {"seasonal_ratio": float("nan")}, ("overpacing", "critical")),
    ],
)
def test_kind_and_severity_follow_from_the_row(row: dict[str, Any], expected: tuple[str, str | None]) -> None:
    assert verdict_of(**row) == expected


@pytest.mark.parametrize("row", [OVER, UNDER, USED_UP, {"status": "no-data", "spent_to_date": 0}])
def test_what_cannot_be_acted_on_is_never_severe(row: dict[str, Any]) -> None:
    assert verdict_of(**row, campaign_status="paused") == ("paused", "info")
    assert verdict_of(**{**row, "days_remaining": 0}) == ("ended", None)
    assert verdict_of(**{**row, "status": "ended"}) == ("ended", None)


@pytest.mark.parametrize(("days", "severity"), [(2, "info"), (3, "critical")])
def test_a_pace_of_two_days_is_info_and_of_three_days_counts(days: int, severity: str) -> None:
    assert verdict_of(**OVER, days_elapsed=days, days_remaining=30 - days) == ("overpacing", severity)


def test_rules_grade_the_verdict_and_leave_its_kind() -> None:
    milder = judge(budget(**OVER), SeverityRules(warning_days=2.0, critical_days=5.0))
    assert (milder.kind, milder.severity) == ("overpacing", "warning")
    assert judge(budget(**OVER), SeverityRules(least_money={"EUR": 401})).severity == "info"


def test_the_money_at_stake_is_the_excess_or_a_tenth_of_what_stays_unspent() -> None:
    assert judge(budget(**OVER)).money_at_stake == 400
    assert judge(budget(**UNDER)).money_at_stake == pytest.approx(110)
    assert judge(budget(**USED_UP)).money_at_stake == 15 * 100
    assert judge(budget(current_daily=0)).money_at_stake == 700
    assert judge(budget()).money_at_stake is None
    assert stake_days(paced(budget(**OVER)).row(0, named=True)) == pytest.approx(4)


def test_the_stored_verdict_is_the_judged_one_and_an_older_row_is_judged_when_read() -> None:
    rows = [budget(**row) for row in (OVER, UNDER, LIKELY, USED_UP, {}, {"status": "ended"})]
    for row, stored in zip(rows, paced(*rows).iter_rows(named=True), strict=True):
        assert stored_verdict(stored) == judge(row)
        older = {**stored, "verdict": None, "severity": None, "money_at_stake": None, "recommendation": "Old."}
        assert stored_verdict(older) == judge(row)


def test_the_sentence_says_where_the_budget_stands_and_what_to_set() -> None:
    assert judge(budget(**OVER)).sentence == (
        "EUR 1,500.00 of EUR 3,000.00 spent, 130 % of the target for now, 15 days left; likely end EUR 3,400.00 "
        "(EUR 2,900.00 to EUR 3,100.00). Leave the daily budget at EUR 100.00, which is exceeded now: at the present "
        "EUR 126.67 a day the period ends on 30 March at EUR 3,400.00 instead of EUR 3,000.00."
    )
    assert "at most EUR 2,000.00. " in judge(budget(**UNDER, max_possible_spend=2000)).sentence
    assert "at most" not in judge(budget(**UNDER, max_possible_spend=3000)).sentence
    nothing = judge(budget(status="no-data", spent_to_date=0, projected_total=0, days_remaining=1)).sentence
    assert nothing.startswith("Nothing spent of EUR 3,000.00, 1 day left. It has no delivery")
    assert judge(budget(campaign_status="paused")).sentence.startswith(
        "It is paused: EUR 1,500.00 of EUR 3,000.00 are left."
    )


@pytest.mark.parametrize(("probability", "words"), [(0.95, "of 95 %."), (1.0, "of over 99 %.")])
def test_a_likely_overspend_names_its_probability_and_never_as_certain(probability: float, words: str) -> None:
    sentence = judge(budget(**{**LIKELY, "overspend_probability": probability})).sentence
    assert f"over budget with a probability {words}" in sentence


def test_the_rows_that_count_are_those_of_each_accounts_newest_day_within_a_week() -> None:
    def row(campaign: str, account: str, days_ago: int) -> dict[str, Any]:
        return budget(campaign_id=campaign, account_id=account, as_of=AS_OF - timedelta(days=days_ago))

    frame = paced(
        row("gone", "a", 1), row("here", "a", 1), row("here", "a", 0), row("late", "b", 7), row("lost", "c", 8)
    )  # fmt: skip
    assert newest_rows(frame).select("campaign_id", "as_of").rows() == [
        ("here", AS_OF),
        ("late", AS_OF - timedelta(days=7)),
    ]
    earlier = newest_rows(frame, AS_OF - timedelta(days=1))
    assert earlier["campaign_id"].to_list() == ["gone", "here", "late", "lost"]
    assert newest_rows(frame, days=0)["campaign_id"].to_list() == ["here"]
    assert newest_rows(frame.clear()).is_empty()


def test_stakes_beyond_any_amount_still_fit_into_the_table() -> None:
    rows = paced(budget(**OVER | {"projected_total": 999_999_999_999, "budget": "0.01", "spent_to_date": 0}))
    assert 0 < rows["money_at_stake"][0] < 10**12
