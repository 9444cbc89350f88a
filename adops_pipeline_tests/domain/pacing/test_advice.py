"""The sentences about a budget, read over random campaigns: none says what cannot be, none contradicts its verdict."""

import re
from datetime import date
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
_SET = re.compile("(?:[Ss]et the|Bring the|resume it with a) daily (?:budget|spend) (?:to|of) " + _AMOUNT)
_ABOUT = re.compile("Spend about " + _AMOUNT + " a day")
_INSTEAD = re.compile(_AMOUNT + " instead of " + _AMOUNT)
_SHARES = re.compile(r"[\d,]+ % of (?:the target|its daily budgets)|at most 20 %")
_STEP = Decimal("0.2")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _faults(row: dict[str, Any]) -> list[str]:
    """What is wrong with the row's sentences."""
    advice, faults = row["recommendation"], []
    sentence = stored_verdict(row).sentence
    if re.search(r"\b(0|100) ?%", _SHARES.sub("", sentence)) or "odds" in sentence:
        faults.append("a probability is certain")
    if (instead := _INSTEAD.search(advice)) and instead[1] == instead[2]:
        faults.append("it would end as planned instead of as planned")
    if re.search(r"(EUR 0.00|JPY 0)\b(?! of)", advice.removeprefix("It is paused")) and "over at" not in advice:
        faults.append("nothing is spent or missing, and advice is given on the amount")
    if chosen := _SET.search(advice) or _ABOUT.search(advice):
        faults += _faults_of_an_amount(row, _number(chosen[1]))
    if row["verdict"] in ("overpacing", "overspend-likely") and "higher budget" in advice:
        faults.append("too much is spent, and more is to be spent")
    if "of None" in sentence or "an unknown amount" in sentence:
        faults.append("an amount is unknown though the budget is judged")
    if row["basis"] == "daily" and re.search("pause it|used up|to reach|instead of|short of", advice):
        faults.append("a daily budget is held to a sum that nobody set")
    return faults


def _faults_of_an_amount(row: dict[str, Any], amount: Decimal) -> list[str]:
    faults, daily, level = [], row["daily_budget"], row["current_daily"]
    slack = Decimal("0.51") if row["currency"] == "JPY" else Decimal("0.0051")
    ahead = ((row["projected_total"] or 0) - (row["spent_to_date"] or 0)) / max(row["days_remaining"], 1)
    base = daily if daily is not None and row["basis"] in ("daily", "target") else ahead
    if abs(amount - base) > _STEP * base + slack:
        faults.append("the step is larger than allowed")
    if amount == 0:
        faults.append("nothing is to be set")
    if row["verdict"] == "paused":
        return faults
    if level == 0:
        faults.append("an amount for a budget that spends nothing")
    if daily is not None and amount > daily + slack and level < Decimal("0.9") * daily - slack:
        faults.append("a budget that is not spent is to be raised")
    if row["verdict"] in ("overpacing", "overspend-likely") and amount > ahead + slack:
        faults.append("too much is spent, and the amount is above what is spent")
    if row["verdict"] == "underpacing" and amount < ahead - slack:
        faults.append("too little is spent, and the amount is below what is spent")
    if daily is not None and row["verdict"] not in ("underpacing", "on-track") and amount >= daily + slack:
        faults.append("too much is spent, and the budget is to be raised")
    return faults


@examples(20)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_sentence_about_a_budget_says_what_cannot_be(seed: int) -> None:
    for row in paced_world(seed).iter_rows(named=True):
        assert _faults(row) == [], f"{row['verdict']}: {row['recommendation']} {row}"


def test_the_worlds_hold_every_kind_of_verdict_and_advice() -> None:
    rows = [row for seed in range(12) for row in paced_world(seed).iter_rows(named=True)]
    assert {row["verdict"] for row in rows} == set(get_args(PacingVerdict))
    begins = {" ".join(row["recommendation"].split()[:2]) for row in rows}
    assert {"Set the", "Keep the", "Change nothing:", "It spends", "It has", "The target"} <= begins


DAILY: dict[str, Any] = {"basis": "daily", "delivery_days": 28, "required_daily_spend": None}
CAP: dict[str, Any] = {"basis": "cap", "daily_budget": None, "required_daily_spend": None}


