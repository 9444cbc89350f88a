"""pacing-check: which budgets are off pace, what they will end at, what to set."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows, shared_budgets
from adops_pipeline.domain.workflows.parameters import PacingParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_pacing
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: PacingParameters) -> None:
    """Pace every budget anew and publish: whoever opens the snapshot sees what the result speaks of."""
    del parameters
    services.analysis.pacing()
    services.publish()


def review(services: Services, parameters: PacingParameters) -> WorkflowResult:
    """Judge the budgets that were asked for."""
    budgets = rows(services, "analytics_budgets", first_day(services, parameters, parameters.lookback_days))
    return review_pacing(
        budgets,
        parameters,
        project_campaigns(services, parameters),
        shared_budgets(services),
    )


def conclude(services: Services, parameters: PacingParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about budgets."""
    del parameters, result
    return services.alerting.evaluate(("pacing",)).in_words()


pacing_check = workflow_job("pacing-check", Work(compute, review, conclude))
