"""What is known of each entity's spend: the first day of complete rows, and totals from before it. Frames only.

A day that was never pulled is not a day without spend. Spend to date is the sum of the daily rows where they are
complete for the whole period; else a total that the platform gave for the days before them is added; else it is
unknown.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from adops_pipeline.domain.pacing.entities import MONEY

_KEY = ("platform", "entity_id")
_ACCOUNT = ("platform", "account_id")
_TOTALS = {"platform": pl.String(), "entity_id": pl.String(), "period_start": pl.Date(), "period_end": pl.Date(),
           "spend": MONEY}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownSpend:
    """Daily spend by entity (platform, entity_id, date, spend), and totals of the days before it by entity."""

    daily: pl.DataFrame
    totals: pl.DataFrame


def with_known_from(entities: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """Adds ``known_from``: the first day from which the account's rows are complete; NULL where every day is.

    ``known`` has platform, account_id and known_from; an account that it does not name has no complete day. Without
    ``known``, all days count as complete.
    """
    if known is None:
        return entities.with_columns(pl.lit(None, pl.Date()).alias("known_from"))
    days = known.select(*(pl.col(name).cast(pl.String) for name in _ACCOUNT), pl.col("known_from").cast(pl.Date))
    named = entities.join(days, on=_ACCOUNT, how="left", maintain_order="left")
    return named.with_columns(pl.col("known_from").fill_null(pl.col("as_of").dt.offset_by("1d")))


def earlier_totals(earlier: pl.DataFrame | None, members: pl.DataFrame) -> pl.DataFrame:
    """``earlier`` (platform, campaign_id, period_start, period_end, spend) added up by entity.

    A shared budget's total is that of its campaigns.
    """
    if earlier is None or earlier.is_empty():
        return pl.DataFrame(schema=_TOTALS)
    rows = earlier.select(
        pl.col("platform").cast(pl.String),
        pl.col("campaign_id").cast(pl.String),
        "period_start",
        "period_end",
        pl.col("spend").cast(MONEY),
    )
    owned = rows.join(members.select("platform", "campaign_id", "entity_id"), on=["platform", "campaign_id"])
    return owned.group_by("platform", "entity_id", "period_start", "period_end").agg(pl.col("spend").sum())


def spent_in(periods: pl.DataFrame, spend: KnownSpend, day: date) -> pl.Series:
    """Spend of each period through ``day``, in the order of ``periods``; NULL where part of it is not known.

    ``periods`` has platform, entity_id, start_date, known_from, as_of, begin and end (both days included).
    """
    totals = _joining_totals(periods, spend.totals)
    # The first day that daily rows are asked for: after the total, where there is one.
    spans = periods.join(totals, on=_KEY, how="left", maintain_order="left").with_columns(
        pl.coalesce(pl.col("total_end").dt.offset_by("1d"), "begin").alias("rows_from"),
        (pl.col("known_from").is_null() | (pl.col("begin") >= pl.col("known_from"))).alias("is_whole"),
    )
    sums = _sums(spans.select(*_KEY, "rows_from", "end"), spend.daily, day)
    whole = spans.join(sums, on=_KEY, how="left", maintain_order="left").with_columns(
        pl.col("spent").fill_null(0) + pl.col("total").fill_null(0)
    )
    is_known = pl.col("is_whole") | pl.col("total").is_not_null() | (pl.col("begin") > day)
    return whole.select(pl.when(is_known).then("spent").alias("spent").cast(MONEY)).to_series()


def _sums(spans: pl.DataFrame, daily: pl.DataFrame, day: date) -> pl.DataFrame:
    """The spend (``spent``) of each span through ``day``, exact.

    Most spans lie within a month: rows of older days are joined only for the entities that have a longer one.
    """
    month, earliest = day.replace(day=1), spans["rows_from"].min()
    assert isinstance(earliest, date)
    long = spans.filter(pl.col("rows_from") < month)
    older = daily.filter(
        pl.col("date").is_between(earliest, month, closed="left"),
        pl.col("entity_id").is_in(long["entity_id"].implode()),
    )
    newer = daily.filter(pl.col("date").is_between(month, day))
    inside = pl.concat([rows.join(some, on=_KEY) for rows, some in ((older, long), (newer, spans))])
    inside = inside.filter(pl.col("date").is_between("rows_from", "end"))
    return inside.group_by(_KEY).agg(pl.col("spend").sum().alias("spent"))


def _joining_totals(periods: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Per entity whose rows begin within its period: the total (``total``, ``total_end``) that ends where they begin.

    A total that begins before the campaign's own first day is that of the days since.
    """
    short = periods.filter(pl.col("begin") < pl.col("known_from")).join(totals, on=_KEY, how="inner")
    joins = pl.col("period_end").is_between(pl.col("known_from").dt.offset_by("-1d"), "as_of")
    is_first = (pl.col("begin") == pl.col("start_date")).fill_null(value=False)
    begins = (pl.col("period_start") == pl.col("begin")) | ((pl.col("period_start") < pl.col("begin")) & is_first)
    return (
        short.filter(joins & begins)
        # The shortest total: the days after it are known by the day.
        .sort("period_end", "period_start")
        .unique(_KEY, keep="first", maintain_order=True)
        .select(*_KEY, pl.col("spend").alias("total"), pl.col("period_end").alias("total_end"))
    )


def first_known_column(known_from: pl.Series, first_day: date) -> pl.Series:
    """The column of each entity's ``known_from`` in arrays that begin on ``first_day``; 0 where every day is known."""
    return ((known_from - first_day).dt.total_days()).fill_null(0).clip(lower_bound=0)
