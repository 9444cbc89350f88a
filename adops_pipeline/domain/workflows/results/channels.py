"""cross-channel-report: platforms side by side in one currency, this period against the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.figures import figure, pct, plural
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules, Stake, severity_of
from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.domain.workflows.parameters import ChannelParameters
from adops_pipeline.domain.workflows.results.channel_tables import campaigns_table, changes_table, values_table
from adops_pipeline.domain.workflows.results.channel_totals import (
    COLUMNS,
    Comparison,
    Metric,
    in_currency,
    total,
    totals_by,
    unpriced,
)
from adops_pipeline.domain.workflows.results.figures import money
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    Subject,
    Value,
    WorkflowResult,
    at_least,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform

WORKFLOW = "cross-channel-report"
_ALL = "all platforms"
_OPTIONAL = ("account_id", "campaign_name", "spend_reporting", "revenue_reporting")
_COMPARED: tuple[Metric, ...] = ("spend", "conversions", "revenue", "cpa", "roas")
"""Metrics whose change is a finding."""
_UNTESTED = 0.8
"""Certainty of a change between two periods: nothing tests it against chance, so it is a warning at most."""
_DAYS_AT_STAKE = 7
_BY_SALES: frozenset[Metric] = frozenset({"conversions", "revenue", "cpa", "roas"})
_LEAST_SALES = 10.0
"""Conversions that one of the periods needs before a change by sales says anything; the same as for benchmarks."""


@dataclass(frozen=True, slots=True)
class _Report:
    """What the sentences and tables are made from."""

    comparisons: list[Comparison]
    """The platforms in the alphabet's order, then all together."""
    currency: str
    period: DateRange
    unripe: Mapping[str, int]
    """By platform, the days after which its sales are final, where the period is younger."""
    severity: SeverityRules


def report_channels(
    daily: pl.DataFrame,
    parameters: ChannelParameters,
    reporting_currency: str,
    project: Campaigns | None = None,
    through: date | None = None,
    mature_after_days: Mapping[str, int] | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
) -> WorkflowResult:
    """Compare the period with the one before. ``daily`` has the columns of analytics_metrics.

    The period ends on the day asked for, else ``through`` (the last day that is complete everywhere), else the newest
    day. ``mature_after_days`` says by platform when sales are final: until then fewer of them are no bad news.
    Money without a rate is left out of every sum of money, and said. ``severity`` grades changes for the worse.
    """
    scope = Scope(parameters, project)
    rows = conform(daily, COLUMNS, _OPTIONAL)
    mine = scope.select(rows)
    newest = mine["date"].max()
    if not isinstance(newest, date):
        return scope.nothing(WORKFLOW, "day of delivery", is_empty=rows.is_empty())
    currency = parameters.currency or reporting_currency
    period, earlier = _periods(parameters.as_of or through or newest, parameters.lookback_days)
    priced = in_currency(mine, currency, reporting_currency)
    now, before = (priced.filter(pl.col("date").is_between(p.start, p.end)) for p in (period, earlier))
    if now.is_empty() and before.is_empty():
        return scope.nothing(
            WORKFLOW, "day of delivery", is_empty=False, within=f" from {earlier.start} to {period.end}"
        )
    unripe = {name: days for name, days in (mature_after_days or {}).items() if (newest - period.end).days < days}
    report = _Report(_compared(now, before), currency, period, unripe, severity)
    gaps = [
        *scope.unmatched(mine),
        *_unpriced(pl.concat([now, before]), currency),
        *_missing_days(now, period),
        *_still_arriving(report),
    ]
    return _result(report, now, before, parameters, gaps)


def _result(
    report: _Report, now: pl.DataFrame, before: pl.DataFrame, parameters: ChannelParameters, gaps: list[str]
) -> WorkflowResult:
    found, hidden = at_least(_findings(report, parameters.thresholds.change_pct), parameters.min_severity)
    return WorkflowResult(
        WORKFLOW,
        _summary(report),
        (
            Check("campaigns", now.unique(["platform", "campaign_id"]).height, report.period.end),
            Check("campaign days", now.height),
        ),
        found,
        ("Nothing was changed on a platform.",),
        (*gaps, *hidden),
        (
            values_table(report.comparisons, report.currency, report.period),
            changes_table(report.comparisons),
            campaigns_table(now, before, report.currency, parameters.top_campaigns),
        ),
    )


def _periods(end: date, days: int) -> tuple[DateRange, DateRange]:
    start = end - timedelta(days=days - 1)
    return DateRange(start, end), DateRange(start - timedelta(days=days), start - timedelta(days=1))


def _compared(now: pl.DataFrame, before: pl.DataFrame) -> list[Comparison]:
    nothing = total(now.clear())
    mine, past = totals_by(now, "platform"), totals_by(before, "platform")
    each = [Comparison(p, mine.get(p, nothing), past.get(p, nothing)) for p in sorted(mine.keys() | past.keys())]
    return [*each, Comparison(_ALL, total(now), total(before))]


