"""When exported files are written: once a day, or after each publication, as the settings say."""

import dagster as dg

from adops_pipeline.defs.automation.jobs import WRITE_EXPORTS
from adops_pipeline.defs.export_files import PROJECT_KEY, files_key
from adops_pipeline.services.schedules import exports
from adops_pipeline.settings import Settings
from adops_pipeline.wiring import Services


def build_export_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The daily schedule; none where files are written at other times."""
    if settings.exports.when != "daily":
        return []
    declared = exports(settings)

    @dg.schedule(
        name=declared.name,
        job=WRITE_EXPORTS,
        cron_schedule=declared.cron,
        execution_timezone=declared.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=declared.description,
    )
    def exports_schedule(services: dg.ResourceParam[Services]) -> dg.RunRequest:
        return dg.RunRequest(asset_selection=_chosen(services))

    return [exports_schedule]


def build_export_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """The sensor of publications; none where files are written at other times."""
    if settings.exports.when != "published":
        return []

    @dg.asset_sensor(
        asset_key=dg.AssetKey("adops_snapshot"),
        name="exports_sensor",
        job=WRITE_EXPORTS,
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes the formats of exports.formats after each publication.",
    )
    def exports_sensor(
        context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry, services: dg.ResourceParam[Services]
    ) -> dg.RunRequest:
        del context
        publication = f"{asset_event.run_id} {asset_event.timestamp}"
        return dg.RunRequest(run_key=publication, asset_selection=_chosen(services))

    return [exports_sensor]


def _chosen(services: Services) -> list[dg.AssetKey]:
    own = services.settings.exports
    return [*(files_key(kind) for kind in own.formats), *([PROJECT_KEY] if own.powerbi_project else [])]
