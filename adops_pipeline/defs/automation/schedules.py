"""Schedules of jobs. Declarations only."""

import dagster as dg

from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS, VERIFY_RAW_FILES, catch_up_config, partition_tags
from adops_pipeline.defs.automation.reports import send_digest
from adops_pipeline.defs.automation.retention import prune
from adops_pipeline.services.schedules import PRUNING, SYNC, VERIFICATION, digest, weekly_report
from adops_pipeline.settings import Settings
from adops_pipeline.wiring import Services


@dg.schedule(
    job=SYNC_PLATFORMS,
    cron_schedule=SYNC.cron,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=SYNC.description,
)
def sync_schedule(context: dg.ScheduleEvaluationContext, services: dg.ResourceParam[Services]) -> dg.RunRequest:
    """One run over all days that may have changed."""
    return dg.RunRequest(
        run_key=context.scheduled_execution_time.isoformat(),
        run_config=catch_up_config(),
        tags=partition_tags(services.sync.unsettled()),
    )


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The schedules of jobs without parameters; the hours and time zones of messages are settings."""
    morning, monday = digest(settings), weekly_report(settings)
    return [
        dg.ScheduleDefinition(
            name=PRUNING.name,
            job=prune,
            cron_schedule=PRUNING.cron,
            execution_timezone=PRUNING.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=PRUNING.description,
        ),
        dg.ScheduleDefinition(
            name=VERIFICATION.name,
            job=VERIFY_RAW_FILES,
            cron_schedule=VERIFICATION.cron,
            execution_timezone=VERIFICATION.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=VERIFICATION.description,
        ),
        dg.ScheduleDefinition(
            name=morning.name,
            job=send_digest,
            cron_schedule=morning.cron,
            execution_timezone=morning.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=morning.description,
        ),
        dg.ScheduleDefinition(
            name=monday.name,
            job_name="cross_channel_report",
            cron_schedule=monday.cron,
            execution_timezone=monday.timezone,
            run_config={"template": monday.target, "parameters": {}},
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=monday.description,
        ),
    ]
