"""Sensors of the queue: each pending execution becomes one run, and each run is recorded as an execution.

`adops up` wakes them when there is something to do (``wake_ups``); otherwise they tick every half minute.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from adops_pipeline.dagster_storage.internals import IDLE_TAG
from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS
from adops_pipeline.defs.automation.launch import run_request
from adops_pipeline.defs.automation.run_status import BY_JOB, reflect_run
from adops_pipeline.defs.workflows import JOBS
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.workflows import ParameterError, UnknownWorkflowError
from adops_pipeline.services.executions import EXECUTION_TAG, Execution
from adops_pipeline.wiring import Services

BATCH_SIZE = 50
_OVERLAP = timedelta(seconds=30)
_LAUNCHING = [dg.DagsterRunStatus.NOT_STARTED]
_WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]


@dg.sensor(
    jobs=[*JOBS, SYNC_PLATFORMS],
    minimum_interval_seconds=1,
    tags={IDLE_TAG: "30"},
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts exactly one run for each pending execution, within seconds.",
)
def executions_sensor(context: dg.SensorEvaluationContext, services: dg.ResourceParam[Services]) -> dg.SensorResult:
    """Launch pending executions."""
    waiting = _waiting(context.instance, services)
    repository = context.repository_def
    assets = SYNC_PLATFORMS.selection.resolve(repository.asset_graph) if repository is not None else ()
    requests = []
    for execution in waiting:
        try:
            requests.append(run_request(services, execution, sorted(assets)))
        except (ParameterError, UnknownWorkflowError) as error:
            services.executions.fail(execution.id, one_line(error))
    return dg.SensorResult(run_requests=requests)


def _waiting(instance: dg.DagsterInstance, services: Services) -> list[Execution]:
    """Pending executions without a submitted run. Dagster finds a run that was stored only by its key."""
    pending = services.executions.pending(limit=10 * BATCH_SIZE)
    if not pending:
        return []
    made = _launched(instance, pending)
    return [execution for execution in pending if execution.id not in made][:BATCH_SIZE]


def _launched(instance: dg.DagsterInstance, pending: Sequence[Execution]) -> set[str]:
    ids = [execution.id for execution in pending]
    runs = instance.get_runs(filters=dg.RunsFilter(tags={EXECUTION_TAG: ids}))
    return {run.tags[EXECUTION_TAG] for run in runs if run.status not in _LAUNCHING}


@dg.sensor(
    minimum_interval_seconds=5,
    tags={IDLE_TAG: "30"},
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Records stages, results, failures, cancellations and time-outs of runs in their executions, and what "
    "became of changes on the platforms that a crash interrupted.",
)
def run_mirror_sensor(context: dg.SensorEvaluationContext, services: dg.ResourceParam[Services]) -> dg.SensorResult:
    """Update the executions of runs that changed since the last tick; stop runs that were cancelled or timed out."""
    instance, looked_at = context.instance, datetime.now(UTC)
    since = datetime.fromisoformat(context.cursor) if context.cursor else datetime.fromtimestamp(0, UTC)
    changed = instance.get_run_records(filters=dg.RunsFilter(updated_after=since - _OVERLAP), ascending=True)
    for record in changed:
        if record.dagster_run.job_name in BY_JOB:
            reflect_run(instance, services, record)
    for run_id in _to_stop(instance, services):
        stop_run(instance, run_id)
    services.recover_proposals()
    return dg.SensorResult(cursor=looked_at.isoformat())


def _to_stop(instance: dg.DagsterInstance, services: Services) -> list[str]:
    """Runs of executions that were cancelled or have used up their time, and runs that wait for a cancelled one."""
    executions = services.executions
    asked = [e for e in executions.newest(200, status="running") if e.cancel_requested_at is not None]
    ended = {e.id for e in executions.newest(200, status="cancelled")}
    late = executions.time_out()
    queued = instance.get_runs(filters=dg.RunsFilter(statuses=_WAITING)) if ended else []
    orphans = [run.run_id for run in queued if run.tags.get(EXECUTION_TAG) in ended]
    return [e.run_id for e in (*late, *asked) if e.run_id is not None] + orphans


def stop_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Ask a run to stop; one that waits is cancelled at once, one that has ended is left alone."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    if run.status in _WAITING:
        instance.report_run_canceled(run)
    elif not instance.run_launcher.terminate(run_id):
        instance.report_run_canceling(run)
