"""cross-channel-report: the platforms side by side in one currency, this period against the one before."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import ChannelParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, report_channels
from adops_pipeline.wiring import Services


def compute(services: Services, parameters: ChannelParameters) -> None:
    """Learn anew how complete young days are: until then fewer sales are no bad news."""
    del parameters
    services.analysis.maturity()


def review(services: Services, parameters: ChannelParameters) -> WorkflowResult:
    """Compare platforms and periods."""
    return report_channels(
        rows(services, "analytics_metrics", first_day(services, parameters, 2 * parameters.lookback_days)),
        parameters,
        services.settings.reporting_currency,
        project_campaigns(services, parameters),
        through=services.analysis.last_common_day(),
        mature_after_days=services.analysis.mature_after_days(),
        severity=services.analysis.rules.severity,
    )


def conclude(services: Services, parameters: ChannelParameters, result: WorkflowResult) -> list[str]:
    """The report itself is what is done."""
    del services, parameters, result
    return ["The report stands in this execution's result."]


cross_channel_report = workflow_job("cross-channel-report", Work(compute, review, conclude))
