"""Measures what changes of campaigns did: reads the warehouse, one pure computation, writes `action_outcomes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.complete_days import complete_days
from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask, build_panel
from adops_pipeline.domain.outcomes import (
    COLUMNS,
    SWITCHES,
    Change,
    Measurement,
    Others,
    due_changes,
    known_changes,
    outcome_rows,
    own_forecasts,
    with_shared_budgets,
)
from adops_pipeline.domain.outcomes.table import Due
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.frames import replace_rows
from adops_pipeline.warehouse.queries import analysis as queries
from adops_pipeline.warehouse.queries import outcomes as own_queries

LISTED_DAYS = 75
"""Changes of the last so many days are measured."""
HISTORY_DAYS = LISTED_DAYS + 200
"""Days that are read: those before the oldest change, and the dates on which the method's errors are found."""

_LATELY_DAYS = 45
"""Campaigns that delivered in these days may be controls; the days of waiting for maturity are among them."""

_MONTHS = (
    pl.date_ranges(pl.col("pre_start").dt.truncate("1mo"), pl.col("post_end").dt.truncate("1mo"), "1mo")
    .cast(pl.List(pl.String))
    .list.join(",")
)
"""Keys of the monthly partitions from the first compared day to the last."""


@dataclass(frozen=True)
class Outcomes:
    """The measurement of one warehouse's changes."""

    warehouse: Warehouse
    clock: Clock

    def measure(self, run_id: str | None = None) -> int:
        """Measures changes whose days after are mature now; the number of rows written. Measured ones stay as found.

        ``run_id`` is the Dagster run that the rows link to.
        """
        now = self.clock()
        due, changes, campaigns, since = self._due(now)
        if not due.changes:
            return 0
        measurement, daily = self._measurement(due, changes, campaigns, since)
        rows = outcome_rows(due, measurement, own_forecasts(daily, due.to_measure))
        return self._write(rows, campaigns, now, run_id)

    def _due(self, now: datetime) -> tuple[Due, list[Change], pl.DataFrame, date]:
        since = now.date() - timedelta(days=HISTORY_DAYS)
        with self.warehouse.reading() as con:
            accounts, campaigns = queries.account_pulls(con), queries.campaign_rows(con)
            log = with_shared_budgets(queries.campaign_changes(con, since), campaigns)
            proposals = own_queries.applied_proposals(con, since)
            measured, curves = own_queries.measured_changes(con), queries.read_curves(con)
            waiting = own_queries.waiting_changes(con)
        zones = {(p, a): zone for p, a, zone in accounts.select("platform", "account_id", "timezone").iter_rows()}
        known = set(campaigns.select("platform", "external_id").iter_rows())
        changes = [one for one in known_changes(log, proposals, zones) if one.campaign in known]
        last = {(p, a): day for p, a, day in complete_days(accounts, now).iter_rows()}
        mature = {platform.value: curves.mature_after_days(platform.value) for platform in Platform}
        listed = now.date() - timedelta(days=LISTED_DAYS)
        return due_changes(changes, measured, last, mature, listed, waiting), changes, campaigns, since

    def _measurement(
        self, due: Due, changes: Sequence[Change], campaigns: pl.DataFrame, since: date
    ) -> tuple[Measurement | None, pl.DataFrame]:
        with self.warehouse.reading() as con:
            tests = own_queries.periods_of_tests(con)
            wanted = {f"{one.platform}:{one.campaign_id}" for one in due.to_measure}
            lately = self.clock().date() - timedelta(days=_LATELY_DAYS)
            wanted |= set(own_queries.sample_of_campaigns(con, lately)) if wanted else set()
            daily = own_queries.days_of(con, sorted(wanted), since)
            switched = {f"{one.platform}:{one.account_id}" for one in due.to_measure if one.action in SWITCHES}
            accounts = own_queries.account_days(con, sorted(switched), since)
        last = daily["date"].max()
        if not isinstance(last, date):
            return None, daily
        panel = build_panel(daily, COLUMNS, since, last)
        return Measurement(panel, _others(panel, daily, changes, campaigns, tests, accounts)), daily

    def _write(self, rows: pl.DataFrame, campaigns: pl.DataFrame, now: datetime, run_id: str | None) -> int:
        names = campaigns.select(
            "platform", pl.col("external_id").alias("campaign_id"), pl.col("name").alias("campaign_name")
        )
        named = rows.join(names, on=["platform", "campaign_id"], how="left", maintain_order="left")
        at = now.astimezone(UTC).replace(tzinfo=None)
        # A row that waits is written again by every run, and by itself says nothing of the run.
        run = pl.when(pl.col("verdict") != "pending").then(pl.lit(run_id, pl.String)).alias("run_id")
        table = named.with_columns(pl.lit(at).alias("measured_at"), run, _MONTHS.alias("partitions"))
        with self.warehouse.writing() as con:
            return replace_rows(con, "action_outcomes", table, table.select("change_id"))


def _others(
    panel: DayPanel,
    daily: pl.DataFrame,
    changes: Sequence[Change],
    campaigns: pl.DataFrame,
    tests: pl.DataFrame,
    accounts: pl.DataFrame,
) -> Others:
    keys = list(panel.keys.select("platform", "campaign_id").iter_rows())
    about = panel.keys.join(
        campaigns.select("platform", pl.col("external_id").alias("campaign_id"), "shared_budget_id"),
        on=["platform", "campaign_id"],
        how="left",
        maintain_order="left",
    )
    codes = daily.unique(["platform", "campaign_id"], keep="any")
    currency = {(p, c): code for p, c, code in codes.select("platform", "campaign_id", "currency").iter_rows()}
    return Others(
        _changed(panel, keys, changes),
        [currency[key] for key in keys],
        about["shared_budget_id"].to_list(),
        _test_days(tests),
        _account_days(panel, accounts),
    )


def _account_days(panel: DayPanel, accounts: pl.DataFrame) -> Mapping[tuple[str, str], Mapping[str, Floats]]:
    found: dict[tuple[str, str], Mapping[str, Floats]] = {}
    length = panel.has_row.shape[1]
    for (platform, account), days in accounts.group_by("platform", "account_id", maintain_order=True):
        at = (days["date"] - panel.first_day).dt.total_days().to_numpy()
        inside = at < length
        sums = {name: np.zeros(length) for name in COLUMNS}
        for name, values in sums.items():
            values[at[inside]] = days[name].to_numpy()[inside]
        found[str(platform), str(account)] = sums
    return found


def _changed(panel: DayPanel, keys: Sequence[tuple[str, str]], changes: Sequence[Change]) -> Mask:
    rows = {key: number for number, key in enumerate(keys)}
    found: Mask = np.zeros_like(panel.has_row)
    for change in changes:
        day = (change.changed_on - panel.first_day).days
        if change.campaign in rows and 0 <= day < found.shape[1]:
            found[rows[change.campaign], day] = True
    return found


def _test_days(tests: pl.DataFrame) -> Mapping[tuple[str, str], list[tuple[date, date]]]:
    found: dict[tuple[str, str], list[tuple[date, date]]] = {}
    columns = ("platform", "campaign_id", "started_at", "completed_at")
    for platform, campaign, first, last in tests.select(columns).iter_rows():
        found.setdefault((platform, campaign), []).append((first, last or date.max))
    return found
