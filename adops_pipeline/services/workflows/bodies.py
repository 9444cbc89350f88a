"""What each workflow does: which analysis it brings up to date, how it reviews the tables, what it does at the end.

The catalogue in `domain.workflows` declares names, parameters and stages; `domain.workflows.results` makes findings.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import polars as pl

from adops_pipeline.domain.workflows.parameters import (
    AnomalyParameters,
    BenchmarkParameters,
    ChannelParameters,
    LearningParameters,
    PacingParameters,
    Parameters,
    ReallocationParameters,
    TestParameters,
)
from adops_pipeline.domain.workflows.results import (
    WorkflowResult,
    report_channels,
    review_anomalies,
    review_benchmarks,
    review_learnings,
    review_pacing,
    review_reallocation,
    review_tests,
)
from adops_pipeline.domain.workflows.results.learnings import Evidence
from adops_pipeline.services.workflows.context import WorkflowContext

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Body(Generic[P]):
    """The body of a workflow: ``compute`` writes tables, ``review`` reads them and makes the result.

    At the end the alerts of ``alert_source`` are evaluated, if there is one.
    """

    compute: Callable[[WorkflowContext], object]
    review: Callable[[WorkflowContext, P], WorkflowResult]
    is_published: bool = True
    """Whether what was computed is published, so that the snapshot shows what the result is about."""
    alert_source: str | None = None
    done: str = ""
    """The sentence about what was done, where no alerts are evaluated."""


def _review_pacing(context: WorkflowContext, parameters: PacingParameters) -> WorkflowResult:
    budgets = context.rows("analytics_budgets", context.first_day(parameters, parameters.lookback_days))
    return review_pacing(
        budgets,
        parameters,
        context.project_campaigns(parameters),
        context.shared_budgets(),
    )


def _review_anomalies(context: WorkflowContext, parameters: AnomalyParameters) -> WorkflowResult:
    since = context.first_day(parameters, parameters.lookback_days)
    found, daily = context.rows("analytics_anomalies", since), context.rows("analytics_metrics", since)
    through = context.analysis.newest_day()
    return review_anomalies(found, daily, parameters, context.project_campaigns(parameters), through=through)


def _review_benchmarks(context: WorkflowContext, parameters: BenchmarkParameters) -> WorkflowResult:
    return review_benchmarks(context.rows("analytics_benchmarks"), parameters, context.project_campaigns(parameters))


def _review_tests(context: WorkflowContext, parameters: TestParameters) -> WorkflowResult:
    tests, results = context.rows("ab_tests"), context.rows("ab_test_results")
    return review_tests(tests, results, parameters, context.project_campaigns(parameters))


def _review_reallocation(context: WorkflowContext, parameters: ReallocationParameters) -> WorkflowResult:
    """Plan with the requested method and step, which may differ from those of the published recommendations."""
    rules = dataclasses.replace(
        context.analysis.rules.allocation, method=parameters.method, max_step_change=parameters.max_change_pct / 100
    )
    plan, _ = context.analysis.plan(rules)
    return review_reallocation(plan, parameters, context.project_campaigns(parameters))


def _report_channels(context: WorkflowContext, parameters: ChannelParameters) -> WorkflowResult:
    daily = context.rows("analytics_metrics", context.first_day(parameters, 2 * parameters.lookback_days))
    return report_channels(
        context.analysis.with_ages(daily),
        parameters,
        context.reporting_currency,
        context.project_campaigns(parameters),
        through=context.analysis.last_common_day(),
        severity=context.analysis.rules.severity,
        known_since=context.analysis.known_since(),
    )


def _learn(context: WorkflowContext) -> None:
    """Bring maturity up to date, remember what was measured, and weigh what memories teach."""
    context.analysis.maturity()
    context.learning_review().run()


def _review_learnings(context: WorkflowContext, parameters: LearningParameters) -> WorkflowResult:
    since = context.first_day(parameters, parameters.lookback_days + parameters.outcome_days)
    evidence = Evidence(
        tests=context.rows("ab_tests"),
        test_results=context.rows("ab_test_results"),
        recommendations=context.rows("budget_recommendations", since).drop(pl.selectors.by_dtype(pl.List)),
        anomalies=context.rows("analytics_anomalies", since),
        daily=context.rows("analytics_metrics", since),
        learnings=context.learning_review().learnings.believed(),
    )
    return review_learnings(
        evidence,
        parameters,
        context.project_campaigns(parameters),
        through=context.analysis.last_common_day(),
        mature_after_days=context.analysis.mature_after_days(),
    )


BODIES: Mapping[str, Body[Any]] = {
    "pacing-check": Body(lambda context: context.analysis.pacing(), _review_pacing, alert_source="pacing"),
    "anomaly-scan": Body(lambda context: context.analysis.anomalies(), _review_anomalies, alert_source="anomalies"),
    "benchmark-review": Body(
        lambda context: context.analysis.benchmarks(), _review_benchmarks, alert_source="benchmarks"
    ),
    "ab-test-evaluation": Body(
        lambda context: context.analysis.experiments(context.test_definitions()),
        _review_tests,
        alert_source="experiments",
    ),
    "budget-reallocation": Body(
        lambda context: context.analysis.recommendations(),
        _review_reallocation,
        done="The plan is recorded in this result. No budget was changed on a platform.",
    ),
    # Both compare conversions of recent days, so they need to know how complete those days are.
    "cross-channel-report": Body(
        lambda context: context.analysis.maturity(),
        _report_channels,
        is_published=False,
        done="The report is recorded in this result.",
    ),
    "learning-review": Body(
        _learn,
        _review_learnings,
        is_published=False,
        done="The observations are recorded in this result, the learnings in agent_learnings.",
    ),
}
"""By the id of the workflow. sync-platforms has none: its run materializes the assets."""
