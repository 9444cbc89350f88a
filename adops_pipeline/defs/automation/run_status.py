"""Brings executions up to date with their Dagster runs: stages, results, failures and cancellations.

The run of a workflow updates its own execution while it works. What it cannot record (it was killed, it is the asset
job, it was launched from the web UI) is read from Dagster's event log here. Reflecting a run twice changes nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from adops_pipeline.defs.reasons import reason_of
from adops_pipeline.domain.executions import Stages, StepEvent, StepReport
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.workflows import WORKFLOWS, Workflow
from adops_pipeline.services.executions import Execution, RunIdentity, stages_of
from adops_pipeline.wiring import Services

BY_JOB: Mapping[str, Workflow] = {workflow.job_name: workflow for workflow in WORKFLOWS.values()}
"""Every workflow by the name of its job."""
_STEP_EVENTS: dict[dg.DagsterEventType, StepEvent] = {
    dg.DagsterEventType.STEP_START: "started",
    dg.DagsterEventType.STEP_SUCCESS: "succeeded",
    dg.DagsterEventType.STEP_FAILURE: "failed",
    dg.DagsterEventType.STEP_SKIPPED: "skipped",
}
_NORMALIZE = {
    "raw_pulls", "entities", "fx_rates", "metrics", "by_products",
}  # fmt: skip
_PUBLISH = {"adops_snapshot", "spend_reconciles", "nothing_is_missing"}


def reflect_run(instance: dg.DagsterInstance, services: Services, record: dg.RunRecord) -> None:
    """Bring the execution of one run up to date."""
    run = record.dagster_run
    workflow = BY_JOB.get(run.job_name)
    if workflow is None or (record.start_time is None and not run.is_finished):
        return
    execution = _execution(instance, services, record, workflow)
    if execution is None or execution.status not in ("pending", "running"):
        return
    if execution.status == "running":
        _reflect_steps(instance, services, run.run_id, execution.id)
    if run.is_finished:
        _end(instance, services, record, execution, workflow)


def stage_of_step(step_key: str) -> str:
    """The stage of sync-platforms that a step of the asset job belongs to."""
    if step_key in _NORMALIZE:
        return "normalize"
    if step_key in _PUBLISH or step_key.endswith("_checks"):
        return "publish"
    return "pull" if step_key.startswith("raw_") else "analyse"


def _execution(
    instance: dg.DagsterInstance, services: Services, record: dg.RunRecord, workflow: Workflow
) -> Execution | None:
    """The execution of this run: the enqueued one, or a new one. None where another run has taken the execution."""
    run = record.dagster_run
    started = record.start_time
    return services.executions.claim(
        workflow,
        RunIdentity.of(run.run_id, run.tags),
        _parameters(run),
        started_at=datetime.fromtimestamp(started, UTC) if started is not None else None,
        stages=_stages(instance, run, workflow),
    )


def _parameters(run: dg.DagsterRun) -> dict[str, Any]:
    """Parameters given in the launchpad or by a schedule; a run of the asset job has none."""
    given = run.run_config.get("parameters", {})
    return dict(given) if isinstance(given, Mapping) else {}


def _stages(instance: dg.DagsterInstance, run: dg.DagsterRun, workflow: Workflow) -> Stages:
    """The workflow's stages, with the steps of the run that belong to each."""
    if not workflow.is_sync or run.execution_plan_snapshot_id is None:
        return stages_of(workflow)
    plan = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    steps = {key: stage_of_step(key) for key in plan.step_keys_to_execute}
    try:
        return stages_of(workflow, steps)
    except ValueError:  # only some assets of the job were selected: not every stage has steps
        return stages_of(workflow)


def _reflect_steps(instance: dg.DagsterInstance, services: Services, run_id: str, execution_id: str) -> None:
    reports = []
    for entry in instance.all_logs(run_id, of_type=set(_STEP_EVENTS)):
        event = entry.dagster_event
        if event is not None and event.step_key is not None:
            what, at = _STEP_EVENTS[event.event_type], datetime.fromtimestamp(entry.timestamp, UTC)
            reports.append(StepReport(event.step_key, what, at, _reason(event) if what == "failed" else None))
    services.executions.record_steps(execution_id, reports)


def _end(
    instance: dg.DagsterInstance, services: Services, record: dg.RunRecord, execution: Execution, workflow: Workflow
) -> None:
    """Complete, fail or cancel the execution as its run ended."""
    run = record.dagster_run
    at = datetime.fromtimestamp(record.end_time, UTC) if record.end_time is not None else services.clock()
    if run.status is dg.DagsterRunStatus.SUCCESS:
        result = services.sync_history.result(execution, at) if workflow.is_sync else {"summary": "Done."}
        services.executions.complete(execution.id, result, at)
    elif run.status is dg.DagsterRunStatus.CANCELED:
        services.executions.run_was_cancelled(execution, at)
    else:
        services.executions.fail(execution.id, _why_it_failed(instance, run), at)


def _why_it_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """The innermost error of the first failed step, else the engine's error, else Dagster's message."""
    kinds = {
        dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ENGINE_EVENT, dg.DagsterEventType.RUN_FAILURE,
        dg.DagsterEventType.RUN_CANCELED,
    }  # fmt: skip
    logged = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kinds)]
    events = [event for event in logged if event is not None]
    for event in events:
        if event.is_step_failure:
            return f"{event.step_key}: {reason_of(event.step_failure_data.error)}"
    for event in events:
        if event.is_engine_event and event.engine_event_data.error is not None:
            return f"{one_line(event.message or '')} {reason_of(event.engine_event_data.error)}".strip()
    said = [one_line(event.message) for event in events if event.message and not event.is_engine_event]
    return said[0] if said else "its run ended without a reason"


def _reason(event: dg.DagsterEvent) -> str:
    return reason_of(event.step_failure_data.error if event.is_step_failure else None)
