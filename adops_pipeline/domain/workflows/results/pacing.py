"""pacing-check: which budgets are off pace, what they will end at, what to set. Rows of analytics_budgets in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.workflows.parameters import PacingParameters
from adops_pipeline.domain.workflows.results.figures import moneys, plural
from adops_pipeline.domain.workflows.results.pacing_verdicts import (
    Row,
    Verdict,
    gap,
    judge,
    sentence_of,
    severity_of,
)
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
_PACED = ("on-track", "overpacing", "underpacing")
_NUMBERS = (
    "status", "as_of", "currency", "budget", "spent_to_date", "seasonal_target", "seasonal_ratio", "projected_total",
    "projected_low", "projected_high", "overspend_probability", "daily_budget", "required_daily_spend",
    "days_remaining",
)  # fmt: skip


def review_pacing(
    budgets: pl.DataFrame,
    parameters: PacingParameters,
    project: Campaigns | None = None,
    shared_budgets: SharedBudgets | None = None,
    paused: Campaigns = (),
) -> WorkflowResult:
    """Judge the newest row of each budget within the days looked at. ``budgets`` has the columns of analytics_budgets.

    ``paused`` campaigns are no alarm for not spending. With ``shared_budgets``, a selection of campaigns means their
    shared budgets too. A day of grace is given, for an account's day ends by its own zone.
    """
    rows = conform(budgets, SCHEMA)
    scope = _widened(Scope(parameters, project), shared_budgets or {})
    mine = scope.select(rows)
    end = last_day(mine, "as_of", parameters.as_of)
    if end is None or mine.is_empty():
        return scope.nothing(WORKFLOW, "paced budget", is_empty=rows.is_empty())
    known = mine.filter(pl.col("as_of") <= end).sort("as_of")
    window = known.filter(pl.col("as_of") >= end - timedelta(days=parameters.lookback_days))
    newest = window.unique(_KEYS, keep="last", maintain_order=True)
    if newest.is_empty():
        within = f" in the {plural(parameters.lookback_days, 'day')} up to {end}"
        return scope.nothing(WORKFLOW, "paced budget", is_empty=False, within=within)
    stopped = set(paused)
    judged = [
        (row, judge(row, parameters.thresholds, is_paused=(row["platform"], row["campaign_id"]) in stopped))
        for row in newest.iter_rows(named=True)
    ]
    found, hidden = at_least(_findings(judged, _since(window), parameters), parameters.min_severity)
    in_delivery = newest.filter(pl.col("status").is_in(_PACED)).height
    return WorkflowResult(
        WORKFLOW,
        _summary(judged, end, _excess(newest)),
        (Check("budgets", newest.height, end), Check("of them in delivery with a budget", in_delivery)),
        found,
        ("Nothing was set on a platform: each finding says what to set.",),
        (*scope.unmatched(mine), *_stale(known, newest, end), *hidden),
        (_statuses(newest),),
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


def _since(window: pl.DataFrame) -> dict[tuple[object, ...], date]:
    """By budget, the day since which it has had its present status; only where another one came before."""
    since: dict[tuple[object, ...], date] = {}
    for key, rows in window.group_by(_KEYS, maintain_order=True):
        statuses, days = rows["status"].to_list(), rows["as_of"].to_list()
        changes = [i for i in range(1, len(statuses)) if statuses[i] != statuses[i - 1]]
        if changes:
            since[key] = days[changes[-1]]
    return since


def _findings(
    judged: Sequence[tuple[Row, Verdict]], since: Mapping[tuple[object, ...], date], parameters: PacingParameters
) -> list[Finding]:
    """Weighed by how far the likely end is off the budget, as a share of it: money of two currencies has no order."""
    found = []
    for row, verdict in judged:
        severity = severity_of(verdict, row, parameters.thresholds)
        if severity is None:
            continue
        sentence, began = sentence_of(verdict, row), since.get((row["platform"], row["campaign_id"]))
        if began is not None and row["status"] in ("overpacing", "underpacing"):
            sentence += f" It has been {row['status']} since {began}."
        numbers = {name: row[name] for name in _NUMBERS}
        found.append((gap(row), Finding(severity, subject_of(row), sentence, numbers)))
    return rank(found)


def _summary(judged: Sequence[tuple[Row, Verdict]], end: date, excess: str) -> str:
    counts = Counter(verdict for _, verdict in judged)
    words: dict[Verdict, str] = {
        "over": "overpace", "under": "underpace", "likely-over": "are on pace but likely to overspend",
        "fine": "are on track", "no-data": "deliver nothing", "no-budget": "have no known budget",
        "paused": "are paused", "not-judged": "have ended or not begun",
    }  # fmt: skip
    always: tuple[Verdict, ...] = ("over", "under", "fine")
    parts = [f"{counts[verdict]:,} {word}" for verdict, word in words.items() if counts[verdict] or verdict in always]
    text = f"Of {plural(len(judged), 'budget')} through {end}, {in_words(parts)}."
    return f"{text} At the present pace budgets will be exceeded by {excess}." if excess else text


def _excess(newest: pl.DataFrame) -> str:
    """What is likely to be spent beyond budgets, summed per currency and never across."""
    beyond = (
        newest.filter(pl.col("status").is_in(_PACED) & (pl.col("projected_total") > pl.col("budget")))
        .group_by("currency")
        .agg((pl.col("projected_total") - pl.col("budget")).sum().alias("excess"))
    )
    return moneys(dict(beyond.select("currency", "excess").iter_rows()))


def _stale(known: pl.DataFrame, newest: pl.DataFrame, end: date) -> list[str]:
    count = known.unique(_KEYS).join(newest, on=_KEYS, how="anti").height
    have = "has" if count == 1 else "have"
    return [f"{plural(count, 'budget')} {have} not been paced in the days up to {end} that count."] if count else []


def _statuses(newest: pl.DataFrame) -> ResultTable:
    counts = newest.group_by("platform", "status").len().sort("platform", "status")
    return ResultTable("Budgets by status", ("platform", "status", "budgets"), tuple(counts.iter_rows()))
