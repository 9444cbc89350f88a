"""Events of the calendar in the compared periods: named where they are, and nowhere else."""

from datetime import date

import polars as pl
import pytest

from adops_pipeline.domain.benchmarks import BenchmarkRules
from adops_pipeline.domain.benchmarks.occasions import with_occasions
from adops_pipeline.domain.benchmarks.verdict import stored_verdict
from adops_pipeline.domain.calendar.units import SCHEMA

START, END = date(2025, 11, 24), date(2025, 11, 30)


def occasion(*events: tuple[date, str, str], **more: object) -> str | None:
    rows = [
        {"platform": "meta-ads", "account_id": "1", "date": day, "kind": kind, "name": name} | more
        for day, kind, name in events
    ]
    calendar = pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)
    row = {"platform": "meta-ads", "account_id": "1", "period": "week", "period_start": START, "period_end": END}
    found = with_occasions(pl.DataFrame([row]), calendar, BenchmarkRules())
    return found["occasion"].item()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (START, "Sale in the period"),
        (END, "Sale in the period"),
        (date(2025, 12, 1), None),
        (date(2025, 11, 23), "Sale in the baseline"),
        (date(2025, 10, 27), "Sale in the baseline"),
        (date(2025, 10, 26), None),
    ],
)
def test_an_event_is_named_on_the_compared_days_alone(day: date, said: str | None) -> None:
    assert occasion((day, "own-event", "Sale")) == said


def test_both_periods_are_told_apart_and_a_public_holiday_of_the_baseline_is_left_out() -> None:
    events = [
        (date(2025, 11, 28), "retail-event", "Black Friday"),
        (date(2025, 11, 29), "retail-event", "Black Friday"),
        (date(2025, 11, 11), "retail-event", "Singles' Day"),
        (date(2025, 11, 11), "public-holiday", "Veterans Day"),
        (date(2025, 11, 27), "public-holiday", "Thanksgiving Day"),
    ]
    said = "Thanksgiving Day, Black Friday in the period; Singles' Day in the baseline"
    assert occasion(*events) == said


@pytest.mark.parametrize("other", [{"account_id": "2"}, {"projects": ["p"]}])
def test_events_of_other_accounts_and_of_projects_are_not_named(other: dict[str, object]) -> None:
    assert occasion((START, "own-event", "Sale"), **other) is None


def test_the_sentence_of_a_change_names_the_event() -> None:
    row = {
        "metric": "roas", "status": "worse", "severity": "warning", "money_at_stake": 10.0, "currency": "EUR",
        "baseline_value": 3.0, "current_value": 2.0, "current_low": None, "current_high": None, "peer_median": None,
        "period": "week", "period_end": END, "change_pct": -33.0, "occasion": "Black Friday in the period",
    }  # fmt: skip
    assert stored_verdict(row).sentence.endswith(" Events: Black Friday in the period.")
    assert "Events" not in stored_verdict(row | {"occasion": None}).sentence
