"""pacing-check: which budgets are off pace, what they will end at, what to set. Rows of analytics_budgets in."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.verdict import newest_rows, stake_days, stored_verdict
from adops_pipeline.domain.tables.pacing import PacingVerdict
from adops_pipeline.domain.verdict import Verdict
from adops_pipeline.domain.workflows.parameters import PacingParameters, PacingThresholds
from adops_pipeline.domain.workflows.results.figures import moneys
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    ResultTable,
    WorkflowResult,
    at_least,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform, last_day, subject_of
from adops_pipeline.domain.workflows.words import in_words

WORKFLOW = "pacing-check"
SharedBudgets = Mapping[tuple[str, str], str]
"""By (platform, campaign_id), the id of the shared budget that the campaign draws on."""

_KEYS = ["platform", "campaign_id"]
_PACED = (
    "on-track", "overpacing", "underpacing", "overspend-likely", "no-delivery", "limited", "delivering",
    "under-delivering", "over-delivering",
)  # fmt: skip
_SUMS = ("target", "lifetime")
"""Bases of a sum that somebody set."""
_DEVIATIONS = ("overpacing", "underpacing", "under-delivering", "over-delivering")
_FROM_THE_VERDICT = (
    "verdict", "severity", "money_at_stake", "current_daily", "known_from", "delivery_7d", "delivery_28d",
    "delivery_month", "delivery_ratio", "delivery_days", "delivery_probability",
)  # fmt: skip
"""NULL in rows that were paced before verdicts were stored."""
_NUMBERS = (
    "status", "as_of", "currency", "budget", "spent_to_date", "seasonal_target", "seasonal_ratio", "projected_total",
    "projected_low", "projected_high", "overspend_probability", "daily_budget", "current_daily",
    "required_daily_spend", "money_at_stake", "days_remaining", "delivery_7d", "delivery_28d", "delivery_month",
)  # fmt: skip
Row = dict[str, Any]


def review_pacing(
    budgets: pl.DataFrame,
    parameters: PacingParameters,
    project: Campaigns | None = None,
    shared_budgets: SharedBudgets | None = None,
) -> WorkflowResult:
    """List the verdicts on the newest row of each budget. ``budgets`` has the columns of analytics_budgets.

    The parameters narrow what is listed; how severe a verdict is was judged when the budget was paced. With
    ``shared_budgets``, a selection of campaigns means their shared budgets too.
    """
    rows = conform(budgets, SCHEMA, _FROM_THE_VERDICT)
    scope = _widened(Scope(parameters, project), shared_budgets or {})
    mine = scope.select(rows)
    end = last_day(mine, "as_of", parameters.as_of)
    if end is None or mine.is_empty():
        return scope.nothing(WORKFLOW, "paced budget", is_empty=rows.is_empty())
    known = mine.filter(pl.col("as_of") <= end)
    newest = scope.select(newest_rows(rows, end, parameters.lookback_days))
    if newest.is_empty():
        within = f" in the {plural(parameters.lookback_days, 'day')} up to {end}"
        return scope.nothing(WORKFLOW, "paced budget", is_empty=False, within=within)
    judged = [(row, stored_verdict(row)) for row in newest.iter_rows(named=True)]
    chosen = [pair for pair in judged if _is_asked_for(*pair, parameters.thresholds)]
    found, hidden = at_least(rank(_findings(chosen, _since(known))), parameters.min_severity)
    in_delivery = sum(verdict.kind in _PACED for _, verdict in judged)
    return WorkflowResult(
        WORKFLOW,
        _summary([verdict for _, verdict in judged], end, _excess(newest)),
        (Check("budgets", newest.height, end), Check("of them in delivery with a budget", in_delivery)),
        found,
        ("Nothing was set on a platform: each finding says what to set.",),
        (*scope.unmatched(mine), *_stale(known, newest, end), *_outside(judged, chosen), *hidden),
        (_by_verdict(judged),),
    )


def _widened(scope: Scope, shared: SharedBudgets) -> Scope:
    """The scope that means shared budgets in place of the campaigns that draw on them."""
    chosen = scope.parameters

    def budget_of(wanted: str) -> tuple[str, ...]:
        drawn = [key for key in shared if wanted in (key[1], ":".join(key))]
        return tuple(f"{key[0]}:{shared[key]}" for key in drawn) or (wanted,)

    ids = dict.fromkeys(budget for wanted in chosen.campaign_ids for budget in budget_of(wanted))
    project = None if scope.project is None else {(key[0], shared.get(key, key[1])) for key in scope.project}
    return Scope(chosen.model_copy(update={"campaign_ids": tuple(ids)}), project)


def _is_asked_for(row: Row, verdict: Verdict, thresholds: PacingThresholds) -> bool:
    """Whether the thresholds let the verdict be listed."""
    ratio, over, under = row["seasonal_ratio"], thresholds.over_ratio, thresholds.under_ratio
    if verdict.kind in ("overpacing", "over-delivering"):
        return over is None or ratio is None or ratio >= over
    if verdict.kind in ("underpacing", "under-delivering"):
        return under is None or ratio is None or ratio < under
    if verdict.kind != "overspend-likely":
        return True
    least = row["budget"] * (1 + Decimal(repr(thresholds.overspend_pct)) / 100)
    return bool(row["projected_total"] > least and row["overspend_probability"] >= thresholds.overspend_probability)


def _since(known: pl.DataFrame) -> dict[tuple[object, ...], date]:
    """By budget, the day since which its verdict has been the same; only where another one came before."""
    since: dict[tuple[object, ...], date] = {}
    for key, rows in known.sort("as_of").group_by(_KEYS, maintain_order=True):
        verdicts, days = rows["verdict"].to_list(), rows["as_of"].to_list()
        changes = [i for i in range(1, len(verdicts)) if verdicts[i] != verdicts[i - 1]]
        if changes:
            since[key] = days[changes[-1]]
    return since


def _findings(
    judged: Sequence[tuple[Row, Verdict]], since: Mapping[tuple[object, ...], date]
) -> Iterator[tuple[float, Finding]]:
    """Weighed by the days of spend that are at stake: money of two currencies has no order."""
    for row, verdict in judged:
        if verdict.severity is None:
            continue
        sentence, began = verdict.sentence, since.get((row["platform"], row["campaign_id"]))
        if began is not None and verdict.kind in _DEVIATIONS:
            sentence += f" It has been {verdict.kind} since {began}."
        numbers = {name: row[name] for name in _NUMBERS}
        yield stake_days(row), Finding(verdict.severity, subject_of(row), sentence, numbers, verdict.kind)


def _summary(verdicts: Sequence[Verdict], end: date, excess: str) -> str:
    counts = Counter(verdict.kind for verdict in verdicts)
    words: dict[PacingVerdict, str] = {
        "overpacing": "overpacing", "underpacing": "underpacing", "overspend-likely": "on pace but likely to overspend",
        "on-track": "on track", "limited": "limited by their daily budget", "delivering": "delivering",
        "over-delivering": "over-delivering", "under-delivering": "under-delivering",
        "no-delivery": "without delivery", "no-budget": "without a known budget",
        "unknown": "with unknown spend", "paused": "paused", "not-started": "not started", "ended": "ended",
    }  # fmt: skip
    always: tuple[PacingVerdict, ...] = ("overpacing", "underpacing", "on-track")
    parts = [f"{counts[kind]:,} {word}" for kind, word in words.items() if counts[kind] or kind in always]
    text = f"Of {plural(len(verdicts), 'budget')} through {end}: {in_words(parts)}."
    return f"{text} At the present pace targets and flights will be exceeded by {excess}." if excess else text


def _excess(newest: pl.DataFrame) -> str:
    """What is likely to be spent beyond targets and flights, summed per currency and never across."""
    beyond = (
        newest.filter(pl.col("verdict").is_in(_PACED) & pl.col("basis").is_in(_SUMS))
        .filter(pl.col("projected_total") > pl.col("budget"))
        .group_by("currency")
        .agg((pl.col("projected_total") - pl.col("budget")).sum().alias("excess"))
    )
    return moneys(dict(beyond.select("currency", "excess").iter_rows()))


def _stale(known: pl.DataFrame, newest: pl.DataFrame, end: date) -> list[str]:
    count = known.unique(_KEYS).join(newest, on=_KEYS, how="anti").height
    have = "has" if count == 1 else "have"
    return [f"{plural(count, 'budget')} {have} not been paced in the days up to {end} that count."] if count else []


def _outside(judged: Sequence[object], chosen: Sequence[object]) -> list[str]:
    count = len(judged) - len(chosen)
    return [f"{plural(count, 'verdict')} outside the thresholds."] if count else []


def _by_verdict(judged: Sequence[tuple[Row, Verdict]]) -> ResultTable:
    counts = Counter((row["platform"], verdict.kind, verdict.severity) for row, verdict in judged)
    rows = sorted((platform, kind, severity or "", count) for (platform, kind, severity), count in counts.items())
    return ResultTable("Budgets by verdict", ("platform", "verdict", "severity", "budgets"), tuple(rows))
