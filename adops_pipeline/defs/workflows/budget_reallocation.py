"""budget-reallocation: where the same money brings most; nothing is set on a platform."""

import dataclasses

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import project_campaigns
from adops_pipeline.domain.workflows.parameters import ReallocationParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_reallocation
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: ReallocationParameters) -> None:
    """Bring the standing recommendations up to date and publish."""
    del parameters
    services.analysis.recommendations()
    services.publish()


def review(services: Services, parameters: ReallocationParameters) -> WorkflowResult:
    """Plan by the method and within the step that were asked for, which need not be the standing ones."""
    rules = dataclasses.replace(
        services.analysis.rules.allocation, method=parameters.method, max_step_change=parameters.max_change_pct / 100
    )
    plan, _ = services.analysis.plan(rules)
    return review_reallocation(plan, parameters, project_campaigns(services, parameters))


def conclude(services: Services, parameters: ReallocationParameters, result: WorkflowResult) -> list[str]:
    """Nothing but the record: a person sets budgets."""
    del services, parameters, result
    return ["The plan stands in this execution's result."]


budget_reallocation = workflow_job("budget-reallocation", Work(compute, review, conclude))
