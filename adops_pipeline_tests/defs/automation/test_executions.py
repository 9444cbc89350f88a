"""From the queue to runs: one request per execution, wrong parameters said by field, syncs cut to what was asked."""

import dagster as dg

from adops_pipeline.defs.automation import executions as sensors
from adops_pipeline.services.executions import EXECUTION_TAG
from adops_pipeline_tests.defs.automation.conftest import Stage


def _requests(stage: Stage) -> list[dg.RunRequest]:
    return list(stage.evaluate(sensors.executions_sensor).run_requests or [])


def test_a_pending_execution_is_launched_with_its_id_parameters_and_time_limit(stage: Stage) -> None:
    asked = stage.ask("pacing-check", {"platforms": ["meta-ads"], "lookbackDays": 14}, timeout_seconds=90)
    (request,) = _requests(stage)
    assert (request.run_key, request.job_name) == (asked.id, "pacing_check")
    assert request.run_config["parameters"]["platforms"] == ["meta-ads"]
    assert request.run_config["parameters"]["lookbackDays"] == 14
    assert request.tags[EXECUTION_TAG] == asked.id
    assert request.tags["dagster/max_runtime"] == "90"


def test_an_execution_whose_run_waits_or_works_is_not_launched_again(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    assert [request.run_key for request in _requests(stage)] == [asked.id]
    stage.create_run("learning_review", asked)
    assert _requests(stage) == []


def test_a_launch_that_was_cut_short_is_taken_up_again_under_the_same_key(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    stage.create_run("learning_review", asked, status=dg.DagsterRunStatus.NOT_STARTED)
    assert [request.run_key for request in _requests(stage)] == [asked.id]


def test_wrong_parameters_fail_the_execution_with_the_field_named_and_hold_up_no_other(stage: Stage) -> None:
    wrong = stage.ask("pacing-check", {"lookbackDays": -3})
    good = stage.ask("learning-review", {})
    assert [request.run_key for request in _requests(stage)] == [good.id]
    failed = stage.execution(wrong.id)
    assert failed.status == "failed"
    assert "lookbackDays" in str(failed.error)


def test_the_sync_of_one_platform_over_some_days_takes_its_assets_and_all_that_follow(stage: Stage) -> None:
    stage.ask("sync-platforms", {"platforms": ["pinterest"], "lookbackDays": 7})
    (request,) = _requests(stage)
    assert request.job_name == "sync_platforms"
    chosen = {key.to_user_string() for key in request.asset_selection or []}
    assert {"raw_pinterest_daily", "raw_pinterest_entities", "analytics_metrics", "adops_snapshot"} <= chosen
    assert not {name for name in chosen if name.startswith(("raw_google", "raw_meta")) or name.endswith("_files")}
    assert request.tags["dagster/asset_partition_range_start"] == "2026-11-01"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-11-01"
    days = {"first_day": "2026-11-04", "last_day": "2026-11-10"}
    assert request.run_config["ops"] == {"raw_pinterest_daily": {"config": days}}


def test_a_sync_without_parameters_takes_everything_over_the_days_that_may_still_change(stage: Stage) -> None:
    stage.ask("sync-platforms", {})
    (request,) = _requests(stage)
    days = stage.services.sync.unsettled()
    assert request.asset_selection is None
    assert request.tags["dagster/asset_partition_range_start"] == f"{days.start:%Y-%m}-01"
    assert request.tags["dagster/asset_partition_range_end"] == f"{days.end:%Y-%m}-01"
    assert all(op == {"config": {"only_unsettled": True}} for op in request.run_config["ops"].values())
