"""The last complete day of each account: over in its own time zone, and pulled after it was over; rows by it. Pure."""

from datetime import UTC, date, datetime

import polars as pl

from adops_pipeline.domain.pacing.rules import last_complete_day

COMPLETE_DAYS = {"platform": pl.String(), "account_id": pl.String(), "as_of": pl.Date()}


def complete_days(accounts: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """A row per account with ``as_of``, the day through which it can be judged, sorted.

    ``accounts`` has platform, account_id, timezone (IANA) and pulled_at (UTC; when daily rows were last asked for;
    NULL: never). ``now`` is aware. An account that could not be pulled for days is judged as of its last pull, not on
    days of which nothing is known. One that never was is judged as of now: it has no data, and says so.
    """
    rows = []
    for platform, account_id, zone, pulled_at in accounts.select(
        "platform", "account_id", "timezone", "pulled_at"
    ).iter_rows():
        seen = now if pulled_at is None else min(now, _aware(pulled_at))
        rows.append((platform, account_id, last_complete_day(seen, zone)))
    return pl.DataFrame(rows, schema=COMPLETE_DAYS, orient="row").sort("platform", "account_id")


def common_day(days: pl.DataFrame) -> date | None:
    """The last day that is complete in every account that is at most three days behind; None without accounts.

    A computation across accounts compares the same days everywhere. One account that cannot be pulled any more must not
    hold all others back.
    """
    newest = days["as_of"].max()
    if not isinstance(newest, date):
        return None
    lately = days.filter((pl.lit(newest) - pl.col("as_of")).dt.total_days() <= _FEW_DAYS)["as_of"].min()
    assert isinstance(lately, date)
    return lately


def by_last_day(daily: pl.DataFrame, days: pl.DataFrame) -> list[tuple[date, pl.DataFrame]]:
    """Rows, grouped by the last complete day of their account."""
    account, parts = pl.concat_str("platform", pl.lit("/"), "account_id"), []
    for (day,), group in days.sort("as_of").group_by("as_of", maintain_order=True):
        rows = daily.filter(account.is_in(group.select(account).to_series().implode()))
        if isinstance(day, date) and rows.height:
            parts.append((day, rows))
    return parts


def complete_rows(daily: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Rows of the days that are over and known in their account; every row of an account that ``days`` lacks."""
    known = daily.join(days, on=["platform", "account_id"], how="left", maintain_order="left")
    return known.filter(pl.col("as_of").is_null() | (pl.col("date") <= pl.col("as_of"))).drop("as_of")


_FEW_DAYS = 3


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
