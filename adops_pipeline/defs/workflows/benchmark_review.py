"""benchmark-review: each campaign's ratios against its own past and its peers."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import BenchmarkParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_benchmarks
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: BenchmarkParameters) -> None:
    """Compare anew and publish."""
    del parameters
    services.analysis.benchmarks()
    services.publish()


def review(services: Services, parameters: BenchmarkParameters) -> WorkflowResult:
    """Rank what got better or worse."""
    return review_benchmarks(
        rows(services, "analytics_benchmarks"), parameters, project_campaigns(services, parameters)
    )


def conclude(services: Services, parameters: BenchmarkParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about ratios."""
    del parameters, result
    return services.alerting.evaluate(("benchmarks",)).in_words()


benchmark_review = workflow_job("benchmark-review", Work(compute, review, conclude))
