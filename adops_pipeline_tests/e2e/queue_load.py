"""Executions by the dozen: asked for from several processes at once, and what came of each in store and Dagster."""

import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import dagster as dg

from adops_pipeline.clock import system_clock
from adops_pipeline.domain.workflows import find_workflow, to_document, validate
from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline.services.executions import EXECUTION_TAG, stages_of
from adops_pipeline_tests.e2e.running_up import FORKSERVER, Up
from adops_pipeline_tests.operations.processes import context
from adops_pipeline_tests.patience import patience_seconds, wait_until

WORKFLOW = "learning-review"
"""The lightest of the catalogue."""


@dataclass(frozen=True)
class Queue:
    """The queue of a data folder, seen from outside of `adops up`."""

    data_dir: Path

    def store(self) -> Store:
        """A store of one's own."""
        return Store(f"sqlite:///{self.data_dir / 'operations.db'}")

    def ask(self, number: int) -> list[str]:
        """Enqueue so many, one transaction each; their ids."""
        workflow = find_workflow(WORKFLOW)
        asked = []
        with self.store() as store:
            for _ in range(number):
                with store.writing() as con:
                    execution = executions.enqueue(
                        con,
                        workflow_id=workflow.id,
                        parameters=to_document(validate(workflow.id, {})),
                        requested_by="api",
                        at=system_clock(),
                        stages=stages_of(workflow),
                        timeout_seconds=workflow.timeout_seconds,
                    )
                asked.append(execution.id)
        return asked

    def ask_from_processes(self, processes: int, each: int) -> None:
        """Enqueue from several processes at the same moment."""
        start = context().Barrier(processes)
        crowd = [context().Process(target=_ask_together, args=(self, start, each)) for _ in range(processes)]
        for process in crowd:
            process.start()
        for process in crowd:
            process.join(patience_seconds())
            assert process.exitcode == 0

    def all(self) -> list[Execution]:
        """Every execution of the workflow."""
        with self.store() as store, store.reading() as con:
            return executions.latest(con, 10_000, workflow_id=WORKFLOW)

    def begun(self) -> int:
        """How many have begun working."""
        return sum(execution.started_at is not None for execution in self.all())

    def ended(self) -> int:
        """How many have ended, however."""
        return sum(execution.has_ended for execution in self.all())

    def wait_for_all(self, number: int) -> None:
        """Wait until so many have ended, for as long as one after the other does."""
        while (ended := self.ended()) < number:
            wait_until(lambda ended=ended: self.ended() > ended, "the end of one more execution")  # type: ignore[misc]

    def launched(self) -> Counter[str]:
        """How many Dagster runs each execution has, whatever became of them."""
        with dg.DagsterInstance.from_config(str(self.data_dir / "dagster" / "home")) as instance:
            runs = instance.get_runs(filters=dg.RunsFilter(tags={"adops/workflow": WORKFLOW}))
        return Counter(run.tags[EXECUTION_TAG] for run in runs)


def _ask_together(queue: Queue, start: Barrier, each: int) -> None:
    start.wait(patience_seconds())
    queue.ask(each)


def seconds_to_start(execution: Execution) -> float:
    """From the request to the first step of its run."""
    assert isinstance(execution.started_at, datetime)
    return (execution.started_at - execution.requested_at).total_seconds()


def under_fire(up: Up, processes: int, each: int, kills: tuple[str, ...]) -> None:
    """Ask for executions from several processes, kill parts of `up` meanwhile, and check what came of each."""
    queue, number = Queue(up.data_dir), processes * each
    queue.ask_from_processes(processes, each)
    for turn, part in enumerate(kills):
        seen = 1 + turn * number // (len(kills) + 1)
        wait_until(lambda seen=seen: queue.begun() >= seen)  # type: ignore[misc]
        wait_until(lambda part=part: bool(up.parts(part)))  # type: ignore[misc]
        os.kill(up.part(part), signal.SIGKILL)
    queue.wait_for_all(number)
    assert set(queue.launched().values()) == {1}
    assert queue.launched().keys() == {execution.id for execution in queue.all()}
    failed = [execution for execution in queue.all() if execution.status != "completed"]
    assert {execution.status for execution in failed} <= {"failed"}
    assert len(failed) <= 2 * kills.count(FORKSERVER), "as many as ran when their forkserver was killed"
    assert all(execution.error for execution in failed)
    assert not any("seconds to start" in str(execution.error) for execution in failed), "a launch that was lost"
