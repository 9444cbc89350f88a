"""Whatever a run does and however it ends, its execution says so: also when the run cannot say it itself."""

import dagster as dg
from dagster._core.events import EngineEventData
from dagster_shared.error import SerializableErrorInfo

from adops_pipeline.defs.automation.executions import run_mirror_sensor
from adops_pipeline.operations import executions, proposals
from adops_pipeline_tests.defs.automation.conftest import Stage
from adops_pipeline_tests.operations.proposals.samples import new_proposal


def _stages(execution: executions.Execution) -> list[str]:
    return [f"{stage['name']}: {stage['status']}" for stage in execution.stages]


def test_a_run_from_the_web_ui_is_recorded_with_its_parameters_stages_and_result(stage: Stage) -> None:
    result = stage.run("learning_review", parameters={"lookbackDays": 30})
    assert result.success
    stage.evaluate(run_mirror_sensor)
    (execution,) = stage.every_execution()
    assert (execution.id, execution.run_id, execution.requested_by) == (result.run_id, result.run_id, "dagster-ui")
    assert (execution.status, execution.workflow_id) == ("completed", "learning-review")
    assert execution.parameters["lookbackDays"] == 30
    assert {stage["status"] for stage in execution.stages} == {"succeeded"}
    assert execution.result is not None
    assert execution.result["summary"]


def test_a_run_that_died_before_it_could_speak_is_recorded_as_failed(stage: Stage) -> None:
    run = stage.create_run("sync_platforms")
    stage.begin(run)
    stage.evaluate(run_mirror_sensor)
    assert [(one.id, one.status) for one in stage.every_execution()] == [(run.run_id, "running")]
    stage.instance.report_run_failed(run, "the process of this run was killed")
    stage.evaluate(run_mirror_sensor)
    failed = stage.execution(run.run_id)
    assert (failed.status, failed.error) == ("failed", "the process of this run was killed")


