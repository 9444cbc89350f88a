"""Events of the calendar in the compared periods: named, and what they do to ratios is allowed for."""

from datetime import date, timedelta
from statistics import median

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.benchmarks import BenchmarkRules, benchmark_campaigns
from adops_pipeline.domain.benchmarks.occasions import with_occasions
from adops_pipeline.domain.benchmarks.verdict import stored_verdict
from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline_tests.domain.benchmarks.worlds import AS_OF, DAYS, MATURE, campaigns, drawn, rows

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


COUNT = 60
SALE = tuple(range(7))
"""Days before the last one."""
KNOWN = {"spend": (0.0, -5.0, 5.0), "conversions": (60.0, 45.0, 75.0), "revenue": (60.0, 45.0, 75.0)}
UNSEEN = dict.fromkeys(KNOWN, (0.0, -50.0, 100.0))
Figures = dict[str, tuple[float, float, float]]


def sale(figures: Figures, ago: tuple[int, ...] = SALE, **more: object) -> pl.DataFrame:
    days = [
        {"platform": "google-ads", "account_id": "1", "date": AS_OF - timedelta(days=n), "name": "Sale",
         "kind": "own-event", "event_day": 1, "event_days": 3, "basis": "learnt"}
        | {f"{m}_change_{end}": x for m, found in figures.items()
           for end, x in zip(("pct", "low", "high"), found, strict=True)} | more
        for n in ago
    ]  # fmt: skip
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in days], schema=SCHEMA)


def judged(calendar: pl.DataFrame | None, factor: float = 1.6, names: tuple[str, ...] = ("conversions", "revenue"),
           ago: tuple[int, ...] = SALE) -> pl.DataFrame:  # fmt: skip
    """Scores of CPA, ROAS, CTR and CPC of a week whose days of a sale have ``factor`` times as much of ``names``."""
    values = drawn(COUNT, 0.1, 0.3, seed=1)
    for name in names:
        values[name][:, [DAYS - 1 - n for n in ago]] *= factor
    known = campaigns(COUNT).with_columns(account_id=pl.lit("1"))
    return benchmark_campaigns(rows(values), known, AS_OF, MATURE, calendar=calendar).filter(period="week")


def clear(table: pl.DataFrame, metric: str) -> float:
    return float(table.filter(metric=metric).select((pl.col("z_score").abs() >= 1.96).mean()).item())


@pytest.mark.parametrize("metric", ["cpa", "roas"])
def test_a_change_that_its_event_explains_is_none(metric: str) -> None:
    assert clear(judged(None), metric) > 0.4
    assert clear(judged(sale(KNOWN)), metric) < 0.05


@pytest.mark.parametrize("metric", ["cpa", "roas"])
def test_an_event_that_was_never_seen_widens_what_counts_as_usual(metric: str) -> None:
    assert clear(judged(sale(UNSEEN)), metric) < 0.1


def test_an_event_whose_effect_did_not_come_is_no_change_and_one_far_beyond_it_is() -> None:
    for metric in ("cpa", "roas"):
        assert clear(judged(sale(KNOWN), factor=1.0), metric) < 0.05
        # A campaign need not change exactly as its account does.
        assert clear(judged(sale(KNOWN), factor=2.2), metric) < 0.2
        assert clear(judged(sale(KNOWN), factor=4.0), metric) > 0.8
        assert clear(judged(sale(KNOWN), factor=0.4), metric) > 0.8


def test_an_event_of_the_baseline_is_allowed_for_too() -> None:
    ago = tuple(range(7, 35))
    for metric in ("cpa", "roas"):
        assert clear(judged(None, ago=ago), metric) > 0.4
        assert clear(judged(sale(KNOWN, ago), ago=ago), metric) < 0.05


def test_of_click_rates_and_prices_an_event_leaves_more_room_the_more_it_moves_spend() -> None:
    spend = dict.fromkeys(KNOWN, (200.0, 150.0, 260.0))
    for names, metric in ((("clicks",), "ctr"), (("spend",), "cpc")):
        assert clear(judged(None, 1.6, names), metric) > 0.8
        assert clear(judged(sale(KNOWN), 1.6, names), metric) > 0.5
        assert clear(judged(sale(spend), 1.6, names), metric) < 0.05


@pytest.mark.parametrize(
    "other",
    [{"account_id": "2"}, {"projects": ["p"]}, {"date": AS_OF - timedelta(days=200)}, {"spend_change_pct": None}],
)
def test_events_of_others_and_of_other_days_allow_for_nothing(other: dict[str, object]) -> None:
    assert judged(sale(KNOWN, SALE, **other)).equals(judged(None))


def test_few_conversions_at_an_event_that_was_never_seen_are_no_stop() -> None:
    values = drawn(COUNT, 0.0, 0.0, seed=2, clicks=60.0)
    values["conversions"][:, DAYS - 7 :] = np.where(np.arange(7) == 6, 7.0, 0.0)
    known = campaigns(COUNT).with_columns(account_id=pl.lit("1"))
    wide = dict.fromkeys(KNOWN, (0.0, -70.0, 230.0))
    scores = [
        benchmark_campaigns(rows(values), known, AS_OF, MATURE, calendar=calendar).filter(period="week", metric="cpa")
        for calendar in (None, sale(wide, ago=tuple(range(7))))
    ]
    without, with_event = (median(table["z_score"].abs().drop_nulls().to_list()) for table in scores)
    assert without > 1.5 * with_event
