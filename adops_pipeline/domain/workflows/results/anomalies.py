"""anomaly-scan: the days that left their usual range, ranked. Rows of analytics_anomalies and the days judged in."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline.domain.anomalies.verdict import stored_verdict
from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.anomalies import ANALYTICS_ANOMALIES
from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS
from adops_pipeline.domain.workflows.parameters import AnomalyParameters
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

WORKFLOW = "anomaly-scan"
_COLUMNS = ANALYTICS_ANOMALIES.polars_schema(without=("created_at",))
_OPTIONAL = ("account_id", "campaign_name", "currency", "cause", "event_id", "event_campaigns")
_JUDGED = ANALYTICS_METRICS.polars_schema("platform", "campaign_id", "date")
_NUMBERS = (
    "date", "metric", "observed", "expected", "low", "high", "score", "direction", "money_effect", "currency",
    "event_campaigns",
)  # fmt: skip
_DAYS_WEIGH = 1000.0
"""A later day outranks any score: scores are cut off far below this."""


def review_anomalies(
    anomalies: pl.DataFrame,
    daily: pl.DataFrame,
    parameters: AnomalyParameters,
    project: Campaigns | None = None,
    through: date | None = None,
) -> WorkflowResult:
    """Unusual values in the requested days, most severe and newest first.

    ``anomalies`` has the columns of analytics_anomalies; ``daily`` (platform, campaign_id, date) the days with
    delivery: without it, nothing unusual could not be told from nothing known. ``through`` is the last day that was
    judged; without it, the newest one.
    """
    scope = Scope(parameters, project)
    delivered = conform(daily, _JUDGED)
    mine = scope.select(delivered)
    end = last_day(mine, "date", parameters.as_of or through)
    if end is None or mine.is_empty():
        return scope.nothing(WORKFLOW, "day of delivery", is_empty=delivered.is_empty())
    seen = mine.filter(within("date", end, parameters.lookback_days))
    if seen.is_empty():
        days = f" in the {plural(parameters.lookback_days, 'day')} up to {end}"
        return scope.nothing(WORKFLOW, "day of delivery", is_empty=False, within=days)
    flagged = scope.select(conform(anomalies, _COLUMNS, _OPTIONAL))
    rows = findings(
        flagged.filter(
            within("date", end, parameters.lookback_days),
            *chosen(metric=parameters.metrics, direction=parameters.directions),
        )
    )
    loud = [row for row in rows.iter_rows(named=True) if _is_worth_it(row, parameters)]
    found, hidden = at_least(rank(_finding(row, end) for row in loud), parameters.min_severity)
    quiet = rows.height - len(loud)
    below = [f"{plural(quiet, 'unusual value')} below the thresholds."] if quiet else []
    campaigns = seen.unique(["platform", "campaign_id"]).height
    return WorkflowResult(
        WORKFLOW,
        _summary(loud, campaigns, end, parameters),
        (Check("campaigns", campaigns, end), Check("campaign days", seen.height)),
        found,
        ("Nothing was changed on a platform.",),
        (*scope.unmatched(mine), *below, *hidden),
        (_by_metric(loud),),
    )


def _is_worth_it(row: Mapping[str, Any], parameters: AnomalyParameters) -> bool:
    thresholds = parameters.thresholds
    if abs(row["score"] or 0.0) < thresholds.score:
        return False
    expected = row["expected"]
    if expected and 100 * abs(row["observed"] / expected - 1) < thresholds.change_pct:
        return False
    least = thresholds.least_money.get(row["currency"] or "", Decimal(0))
    return Decimal(repr(row["money_effect"] or 0.0)) >= least


def _finding(row: Mapping[str, Any], end: date) -> tuple[float, Finding]:
    weight = -(end - row["date"]).days * _DAYS_WEIGH + min(abs(row["score"] or 0.0), _DAYS_WEIGH - 1)
    verdict, numbers = stored_verdict(row), {name: row[name] for name in _NUMBERS}
    assert verdict.severity is not None  # every flagged day has one
    return weight, Finding(verdict.severity, subject_of(row), verdict.sentence, numbers, verdict.kind)


def _summary(loud: list[dict[str, Any]], campaigns: int, end: date, parameters: AnomalyParameters) -> str:
    days = plural(parameters.lookback_days, "day")
    looked = f"{plural(campaigns, 'campaign')} over the {days} up to {end}"
    if not loud:
        return f"Nothing unusual in {looked}."
    struck = _campaigns_struck(loud)
    critical = sum(row["severity"] == "critical" for row in loud)
    return f"{plural(len(loud), 'unusual value')} in {struck:,} of {looked}; {critical:,} of them critical."


def _campaigns_struck(loud: list[dict[str, Any]]) -> int:
    """Campaigns with an unusual day of their own, and of each account the most that an event struck."""
    alone = {(row["platform"], row["campaign_id"]) for row in loud if row["event_id"] is None}
    together: dict[tuple[str, str], int] = {}
    for row in loud:
        if row["event_id"] is not None:
            account = (row["platform"], row["account_id"])
            together[account] = max(together.get(account, 0), row["event_campaigns"])
    return len(alone) + sum(together.values())


def _by_metric(loud: list[dict[str, Any]]) -> ResultTable:
    counts = Counter((row["metric"], row["direction"], row["severity"]) for row in loud)
    severities = [severity.value for severity in Severity]
    keys = sorted({key[:2] for key in counts})
    lines = tuple((*key, *(counts[(*key, severity)] for severity in severities)) for key in keys)
    return ResultTable("Unusual values by metric", ("metric", "direction", *severities), lines)
