"""When exported files are written: daily, after each publication or never, in the formats of the settings."""

import json
from pathlib import Path

import dagster as dg

from adops_pipeline.definitions import build_definitions
from adops_pipeline.defs.automation.exports import build_export_schedules, build_export_sensors
from adops_pipeline.defs.automation.jobs import WRITE_EXPORTS
from adops_pipeline.defs.export_files import csv_files, powerbi_project
from adops_pipeline.settings import Settings, load_settings
from adops_pipeline.settings.exports import ExportSettings
from adops_pipeline.wiring import Services, build_services

_KEYS = [dg.AssetKey("csv_files"), dg.AssetKey("xlsx_files"), dg.AssetKey("powerbi_project")]


def settings(folder: Path, when: str) -> Settings:
    exports = ExportSettings.model_validate({"when": when, "formats": ["csv", "xlsx"]})
    return load_settings(data_dir=folder).model_copy(update={"exports": exports})


def services(folder: Path, when: str) -> Services:
    return build_services(settings(folder, when))


def test_daily_files_are_written_before_the_digest(data_dir: Path) -> None:
    own = services(data_dir, "daily")
    (schedule,) = build_export_schedules(own.settings)
    assert schedule.cron_schedule == "30 6 * * *"
    with dg.build_schedule_context(resources={"services": own}) as context:
        request = schedule(context)
    assert isinstance(request, dg.RunRequest)
    assert request.asset_selection == _KEYS
    assert build_export_sensors(own.settings) == []


def test_files_after_a_publication_are_requested_once_for_it(data_dir: Path) -> None:
    own = services(data_dir, "published")
    assert build_export_schedules(own.settings) == []
    definitions = build_definitions(own)
    sensor = definitions.get_repository_def().get_sensor_def("exports_sensor")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance, repository_def=definitions.get_repository_def(), resources={"services": own}
        )
        instance.report_runless_asset_event(dg.AssetMaterialization("adops_snapshot"))
        (request,) = sensor.evaluate_tick(context).run_requests or ()
    assert request.asset_selection == _KEYS


def test_never_leaves_the_job_for_requests_by_hand(data_dir: Path) -> None:
    own = services(data_dir, "never")
    assert (build_export_schedules(own.settings), build_export_sensors(own.settings)) == ([], [])
    assert build_definitions(own).resolve_job_def(WRITE_EXPORTS.name)


def test_the_asset_writes_the_folder_and_shows_what_it_holds(data_dir: Path) -> None:
    (data_dir / "warehouse.duckdb").rename(data_dir / "adops.duckdb")
    own = build_services(load_settings(data_dir=data_dir))
    result = csv_files(own)
    assert isinstance(result, dg.MaterializeResult)
    manifest = json.loads((data_dir / "exports" / "csv" / "manifest.json").read_text())
    assert result.metadata is not None
    assert result.metadata["bytes"] == sum(file["bytes"] for file in manifest["files"])
    tables = result.metadata["tables"]
    assert isinstance(tables, dg.MarkdownMetadataValue)
    assert tables.value is not None
    assert r"| analytics\_metrics |" in tables.value


def test_a_project_that_somebody_edited_is_left_as_it_is(data_dir: Path) -> None:
    own = build_services(load_settings(data_dir=data_dir))
    with dg.build_asset_context() as context:
        written = powerbi_project(context, own)
        edited = data_dir / "exports" / "powerbi" / "AdOps.Report" / "definition.pbir"
        edited.write_text("{}")
        left = powerbi_project(context, own)
    assert isinstance(written, dg.MaterializeResult)
    assert isinstance(left, dg.MaterializeResult)
    assert "left as it is" not in (written.metadata or {})
    assert "definition.pbir was edited" in str((left.metadata or {})["left as it is"])
    assert edited.read_text() == "{}"
