"""cross-channel-report: the platforms side by side in one currency, this period against the one before."""

from adops_pipeline.defs.workflows.factory import Work, workflow_job
from adops_pipeline.defs.workflows.selection import first_day, project_campaigns, rows
from adops_pipeline.domain.workflows.parameters import ChannelParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, report_channels
from adops_pipeline.wiring import House


def compute(house: House, parameters: ChannelParameters) -> None:
    """Learn anew how complete young days are: until then fewer sales are no bad news."""
    del parameters
    house.analysis.maturity()


def review(house: House, parameters: ChannelParameters) -> WorkflowResult:
    """Compare platforms and periods."""
    return report_channels(
        rows(house, "analytics_metrics", first_day(house, parameters, 2 * parameters.lookback_days)),
        parameters,
        house.settings.reporting_currency,
        project_campaigns(house, parameters),
        through=house.analysis.last_common_day(),
        mature_after_days=house.analysis.mature_after_days(),
    )


def conclude(house: House, parameters: ChannelParameters, result: WorkflowResult) -> list[str]:
    """The report itself is what is done."""
    del house, parameters, result
    return ["The report stands in this execution's result."]


cross_channel_report = workflow_job("cross-channel-report", Work(compute, review, conclude))
