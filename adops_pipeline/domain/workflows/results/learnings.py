"""learning-review: what the tables have taught, each observation with its evidence counted. Nothing is guessed.

Observations: which variants win tests, whether advised budget changes were made and held, what keeps going wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Any

import polars as pl

from adops_pipeline.domain.experiments.verdict import with_newest_results
from adops_pipeline.domain.figures import pct, plural
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE, is_applicable
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.anomalies import ANALYTICS_ANOMALIES
from adops_pipeline.domain.workflows.parameters import LearningParameters
from adops_pipeline.domain.workflows.results.advice import (
    ADVICE_COLUMNS,
    DAY_COLUMNS,
    AdviceRules,
    Outcome,
    outcomes,
)
from adops_pipeline.domain.workflows.results.experiments import (
    OPTIONAL,
    RESULT_COLUMNS,
    TEST_COLUMNS,
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
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform, last_day, subject_of, within

WORKFLOW = "learning-review"
_ANOMALY_COLUMNS = ANALYTICS_ANOMALIES.polars_schema(
    "platform", "campaign_id", "campaign_name", "metric", "direction", "date"
)
_WILSON_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Evidence:
    """The tables that are looked back on, each with the columns of its namesake; ``daily`` is analytics_metrics.

    ``learnings`` are the current rows of agent_learnings.
    """

    tests: pl.DataFrame
    test_results: pl.DataFrame
    recommendations: pl.DataFrame
    anomalies: pl.DataFrame
    daily: pl.DataFrame
    learnings: Sequence[Mapping[str, Any]] = ()


def review_learnings(
    evidence: Evidence,
    parameters: LearningParameters,
    project: Campaigns | None = None,
    through: date | None = None,
    mature_after_days: Mapping[str, int] | None = None,
) -> WorkflowResult:
    """Observations that at least ``thresholds.minEvidence`` independent events speak for; the rest is counted only.

    ``through`` is the last day that is complete everywhere; without it, the newest one counts. ``mature_after_days``
    says by platform when revenue is final: younger outcomes are not read.
    """
    scope = Scope(parameters, project)
    daily = scope.select(conform(evidence.daily, DAY_COLUMNS))
    end = last_day(daily, "date", parameters.as_of or through)
    if end is None or daily.is_empty():
        return scope.nothing(WORKFLOW, "day of delivery", is_empty=evidence.daily.is_empty())
    span = within("date", end, parameters.lookback_days)
    finished = _finished_tests(scope, evidence, end, parameters.lookback_days)
    made = _advice_made(scope, evidence, daily, end, mature_after_days or {}, parameters)
    flagged = scope.select(conform(evidence.anomalies, _ANOMALY_COLUMNS, ("campaign_name",))).filter(span)
    least = parameters.thresholds.min_evidence
    seen = [*_tests_learned(finished), *_advice_learned(made), *_anomalies_learned(flagged)]
    seen += _actions_learned(scope, evidence.learnings)
    strong = [pair for pair in seen if pair[0] >= least]
    found, hidden = at_least(rank(strong), parameters.min_severity)
    return WorkflowResult(
        WORKFLOW,
        _summary(len(strong), least, end, parameters.lookback_days),
        (
            Check("finished tests", len(finished), end),
            Check("advised budget changes with an outcome", len(made)),
            Check("unusual values", flagged.height),
            Check("learnings of agents", len(evidence.learnings)),
            Check("campaigns", daily.filter(span).unique(["platform", "campaign_id"]).height),
        ),
        found,
        ("Nothing was changed: observations are for people to judge.",),
        (*scope.unmatched(daily), *_thin(len(seen) - len(strong), least), *hidden),
    )


def _summary(strong: int, least: int, end: date, days: int) -> str:
    span = f"the {plural(days, 'day')} to {end}"
    if not strong:
        return f"Nothing learned in {span}: no observation has {plural(least, 'event')} that speak for it."
    return (
        f"{plural(strong, 'observation')} from {span}, each with at least {plural(least, 'event')} that speak for it."
    )


def _thin(count: int, least: int) -> list[str]:
    return [f"{plural(count, 'observation')} with fewer than {plural(least, 'event')} not listed."] if count else []


def _advice_made(
    scope: Scope, evidence: Evidence, daily: pl.DataFrame, end: date, mature_after_days: Mapping[str, int],
    parameters: LearningParameters,
) -> list[Outcome]:  # fmt: skip
    """Advised changes of the span with what became of them."""
    advised = scope.select(conform(evidence.recommendations, ADVICE_COLUMNS))
    share = parameters.thresholds.followed_pct / 100
    rules = AdviceRules(end, parameters.outcome_days, share, mature_after_days)
    return outcomes(advised.filter(within("as_of", end, parameters.lookback_days)), daily, rules)


def _finished_tests(scope: Scope, evidence: Evidence, end: date, days: int) -> list[dict[str, Any]]:
    """Tests that were decided or ended undecided in the span, with their newest evaluation."""
    tests = scope.select(conform(evidence.tests, TEST_COLUMNS, OPTIONAL))
    rows = with_newest_results(tests, conform(evidence.test_results, RESULT_COLUMNS), end)
    ended = pl.coalesce("completed_at", "evaluated_at").alias("ended")
    done = rows.with_columns(ended).filter(
        pl.col("status").is_in(["completed", "inconclusive"]), within("ended", end, days)
    )
    return done.sort("platform", "metric", "id").to_dicts()


def _tests_learned(finished: Sequence[Mapping[str, Any]]) -> list[tuple[float, Finding]]:
    """Per platform and metric: how often the challenger B won, and by how much."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in finished:
        groups.setdefault((row["platform"], row["metric"]), []).append(row)
    found = []
    for (platform, metric), rows in groups.items():
        winners = [row["winner"] for row in rows]
        b, decided, n = winners.count("B"), len(winners) - winners.count(None), len(rows)
        lifts = [row["lift"] for row in rows if row["lift"] is not None]
        typical = f"; the median lift of B was {pct(100 * median(lifts))}" if lifts else ""
        sentence = (
            f"Of {plural(n, f'finished {metric.upper()} test')} {b:,} were won by B, {decided - b:,} by A{typical}."
        )
        numbers: dict[str, Value] = {
            "evidence_count": n, "metric": metric, "won_by_b": b, "won_by_a": decided - b,
            "win_share_lower_bound": round(wilson_lower_bound(b, n), 4),
        }  # fmt: skip
        found.append((float(n), Finding(Severity.INFO, Subject(platform=platform), sentence, numbers)))
    return found


