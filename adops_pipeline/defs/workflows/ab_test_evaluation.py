"""ab-test-evaluation: which tests have a winner, which are broken, how long the others need."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import TestParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_tests
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: TestParameters) -> None:
    """Evaluate every test anew and publish."""
    del parameters
    services.analysis.experiments(services.test_definitions)
    services.publish()


def review(services: Services, parameters: TestParameters) -> WorkflowResult:
    """Sum up the verdicts."""
    tests, results = rows(services, "ab_tests"), rows(services, "ab_test_results")
    return review_tests(tests, results, parameters, project_campaigns(services, parameters))


def conclude(services: Services, parameters: TestParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about tests."""
    del parameters, result
    return services.alerting.evaluate(("experiments",)).in_words()


ab_test_evaluation = workflow_job("ab-test-evaluation", Work(compute, review, conclude))
