"""The sentences about a budget, read over random campaigns: none says what cannot be, none contradicts its verdict."""

import re
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.pacing.advice import recommend
from adops_pipeline.domain.pacing.verdict import stored_verdict
from adops_pipeline.domain.tables.pacing import PacingVerdict
from adops_pipeline_tests.domain.pacing.rows import budget
from adops_pipeline_tests.domain.pacing.worlds import paced_world
from adops_pipeline_tests.profiles import examples

_AMOUNT = r"[A-Z]{3} ([\d,]+(?:\.\d\d)?)"
_SET = re.compile("Set the daily (?:budget|spend) to " + _AMOUNT)
_INSTEAD = re.compile(_AMOUNT + " instead of " + _AMOUNT)
_CERTAIN = re.compile(r"probability of (0|100) %|odds")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _faults(row: dict[str, Any]) -> list[str]:
    """What is wrong with the row's sentences."""
    advice, faults = row["recommendation"], []
    verdict = stored_verdict(row)
    if (
        re.search(r"\b(0|100) ?%", re.sub(r"[\d,]+ % of the target", "", verdict.sentence))
        or "odds" in verdict.sentence
    ):
        faults.append("a probability is certain")
    if (instead := _INSTEAD.search(advice)) and instead[1] == instead[2]:
        faults.append("it would end as planned instead of as planned")
    if "EUR 0.00 a day" in advice or "JPY 0 a day" in advice:
        faults.append("nothing is spent, and advice is given on the amount")
    if chosen := _SET.search(advice):
        faults += _faults_of_an_amount(row, _number(chosen[1]))
    if row["verdict"] in ("overpacing", "overspend-likely") and "higher budget" in advice:
        faults.append("too much is spent, and more is to be spent")
    if "of None" in verdict.sentence or "unknown" in verdict.sentence:
        faults.append("an amount is unknown though the budget is judged")
    return faults


def _faults_of_an_amount(row: dict[str, Any], amount: Decimal) -> list[str]:
    faults, daily, level = [], row["daily_budget"], row["current_daily"]
    ahead = (row["projected_total"] - row["spent_to_date"]) / max(row["days_remaining"], 1)
    slack = Decimal("0.51") if row["currency"] == "JPY" else Decimal("0.0051")
    if amount == 0:
        faults.append("nothing is to be set")
    if level == 0:
        faults.append("an amount for a budget that spends nothing")
    if daily is not None and amount > daily + slack and level < Decimal("0.9") * daily - slack:
        faults.append("a budget that is not spent is to be raised")
    if row["verdict"] in ("overpacing", "overspend-likely") and amount > ahead + slack:
        faults.append("too much is spent, and the amount is above what is spent")
    if row["verdict"] == "underpacing" and amount < ahead - slack:
        faults.append("too little is spent, and the amount is below what is spent")
    if daily is not None and row["verdict"] != "underpacing" and amount >= daily + slack:
        faults.append("too much is spent, and the budget is to be raised")
    return faults


@examples(40)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_sentence_about_a_budget_says_what_cannot_be(seed: int) -> None:
    for row in paced_world(seed).iter_rows(named=True):
        assert _faults(row) == [], f"{row['verdict']}: {row['recommendation']} {row}"


def test_the_worlds_hold_every_kind_of_verdict_and_advice() -> None:
    rows = [row for seed in range(12) for row in paced_world(seed).iter_rows(named=True)]
    assert {row["verdict"] for row in rows} == set(get_args(PacingVerdict))
    begins = {" ".join(row["recommendation"].split()[:2]) for row in rows}
    assert {"Set the", "Keep the", "Change nothing:", "It spends", "It has", "The budget"} <= begins