def wilson_lower_bound(successes: int, trials: int) -> float:
    """Lower end of the 95 % score interval of a share (Wilson 1927); 0 without trials."""
    if trials == 0:
        return 0.0
    share, z2 = successes / trials, _WILSON_Z**2
    spread = _WILSON_Z * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max((share + z2 / (2 * trials) - spread) / (1 + z2 / trials), 0.0)


def _advice_learned(made: Sequence[Outcome]) -> list[tuple[float, Finding]]:
    """Per currency: how many advised changes were made, and of those with final sales how many held."""
    found = []
    for currency in sorted({outcome.currency for outcome in made}):
        mine = [outcome for outcome in made if outcome.currency == currency]
        taken = [outcome for outcome in mine if outcome.is_taken]
        judged = [outcome for outcome in taken if outcome.held is not None]
        held = sum(outcome.held is True for outcome in judged)
        numbers: dict[str, Value] = {
            "evidence_count": len(mine), "currency": currency, "taken": len(taken), "judged": len(judged), "held": held,
        }  # fmt: skip
        sentence = f"Of {plural(len(mine), 'advised budget change')} in {currency}, {len(taken):,} were made."
        if judged:
            sentence += f" {_result_of(judged, held, currency, numbers)}"
        severity = Severity.WARNING if judged and 2 * held < len(judged) else Severity.INFO
        found.append((float(len(mine)), Finding(severity, Subject(), sentence, numbers)))
    return found


def _result_of(judged: Sequence[Outcome], held: int, currency: str, numbers: dict[str, Value]) -> str:
    """How the judged ones came out; their sums go into ``numbers``. Money a day, before against after."""
    real = sum(outcome.revenue_change or 0.0 for outcome in judged)
    expected = sum(outcome.expected or 0.0 for outcome in judged)
    numbers |= {"revenue_change": real, "expected_revenue_change": expected}
    came, hoped = (money(Decimal(repr(value)), currency, signed=True) for value in (real, expected))
    return (
        f"Of {len(judged):,} with final sales, revenue moved as expected in {held:,}: {came} a day together against "
        f"{hoped} expected; other causes are not taken out."
    )


def _actions_learned(scope: Scope, learnings: Sequence[Mapping[str, Any]]) -> list[tuple[float, Finding]]:
    """What agents' actions taught: learnings that are sure enough to be recommended."""
    found = []
    for row in learnings:
        if not is_applicable(row["direction"], row["lower_bound"], row["adjusted_p"], DEFAULT_GATE):
            continue
        if scope.parameters.platforms and row["platform"] not in scope.parameters.platforms:
            continue
        numbers: dict[str, Value] = {
            "evidence_count": row["evidence_count"], "effect_ratio": row["effect_ratio"],
            "confidence": round(row["confidence"], 4), "lower_bound": round(row["lower_bound"], 4),
            "learning_id": row["id"],
        }  # fmt: skip
        sentence = f"{row['insight']} {row['counter_evidence']}"
        found.append((float(row["evidence_count"]), Finding(
            Severity.INFO, Subject(platform=row["platform"]), sentence, numbers,
        )))  # fmt: skip
    return found


def _anomalies_learned(flagged: pl.DataFrame) -> list[tuple[float, Finding]]:
    """Campaigns whose metric left its range the same way again and again; days in a row are one episode."""
    found = []
    keys = ["platform", "campaign_id", "metric", "direction"]
    for _, rows in flagged.sort("date").group_by(keys, maintain_order=True):
        days = rows["date"].unique().sort().to_list()
        episodes = sum(later - earlier > timedelta(days=1) for earlier, later in pairwise(days)) + 1
        row = rows.row(-1, named=True)
        way = "above" if row["direction"] == "up" else "below"
        sentence = (
            f"{row['metric'].capitalize()} left its range {plural(episodes, 'time')}, on {plural(len(days), 'day')}, "
            f"each time {way} it; last on {days[-1]}."
        )
        numbers: dict[str, Value] = {
            "evidence_count": episodes, "days": len(days), "metric": row["metric"], "direction": row["direction"],
            "first_date": days[0], "last_date": days[-1],
        }  # fmt: skip
        found.append((float(episodes), Finding(Severity.WARNING, subject_of(row), sentence, numbers)))
    return found