def test_a_killed_run_fails_its_execution_with_the_reason(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    run = stage.create_run("learning_review", asked)
    stage.begin(run)
    stage.evaluate(run_mirror_sensor)
    assert (stage.execution(asked.id).status, stage.execution(asked.id).run_id) == ("running", run.run_id)
    stage.instance.report_run_failed(run, "its worker is gone")
    stage.evaluate(run_mirror_sensor)
    failed = stage.execution(asked.id)
    assert (failed.status, failed.error) == ("failed", "its worker is gone")
    assert failed.finished_at is not None


def test_a_run_whose_code_did_not_load_fails_its_execution_with_what_was_wrong_in_it(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    run = stage.create_run("learning_review", asked)
    wrong = SerializableErrorInfo("ImportError: no module named planets\n", [], "ImportError")
    stage.instance.report_engine_event("Could not load job definition.", run, EngineEventData.engine_error(wrong))
    stage.instance.report_run_failed(run)
    stage.evaluate(run_mirror_sensor)
    assert (stage.execution(asked.id).status, stage.execution(asked.id).error) == (
        "failed",
        "Could not load job definition. ImportError: no module named planets",
    )


def test_a_failed_step_gives_its_innermost_reason_and_its_stage_shows_it(stage: Stage) -> None:
    asked = stage.ask("budget-reallocation", {"projectId": "no-such-project"})
    result = stage.run("budget_reallocation", {"adops/execution_id": asked.id}, parameters=asked.parameters)
    assert not result.success
    stage.evaluate(run_mirror_sensor)
    failed = stage.execution(asked.id)
    assert failed.status == "failed"
    assert "no-such-project" in str(failed.error)
    assert any(one.endswith(": failed") for one in _stages(failed))


def test_two_runs_of_one_execution_do_its_work_once(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    tags = {"adops/execution_id": asked.id}
    first = stage.run("learning_review", tags)
    second = stage.run("learning_review", tags)
    assert (first.success, second.success) == (True, False)
    stage.evaluate(run_mirror_sensor)
    assert (stage.execution(asked.id).status, stage.execution(asked.id).run_id) == ("completed", first.run_id)
    assert len(stage.every_execution()) == 1


def test_a_cancelled_execution_takes_its_waiting_run_out_of_the_queue(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    run = stage.create_run("learning_review", asked)
    with stage.services.store.writing() as con:
        assert executions.cancel(con, asked.id, stage.now, "Ada") == "cancelled"
    stage.evaluate(run_mirror_sensor)
    found = stage.instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.CANCELED
    stage.evaluate(run_mirror_sensor)
    assert (stage.execution(asked.id).status, stage.execution(asked.id).error) == ("cancelled", "cancelled by Ada")


def test_a_running_execution_that_is_cancelled_stops_its_run_and_is_cancelled_when_it_has_stopped(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    run = stage.create_run("learning_review", asked)
    stage.begin(run)
    stage.evaluate(run_mirror_sensor)
    with stage.services.store.writing() as con:
        assert executions.cancel(con, asked.id, stage.now, "Ada") == "running"
    stage.evaluate(run_mirror_sensor)
    stopping = stage.instance.get_run_by_id(run.run_id)
    assert stopping is not None
    assert stopping.status is dg.DagsterRunStatus.CANCELING
    stage.instance.report_run_canceled(run)
    stage.evaluate(run_mirror_sensor)
    assert stage.execution(asked.id).status == "cancelled"


def test_a_run_taken_out_of_the_queue_in_the_web_ui_cancels_its_execution(stage: Stage) -> None:
    asked = stage.ask("learning-review", {})
    stage.instance.report_run_canceled(stage.create_run("learning_review", asked))
    stage.evaluate(run_mirror_sensor)
    assert stage.execution(asked.id).status == "cancelled"


def test_an_execution_that_has_used_up_its_time_fails_and_its_run_is_stopped(stage: Stage) -> None:
    asked = stage.ask("learning-review", {}, timeout_seconds=60)
    run = stage.create_run("learning_review", asked)
    stage.begin(run)
    stage.evaluate(run_mirror_sensor)
    started = stage.execution(asked.id).started_at
    assert started is not None
    stage.clock.now = started
    stage.clock.forward(59)
    stage.evaluate(run_mirror_sensor)
    assert stage.execution(asked.id).status == "running"
    stage.clock.forward(2)
    stage.evaluate(run_mirror_sensor)
    assert stage.execution(asked.id).status == "failed"
    assert "60" in str(stage.execution(asked.id).error)
    stopped = stage.instance.get_run_by_id(run.run_id)
    assert stopped is not None
    assert stopped.status is dg.DagsterRunStatus.CANCELING


def test_a_completed_sync_says_what_its_run_brought(stage: Stage) -> None:
    run = stage.create_run("sync_platforms")
    stage.begin(run)
    stage.happens(run, dg.DagsterEventType.RUN_SUCCESS)
    stage.evaluate(run_mirror_sensor)
    done = stage.execution(run.run_id)
    assert (done.workflow_id, done.status) == ("sync-platforms", "completed")
    assert done.result is not None
    assert done.result["summary"]


def test_a_run_is_mirrored_from_the_cursor_on_and_again_without_a_change(stage: Stage) -> None:
    stage.run("learning_review")
    cursor = stage.evaluate(run_mirror_sensor).cursor
    before = stage.every_execution()
    assert stage.evaluate(run_mirror_sensor, cursor).cursor != cursor
    assert stage.every_execution() == before


def test_the_daemon_looks_at_changes_that_a_crash_left_open(stage: Stage) -> None:
    now = stage.services.clock()
    with stage.services.store.writing() as con:
        one = proposals.insert(con, new_proposal(now), status="applying")
    stage.evaluate(run_mirror_sensor)
    with stage.services.store.reading() as con:
        assert "what became of it cannot be found out" in str(proposals.get(con, one.id).status_reason)
