"""What was known on a day in the past: the ledger's answer, and rows of analyses that existed then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import polars as pl

from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.sql import statement

HISTORY = (
    "analytics_budgets", "analytics_anomalies", "budget_recommendations", "todo", "ab_test_results", "ab_tests",
    "action_outcomes",
)  # fmt: skip
"""Analyses whose earlier rows later runs read, or that cannot be computed again."""
_IS_KNOWN = {
    "ab_tests": "completed_at < $day",
    "action_outcomes": "measured_at < $day + 1 AND verdict <> 'pending'",
}
_DAY_OF = {
    "analytics_metrics": "date",
    "analytics_ad_group_metrics": "date",
    "analytics_metric_revisions": "date",
    "campaign_changes": "change_date",
    "campaign_budget_history": "valid_from",
}


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day of which later data are known. ``first_day``: the first that had been pulled by then.

    ``instant``: noon UTC, or the day's last pull if that was later. ``pulled_through``: the last UTC day whose pulls
    are read; later than ``day`` only if nothing had been pulled by then. ``pruned``: raw files of that time that were
    deleted.
    """

    day: date
    instant: datetime
    pulled_through: date
    first_day: date
    pruned: int

    @property
    def is_restated(self) -> bool:
        """Whether nothing had been pulled by that day, so that values are those of the first pull."""
        return self.pulled_through > self.day


def find_past(con: duckdb.DuckDBPyConnection, now: datetime) -> PastDay | None:
    """The day of ``now``, if anything was pulled after ``now``; else None."""
    day = now.astimezone(UTC).date()
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    found = con.execute(statement("past_pulls"), {"midnight": as_stored(midnight)}).fetchone()
    first, last_then, newest, first_day, pruned = found or (None, None, None, None, 0)
    if newest is None or newest <= as_stored(now):
        return None
    through = day if last_then is not None else first.date()
    instant = max(now, last_then.replace(tzinfo=UTC)) if last_then is not None else now
    return PastDay(day, instant, through, first_day or day, pruned)


def rows_known_on(con: duckdb.DuckDBPyConnection, table: str, day: date) -> pl.DataFrame:
    """Rows of an analysis as they were written through ``day``; of `ab_tests` those decided before it, for good.

    Of `action_outcomes` those measured by then: what waits is written anew by each run.
    """
    is_known = _IS_KNOWN.get(table, "created_at < $day + 1")
    names = ", ".join(f'"{name}"' for name in TABLES[table].column_names)
    return read_frame(con, f'SELECT {names} FROM "{table}" WHERE {is_known} ORDER BY ALL', {"day": day})  # noqa: S608 - registered names


def forget_days_after(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Delete metrics and changes of later days."""
    for table, column in _DAY_OF.items():
        con.execute(f'DELETE FROM "{table}" WHERE "{column}" > $day', {"day": day})  # noqa: S608 - constants
