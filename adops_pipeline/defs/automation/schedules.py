"""When jobs run by themselves. Declarations only."""

import dagster as dg

from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS, catch_up_config, partition_tags
from adops_pipeline.wiring import House


@dg.schedule(
    job=SYNC_PLATFORMS,
    cron_schedule="0 */6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every 6 hours: yesterday's spend lands by breakfast in every time zone, restatements within a day.",
)
def sync_schedule(context: dg.ScheduleEvaluationContext, house: dg.ResourceParam[House]) -> dg.RunRequest:
    """One run over the days that may still have changed."""
    return dg.RunRequest(
        run_key=context.scheduled_execution_time.isoformat(),
        run_config=catch_up_config(),
        tags=partition_tags(house.sync.unsettled()),
    )
