"""ab-test-evaluation: which tests have a winner, which are broken, how long the others need."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import TestParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_tests
from adops_pipeline.wiring import House


def compute(house: House, parameters: TestParameters) -> None:
    """Evaluate every test anew and publish."""
    del parameters
    house.analysis.experiments(house.test_definitions)
    house.publish()


def review(house: House, parameters: TestParameters) -> WorkflowResult:
    """Sum up the verdicts."""
    tests, results = rows(house, "ab_tests"), rows(house, "ab_test_results")
    return review_tests(tests, results, parameters, project_campaigns(house, parameters))


def conclude(house: House, parameters: TestParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about tests."""
    del parameters, result
    return house.alerting.evaluate(("experiments",)).in_words()


ab_test_evaluation = workflow_job("ab-test-evaluation", Work(compute, review, conclude))
