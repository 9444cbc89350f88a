"""anomaly-scan: days on which a campaign left its usual range by enough money to matter."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import AnomalyParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_anomalies
from adops_pipeline.wiring import House


def compute(house: House, parameters: AnomalyParameters) -> None:
    """Judge the recent days anew and publish."""
    del parameters
    house.analysis.anomalies()
    house.publish()


def review(house: House, parameters: AnomalyParameters) -> WorkflowResult:
    """Rank what was unusual in the days asked for."""
    since = first_day(house, parameters, parameters.lookback_days)
    found, daily = rows(house, "analytics_anomalies", since), rows(house, "analytics_metrics", since)
    through = house.analysis.newest_day()
    return review_anomalies(found, daily, parameters, project_campaigns(house, parameters), through=through)


def conclude(house: House, parameters: AnomalyParameters, result: WorkflowResult) -> list[str]:
    """Raise and resolve alerts about unusual days."""
    del parameters, result
    return house.alerting.evaluate(("anomalies",)).in_words()


anomaly_scan = workflow_job("anomaly-scan", Work(compute, review, conclude))
