"""The campaigns of one snapshot, their sums over any period, and their spend step by step."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np

from adops_pipeline.warehouse.queries.measures import Ints, Places
from adops_pipeline.warehouse.queries.running_totals import RunningTotals
from adops_pipeline.warehouse.queries.scope import newest_day
from adops_pipeline.warehouse.sql import statement

_WEEK = 7
LONGEST_BY_DAY = 35
"""Days of the longest period whose sparkline has a point for each day; longer ones have one for each week."""


class CampaignSums:
    """The campaigns of one snapshot and their sums. Nothing changes afterwards: any number of threads may read."""

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
        numbers = np.array([-1 if row[0] is None else row[0] for row in rows], dtype=np.int64)
        place = np.full(int(numbers.max(initial=-1)) + 1, self.size, dtype=np.intp)
        delivering = np.flatnonzero(numbers >= 0)
        place[numbers[delivering]] = delivering
        self._totals = RunningTotals(con, place, self.size)

    def close(self) -> None:
        """Delete the running totals."""
        self._totals.close()

    def before(self, day: date) -> Ints:
        """Measures x campaigns: sums of all days before ``day``."""
        return self._totals.before(day)

    def spend_by_step(self, first: date, last: date, campaigns: Places) -> Ints:
        """Campaigns x days: the spend of each day; beyond `LONGEST_BY_DAY` days x calendar weeks, cut at both ends."""
        after = last + timedelta(days=1)
        if (last - first).days >= LONGEST_BY_DAY:
            ends = [first, *mondays_within(first, last), after]
        else:
            ends = [first + timedelta(days=days) for days in range((after - first).days + 1)]
        return self._totals.spend_between(ends, campaigns)


def mondays_within(first: date, last: date) -> list[date]:
    """The Mondays after ``first`` up to ``last``."""
    start = first + timedelta(days=_WEEK - first.weekday())
    return [start + timedelta(days=days) for days in range(0, (last - start).days + 1, _WEEK)]
