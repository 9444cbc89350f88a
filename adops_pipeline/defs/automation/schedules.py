"""Schedules of jobs. Declarations only."""

from typing import Any

import dagster as dg

from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS, VERIFY_RAW_FILES, catch_up_config, partition_tags
from adops_pipeline.defs.automation.reports import send_digest
from adops_pipeline.defs.automation.retention import prune
from adops_pipeline.services.schedules import PRUNING, SYNC, VERIFICATION, Schedule, digest, weekly_report
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
    monday = weekly_report(settings)
    return [
        _running(PRUNING, job=prune),
        _running(VERIFICATION, job=VERIFY_RAW_FILES),
        _running(digest(settings), job=send_digest),
        _running(monday, job_name="cross_channel_report", run_config={"template": monday.target, "parameters": {}}),
    ]


def _running(declared: Schedule, **runs: Any) -> dg.ScheduleDefinition:  # noqa: ANN401 - the job, as Dagster takes it
    """The schedule as Dagster's, on from the start."""
    return dg.ScheduleDefinition(
        name=declared.name,
        cron_schedule=declared.cron,
        execution_timezone=declared.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=declared.description,
        **runs,
    )
