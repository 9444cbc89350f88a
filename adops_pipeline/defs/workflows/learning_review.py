"""learning-review: what tests taught, whether advice was taken and held, what keeps going wrong."""

import polars as pl

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import LearningParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_learnings
from adops_pipeline.domain.workflows.results.learnings import Evidence
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: LearningParameters) -> None:
    """Learn anew when outcomes are final: younger ones are not read."""
    del parameters
    services.analysis.maturity()


def review(services: Services, parameters: LearningParameters) -> WorkflowResult:
    """Count what is evidence for what."""
    since = first_day(services, parameters, parameters.lookback_days + parameters.outcome_days)
    evidence = Evidence(
        tests=rows(services, "ab_tests"),
        test_results=rows(services, "ab_test_results"),
        recommendations=rows(services, "budget_recommendations", since).drop(pl.selectors.by_dtype(pl.List)),
        anomalies=rows(services, "analytics_anomalies", since),
        daily=rows(services, "analytics_metrics", since),
    )
    return review_learnings(
        evidence,
        parameters,
        project_campaigns(services, parameters),
        through=services.analysis.last_common_day(),
        mature_after_days=services.analysis.mature_after_days(),
    )


def conclude(services: Services, parameters: LearningParameters, result: WorkflowResult) -> list[str]:
    """The observations themselves are what is done."""
    del services, parameters, result
    return ["The observations stand in this execution's result."]


learning_review = workflow_job("learning-review", Work(compute, review, conclude))
