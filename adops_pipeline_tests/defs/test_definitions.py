"""Definitions cannot appear or vanish silently: what Dagster loads, by name."""

import dagster as dg
import pytest

from adops_pipeline.definitions import build_definitions
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse.schema import TABLES
from adops_pipeline.wiring import build_house

RAW = {f"raw_{platform.slug}_{kind}" for platform in Platform for kind in ("entities", "daily")}
PARTITIONED = {name for name in RAW if name.endswith("_daily")} | {"analytics_metrics", "analytics_ad_group_metrics"}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(build_house(load_settings(data_dir=tmp_path_factory.mktemp("data"))))


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_the_assets_are_the_raw_pulls_every_table_and_the_snapshot(specs: dict[str, dg.AssetSpec]) -> None:
    assert set(specs) == RAW | set(TABLES) | {"adops_snapshot"}


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


def test_only_days_are_partitioned(specs: dict[str, dg.AssetSpec]) -> None:
    assert {name for name, spec in specs.items() if spec.partitions_def is not None} == PARTITIONED


def test_every_table_has_blocking_checks_of_its_key_and_columns(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    generated = {(name, check) for name in TABLES for check in ("key_is_unique", "columns_keep_their_promises")}
    spanning = {
        ("analytics_metrics", name) for name in ("spend_reconciles", "no_gap_in_days", "fx_rates_cover", "is_fresh")
    }
    spanning.add(("raw_pulls", "raw_files_are_whole"))
    spanning.add(("ab_tests", "every_test_is_evaluated"))
    assert checks == generated | spanning | {(name, "every_account_was_pulled") for name in RAW}


def test_one_job_and_one_schedule_every_six_hours(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} - {"__ASSET_JOB"} == {"sync_platforms"}
    (schedule,) = repository.schedule_defs
    assert (schedule.name, schedule.cron_schedule) == ("sync_schedule", "0 */6 * * *")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
