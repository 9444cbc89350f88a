"""Events of the calendar within the compared periods: they are named, because they may be what changed."""

import polars as pl

from adops_pipeline.domain.benchmarks.rules import BenchmarkRules

_WINDOW = ["platform", "account_id", "period", "period_start", "period_end"]


def with_occasions(table: pl.DataFrame, calendar: pl.DataFrame, rules: BenchmarkRules) -> pl.DataFrame:
    """``table`` (rows with account and period) with ``occasion``, the events of each account's compared days.

    ``calendar`` has rows of `calendar_days`; events that are limited to projects are left out. Of the baseline only
    retail events and the team's own are named: every few weeks have some public holiday.
    """
    baseline = pl.when(pl.col("period") == "week").then(rules.week[1]).otherwise(rules.month[1])
    windows = table.select(_WINDOW).unique().with_columns(pl.duration(days=baseline).alias("before"))
    known = calendar.filter(pl.col("projects").is_null()).select("platform", "account_id", "date", "kind", "name")
    found = windows.join(known, on=["platform", "account_id"]).sort("date", "name")
    start, day = pl.col("period_start"), pl.col("date")
    is_now = day.is_between(start, pl.col("period_end"))
    is_before = day.is_between(start - pl.col("before"), start, closed="left") & (pl.col("kind") != "public-holiday")

    def named(condition: pl.Expr) -> pl.Expr:
        return pl.col("name").filter(condition).unique(maintain_order=True).str.join(", ")

    names = found.group_by(_WINDOW).agg(named(is_now).alias("now"), named(is_before).alias("then"))
    now = pl.when(pl.col("now") != "").then(pl.format("{} in the period", "now"))
    then = pl.when(pl.col("then") != "").then(pl.format("{} in the baseline", "then"))
    both = pl.concat_str(now, then, separator="; ", ignore_nulls=True)
    return table.join(
        names.select(*_WINDOW, pl.when(both != "").then(both).alias("occasion")),
        on=_WINDOW, how="left", maintain_order="left",
    )  # fmt: skip
