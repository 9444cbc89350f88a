"""A Dagster run in the process of a command: Ctrl-C, SIGTERM and another command's request end it as cancelled."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dagster as dg

from adops_pipeline.supervision.interrupts import Interrupts, repeated_interrupts

_REASON = "the command that ran it was interrupted"
_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
_INTERRUPTS = (KeyboardInterrupt, dg.DagsterExecutionInterruptedError)


@contextmanager
def ended_as_cancelled(instance: dg.DagsterInstance, run_id: str) -> Iterator[Interrupts]:
    """Record the run of the block as cancelled if the block is interrupted; the interrupt is not raised any further.

    A run that succeeded before an interrupt could stop it stays a success.
    """

    def mark() -> None:
        """Dagster records the end of a run that it knows is being cancelled as such, all others as failed."""
        with suppress(Exception):  # whatever fails here, the run is recorded as cancelled below
            run = instance.get_run_by_id(run_id)
            if run is not None and run.status is dg.DagsterRunStatus.STARTED:
                instance.report_run_canceling(run)

    with suppress(*_INTERRUPTS), repeated_interrupts(on_first=mark) as interrupts:
        yield interrupts
    run = instance.get_run_by_id(run_id)
    if interrupts.came and run is not None and not _has_ended(run):
        instance.report_run_canceled(run, _REASON)
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def stopped_by(interrupts: Interrupts) -> str | None:
    """What people call the signal that ended the run; None if none came from outside."""
    return None if interrupts.signal is None else _NAMES[interrupts.signal]


def _has_ended(run: dg.DagsterRun) -> bool:
    return run.status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED)