def _findings(report: _Report, least_pct: float) -> list[Finding]:
    found = []
    for compared in report.comparisons:
        for metric in _COMPARED:
            change = compared.change_pct(metric)
            if change is None or abs(change) < least_pct or not _is_comparable(compared, metric):
                continue
            is_final = metric not in _BY_SALES or not _waits(report, compared.name)
            severity = _severity(report, compared, metric) if is_final else Severity.INFO
            found.append((abs(change), _finding(report, compared, metric, severity, is_final=is_final)))
        if not compared.now.impressions and compared.before.impressions:
            sentence = f"Nothing was delivered in the {plural(report.period.days, 'day')} to {report.period.end}."
            found.append((1e6, Finding(Severity.WARNING, _subject(compared.name), sentence)))
    return rank(found)


def _severity(report: _Report, compared: Comparison, metric: Metric) -> Severity:
    """By what a week of the change for the worse costs; spend as such is neither better nor worse."""
    now, before = compared.now.value(metric), compared.before.value(metric)
    if metric == "spend" or now is None or not before:
        return Severity.INFO
    lost = 1.0 - (before / now if metric == "cpa" else now / before)
    per_day = float(compared.now.spend) / report.period.days
    stake = Stake(lost * _DAYS_AT_STAKE * per_day, per_day, report.currency, _UNTESTED)
    return severity_of(stake, report.severity)


def _is_comparable(compared: Comparison, metric: Metric) -> bool:
    return metric not in _BY_SALES or max(compared.now.conversions, compared.before.conversions) >= _LEAST_SALES


def _waits(report: _Report, name: str) -> bool:
    """Whether sales of the platform, or of any where all are meant, are still arriving."""
    return name in report.unripe or (name == _ALL and any(c.name in report.unripe for c in report.comparisons))


def _finding(report: _Report, compared: Comparison, metric: Metric, severity: Severity, *, is_final: bool) -> Finding:
    now, before, change = compared.now.value(metric), compared.before.value(metric), compared.change_pct(metric)
    assert now is not None
    assert before is not None
    assert change is not None
    name = metric.upper() if metric in ("cpa", "roas") else metric.capitalize()
    days = plural(report.period.days, "day")
    later = "" if is_final else "; sales of these days are still arriving"
    sentence = (
        f"{name} {figure(metric, now, report.currency)} in the {days} to {report.period.end} against "
        f"{figure(metric, before, report.currency)} in the {days} before ({pct(change)}){later}."
    )
    numbers: dict[str, Value] = {"metric": metric, "now": now, "before": before, "change_pct": round(change, 4)}
    if metric not in ("conversions", "roas"):
        numbers["currency"] = report.currency
    return Finding(severity, _subject(compared.name), sentence, numbers)


def _subject(name: str) -> Subject:
    return Subject() if name == _ALL else Subject(platform=name)


def _summary(report: _Report) -> str:
    everything = report.comparisons[-1]
    platforms = plural(sum(c.now.impressions > 0 for c in report.comparisons[:-1]), "platform")
    days = plural(report.period.days, "day")
    spend = money(everything.now.spend, report.currency)
    text = f"{spend} spent on {platforms} in the {days} to {report.period.end}{_against(everything, 'spend', days)}"
    text += f", {figure('conversions', everything.now.conversions)} conversions{_against(everything, 'conversions')}"
    roas = everything.now.value("roas")
    return f"{text}, ROAS {roas:.2f}{_against(everything, 'roas')}." if roas is not None else f"{text}."


def _against(compared: Comparison, metric: Metric, days: str = "") -> str:
    change = compared.change_pct(metric)
    if change is None:
        return ""
    return f" ({pct(change)} against the {days} before)" if days else f" ({pct(change)})"


def _unpriced(both: pl.DataFrame, currency: str) -> list[str]:
    return [
        f"{money(spend, own)} of spend on {plural(days, 'campaign day')} of both periods is not known in {currency} "
        "and is in no sum of money."
        for own, (spend, days) in unpriced(both).items()
    ]


def _missing_days(now: pl.DataFrame, period: DateRange) -> list[str]:
    counts = now.group_by("platform").agg(pl.col("date").n_unique()).sort("platform")
    return [
        f"{platform} has delivery on {days} of the {plural(period.days, 'day')} only."
        for platform, days in counts.iter_rows()
        if days < period.days
    ]


def _still_arriving(report: _Report) -> list[str]:
    return [
        f"Sales on {compared.name} are final after {plural(report.unripe[compared.name], 'day')}: those of this period "
        "will still grow."
        for compared in report.comparisons
        if compared.name in report.unripe
    ]
