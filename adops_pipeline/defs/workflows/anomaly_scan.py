"""anomaly-scan: days on which a campaign left its usual range by enough money to matter."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import AnomalyParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_anomalies
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: AnomalyParameters) -> None:
    """Judge the recent days anew and publish."""
    del parameters
    services.analysis.anomalies()
    services.publish()


def review(services: Services, parameters: AnomalyParameters) -> WorkflowResult:
    """Rank what was unusual in the days asked for."""
    since = first_day(services, parameters, parameters.lookback_days)
    found, daily = rows(services, "analytics_anomalies", since), rows(services, "analytics_metrics", since)
    through = services.analysis.newest_day()
    return review_anomalies(found, daily, parameters, project_campaigns(services, parameters), through=through)


def conclude(services: Services, parameters: AnomalyParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about unusual days."""
    del parameters, result
    return services.alerting.evaluate(("anomalies",)).in_words()


anomaly_scan = workflow_job("anomaly-scan", Work(compute, review, conclude))
