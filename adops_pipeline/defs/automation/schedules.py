"""Schedules of jobs. Declarations only."""

import dagster as dg

from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS, catch_up_config, partition_tags
from adops_pipeline.defs.automation.reports import send_digest
from adops_pipeline.settings import Settings
from adops_pipeline.wiring import Services


@dg.schedule(
    job=SYNC_PLATFORMS,
    cron_schedule="0 */6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every 6 hours: yesterday's spend arrives by morning in every time zone, restatements within a day.",
)
def sync_schedule(context: dg.ScheduleEvaluationContext, services: dg.ResourceParam[Services]) -> dg.RunRequest:
    """One run over all days that may have changed."""
    return dg.RunRequest(
        run_key=context.scheduled_execution_time.isoformat(),
        run_config=catch_up_config(),
        tags=partition_tags(services.sync.unsettled()),
    )


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The schedules whose hour and time zone are settings."""
    own = settings.alerts
    return [
        dg.ScheduleDefinition(
            name="digest_schedule",
            job=send_digest,
            cron_schedule=f"0 {own.digest_hour} * * *",
            execution_timezone=own.digest_timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Every morning: pacing, anomalies and firing alerts in one message.",
        ),
        dg.ScheduleDefinition(
            name="weekly_report_schedule",
            job_name="cross_channel_report",
            cron_schedule=f"30 {own.digest_hour} * * 1",
            execution_timezone=own.digest_timezone,
            run_config={"template": "weekly-cross-channel-report", "parameters": {}},
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Every Monday morning: the platforms side by side, last week against the week before.",
        ),
    ]
