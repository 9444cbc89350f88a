"""The calendar of accounts: one row per account, day and event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from adops_pipeline.domain.calendar.countries import country_of_timezone, public_holidays
from adops_pipeline.domain.calendar.events import Event, retail_events
from adops_pipeline.domain.tables.calendar import CALENDAR_DAYS

SCHEMA = CALENDAR_DAYS.polars_schema(
    "platform", "account_id", "date", "name", "kind", "country", "event_day", "event_days", "projects",
    "expected_change_pct",
)  # fmt: skip


Holidays = dict[tuple[str, int], Mapping[date, str]]
"""Names of public holidays by date, for each region and year."""


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """Which days count. ``countries`` by ``platform:account_id`` comes before the account's time zone.

    ``country`` holds for accounts whose time zone has no country. A country may name a subdivision: ``DE-BY``.
    """

    country: str | None = None
    countries: Mapping[str, str] = field(default_factory=dict)
    has_public_holidays: bool = True
    has_retail_events: bool = True
    events: Sequence[Event] = ()

    def region(self, platform: str, account_id: str, timezone: str) -> str | None:
        """Where the account's public holidays are those of; None if nothing says so."""
        return self.countries.get(f"{platform}:{account_id}") or country_of_timezone(timezone) or self.country


def calendar_days(
    accounts: pl.DataFrame, rules: CalendarRules, first_day: date, last_day: date, known: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The days of every account (platform, account_id, timezone) from ``first_day`` to ``last_day``: ``SCHEMA``.

    Countries' years that ``known``, an earlier calendar, has are taken from it: the list of all countries' holidays is
    slow to load.
    """
    holidays = _known_holidays(known)
    rows = [
        (platform, account_id, day, event.name, event.kind, region if event.kind == "public-holiday" else None,
         number, len(event.days), list(event.projects) or None, event.expected_change_pct)
        for platform, account_id, timezone in accounts.select("platform", "account_id", "timezone").iter_rows()
        for region in (rules.region(platform, account_id, timezone),)
        for event in _events(rules, platform, region, first_day, last_day, holidays)
        for number, day in enumerate(event.days, start=1)
        if first_day <= day <= last_day
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return table.sort("platform", "account_id", "date", "kind", "name")


def _events(
    rules: CalendarRules, platform: str, region: str | None, first_day: date, last_day: date, holidays: Holidays
) -> Iterator[Event]:
    if rules.has_public_holidays and region is not None:
        for year in range(first_day.year, last_day.year + 1):
            yield from _holidays(region, year, holidays)
    if rules.has_retail_events:
        for year in range(first_day.year - 1, last_day.year + 1):  # one may last until the next year
            yield from retail_events(year)
    for event in rules.events:
        if not event.platforms or platform in event.platforms:
            yield event


def _known_holidays(known: pl.DataFrame | None) -> Holidays:
    found: dict[tuple[str, int], dict[date, str]] = {}
    if known is not None:
        rows = known.filter(pl.col("country").is_not_null()).select("country", "date", "name").unique().sort("date")
        for region, day, name in rows.iter_rows():
            found.setdefault((region, day.year), {})[day] = name
    return {**found}


def _holidays(region: str, year: int, holidays: Holidays) -> tuple[Event, ...]:
    """One event per name: a holiday on neighbouring days is one of several days, on other days it occurs again."""
    if (region, year) not in holidays:
        holidays[region, year] = public_holidays(region, year)
    found: list[Event] = []
    newest: dict[str, int] = {}
    for day, name in holidays[region, year].items():
        before = newest.get(name)
        if before is not None and (day - found[before].last_day).days == 1:
            found[before] = Event(name, "public-holiday", found[before].first_day, day)
        else:
            newest[name] = len(found)
            found.append(Event(name, "public-holiday", day, day))
    return tuple(found)
