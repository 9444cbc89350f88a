"""learning-review: what tests taught, whether advice was taken and held, what keeps going wrong."""

import polars as pl

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import LearningParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_learnings
from adops_pipeline.domain.workflows.results.learnings import Evidence
from adops_pipeline.wiring import House


def compute(house: House, parameters: LearningParameters) -> None:
    """Learn anew when outcomes are final: younger ones are not read."""
    del parameters
    house.analysis.maturity()


def review(house: House, parameters: LearningParameters) -> WorkflowResult:
    """Count what is evidence for what."""
    since = first_day(house, parameters, parameters.lookback_days + parameters.outcome_days)
    evidence = Evidence(
        tests=rows(house, "ab_tests"),
        test_results=rows(house, "ab_test_results"),
        recommendations=rows(house, "budget_recommendations", since).drop(pl.selectors.by_dtype(pl.List)),
        anomalies=rows(house, "analytics_anomalies", since),
        daily=rows(house, "analytics_metrics", since),
    )
    return review_learnings(
        evidence,
        parameters,
        project_campaigns(house, parameters),
        through=house.analysis.last_common_day(),
        mature_after_days=house.analysis.mature_after_days(),
    )


def conclude(house: House, parameters: LearningParameters, result: WorkflowResult) -> list[str]:
    """The observations themselves are what is done."""
    del house, parameters, result
    return ["The observations stand in this execution's result."]


learning_review = workflow_job("learning-review", Work(compute, review, conclude))
