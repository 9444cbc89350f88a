"""Runs that live in the process of a command (`adops run`): Dagster cannot see one die, so the next one cleans up.

A run holds a lock on a file of its own while it lives. The operating system lets go of it however the process ends;
a run that still counts as started and whose lock is free is dead: it is marked failed and gives its pool slots back.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

_FRONT = {"adops/front": "adops run"}
OWN_RUN = _FRONT | {
    # Dagster's UI lists a job's runs by these: it sets them on runs that it launches itself.
    ".dagster/repository": "__repository__@adops_pipeline",
    "dagster/code_location": "adops_pipeline",
}
"""Tags of a run in the process of a command."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config: the run's own log stands in Dagster's UI; the terminal shows progress and the outcome."""
_LIVING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


@contextmanager
def alive(locks: Path, run_id: str) -> Iterator[None]:
    """Show for the time of the block that this run lives."""
    locks.mkdir(parents=True, exist_ok=True)
    path = locks / f"{run_id}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        path.unlink(missing_ok=True)


def fail_orphaned_runs(instance: dg.DagsterInstance, locks: Path) -> list[str]:
    """Mark own runs failed whose process is gone, and free their pool slots; gives their ids."""
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_LIVING, tags=_FRONT))
    dead = [run for run in runs if not _lives(locks / f"{run.run_id}.lock")]
    for run in dead:
        instance.report_run_failed(run, "the process of this run ended before the run did")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _lives(path: Path) -> bool:
    try:
        with path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    path.unlink(missing_ok=True)
    return False
