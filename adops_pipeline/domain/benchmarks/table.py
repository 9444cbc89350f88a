"""Benchmarks of all campaigns as a table: baseline, current value, verdict, peers. The statistics live beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.benchmarks.comparison import (
    Allowance,
    Comparison,
    RatioSide,
    Span,
    compare,
    most_events,
    ratio_side,
)
from adops_pipeline.domain.benchmarks.occasions import EventDays
from adops_pipeline.domain.benchmarks.rules import (
    COUNTED,
    EXPOSURE,
    IN_MONEY,
    LOWER_IS_BETTER,
    METRICS,
    NEEDS_CONVERSIONS,
    PARTS,
    BenchmarkRules,
)
from adops_pipeline.domain.benchmarks.season import RatioSeason, learn_ratio_season
from adops_pipeline.domain.benchmarks.verdict import VERDICT, with_verdicts
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, build_panel, numbered
from adops_pipeline.domain.tables.benchmarks import ANALYTICS_BENCHMARKS, BenchmarkMetric, BenchmarkPeriod
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules

_COLUMNS = ("spend", "revenue", "impressions", "clicks", "conversions")
SCHEMA = ANALYTICS_BENCHMARKS.polars_schema(
    without=("account_id", "campaign_name", "currency", "occasion", "created_at")
)
_COMPARED = {
    **{name: kind for name, kind in SCHEMA.items() if name not in VERDICT},
    "daily_spend": pl.Float64(),
}
"""What the comparison itself gives; the spend a day, in account currency, is what a verdict weighs it by."""


@dataclass(frozen=True, slots=True)
class _Reasons:
    """What is known to change a panel's ratios; None: nothing of the kind is."""

    events: EventDays | None
    season: RatioSeason | None

    def allowance(self, panel: DayPanel, rows: Indices, metric: BenchmarkMetric, span: Span) -> Allowance | None:
        """What both do to the change of the ratio."""
        by_event = None if self.events is None else self.events.allowance(panel, rows, metric, span)
        by_season = None if self.season is None else self.season.allowance(rows, metric, span)
        return by_event.together(by_season) if by_event and by_season else by_event or by_season


