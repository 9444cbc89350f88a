"""Units: whose days an event changes. An account is one, and each of its projects where an event is limited to some."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from adops_pipeline.domain.calendar.effects import CHANGES, Effects, learn_effects
from adops_pipeline.domain.tables.calendar import CALENDAR_DAYS

SCHEMA = CALENDAR_DAYS.polars_schema(without=("created_at",))
_BEGUN = {"unit": pl.String(), "since": pl.Date()}
_DECIMALS = 2
"""Of a percentage in the table: pacing, which reads it, moves by at most 0.005 % of a day's spend."""
_ACCOUNT = pl.concat_str("platform", pl.lit("/"), "account_id")


@dataclass(frozen=True, slots=True)
class AccountCalendar:
    """The calendar (rows of `calendar_days`) of accounts, and the effects of its events as far as they are known."""

    days: pl.DataFrame
    effects: Effects
    since: Mapping[str, date]
    """First day of which a unit has data."""
    as_of: date

    def with_unit(self, campaigns: pl.DataFrame) -> pl.DataFrame:
        """``campaigns`` (platform, account_id, campaign_id, project_id, end_date) with their ``unit``."""
        return campaigns.with_columns(_unit(self.days))

    def table(self) -> pl.DataFrame:
        """The calendar with the effect of each day on its account; of an event limited to projects, on the first."""
        rows = self.days.select(set(self.days.columns) - {"basis", *CHANGES}).with_columns(
            pl.concat_str(_ACCOUNT, pl.concat_str(pl.lit("/"), pl.col("projects").list.first()).fill_null("")).alias(
                "unit"
            )
        )
        begun = pl.DataFrame({"unit": list(self.since), "since": list(self.since.values())}, schema=_BEGUN)
        known = (
            rows.join(begun, on="unit")
            .filter(pl.col("date").is_between("since", self.as_of))
            .select("unit", "kind", "name", pl.lit(value=True).alias("is_known"))
            .unique()
        )
        basis = pl.when("is_known").then(pl.lit("learnt")).when(pl.col("expected_change_pct").is_not_null())
        return (
            rows.join(known, on=["unit", "kind", "name"], how="left", maintain_order="left")
            .with_columns(
                basis.then(pl.lit("given")).otherwise(pl.lit("assumed")).alias("basis"),
            )
            .join(self.effects.changes(), on=["unit", "date"], how="left", maintain_order="left")
            .with_columns(pl.col(*CHANGES).round(_DECIMALS))
            .select(*SCHEMA)
            .cast(SCHEMA)  # type: ignore[arg-type]
        )


def learn_calendar(days: pl.DataFrame, totals: pl.DataFrame, as_of: date) -> AccountCalendar:
    """What the events in ``days`` (rows of `calendar_days`) did to accounts and their projects.

    ``totals``: platform, account_id, project_id, date, spend, conversions, revenue, maturity (share of the conversions
    that has arrived); days after ``as_of`` are left out.
    """
    sums = ("spend", "conversions", "revenue")
    by_unit = (
        totals.filter(pl.col("date") <= as_of)
        .group_by(_unit(days), "date")
        .agg(*(pl.col(name).cast(pl.Float64).sum() for name in sums), pl.col("maturity").min())
    )
    units = totals.select(_ACCOUNT.alias("account"), _unit(days), "project_id").unique()
    columns = ("date", "kind", "name", "event_day", "expected_change_pct")
    concerned = days.with_columns(_ACCOUNT.alias("account")).join(units, on="account", how="inner")
    concerned = concerned.filter(pl.col("projects").is_null() | pl.col("projects").list.contains(pl.col("project_id")))
    effects = learn_effects(by_unit, concerned.select("unit", *columns).unique(), as_of)
    since = by_unit.group_by("unit").agg(pl.col("date").min())
    return AccountCalendar(days, effects, dict(since.iter_rows()), as_of)


def _unit(days: pl.DataFrame) -> pl.Expr:
    """The unit of a row with platform, account_id and project_id."""
    limited = days["projects"].explode().drop_nulls().unique().to_list()
    project = pl.when(pl.col("project_id").is_in(limited)).then(pl.concat_str(pl.lit("/"), "project_id"))
    return pl.concat_str(_ACCOUNT, project.otherwise(pl.lit(""))).alias("unit")