@pytest.mark.parametrize(
    ("kind", "row", "advice"),
    [
        ("not-started", {}, "It has not started: EUR 3,000.00 is planned for 30 days."),
        ("not-started", {"budget": None}, "It has not started: nothing is planned for 30 days."),
        ("not-started", DAILY, "It has not started: EUR 100.00 a day is set."),
        ("no-budget", {}, "No budget is known: set a monthly target to have it paced."),
        (
            "ended", {"status": "ended"},
            "The period is over at EUR 1,500.00: set no budget here, plan the next flight.",
        ),
        ("ended", {"status": "ended", "spent_to_date": None}, "The period is over: set no budget here."),
        (
            "ended", {"days_remaining": 0},
            "The period is complete at EUR 1,500.00 of EUR 3,000.00: nothing is left to set.",
        ),
        (
            "unknown", {"spent_to_date": None, "known_from": date(2026, 3, 9)},
            ("Its pace is not judged: what it spent in the first days of the period is not known. Daily figures are "
            "complete from 9 March 2026 on."),
        ),
        ("unknown", {}, "Its pace is not judged: too few of its days are known."),
        (
            "unknown", DAILY,
            ("Its delivery is not judged: past daily budgets are known for fewer than 3 days. It is EUR 100.00 now, "
            "and it spends EUR 100.00 a day."),
        ),
        (
            "unknown", DAILY | {"known_from": date(2026, 3, 14)},
            ("Its delivery is not judged: fewer than 3 of its days are known. Daily figures are complete from 14 March "
            "2026 on."),
        ),
        (
            "paused", {},
            ("It is paused: EUR 1,500.00 of EUR 3,000.00 are left. To spend them by 30 March, resume it with a daily "
            "budget of EUR 100.00."),
        ),
        (
            "paused", {"spent_to_date": 900, "required_daily_spend": 140},
            ("It is paused: EUR 2,100.00 of EUR 3,000.00 are left. To spend them by 30 March, resume it with a daily "
            "budget of EUR 120.00, the largest step at once: spent in full until 30 March, the period reaches "
            "EUR 2,700.00, EUR 300.00 short of EUR 3,000.00."),
        ),
        ("paused", {"basis": "lifetime"}, "It is paused: EUR 1,500.00 of EUR 3,000.00 are left."),
        ("paused", DAILY, "It is paused; its daily budget is EUR 100.00."),
        ("paused", {"spent_to_date": None}, "It is paused, and part of what it has spent is not known."),
        (
            "paused", {"spent_to_date": 3000},
            "It is paused, and its target of EUR 3,000.00 is used up: leave it paused.",
        ),
        ("paused", {"budget": None}, "It is paused, and no budget is known."),
        (
            "no-delivery", {},
            ("It has spent nothing for three days: check that it is running and can deliver (payment, approvals, bids, "
            "audience)."),
        ),
        (
            "no-delivery", DAILY,
            ("It spends nothing of the EUR 100.00 a day that are set: check that it is running and can deliver "
            "(payment, approvals, bids, audience)."),
        ),
        (
            "no-delivery", {"spent_to_date": 0},
            ("It has no delivery: check that it is running and can deliver (payment, approvals, bids, "
            "audience); EUR 3,000.00 is planned."),
        ),
        (
            "overpacing", {"spent_to_date": 3100},
            "The target of EUR 3,000.00 is used up: pause it, or raise the target above EUR 3,100.00.",
        ),
        (
            "on-track", {"projected_total": 2990},
            ("Spend about EUR 100.00 a day to reach EUR 3,000.00: the period is likely to end on 30 March at "
            "EUR 2,990.00."),
        ),
        (
            "on-track", {"projected_total": 2990, "required_daily_spend": 121},
            "Change nothing: the period is likely to end on 30 March at EUR 2,990.00.",
        ),
        ("on-track", {}, "Change nothing: the period is likely to end on 30 March at EUR 3,000.00."),
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
            "bids or widen targeting: at this pace EUR 600.00 of EUR 3,000.00 stay unspent."),
        ),
        (
            "underpacing", {"projected_total": 1501, "current_daily": "0.004"},
            ("It spends almost nothing of the EUR 100.00 a day that are set: a higher budget alone will not be spent. "
            "Raise bids or widen targeting: at this pace EUR 1,499.00 of EUR 3,000.00 stay unspent."),
        ),
        (
            "underpacing", {"projected_total": 2400, "required_daily_spend": 110, "current_daily": 90},
            ("Set the daily budget to EUR 110.00: at the present EUR 60.00 a day the period ends on 30 March at "
            "EUR 2,400.00 instead of EUR 3,000.00."),
        ),
        (
            "underpacing", {"projected_total": 2400, "required_daily_spend": 130, "current_daily": 90},
            ("Set the daily budget to EUR 120.00, the largest step at once: spent in full until 30 March, the period "
            "reaches EUR 3,300.00, EUR 300.00 more than EUR 3,000.00."),
        ),
        (
            "underpacing", {"projected_total": 2400, "current_daily": 90},
            ("Leave the daily budget at EUR 100.00, which is enough, and raise bids or widen targeting: at the present "
            "EUR 60.00 a day the period ends on 30 March at EUR 2,400.00 instead of EUR 3,000.00."),
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
        (
            "overpacing", {"projected_total": 3600, "daily_budget": 200},
            ("Lower the daily budget by at most 20 % a day: it limits the spend from EUR 140.00 a day down; at the "
            "present EUR 140.00 a day the period ends on 30 March at EUR 3,600.00 instead of EUR 3,000.00."),
        ),
        (
            "underpacing", {"basis": "lifetime", "projected_total": 1500},
            ("It spends almost nothing: check that it is running and can deliver (payment, approvals, bids, audience); "
            "at this pace EUR 1,500.00 of EUR 3,000.00 stay unspent."),
        ),
        (
            "limited", DAILY,
            ("It spends its daily budget of EUR 100.00: raise it, by at most 20 % at once, only if more spend at its "
            "present return is wanted. It is likely to have spent EUR 3,000.00 this month by 30 March."),
        ),
        (
            "limited", DAILY | {"period_end": date(2026, 3, 31), "projected_total": 3050},
            ("It spends its daily budget of EUR 100.00: raise it, by at most 20 % at once, only if more spend at its "
            "present return is wanted. March is likely to end at EUR 3,050.00."),
        ),
        (
            "delivering", DAILY | {"projected_total": None},
            "Keep the daily budget at EUR 100.00: it delivers most of it.",
        ),
        (
            "under-delivering", DAILY | {"current_daily": 70, "projected_total": None},
            ("It spends EUR 70.00 a day of the EUR 100.00 that are set: a higher budget alone will not be spent. Raise "
            "bids or widen targeting if more spend is wanted."),
        ),
        (
            "over-delivering", DAILY | {"delivery_ratio": 1.1, "projected_total": None},
            ("It spends EUR 110.00 a day against a daily budget of EUR 100.00: set the daily budget to EUR 90.91 if no "
            "more than EUR 100.00 a day is meant."),
        ),
        (
            "over-delivering", DAILY | {"delivery_ratio": 1.5, "projected_total": None},
            ("It spends EUR 150.00 a day against a daily budget of EUR 100.00: set the daily budget to EUR 80.00 as a "
            "first step if no more than EUR 100.00 a day is meant."),
        ),
        (
            "on-track", CAP,
            ("EUR 1,500.00 of the lifetime budget of EUR 3,000.00 are left: at the present EUR 100.00 a day they are "
            "used up on 30 March 2026."),
        ),
        (
            "on-track", CAP | {"current_daily": 1},
            ("EUR 1,500.00 of the lifetime budget of EUR 3,000.00 are left: at the present EUR 1.00 a day they last "
            "for more than a year."),
        ),
        (
            "limited", CAP | {"spent_to_date": 3000},
            "The lifetime budget of EUR 3,000.00 is used up: raise it above EUR 3,000.00 if it is to go on.",
        ),
    ],
)  # fmt: skip
def test_the_advice_names_the_amount_to_set_and_what_happens_otherwise(
    kind: str, row: dict[str, Any], advice: str
) -> None:
    assert recommend(kind, budget(**row)) == advice
