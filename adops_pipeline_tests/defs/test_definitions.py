"""Definitions cannot appear or vanish silently: what Dagster loads, by name."""

from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.dagster_storage import definitions_in_process
from adops_pipeline.definitions import build_definitions
from adops_pipeline.defs.asset_job import build_asset_job
from adops_pipeline.domain.agents.roster import ROSTER
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows import WORKFLOWS
from adops_pipeline.settings import PROJECT_ROOT, load_settings
from adops_pipeline.wiring import build_services

RAW = {f"raw_{platform.slug}_{kind}" for platform in Platform for kind in ("entities", "daily")}
FILES = {f"{kind}_files" for kind in Format} | {"powerbi_project"}
PARTITIONED = {name for name in RAW if name.endswith("_daily")} | {"analytics_metrics", "analytics_ad_group_metrics"}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(build_services(load_settings(data_dir=tmp_path_factory.mktemp("data"))))


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_what_dagster_finds_in_the_project_loads_whole_and_its_partitions_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPS_DATA_DIR", str(tmp_path))
    try:
        loaded = definitions_in_process.load(PROJECT_ROOT)
        (repository,) = loaded.definitions_by_name.values()
        repository.load_all_definitions()
        repository.asset_graph.validate_partitions()  # type: ignore[no-untyped-call]  # as `dg check defs` does
    finally:
        definitions_in_process.forget()
    assert repository.has_job("sync_platforms")


def test_the_assets_are_the_raw_pulls_every_table_the_snapshot_and_the_files(specs: dict[str, dg.AssetSpec]) -> None:
    assert set(specs) == RAW | set(TABLES) | {"adops_snapshot"} | FILES


def test_the_job_of_adops_run_is_the_one_that_dagster_loads(definitions: dg.Definitions, tmp_path: Path) -> None:
    own = build_asset_job(build_services(load_settings(data_dir=tmp_path)))
    loaded = definitions.resolve_job_def("sync_platforms")
    assert own.get_job_snapshot_id() == loaded.get_job_snapshot_id()
    graphs = [job.asset_layer.asset_graph for job in (own, loaded)]
    assert graphs[0].asset_check_keys == graphs[1].asset_check_keys
    nodes = [{node.key: node.to_asset_spec() for node in graph.asset_nodes} for graph in graphs]
    assert nodes[0] == nodes[1]


def test_a_sync_does_not_write_files_and_their_job_writes_nothing_else(definitions: dg.Definitions) -> None:
    def made_by(job: str) -> set[str]:
        keys = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
        return {key.to_user_string() for key in keys}

    assert made_by("write_exports") == FILES
    assert made_by("sync_platforms") == RAW | set(TABLES) | {"adops_snapshot"}


def test_a_sync_does_not_read_every_raw_file_and_the_job_that_does_makes_nothing(definitions: dg.Definitions) -> None:
    def checked_by(job: str) -> set[str]:
        return {key.name for key in definitions.resolve_job_def(job).asset_layer.asset_graph.asset_check_keys}

    assert "raw_files_are_as_they_landed" not in checked_by("sync_platforms")
    assert "raw_files_are_whole" in checked_by("sync_platforms")
    assert checked_by("verify_raw_files") == {"raw_files_are_as_they_landed"}
    assert not definitions.resolve_job_def("verify_raw_files").asset_layer.executable_asset_keys


def test_every_asset_says_what_it_is_and_who_owns_it(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        assert spec.description, name
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.group_name not in (None, "default"), name


def test_every_table_shows_its_columns(specs: dict[str, dg.AssetSpec]) -> None:
    for name, table in TABLES.items():
        schema = specs[name].metadata["dagster/column_schema"]
        columns = getattr(schema, "schema", schema).columns
        assert [column.name for column in columns] == list(table.column_names)
        assert all(column.description for column in columns)


def test_only_daily_figures_are_partitioned(specs: dict[str, dg.AssetSpec]) -> None:
    assert {name for name, spec in specs.items() if spec.partitions_def is not None} == PARTITIONED


def test_every_table_has_blocking_checks_of_its_key_and_columns(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    generated = {(name, check) for name in TABLES for check in ("key_is_unique", "columns_keep_their_promises")}
    spanning = {
        ("analytics_metrics", name) for name in ("spend_reconciles", "no_gap_in_days", "fx_rates_cover", "is_fresh")
    }
    spanning |= {("raw_pulls", "raw_files_are_whole"), ("raw_pulls", "raw_files_are_as_they_landed")}
    spanning.add(("ab_tests", "every_test_is_evaluated"))
    spanning.add(("workflow_executions", "store_was_read"))
    assert checks == generated | spanning | {(name, "every_account_was_pulled") for name in RAW}


def test_every_workflow_has_a_job_and_nothing_else_but_digest_exports_agents_and_pruning(
    definitions: dg.Definitions,
) -> None:
    jobs = {job.name: job for job in definitions.get_repository_def().get_all_jobs() if job.name != "__ASSET_JOB"}
    assert set(jobs) == {workflow.job_name for workflow in WORKFLOWS.values()} | {
        "send_digest",
        "write_exports",
        "run_agent",
        "prune",
        "verify_raw_files",
    }
    assert set(jobs) == {
        "ab_test_evaluation", "anomaly_scan", "benchmark_review", "budget_reallocation", "cross_channel_report",
        "learning_review", "pacing_check", "prune", "run_agent", "send_digest", "sync_platforms", "verify_raw_files",
        "write_exports",
    }  # fmt: skip
    assert all(job.description for job in jobs.values())


def test_schedules_are_on_and_say_what_they_are_for(definitions: dg.Definitions) -> None:
    schedules = {schedule.name: schedule for schedule in definitions.get_repository_def().schedule_defs}
    assert {(name, schedule.job_name, schedule.cron_schedule) for name, schedule in schedules.items()} == {
        ("sync_schedule", "sync_platforms", "0 */6 * * *"),
        ("digest_schedule", "send_digest", "0 7 * * *"),
        ("pruning_schedule", "prune", "30 3 * * *"),
        ("verification_schedule", "verify_raw_files", "0 4 * * *"),
        ("exports_schedule", "write_exports", "30 6 * * *"),
        ("weekly_report_schedule", "cross_channel_report", "30 7 * * 1"),
    } | {(f"agent_{agent.replace('-', '_')}_schedule", "run_agent", "0 8 * * *") for agent in ROSTER}
    for schedule in schedules.values():
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        assert schedule.description


def test_sensors_are_on_and_say_what_they_are_for(definitions: dg.Definitions) -> None:
    sensors = {sensor.name: sensor for sensor in definitions.get_repository_def().sensor_defs}
    assert set(sensors) == {
        "executions_sensor", "notification_sensor", "overpacing_sensor", "run_mirror_sensor",
        "test_sample_sensor", "watchdog_sensor",
    }  # fmt: skip
    for sensor in sensors.values():
        assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
        assert sensor.description


def test_the_tables_of_operations_share_a_step_and_their_checks_another(definitions: dg.Definitions) -> None:
    steps = definitions.resolve_job_def("sync_platforms").graph.node_defs
    assert {node.name for node in steps if "operations" in node.name} == {"operations", "operations_checks"}