@pytest.mark.parametrize(
    ("kind", "row", "advice"),
    [
        ("not-started", {}, "It has not started: EUR 3,000.00 is planned for 30 days."),
        ("not-started", {"budget": None}, "It has not started: nothing is planned for 30 days."),
        ("no-budget", {}, "No budget is known: set a monthly target to have it paced."),
        (
            "ended", {"status": "ended"},
            "The period is over at EUR 1,500.00: set no budget here, plan the next flight.",
        ),
        (
            "ended", {"days_remaining": 0},
            "The period is complete at EUR 1,500.00 of EUR 3,000.00: nothing is left to set.",
        ),
        (
            "paused", {},
            "It is paused: resume it with a daily budget of EUR 100.00 to reach EUR 3,000.00 by 30 March.",
        ),
        (
            "paused", {"basis": "lifetime"},
            "It is paused: resume it with a daily spend of EUR 100.00 to reach EUR 3,000.00 by 30 March.",
        ),
        (
            "paused", {"spent_to_date": 3000},
            "It is paused, and its budget of EUR 3,000.00 is used up: leave it paused.",
        ),
        ("paused", {"budget": None}, "It is paused, and no budget is known."),
        (
            "no-delivery", {},
            ("It has spent nothing for three days: check that it is running and can deliver (payment, approvals, bids, "
            "audience)."),
        ),
        (
            "no-delivery", {"spent_to_date": 0},
            ("It has no delivery: check that it is running and can deliver (payment, approvals, bids, "
            "audience); EUR 3,000.00 is planned."),
        ),
        (
            "overpacing", {"spent_to_date": 3100},
            "The budget of EUR 3,000.00 is used up: pause it, or raise the budget above EUR 3,100.00.",
        ),
        (
            "on-track", {"projected_total": 2990},
            "Keep the daily budget at EUR 100.00: the period is likely to end on 30 March at EUR 2,990.00.",
        ),
        (
            "on-track", {"basis": "target", "projected_total": 2990},
            ("Spend about EUR 100.00 a day to reach EUR 3,000.00: the period is likely to end on 30 March at "
            "EUR 2,990.00."),
        ),
        ("on-track", {"basis": "target"}, "Change nothing: the period is likely to end on 30 March at EUR 3,000.00."),
        (
            "overpacing", {"projected_total": 2990},
            "Change nothing: at the present pace the period ends on 30 March at EUR 2,990.00 of EUR 3,000.00.",
        ),
        (
            "underpacing", {"projected_total": 3010},
            "Change nothing: at the present pace the period ends on 30 March at EUR 3,010.00 of EUR 3,000.00.",
        ),
        (
            "underpacing", {"projected_total": 2400, "current_daily": 89},
            ("It spends EUR 89.00 a day of the EUR 100.00 that are set: a higher budget alone will not be spent. Raise "
            "bids or widen targeting, or lower the daily budget to EUR 89.00."),
        ),
        (
            "underpacing", {"projected_total": 1501, "current_daily": "0.004"},
            ("It spends almost nothing of the EUR 100.00 a day that are set: a higher budget alone will not be spent. "
            "Raise bids or widen targeting."),
        ),
        (
            "underpacing", {"projected_total": 2400, "current_daily": 90},
            ("Set the daily budget to EUR 100.00: at the present EUR 60.00 a day the period ends on 30 March at "
            "EUR 2,400.00 instead of EUR 3,000.00."),
        ),
        (
            "overpacing", {"projected_total": 3600, "daily_budget": 101},
            ("Set the daily budget to EUR 100.00: at the present EUR 140.00 a day the period ends on 30 March at "
            "EUR 3,600.00 instead of EUR 3,000.00."),
        ),
        (
            "overpacing", {"projected_total": 3600},
            ("Leave the daily budget at EUR 100.00, which is exceeded now: at the present EUR 140.00 a day the period "
            "ends on 30 March at EUR 3,600.00 instead of EUR 3,000.00."),
        ),
    ],
)  # fmt: skip
def test_the_advice_names_the_amount_to_set_and_what_happens_otherwise(
    kind: str, row: dict[str, Any], advice: str
) -> None:
    assert recommend(kind, budget(**row)) == advice