def benchmark_campaigns(
    daily: pl.DataFrame,
    campaigns: pl.DataFrame,
    as_of: date,
    mature_after_days: Mapping[str, int] | None = None,
    rules: BenchmarkRules | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
    calendar: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """A row per campaign, metric and period, sorted so; campaigns without delivery in the current days have none.

    ``daily`` has platform, campaign_id, date, spend, revenue, impressions, clicks, conversions; ``campaigns`` gives
    objective and currency (external_id or campaign_id). ``as_of`` is the last complete day. cpa and roas end on the
    last mature day: ``mature_after_days[platform]`` days old, 1 being ``as_of``. ``severity`` grades the verdicts.
    ``calendar`` (rows of `calendar_days`) has the events that change the days of the campaigns' ``account_id``.
    """
    rules = rules or BenchmarkRules()
    needed = dict(mature_after_days or {})
    longest = max(sum(rules.week), sum(rules.month)) + max([rules.default_mature_after_days, *needed.values()])
    panel = build_panel(daily, _COLUMNS, as_of - timedelta(days=longest - 1), as_of)
    peers = _peer_groups(panel, campaigns)
    ages = [needed.get(p, rules.default_mature_after_days) for p in panel.keys["platform"].to_list()]
    mature_lag = np.array(ages, dtype=np.intp) - 1
    accounts = _accounts(panel, campaigns)
    reasons = _Reasons(
        None if calendar is None else EventDays.read(calendar, panel, accounts),
        learn_ratio_season(daily, panel, accounts, mature_lag, calendar),
    )
    tables = [pl.DataFrame(schema=_COMPARED)]
    periods: tuple[tuple[BenchmarkPeriod, tuple[int, int]], ...] = (("week", rules.week), ("month", rules.month))
    for metric in METRICS:
        lags = mature_lag if metric in NEEDS_CONVERSIONS else np.zeros_like(mature_lag)
        for lag in np.unique(lags):
            rows = np.flatnonzero(lags == lag)
            for period, days in periods:
                tables.append(_compare(panel, reasons, rows, metric, period, days, int(lag), as_of, rules))
    compared = with_verdicts(_with_peers(pl.concat(tables), peers, rules), severity, rules.false_discovery_rate)
    table = compared.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    return table.sort("platform", "campaign_id", "metric", "period")


def _compare(
    panel: DayPanel,
    reasons: _Reasons,
    rows: Indices,
    metric: BenchmarkMetric,
    period: BenchmarkPeriod,
    days: tuple[int, int],
    lag: int,
    as_of: date,
    rules: BenchmarkRules,
) -> pl.DataFrame:
    end = panel.has_row.shape[1] - lag
    middle = end - days[0]
    now = _side(panel, rows, metric, middle, end)
    before = _side(panel, rows, metric, middle - days[1], middle)
    group = numbered(panel.keys["platform"])[rows]
    span = Span(middle - days[1], middle, end)
    allowance = reasons.allowance(panel, rows, metric, span)
    compared = compare(now, before, group, rules.least_events, allowance)
    # Scores of counts are above 0 for fewer events; a ratio with the events on top then falls.
    z = np.where(compared.stopped & (metric not in LOWER_IS_BETTER), -compared.z, compared.z)
    with np.errstate(over="ignore"):
        change = np.divide(now.ratio, before.ratio, out=np.full_like(now.ratio, np.nan), where=before.ratio > 0) - 1.0
        percent = np.round(100.0 * change, 2)
    status = _statuses(metric, now, before, compared, change, z, days, rules)
    low, high = _bounds(metric, now, before, compared)
    last = as_of - timedelta(days=lag)
    table = panel.keys[rows].with_columns(
        pl.lit(metric).alias("metric"),
        pl.lit(period).alias("period"),
        pl.lit(last - timedelta(days=days[0] - 1)).alias("period_start"),
        pl.lit(last).alias("period_end"),
        _known("baseline_value", before.ratio),
        _known("current_value", now.ratio),
        _known("current_low", low),
        _known("current_high", high),
        _known("change_pct", percent),
        _known("z_score", z),
        pl.Series("status", status),
        pl.Series("daily_spend", panel["spend"][rows, middle:end].sum(axis=1) / days[0]),
    )
    peers = [pl.lit(None, pl.Float64).alias(name) for name in ("peer_p25", "peer_median", "peer_p75")]
    return table.filter(pl.Series(now.days > 0)).with_columns(peers).select(*_COMPARED)


def _side(panel: DayPanel, rows: Indices, metric: BenchmarkMetric, start: int, end: int) -> RatioSide:
    top, bottom = PARTS[metric]
    at: Indices | slice = rows if len(rows) < len(panel.has_row) else slice(None)
    names = (top, bottom, COUNTED[metric], EXPOSURE[metric])
    above, below, events, exposure = (panel[name][at, start:end] for name in names)
    return ratio_side(above, below, events, exposure, panel.has_row[at, start:end])


def _statuses(
    metric: BenchmarkMetric,
    now: RatioSide,
    before: RatioSide,
    compared: Comparison,
    change: Floats,
    z: Floats,
    days: tuple[int, int],
    rules: BenchmarkRules,
) -> list[str]:
    stopped = compared.stopped
    enough = np.isfinite(z) & (np.isfinite(change) | stopped)
    for side, length in ((now, days[0]), (before, days[1])):
        enough &= (side.days >= rules.least_day_share * length) & ((side.events >= rules.least_events) | stopped)
    clear = enough & (np.abs(np.nan_to_num(z)) >= rules.threshold)
    clear &= stopped | (np.abs(np.nan_to_num(change)) >= rules.least_change)
    better = (np.nan_to_num(z) < 0) == (metric in LOWER_IS_BETTER)
    words = np.select([~enough, ~clear, better], ["insufficient-data", "normal", "better"], "worse")
    return list(words.tolist())


def _bounds(metric: BenchmarkMetric, now: RatioSide, before: RatioSide, compared: Comparison) -> tuple[Floats, Floats]:
    """Where events have stopped, the one-sided bound that their count allows: a price's lowest, a rate's highest."""
    low, high = np.full((2, len(now.ratio)), np.nan)
    rows = np.flatnonzero(compared.stopped)
    # The baseline's value per event, at the most events that so few allow.
    with np.errstate(over="ignore"):
        factor = most_events(now.events[rows]) / compared.expected[rows]
        if metric in LOWER_IS_BETTER:
            low[rows] = before.ratio[rows] / factor
        else:
            high[rows] = before.ratio[rows] * factor
    return low, high


def _known(name: str, values: Floats) -> pl.Series:
    """Finite values; NULL for the rest."""
    return pl.Series(name, np.where(np.isfinite(values), values, np.nan)).fill_nan(None)


def _accounts(panel: DayPanel, campaigns: pl.DataFrame) -> pl.Series:
    """The account of each of the panel's campaigns; NULL where unknown."""
    known = campaigns if "campaign_id" in campaigns.columns else campaigns.rename({"external_id": "campaign_id"})
    key = ["platform", "campaign_id"]
    if "account_id" not in known.columns:
        known = known.with_columns(account_id=pl.lit(None, pl.String))
    owners = known.select(pl.col(name).cast(pl.String) for name in (*key, "account_id")).unique(key, keep="first")
    return panel.keys.join(owners, on=key, how="left", maintain_order="left")["account_id"]


def _peer_groups(panel: DayPanel, campaigns: pl.DataFrame) -> pl.DataFrame:
    """platform, campaign_id, objective, currency of the panel's campaigns; empty text where unknown."""
    known = campaigns
    if "campaign_id" not in known.columns:
        known = known.rename({"external_id": "campaign_id"})
    texts = ("platform", "campaign_id", "objective", "currency")
    known = known.select(pl.col(n).cast(pl.String) for n in texts).unique(["platform", "campaign_id"], keep="first")
    joined = panel.keys.join(known, on=["platform", "campaign_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("objective", "currency").fill_null(""))


def _with_peers(table: pl.DataFrame, peers: pl.DataFrame, rules: BenchmarkRules) -> pl.DataFrame:
    in_money = pl.col("metric").is_in(sorted(IN_MONEY))
    named = table.join(peers, on=["platform", "campaign_id"], how="left").with_columns(
        pl.when(in_money).then("currency").otherwise(pl.lit("")).alias("currency"),
        pl.col("currency").alias("account_currency"),
    )
    group = ["platform", "objective", "currency", "metric", "period"]
    counts = (pl.col("status") != "insufficient-data") & pl.col("current_value").is_not_null()
    value = pl.col("current_value")
    quartiles = (
        named.filter(counts)
        .group_by(group)
        .agg(
            value.quantile(0.25, "linear").alias("peer_p25"),
            value.median().alias("peer_median"),
            value.quantile(0.75, "linear").alias("peer_p75"),
            pl.len().alias("peers"),
        )
        .filter(pl.col("peers") >= rules.least_peers)
    )
    joined = named.drop("peer_p25", "peer_median", "peer_p75").join(quartiles, on=group, how="left")
    return joined.drop("currency", "objective", "peers")
