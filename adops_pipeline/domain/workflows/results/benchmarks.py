"""benchmark-review: which campaigns got better or worse than they were. Rows of analytics_benchmarks in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from adops_pipeline.domain.benchmarks.rules import LOWER_IS_BETTER
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.benchmarks import ANALYTICS_BENCHMARKS
from adops_pipeline.domain.workflows.parameters import BenchmarkParameters
from adops_pipeline.domain.workflows.results.figures import figure, pct, plural
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    ResultTable,
    WorkflowResult,
    at_least,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform, last_day, subject_of, within

WORKFLOW = "benchmark-review"
_COLUMNS = ANALYTICS_BENCHMARKS.polars_schema(without=("period_start", "created_at"))
_NUMBERS = (
    "metric", "period", "period_end", "baseline_value", "current_value", "change_pct", "z_score", "peer_p25",
    "peer_median", "peer_p75", "currency",
)  # fmt: skip
_PERIODS = {"week": ("week", "four weeks"), "month": ("four weeks", "twelve weeks")}
_GRAVE_CHANGE_PCT = 50.0
"""A change for the worse from here on is critical where the campaign is also in its peers' worst quarter."""


def review_benchmarks(
    benchmarks: pl.DataFrame, parameters: BenchmarkParameters, project: Campaigns | None = None
) -> WorkflowResult:
    """Significant changes, the worst first; improvements as info. ``benchmarks`` as in analytics_benchmarks."""
    scope = Scope(parameters, project)
    rows = conform(benchmarks, _COLUMNS, ("account_id", "campaign_name", "currency"))
    mine = scope.select(rows)
    end = last_day(mine, "period_end", parameters.as_of)
    if end is None or mine.is_empty():
        return scope.nothing(WORKFLOW, "benchmark", is_empty=rows.is_empty())
    seen = mine.filter(within("period_end", end, parameters.lookback_days), *_wanted(parameters))
    if seen.is_empty():
        days = f" with a period that ended in the {plural(parameters.lookback_days, 'day')} up to {end}"
        return scope.nothing(WORKFLOW, "benchmark", is_empty=False, within=days)
    changed = [row for row in seen.iter_rows(named=True) if _is_worth_it(row, parameters)]
    found, hidden = at_least(rank(_finding(row) for row in changed), parameters.min_severity)
    unknown = seen.filter(pl.col("status") == "insufficient-data").height
    open_ones = [f"{plural(unknown, 'ratio')} with too little data to compare."] if unknown else []
    return WorkflowResult(
        WORKFLOW,
        _summary(changed, seen, end),
        (Check("campaigns", _campaigns(seen), end), Check("ratios", seen.height)),
        found,
        ("Nothing was changed on a platform.",),
        (*scope.unmatched(mine), *open_ones, *hidden),
        (_by_metric(seen),),
    )


def _wanted(parameters: BenchmarkParameters) -> list[pl.Expr]:
    named = (("metric", parameters.metrics), ("period", parameters.periods))
    return [pl.col(column).is_in(list(words)) for column, words in named if words]


def _is_worth_it(row: Mapping[str, Any], parameters: BenchmarkParameters) -> bool:
    if row["status"] not in ("better", "worse") or row["change_pct"] is None:
        return False
    thresholds = parameters.thresholds
    return bool(abs(row["change_pct"]) >= thresholds.change_pct and abs(row["z_score"] or 0.0) >= thresholds.z_score)


def _finding(row: Mapping[str, Any]) -> tuple[float, Finding]:
    numbers = {name: row[name] for name in _NUMBERS}
    return abs(row["z_score"] or 0.0), Finding(_severity(row), subject_of(row), _sentence(row), numbers)


def _severity(row: Mapping[str, Any]) -> Severity:
    if row["status"] == "better":
        return Severity.INFO
    now, low, high = row["current_value"], row["peer_p25"], row["peer_p75"]
    edge = high if row["metric"] in LOWER_IS_BETTER else low
    is_last = edge is not None and (now > edge if row["metric"] in LOWER_IS_BETTER else now < edge)
    return Severity.CRITICAL if is_last and abs(row["change_pct"]) >= _GRAVE_CHANGE_PCT else Severity.WARNING


def _sentence(row: Mapping[str, Any]) -> str:
    metric, currency = row["metric"], row["currency"] or ""
    now, before = (figure(metric, row[name], currency) for name in ("current_value", "baseline_value"))
    length, base = _PERIODS[row["period"]]
    peers = ""
    if row["peer_median"] is not None:
        peers = f"; its peers' median is {figure(metric, row['peer_median'], currency)}"
    return (
        f"{metric.upper()} {now} in the {length} to {row['period_end']} against {before} in the {base} before "
        f"({pct(row['change_pct'])}, {row['status']}){peers}."
    )


def _summary(changed: list[dict[str, Any]], seen: pl.DataFrame, end: date) -> str:
    worse = {(row["platform"], row["campaign_id"]) for row in changed if row["status"] == "worse"}
    better = {(row["platform"], row["campaign_id"]) for row in changed if row["status"] == "better"}
    compared = f"{plural(_campaigns(seen), 'campaign')} compared with their own past through {end}"
    if not changed:
        return f"No significant change: {compared}."
    return f"Of {compared}, {len(worse):,} got worse and {len(better):,} got better in at least one ratio."


def _campaigns(rows: pl.DataFrame) -> int:
    return rows.unique(["platform", "campaign_id"]).height


def _by_metric(seen: pl.DataFrame) -> ResultTable:
    words = ("better", "worse", "normal", "insufficient-data")
    counts = (
        seen.group_by("metric", "period")
        .agg((pl.col("status") == word).sum().cast(pl.Int64).alias(word) for word in words)
        .sort("metric", "period")
    )
    return ResultTable("Ratios by status", ("metric", "period", *words), tuple(counts.iter_rows()))
