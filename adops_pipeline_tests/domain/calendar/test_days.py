"""The calendar of accounts: whose holidays, which events, on which days."""

import sys
from datetime import date

import polars as pl
import pytest

from adops_pipeline.domain.calendar.countries import check_region, country_of_timezone, public_holidays
from adops_pipeline.domain.calendar.days import SCHEMA, CalendarRules, calendar_days
from adops_pipeline.domain.calendar.events import Event, retail_events

ACCOUNTS = pl.DataFrame(
    [("google-ads", "1", "Europe/Berlin"), ("meta-ads", "2", "America/New_York"), ("pinterest", "3", "UTC")],
    schema=["platform", "account_id", "timezone"],
    orient="row",
)


def names(rules: CalendarRules, day: date, account: str) -> set[str]:
    table = calendar_days(ACCOUNTS, rules, day, day)
    assert dict(table.schema) == SCHEMA
    return set(table.filter(account_id=account)["name"])


@pytest.mark.parametrize(
    ("timezone", "country"),
    [("Europe/Berlin", "DE"), ("America/Los_Angeles", "US"), ("Asia/Calcutta", "IN"), ("US/Eastern", "US"),
     ("UTC", None), ("no such zone", None)],
)  # fmt: skip
def test_a_time_zone_names_its_country_by_its_former_name_too(timezone: str, country: str | None) -> None:
    assert country_of_timezone(timezone) == country


def test_each_account_has_the_public_holidays_of_its_own_country() -> None:
    unity, thanksgiving = date(2025, 10, 3), date(2025, 11, 27)
    rules = CalendarRules(has_retail_events=False)
    assert [names(rules, unity, account) for account in "123"] == [{"German Unity Day"}, set(), set()]
    assert [names(rules, thanksgiving, account) for account in "123"] == [set(), {"Thanksgiving Day"}, set()]


def test_settings_name_the_country_of_an_account_and_of_accounts_without_one() -> None:
    epiphany = date(2025, 1, 6)
    rules = CalendarRules("DE-BW", {"google-ads:1": "DE-BY"}, has_retail_events=False)
    assert [names(rules, epiphany, account) for account in "123"] == [{"Epiphany"}, set(), {"Epiphany"}]
    assert calendar_days(ACCOUNTS, rules, epiphany, epiphany)["country"].to_list() == ["DE-BY", "DE-BW"]


def test_a_holiday_has_one_name_in_every_year_and_where_it_is_observed_on_another_day() -> None:
    assert public_holidays("US", 2026)[date(2026, 7, 3)] == public_holidays("US", 2025)[date(2025, 7, 4)]


def test_retail_events_fall_on_the_days_of_their_year() -> None:
    days = {event.name: (event.first_day, event.last_day) for event in retail_events(2025)}
    assert days["Black Friday"] == (date(2025, 11, 28), date(2025, 11, 30))
    assert days["Cyber Monday"] == (date(2025, 12, 1), date(2025, 12, 1))
    assert days["Singles' Day"] == (date(2025, 11, 11), date(2025, 11, 11))
    assert days["Prime Day"] == (date(2025, 7, 8), date(2025, 7, 11))
    assert days["Christmas"] == (date(2025, 12, 24), date(2025, 12, 26))
    assert days["After Christmas"] == (date(2025, 12, 27), date(2025, 12, 31))
    assert {e.name: e.first_day for e in retail_events(2026)}["Black Friday"] == date(2026, 11, 27)


def test_an_event_that_began_the_year_before_keeps_its_number_of_the_day() -> None:
    table = calendar_days(ACCOUNTS, CalendarRules(has_public_holidays=False), date(2026, 1, 1), date(2026, 1, 2))
    assert table.is_empty()
    table = calendar_days(ACCOUNTS, CalendarRules(has_public_holidays=False), date(2025, 12, 31), date(2026, 1, 2))
    assert table.select("name", "event_day", "event_days").unique().rows() == [("After Christmas", 5, 5)]


def test_the_teams_events_concern_their_platforms_and_carry_projects_and_expectation() -> None:
    sale = Event("Sale", "own-event", date(2026, 3, 9), date(2026, 3, 10), ("meta-ads",), ("p1",), 40.0)
    rules = CalendarRules(has_public_holidays=False, has_retail_events=False, events=(sale,))
    table = calendar_days(ACCOUNTS, rules, date(2026, 3, 1), date(2026, 3, 31))
    assert table["account_id"].to_list() == ["2", "2"]
    assert table.row(1, named=True) == {
        "platform": "meta-ads", "account_id": "2", "date": date(2026, 3, 10), "name": "Sale", "kind": "own-event",
        "country": None, "event_day": 2, "event_days": 2, "projects": ["p1"], "expected_change_pct": 40.0,
    }  # fmt: skip


@pytest.mark.parametrize(("region", "named"), [("XX", "ISO 3166"), ("DE-XX", "BY")])
def test_an_unknown_country_or_subdivision_is_rejected_with_what_is_known(region: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        check_region(region)


def test_a_calendar_of_years_that_an_earlier_one_has_loads_no_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = date(2025, 1, 1), date(2026, 12, 31)
    known = calendar_days(ACCOUNTS, CalendarRules(), first, last)
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert calendar_days(ACCOUNTS, CalendarRules(), first, last, known).equals(known)
    assert not calendar_days(ACCOUNTS, CalendarRules(), first, last).equals(known)
