"""Alerts on ratios that clearly worsened. Rows of analytics_benchmarks in."""

from datetime import datetime

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import (
    Row,
    campaign_link,
    days_in_words,
    details_of,
    labels_of,
    number,
    recent,
    rows_of,
    text,
)
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.severity import Severity

SOURCE = "benchmarks"
_IN_MONEY = frozenset({"cpa", "cpc"})
_DAYS = {"week": 7, "month": 28}
_FIGURES = (
    "period", "period_start", "period_end", "baseline_value", "current_value", "change_pct", "z_score", "peer_median",
)  # fmt: skip


def benchmark_alerts(benchmarks: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES) -> list[Alert]:
    """An alert per campaign and metric at most: of week and month the one that stands out more.

    ``benchmarks``: analytics_benchmarks. Only rows whose period ended among the platform's newest of that metric.
    """
    metrics = list(rules.benchmark_metrics)
    of_metric = [recent(part, "period_end", rules.fresh_days) for part in _parts(benchmarks, metrics)]
    if not of_metric:
        return []
    clear = (pl.col("z_score").abs() >= rules.benchmark_z) & (pl.col("change_pct").abs() >= rules.benchmark_change_pct)
    worse = pl.concat(of_metric).filter((pl.col("status") == "worse") & clear)
    key = ["platform", "campaign_id", "metric"]
    gravest = worse.sort(pl.col("z_score").abs(), "period").unique(key, keep="last").sort(key)
    return [
        Alert(
            "benchmark-worse", SOURCE, Severity.WARNING, labels_of(row, metric=text(row, "metric")), _sentence(row),
            now, details_of(row, *_FIGURES), campaign_link("benchmarks", row),
        )
        for row in rows_of(gravest)
    ]  # fmt: skip


def _parts(benchmarks: pl.DataFrame, metrics: list[str]) -> list[pl.DataFrame]:
    return benchmarks.filter(pl.col("metric").is_in(metrics)).partition_by("metric", maintain_order=True)


def _sentence(row: Row) -> str:
    days = days_in_words(_DAYS.get(text(row, "period"), 7))
    before, now = _figure(row, "baseline_value"), _figure(row, "current_value")
    change = number(row, "change_pct") or 0.0
    end = text(row, "period_end")
    median = f"; comparable campaigns: {_figure(row, 'peer_median')}" if number(row, "peer_median") is not None else ""
    return (
        f"{text(row, 'metric').upper()} went from {before} to {now} ({change:+.0f} %) "
        f"over the {days} to {end} (z {number(row, 'z_score') or 0.0:+.1f}){median}."
    )


def _figure(row: Row, name: str) -> str:
    value, metric = number(row, name) or 0.0, text(row, "metric")
    if metric in _IN_MONEY:
        return format_money(value, text(row, "currency"))
    return f"{value:.2%}" if metric == "ctr" else f"{value:.2f}"
