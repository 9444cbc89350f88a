"""What events do to accounts: learnt from past days as they went by, given by settings, or uncertain."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.calendar.days import CalendarRules, calendar_days
from adops_pipeline.domain.calendar.effects import Effects, learn_effects
from adops_pipeline.domain.calendar.events import Event
from adops_pipeline.domain.calendar.units import SCHEMA, AccountCalendar, learn_calendar

NO_TOTALS = pl.DataFrame(schema={"unit": pl.String(), "date": pl.Date()})
FIRST, LAST = date(2024, 9, 1), date(2026, 1, 31)
ACCOUNTS = pl.DataFrame({"platform": ["meta-ads"] * 2, "account_id": ["1", "2"], "timezone": ["UTC"] * 2})
FRIDAY, BEFORE = date(2025, 11, 28), date(2025, 11, 20)
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.7, 0.8])


def totals(
    since: date = FIRST, factor: float = 3.0, until: date = LAST, maturity: float = 1.0, project: str | None = None
) -> pl.DataFrame:
    """Account 1 multiplies its days from Black Friday to Cyber Monday of 2024 and 2025, account 2 does not."""
    days = pl.date_range(since, until, eager=True)
    rng = np.random.default_rng(0)
    frames = []
    for account in "12":
        spend = 100.0 * WEEK[days.dt.weekday().to_numpy() - 1] * np.exp(0.05 * rng.standard_normal(len(days)))
        if account == "1":
            event = days.is_between(date(2024, 11, 29), date(2024, 12, 2)) | days.is_between(
                FRIDAY, FRIDAY + timedelta(days=3)
            )
            spend = np.where(event, factor * spend, spend)
        frames.append(
            pl.DataFrame(
                {"platform": "meta-ads", "account_id": account, "project_id": project, "date": days, "spend": spend,
                 "conversions": spend / 10 * maturity, "revenue": spend * 2 * maturity, "maturity": maturity},
                schema_overrides={"project_id": pl.String()},
            )
        )  # fmt: skip
    return pl.concat(frames)


def learnt(data: pl.DataFrame, as_of: date, *events: Event, retail: bool = True) -> AccountCalendar:
    rules = CalendarRules(has_public_holidays=False, has_retail_events=retail, events=events)
    return learn_calendar(calendar_days(ACCOUNTS, rules, FIRST, LAST), data, as_of)


def change(calendar: AccountCalendar, day: date, unit: str = "meta-ads/1", metric: str = "spend") -> list[float]:
    found = calendar.effects.changes().filter(unit=unit, date=day)
    return [found[f"{metric}_change_{end}"].item() for end in ("pct", "low", "high")]


@pytest.mark.parametrize("metric", ["spend", "conversions", "revenue"])
def test_the_same_event_a_year_ago_tells_its_effect_on_the_account_that_had_it(metric: str) -> None:
    calendar = learnt(totals(), BEFORE)
    expected, low, high = change(calendar, FRIDAY, metric=metric)
    assert expected == pytest.approx(200, abs=40)
    assert low < 200 < high
    assert change(calendar, FRIDAY, "meta-ads/2", metric)[0] == pytest.approx(0, abs=10)


def test_an_event_that_was_never_seen_has_no_expected_effect_and_a_wider_interval() -> None:
    known, unknown = (change(learnt(totals(since), BEFORE), FRIDAY) for since in (FIRST, date(2025, 3, 1)))
    assert unknown[0] == pytest.approx(0, abs=10)
    width = [np.log1p(high / 100) - np.log1p(low / 100) for _, low, high in (known, unknown)]
    assert width[1] > 1.5 * width[0]


def test_the_first_day_of_an_event_tells_of_its_next_days_and_of_cyber_monday() -> None:
    calendar = learnt(totals(date(2025, 3, 1)), FRIDAY)
    for days in (1, 2, 3):
        assert change(calendar, FRIDAY + timedelta(days=days))[0] > 100


def test_nothing_is_known_of_a_day_before_it_is_over() -> None:
    units = ["meta-ads/1"]
    whole, then = learnt(totals(), LAST).effects, learnt(totals(until=BEFORE), BEFORE).effects
    for found, known in zip(
        whole.ahead("spend", units, BEFORE, 20), then.ahead("spend", units, BEFORE, 20), strict=True
    ):
        # The noise of ordinary days, a scale, is estimated from all of them.
        assert found == pytest.approx(known, rel=0.02, abs=0.002)


def test_the_expectation_of_settings_holds_until_the_event_is_seen() -> None:
    sale = Event("Sale", "own-event", date(2025, 6, 10), date(2025, 6, 12), (), (), 50.0)
    before, after = (learnt(totals(), day, sale, retail=False) for day in (date(2025, 6, 9), date(2025, 6, 11)))
    assert change(before, date(2025, 6, 12))[0] == pytest.approx(50, abs=1)
    assert change(after, date(2025, 6, 12))[0] < 25


def test_an_event_of_a_project_concerns_its_campaigns_alone() -> None:
    sale = Event("Sale", "own-event", date(2025, 6, 10), date(2025, 6, 12), (), ("p1",), 50.0)
    data = pl.concat([totals(), totals(project="p1")])
    calendar = learnt(data, date(2025, 6, 9), sale, retail=False)
    campaigns = pl.DataFrame(
        {
            "platform": "meta-ads",
            "account_id": "1",
            "campaign_id": ["a", "b"],
            "project_id": ["p1", None],
            "end_date": None,
        }
    )
    units = calendar.with_unit(campaigns)["unit"].to_list()
    assert units == ["meta-ads/1/p1", "meta-ads/1"]
    factors, errors = calendar.effects.ahead("spend", units, date(2025, 6, 9), 3)
    assert factors.round(2).tolist() == [[1.5] * 3, [1.0] * 3]
    assert (errors > 0).tolist() == [[True] * 3, [False] * 3]


def test_results_that_have_not_arrived_teach_nothing() -> None:
    young = totals(date(2025, 3, 1), maturity=0.4)
    assert change(learnt(young, FRIDAY), FRIDAY + timedelta(days=1), metric="conversions")[0] == pytest.approx(
        0, abs=10
    )
    half = totals(date(2025, 3, 1), maturity=0.6)
    assert change(learnt(half, FRIDAY), FRIDAY + timedelta(days=1), metric="conversions")[0] > 100


def test_the_table_says_where_an_effect_comes_from() -> None:
    sale = Event("Sale", "own-event", date(2025, 12, 10), date(2025, 12, 12), ("meta-ads",), (), 50.0)
    table = learnt(totals(date(2025, 6, 1)), BEFORE, sale).table()
    assert dict(table.schema) == SCHEMA
    ahead = table.filter((pl.col("date") > BEFORE) & (pl.col("account_id") == "1"))
    basis = dict(ahead.select("name", "basis").unique().iter_rows())
    assert (basis["Sale"], basis["Black Friday"], basis["Cyber Monday"]) == ("given", "assumed", "assumed")
    singles = table.filter(pl.col("date") == date(2025, 11, 11), account_id="1").row(0, named=True)
    assert singles["basis"] == "learnt"
    assert singles["spend_change_low"] < singles["spend_change_pct"] < singles["spend_change_high"]


def test_without_data_or_events_there_are_no_effects() -> None:
    empty = totals().clear()
    assert learn_calendar(learnt(totals(), BEFORE).days, empty, BEFORE).effects.courses == ()
    factors, errors = learnt(totals(), BEFORE, retail=False).effects.ahead("spend", ["meta-ads/1"], BEFORE, 30)
    assert (factors == 1).all()
    assert (errors == 0).all()


def test_without_a_day_of_delivery_or_an_event_nothing_is_learnt() -> None:
    event = pl.DataFrame({"unit": ["a"], "date": [FIRST]})
    assert learn_effects(NO_TOTALS, event, LAST) == Effects() == learn_effects(event, NO_TOTALS, LAST)
