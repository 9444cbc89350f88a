"""Events of the calendar within the compared periods: they are named, and what they do to ratios is allowed for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import numpy as np
import polars as pl

from adops_pipeline.domain.benchmarks.comparison import Allowance, Span
from adops_pipeline.domain.benchmarks.rules import PARTS, BenchmarkRules
from adops_pipeline.domain.calendar.effects import CERTAINTY, METRICS
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices
from adops_pipeline.domain.tables.benchmarks import BenchmarkMetric

_OWN_WAY = 0.4
"""How far a campaign's change of a ratio departs from its account's, as a share of the change."""
_FOLLOWS = 0.5
"""Of spend's change on an event day: the deviation of click rates and prices, whose own change is not learnt."""
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


@dataclass(frozen=True, slots=True)
class EventDays:
    """Event days in a panel's columns. Arrays are accounts x days; the last row is an account without events.

    ``log`` has the expected logarithm of each metric's factor, ``deviation`` how uncertain it is, ``event`` numbers the
    day's event (-1: none): days of one event are off together, different events are not.
    """

    columns: Indices
    account: Indices
    """Number of each campaign's account."""
    event: Indices
    log: Mapping[str, Floats]
    deviation: Mapping[str, Floats]

    @classmethod
    def read(cls, calendar: pl.DataFrame, panel: DayPanel, accounts: pl.Series) -> Self | None:
        """The days in ``calendar`` (rows of `calendar_days`) of a panel whose campaigns have these ``accounts``.

        Events that are limited to projects are left out: campaigns do not say here which project they belong to.
        """
        last = panel.first_day + timedelta(days=panel.has_row.shape[1] - 1)
        figures = [f"{metric}_change_{end}" for metric in METRICS for end in ("pct", "low", "high")]
        key = ["platform", "account_id"]
        owners = panel.keys.select("platform").with_columns(accounts.alias("account_id"))
        known = (
            calendar.filter(pl.col("projects").is_null(), pl.col("date").is_between(panel.first_day, last))
            .drop_nulls(figures)
            .sort("name")
            .unique([*key, "date"], keep="first", maintain_order=True)
            .join(owners.unique(), on=key, how="semi")
        )
        if known.is_empty():
            return None
        days, names = known["date"].unique().sort(), known["name"].unique().sort()
        rows = known.select(key).unique().sort(key).with_row_index("account")
        placed = known.join(rows, on=key, how="left", maintain_order="left")
        cell = placed["account"].to_numpy(), days.search_sorted(known["date"]).to_numpy()
        shape = rows.height + 1, days.len()

        def spread(values: Floats) -> Floats:
            table = np.zeros(shape)
            table[cell] = values
            return table

        logs = {name: np.log1p(np.maximum(known[name].to_numpy(), -99.0) / 100.0) for name in figures}
        event = np.full(shape, -1, dtype=np.intp)
        event[cell] = names.search_sorted(known["name"]).to_numpy()
        own = owners.join(rows, on=key, how="left", maintain_order="left")["account"].fill_null(rows.height)
        return cls(
            columns=(days - panel.first_day).dt.total_days().to_numpy().astype(np.intp),
            account=own.to_numpy().astype(np.intp),
            event=event,
            log={metric: spread(logs[f"{metric}_change_pct"]) for metric in METRICS},
            deviation={
                metric: spread((logs[f"{metric}_change_high"] - logs[f"{metric}_change_low"]) / (2 * CERTAINTY))
                for metric in METRICS
            },
        )

    def allowance(self, panel: DayPanel, rows: Indices, metric: BenchmarkMetric, span: Span) -> Allowance:
        """What the events of both periods do to the change of the ratio."""
        now = self._effect(panel, rows, metric, span.middle, span.end)
        before = self._effect(panel, rows, metric, span.start, span.middle)
        return Allowance.of(now[0] - before[0], now[1] + before[1])

    def _effect(
        self, panel: DayPanel, rows: Indices, metric: BenchmarkMetric, start: int, end: int
    ) -> tuple[Floats, Floats]:
        """What the events from column ``start`` up to ``end`` do to the ratio's logarithm there, and its variance."""
        inside = np.flatnonzero((self.columns >= start) & (self.columns < end))
        who, columns = np.ix_(rows, self.columns[inside]), self.account[rows]
        event = self.event[columns][:, inside]
        parts = []
        for name in PARTS[metric]:
            total = panel[name][rows, start:end].sum(axis=1)
            parts.append((name, panel[name][who] / np.where(total > 0, total, 1.0)[:, None]))
        if any(name not in METRICS for name, _ in parts):
            log, deviation = (part["spend"][columns][:, inside] for part in (self.log, self.deviation))
            share = (parts[0][1] + parts[1][1]) / 2.0
            apart = _FOLLOWS * share * np.hypot(log, deviation)
            return np.zeros(len(rows)), _by_event(apart, event)
        moved = np.zeros((2, len(rows)))
        variance = np.zeros(len(rows))
        for n, (name, share) in enumerate(parts):
            log, deviation = (part[name][columns][:, inside] for part in (self.log, self.deviation))
            moved[n] = -np.log(np.maximum(1.0 + (share * np.expm1(-log)).sum(axis=1), 1e-9))
            variance += _by_event(share * deviation, event)
        change = moved[0] - moved[1]
        return change, variance + (_OWN_WAY * change) ** 2


def _by_event(apart: Floats, event: Indices) -> Floats:
    """Variance of a sum of deviations (campaigns x days), those of one event being off together."""
    variance = np.zeros(len(apart))
    for number in np.unique(event[event >= 0]):
        variance += np.where(event == number, apart, 0.0).sum(axis=1) ** 2
    return variance
