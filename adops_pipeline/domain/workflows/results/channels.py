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
from adops_pipeline.domain.workflows.results.channel_tables import (
    campaigns_table,
    changes_table,
    known_table,
    values_table,
)
from adops_pipeline.domain.workflows.results.channel_totals import (
    AGES,
    BY_CONVERSIONS,
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
_OPTIONAL = ("account_id", "campaign_name", "spend_reporting", "revenue_reporting", *AGES)
_COMPARED: tuple[Metric, ...] = ("spend", "conversions", "revenue", "cpa", "roas")
"""Metrics whose change is a finding."""
_UNTESTED = 0.8
"""Certainty of a change between two periods: nothing tests it against chance, so it is a warning at most."""
_DAYS_AT_STAKE = 7
_BASES = {
    "assumed": "assumed: no day was looked at again yet",
    "learning": "being learnt",
    "learnt": "learnt from earlier days",
}
_LEAST_SALES = 10.0
"""Conversions that one of the periods needs before a change by sales says anything; the same as for benchmarks."""


@dataclass(frozen=True, slots=True)
class _Report:
    """What the sentences and tables are made from."""

    comparisons: list[Comparison]
    """The platforms in the alphabet's order, then all together."""
    currency: str
    period: DateRange
    earlier: DateRange
    bases: Mapping[str, str]
    """By platform, what its maturity curve rests on."""
    severity: SeverityRules


def report_channels(
    daily: pl.DataFrame,
    parameters: ChannelParameters,
    reporting_currency: str,
    project: Campaigns | None = None,
    through: date | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
    known_since: date | None = None,
) -> WorkflowResult:
    """Compare the period with the one before. ``daily`` has the columns of analytics_metrics and ``AGES``.

    Days before ``known_since`` were not pulled of every account: a period that begins before it is no basis for a
    change, and is left out.

    The period ends on the day asked for, else ``through`` (the last day that is complete everywhere), else the newest
    day. Conversions and revenue of both periods are nowcast to their final values, because the younger period knows a
    smaller share of its own. Money without a rate is left out of every sum of money, and said. ``severity`` grades
    changes for the worse.
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
    unknown = _unknown(period, earlier, known_since)
    if unknown:
        before = before.clear()
    bases = dict(now.drop_nulls("maturity_basis").select("platform", "maturity_basis").unique().iter_rows())
    report = _Report(_compared(now, before), currency, period, earlier, bases, severity)
    gaps = [
        *scope.unmatched(mine),
        *_unpriced(pl.concat([now, before]), currency),
        *unknown,
        *_missing_days(now, period),
        *_still_arriving(report, is_compared=not unknown),
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
            *known_table(report.comparisons, report.currency),
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
            found.append((abs(change), _finding(report, compared, metric)))
        if not compared.now.impressions and compared.before.impressions:
            sentence = f"Nothing was delivered {_from(report.period)}."
            found.append((1e6, Finding(Severity.WARNING, _subject(compared.name), sentence)))
    return rank(found)


def _severity(report: _Report, compared: Comparison, metric: Metric) -> Severity:
    """By what a week of the change for the worse costs, as far as it is certain; spend as such is neither."""
    change = compared.least_change_pct(metric)
    if metric == "spend" or change is None:
        return Severity.INFO
    ratio = 1 + change / 100
    lost = 1.0 - (1 / ratio if metric == "cpa" else ratio)
    per_day = float(compared.now.spend) / report.period.days
    stake = Stake(lost * _DAYS_AT_STAKE * per_day, per_day, report.currency, _UNTESTED)
    return severity_of(stake, report.severity)


def _is_comparable(compared: Comparison, metric: Metric) -> bool:
    return metric not in BY_CONVERSIONS or max(compared.now.conversions, compared.before.conversions) >= _LEAST_SALES


def _finding(report: _Report, compared: Comparison, metric: Metric) -> Finding:
    now, before, change = compared.now.value(metric), compared.before.value(metric), compared.change_pct(metric)
    assert now is not None
    assert before is not None
    assert change is not None
    name = metric.upper() if metric in ("cpa", "roas") else metric.capitalize()
    interval = compared.change_range_pct(metric)
    between = "" if interval is None else f", 80 % interval {pct(interval[0])} to {pct(interval[1])}; nowcast"
    sentence = (
        f"{name} {figure(metric, now, report.currency)} {_from(report.period)} against "
        f"{figure(metric, before, report.currency)} {_from(report.earlier)} ({pct(change)}{between})."
    )
    numbers: dict[str, Value] = {"metric": metric, "now": now, "before": before, "change_pct": round(change, 4)}
    if interval is not None:
        numbers |= {"change_pct_low": round(interval[0], 4), "change_pct_high": round(interval[1], 4)}
    if metric not in ("conversions", "roas"):
        numbers["currency"] = report.currency
    return Finding(_severity(report, compared, metric), _subject(compared.name), sentence, numbers)


def _subject(name: str) -> Subject:
    return Subject() if name == _ALL else Subject(platform=name)


def _summary(report: _Report) -> str:
    everything = report.comparisons[-1]
    platforms = plural(sum(c.now.impressions > 0 for c in report.comparisons[:-1]), "platform")
    spend = money(everything.now.spend, report.currency)
    against = _against(everything, "spend", f" against {_days(report.earlier)}")
    text = f"{spend} spent on {platforms} {_from(report.period)}{against}"
    conversions = figure("conversions", everything.now.value("conversions") or 0.0)
    known = _known(everything)
    compared = _against(everything, "conversions", f"; {known}" if known else "") or (f" ({known})" if known else "")
    text += f", {conversions} conversions{compared}"
    roas = everything.now.value("roas")
    return f"{text}, ROAS {roas:.2f}{_against(everything, 'roas')}." if roas is not None else f"{text}."


def _against(compared: Comparison, metric: Metric, more: str = "") -> str:
    change = compared.change_pct(metric)
    return "" if change is None else f" ({pct(change)}{more})"


def _known(compared: Comparison) -> str:
    """How much of the period's conversions is known, where a part is nowcast."""
    if not compared.is_nowcast:
        return ""
    return f"{figure('conversions', compared.now.conversions)} known so far, the rest is nowcast"


def _from(period: DateRange) -> str:
    return f"on {period.end}" if period.days == 1 else f"from {_days(period)}"


def _days(period: DateRange) -> str:
    return f"{period.end}" if period.days == 1 else f"{period.start} to {period.end}"


def _unpriced(both: pl.DataFrame, currency: str) -> list[str]:
    return [
        f"{money(spend, own)} of spend on {plural(days, 'campaign day')} of both periods is not known in {currency} "
        "and is in no sum of money."
        for own, (spend, days) in unpriced(both).items()
    ]


def _unknown(period: DateRange, earlier: DateRange, known_since: date | None) -> list[str]:
    if known_since is None or known_since <= earlier.start:
        return []
    known = f"days are known from {known_since} on, because earlier ones were not pulled."
    if known_since > period.start:
        return [f"{_days(period)} and the period before are not known as a whole: {known}"]
    return [f"Nothing is compared with {_days(earlier)}: {known}"]


def _missing_days(now: pl.DataFrame, period: DateRange) -> list[str]:
    counts = now.group_by("platform").agg(pl.col("date").n_unique()).sort("platform")
    return [
        f"{platform} has delivery on {days} of the {plural(period.days, 'day')} only."
        for platform, days in counts.iter_rows()
        if days < period.days
    ]


def _still_arriving(report: _Report, *, is_compared: bool) -> list[str]:
    shown = (
        "Both periods are compared by their expected final values"
        if is_compared
        else "Its expected final values are shown"
    )
    return [
        f"{100 * compared.now.known_share:.0f} % of the conversions of {compared.name} {_from(report.period)} are "
        f"known. {shown}; the share is {_BASES[report.bases[compared.name]]}."
        for compared in report.comparisons
        if compared.name in report.bases and compared.now.is_nowcast
    ]
