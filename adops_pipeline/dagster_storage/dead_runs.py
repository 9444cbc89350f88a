"""Marks runs as failed whose process died without recording their end, and releases their pool slots."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from adops_pipeline.dagster_storage.run_files import runs_folder
from adops_pipeline.supervision.life_lock import dead_in

_IN_PROGRESS = (
    dg.DagsterRunStatus.NOT_STARTED,  # a command died between creating its run and starting it
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def fail_dead_runs(
    instance: dg.DagsterInstance, folder: Path, record: Callable[[list[str]], object] = lambda _: None
) -> list[str]:
    """Record the end of every run in this launcher's folder whose process has died; returns their ids.

    ``record`` is called with the runs before their files go, also with those that were ended already: where this
    process dies in between, or ``record`` raises, the next one finds them again.
    """
    ended, known = [], []
    dead = dead_in(runs_folder(folder))
    for path in dead:
        run = instance.get_run_by_id(path.name)
        if run is None:
            continue
        known.append(run.run_id)
        if run.status in _IN_PROGRESS:
            end_dead_run(instance, run)
            ended.append(run.run_id)
    if known:
        record(known)
    for path in dead:
        path.unlink(missing_ok=True)
    return ended


def end_dead_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Record the end of a run in progress on which no process works any more."""
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, "the process of this run ended while it was being cancelled")
    else:
        instance.report_run_failed(run, "the process of this run ended before the run did")
    instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
