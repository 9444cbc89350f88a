"""benchmark-review: which campaigns got better or worse than they were. Rows of analytics_benchmarks in."""

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any

import polars as pl

from adops_pipeline.domain.benchmarks.verdict import stored_verdict
from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.tables.benchmarks import ANALYTICS_BENCHMARKS
from adops_pipeline.domain.workflows.parameters import BenchmarkParameters
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    ResultTable,
    WorkflowResult,
    at_least,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import (
    Campaigns,
    Scope,
    chosen,
    conform,
    last_day,
    subject_of,
    within,
)

WORKFLOW = "benchmark-review"
_COLUMNS = ANALYTICS_BENCHMARKS.polars_schema(without=("period_start", "created_at"))
_NUMBERS = (
    "metric", "period", "period_end", "baseline_value", "current_value", "current_low", "current_high", "change_pct",
    "z_score", "peer_p25", "peer_median", "peer_p75", "q_value", "money_at_stake", "currency",
)  # fmt: skip


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
    seen = mine.filter(
        within("period_end", end, parameters.lookback_days),
        *chosen(metric=parameters.metrics, period=parameters.periods),
    )
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


def _is_worth_it(row: Mapping[str, Any], parameters: BenchmarkParameters) -> bool:
    if row["status"] not in (parameters.changes or ("better", "worse")):
        return False
    thresholds = parameters.thresholds
    # A price without anything bought has risen beyond any threshold.
    change = inf if row["change_pct"] is None else abs(row["change_pct"])
    return change >= thresholds.change_pct and abs(row["z_score"] or 0.0) >= thresholds.z_score


def _finding(row: Mapping[str, Any]) -> tuple[float, Finding]:
    verdict, numbers = stored_verdict(row), {name: row[name] for name in _NUMBERS}
    assert verdict.severity is not None  # every change has one
    finding = Finding(verdict.severity, subject_of(row), verdict.sentence, numbers, verdict.kind)
    return abs(row["z_score"] or 0.0), finding


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
