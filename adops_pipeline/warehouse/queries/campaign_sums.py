"""Sums of every campaign over any period of one snapshot, from the roll-ups by week and by day.

Sums of whole weeks are kept as running totals; the days between a period's end and the nearest Monday are read. Values
are whole multiples of a small unit, so that differences of running totals are exact.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from adops_pipeline.warehouse.queries.overview import newest_day
from adops_pipeline.warehouse.sql import statement

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
UNITS: Mapping[str, float] = {
    "impressions": 1, "clicks": 1, "spend": 1e6, "conversions": 1e9, "revenue": 1e6, "conversions_nowcast": 1e9,
    "revenue_nowcast": 1e6, "spend_reporting": 1e6, "revenue_reporting": 1e6, "revenue_reporting_nowcast": 1e6,
    "spend_without_rate": 1e6, "revenue_without_rate": 1e6,
}  # fmt: skip
"""The measures in the order of the arrays, each with the number of units in one."""
MEASURES = tuple(UNITS)
_DAYS = """
    SELECT campaign_no, impressions, clicks, spend, conversions, revenue, spend_reporting, revenue_reporting,
        conversions_share_known
    FROM rollup_campaign_days WHERE date BETWEEN $first AND $last
"""
_SPEND = MEASURES.index("spend")
_KEPT_DAYS = 16
_WEEK = 7
LONGEST_BY_DAY = 35
"""Days of the longest period whose sparkline has a point for each day; longer ones have one for each week."""


class CampaignSums:
    """The campaigns of one snapshot and their sums. For any number of threads, each with its own connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        found = con.execute(statement("api_campaigns"))
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
        self.size = len(rows)
        self.texts: dict[str, Sequence[object]] = {
            name: [row[place] for row in rows] for place, name in enumerate(names) if place
        }
        """The fields of the campaigns by name, ordered by id, account and currency."""
        self.newest = newest_day(con)
        numbers = [row[0] for row in rows]
        self._numbers = np.array([-1 if number is None else number for number in numbers], dtype=np.int64)
        self._place = np.full(int(self._numbers.max(initial=-1)) + 2, self.size, dtype=np.int64)
        delivering = self._numbers >= 0
        self._place[self._numbers[delivering]] = np.flatnonzero(delivering)
        self._monday, self._totals = self._running_totals(con)
        self._guard = threading.Lock()
        self._days: OrderedDict[date, Ints] = OrderedDict()

    def _running_totals(self, con: duckdb.DuckDBPyConnection) -> tuple[date, Ints]:
        """The first Monday, and for each Monday from it to the one after the last day the sums of all days before."""
        first, last = con.execute("SELECT min(week), max(week) FROM rollup_campaign_weeks").fetchone() or (None, None)
        if first is None:
            return date(1970, 1, 5), np.zeros((1, len(MEASURES), self.size), dtype=np.int64)
        totals = np.zeros(((last - first).days // _WEEK + 2, len(MEASURES), self.size), dtype=np.int64)
        week = "(week - $first)::INTEGER // 7 AS week"
        for at, name in enumerate(MEASURES):  # one measure at a time: all of them take three times the memory
            found = con.execute(
                f"SELECT {week}, campaign_no, {name} FROM rollup_campaign_weeks",  # noqa: S608 - constants
                {"first": first},
            ).fetchnumpy()
            values = np.rint(np.asarray(found[name]) * UNITS[name]).astype(np.int64)
            totals[np.asarray(found["week"]) + 1, at, self._place[np.asarray(found["campaign_no"])]] = values
        np.cumsum(totals, axis=0, out=totals)
        return first, totals

    def between(self, con: duckdb.DuckDBPyConnection, first: date, last: date) -> Ints:
        """Measures x campaigns: sums of the days from ``first`` to ``last``, both included."""
        found: Ints = self._before(con, last + timedelta(days=1)) - self._before(con, first)
        return found

    def _before(self, con: duckdb.DuckDBPyConnection, day: date) -> Ints:
        """Sums of all days before ``day``."""
        weeks, rest = divmod((day - self._monday).days, _WEEK)
        if weeks < 0:
            weeks, rest = 0, 0
        if weeks >= len(self._totals) - 1:
            weeks, rest = len(self._totals) - 1, 0
        if rest == 0:
            return self._at(weeks)
        with self._guard:
            if day in self._days:
                self._days.move_to_end(day)
                return self._days[day]
        monday = self._monday + timedelta(days=_WEEK * weeks)
        if rest <= _WEEK // 2:
            found = self._at(weeks) + self._sum_days(con, monday, day - timedelta(days=1))
        else:
            found = self._at(weeks + 1) - self._sum_days(con, day, monday + timedelta(days=_WEEK - 1))
        with self._guard:
            self._days[day] = found
            while len(self._days) > _KEPT_DAYS:
                self._days.popitem(last=False)
        return found

    def _sum_days(self, con: duckdb.DuckDBPyConnection, first: date, last: date) -> Ints:
        found = con.execute(_DAYS, {"first": first, "last": last}).fetchnumpy()
        place = self._place[np.asarray(found["campaign_no"])]
        sums = np.empty((len(MEASURES), self.size), dtype=np.int64)
        for at, (name, values) in enumerate(_measures(found)):
            # Sums of a few days in float64 are exact: their units are far fewer than 2**53.
            sums[at] = np.bincount(place, weights=np.rint(values * UNITS[name]), minlength=self.size)
        return sums

    def spend_by_step(
        self, con: duckdb.DuckDBPyConnection, first: date, last: date, campaigns: npt.NDArray[np.intp]
    ) -> Ints:
        """Campaigns x days: the spend of each day; beyond `LONGEST_BY_DAY` days x calendar weeks, cut at both ends."""
        if (last - first).days >= LONGEST_BY_DAY:
            return self._spend_by_week(con, first, last, campaigns)
        found = con.execute(
            "SELECT campaign_no, (date - $first)::INTEGER AS day, spend FROM rollup_campaign_days"
            " WHERE date BETWEEN $first AND $last AND campaign_no IN (SELECT unnest($numbers))",
            {"first": first, "last": last, "numbers": self._numbers[campaigns].tolist()},
        ).fetchnumpy()
        rows = np.zeros(self.size, dtype=np.int64)
        rows[campaigns] = np.arange(len(campaigns))
        spend = np.zeros((len(campaigns), (last - first).days + 1), dtype=np.int64)
        values = np.rint(np.asarray(found["spend"]) * UNITS["spend"]).astype(np.int64)
        spend[rows[self._place[np.asarray(found["campaign_no"])]], np.asarray(found["day"])] = values
        return spend

    def _spend_by_week(
        self, con: duckdb.DuckDBPyConnection, first: date, last: date, campaigns: npt.NDArray[np.intp]
    ) -> Ints:
        ends = [first, *mondays_within(first, last), last + timedelta(days=1)]
        totals = [self._before(con, day)[_SPEND, campaigns] for day in ends]
        spend: Ints = np.diff(np.stack(totals, axis=1), axis=1)
        return spend

    def _at(self, weeks: int) -> Ints:
        """Sums of all days before the Monday after so many weeks."""
        found: Ints = self._totals[weeks]
        return found


def _measures(days: Mapping[str, Any]) -> Iterator[tuple[str, Floats]]:
    """The measures of days of campaigns, as `rollup_campaign_weeks` sums them."""
    known = np.ma.filled(days["conversions_share_known"], 1.0)
    rate_is_missing = np.ma.getmaskarray(days["spend_reporting"]), np.ma.getmaskarray(days["revenue_reporting"])
    reporting = {name: np.ma.filled(days[name], 0.0) for name in ("spend_reporting", "revenue_reporting")}
    plain = {name: np.asarray(days[name], dtype=np.float64) for name in MEASURES[:5]}
    yield from plain.items()
    yield "conversions_nowcast", plain["conversions"] / known
    yield "revenue_nowcast", plain["revenue"] / known
    yield from reporting.items()
    yield "revenue_reporting_nowcast", reporting["revenue_reporting"] / known
    yield "spend_without_rate", plain["spend"] * rate_is_missing[0]
    yield "revenue_without_rate", plain["revenue"] * rate_is_missing[1]


def mondays_within(first: date, last: date) -> list[date]:
    """The Mondays after ``first`` up to ``last``."""
    start = first + timedelta(days=_WEEK - first.weekday())
    return [start + timedelta(days=days) for days in range(0, (last - start).days + 1, _WEEK)]
