"""Executions of workflows: request, find, cancel and retry them; and what a run records about its own execution.

Every front asks for an execution through `Executions.request`. Nothing here runs a workflow: see `services.workflows`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from adops_pipeline.clock import Clock
from adops_pipeline.domain.executions import Source, Stages, Status, StepEvent, StepReport, begin
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.workflows import Workflow
from adops_pipeline.domain.workflows.requests import WorkflowRequest
from adops_pipeline.operations import executions
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.statements import random_id
from adops_pipeline.operations.store import Connection, Store

if TYPE_CHECKING:
    from adops_pipeline.domain.workflows.results import WorkflowResult

__all__ = [
    "EXECUTION_TAG",
    "SOURCE_TAG",
    "Execution",
    "Executions",
    "RunIdentity",
    "Source",
    "StepReport",
    "WorkflowRun",
    "stages_of",
]

EXECUTION_TAG = "adops/execution_id"
"""The run tag that names the execution a run belongs to."""
SOURCE_TAG = "adops/requested_by"


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """A run, the execution it belongs to (None if nobody requested one), and what started it."""

    run_id: str
    execution_id: str | None
    requested_by: Source

    @classmethod
    def of(cls, run_id: str, tags: Mapping[str, str]) -> "RunIdentity":
        """Read a run's tags. A run without a request was started by a schedule, the command line or Dagster's UI."""
        source: Source = "dagster-ui"
        if "dagster/schedule_name" in tags:
            source = "schedule"
        elif tags.get(SOURCE_TAG) == "cli":
            source = "cli"
        return cls(run_id, tags.get(EXECUTION_TAG), source)


def stages_of(workflow: Workflow, step_stage: Mapping[str, str] | None = None) -> Stages:
    """The workflow's stages before anything happened; ``step_stage`` maps a run's steps to stages where they differ."""
    titles = [(stage.name, stage.title) for stage in workflow.stages]
    return begin(titles, step_stage or {stage.name: stage.name for stage in workflow.stages})


@dataclass(frozen=True)
class Executions:
    """The executions of one installation."""

    store: Callable[[], Store]
    clock: Clock

    def request(self, request: WorkflowRequest, *, requested_by: Source, key: str | None = None) -> Execution:
        """Put a workflow into the queue; the daemon of `adops up` runs it.

        ``key`` makes the request idempotent: the same key from the same source returns the execution that
        exists. Raises RefusedError if that one has another workflow or other parameters.
        """
        execution_id = random_id() if key is None else str(uuid5(NAMESPACE_URL, f"{requested_by}:{key}"))
        with self.store().writing() as con:
            return self.enqueue(con, request, requested_by=requested_by, execution_id=execution_id)

    def enqueue(
        self, con: Connection, request: WorkflowRequest, *, requested_by: Source, execution_id: str
    ) -> Execution:
        """Put a workflow into the queue under the id ``execution_id``, in the caller's transaction."""
        workflow = request.workflow
        return executions.enqueue(
            con,
            workflow_id=workflow.id,
            parameters=request.document,
            requested_by=requested_by,
            at=self.clock(),
            stages=() if workflow.is_sync else stages_of(workflow),
            template_id=request.template_id,
            timeout_seconds=workflow.timeout_seconds,
            new_id=lambda: execution_id,
        )

    def record_run(
        self,
        workflow: Workflow,
        identity: RunIdentity,
        parameters: Mapping[str, Any],
        *,
        at: datetime | None = None,
        stages: Stages | None = None,
    ) -> Execution:
        """Record a run that nobody requested as a running execution with the run's id; once for each run."""
        with self.store().writing() as con:
            return executions.record_foreign(
                con,
                run_id=identity.run_id,
                workflow_id=workflow.id,
                parameters=parameters,
                requested_by=identity.requested_by,
                at=at or self.clock(),
                stages=stages if stages is not None else stages_of(workflow),
                timeout_seconds=workflow.timeout_seconds,
            )

    def get(self, execution_id: str) -> Execution:
        """The execution. Raises NotFoundError where there is none."""
        with self.store().reading() as con:
            return executions.get(con, execution_id)

    def newest(
        self, limit: int = 50, *, status: Status | None = None, workflow_id: str | None = None, offset: int = 0
    ) -> Sequence[Execution]:
        """Executions, newest first; only of a status or a workflow where given."""
        with self.store().reading() as con:
            return executions.latest(con, limit, status=status, workflow_id=workflow_id, offset=offset)

    def cancel(self, execution_id: str, by: str) -> Execution:
        """Cancel at once what is pending; ask what is running to stop. Raises RefusedError for what has ended."""
        with self.store().writing() as con:
            executions.cancel(con, execution_id, self.clock(), by=by)
            return executions.get(con, execution_id)

    def retry(self, execution_id: str, *, requested_by: Source) -> Execution:
        """Request a failed or cancelled execution again with the same parameters. Raises RefusedError for others."""
        with self.store().writing() as con:
            return executions.retry(con, execution_id, requested_by=requested_by, at=self.clock())

    def mark_cancelled(self, execution_id: str, reason: str) -> Execution:
        """Record that the run of an execution has stopped as somebody asked it to."""
        with self.store().writing() as con:
            executions.mark_cancelled(con, execution_id, reason, self.clock())
            return executions.get(con, execution_id)

    def pending(self, limit: int) -> Sequence[Execution]:
        """Executions that wait for a run, oldest first."""
        with self.store().reading() as con:
            return executions.pending(con, limit=limit)

    def fail(self, execution_id: str, reason: str, at: datetime | None = None) -> None:
        """Record that an execution failed, or cannot be started."""
        with self.store().writing() as con:
            executions.fail(con, execution_id, reason, at or self.clock())

    def time_out(self) -> Sequence[Execution]:
        """Fail executions that have used up their time; those that this call failed."""
        now = self.clock()
        with self.store().reading() as con:
            overdue = executions.overdue(con, now)
        if not overdue:
            return ()
        with self.store().writing() as con:
            return [execution for execution in overdue if executions.time_out(con, execution.id, now)]

    def claim(
        self,
        workflow: Workflow,
        identity: RunIdentity,
        parameters: Mapping[str, Any],
        *,
        started_at: datetime | None,
        stages: Stages,
    ) -> Execution | None:
        """The execution that a run belongs to, marked as started if the run has; None if another run has taken it.

        A run that nobody requested gets a new execution.
        """
        with self.store().reading() as con:
            known = executions.find(con, run_id=identity.run_id)
        if known is not None:
            return known
        if identity.execution_id is None:
            return self.record_run(workflow, identity, parameters, at=started_at, stages=stages)
        with self.store().writing() as con:
            waiting = executions.get(con, identity.execution_id)
            if started_at is None or waiting.status != "pending":
                return waiting if waiting.run_id in (None, identity.run_id) else None
            is_started = executions.mark_started(con, waiting.id, identity.run_id, started_at, stages)
            return executions.get(con, waiting.id) if is_started else None

    def record_steps(self, execution_id: str, reports: Iterable[StepReport]) -> None:
        """Record what happened to the steps of an execution's run; a repeated report changes nothing."""
        with self.store().writing() as con:
            executions.step_events(con, execution_id, reports)

    def complete(self, execution_id: str, result: Mapping[str, Any], at: datetime) -> None:
        """Record the result of a run that could not do so itself."""
        with self.store().writing() as con:
            executions.complete(con, execution_id, result, at)

    def run_was_cancelled(self, execution: Execution, at: datetime) -> None:
        """Cancel an execution whose run was taken out of the queue, or stopped."""
        with self.store().writing() as con:
            if execution.status == "pending":
                executions.cancel(con, execution.id, at, by="Dagster: its run was taken out of the queue")
            else:
                executions.mark_cancelled(con, execution.id, "its run was stopped", at)

    def run(self, workflow: Workflow, identity: RunIdentity) -> "WorkflowRun":
        """What a run uses to record its progress."""
        return WorkflowRun(self, workflow, identity)


@dataclass(frozen=True)
class WorkflowRun:
    """What one run records about its execution."""

    executions: Executions
    workflow: Workflow
    identity: RunIdentity

    @property
    def execution_id(self) -> str:
        """The execution's id: the run's own where nobody requested it."""
        return self.identity.execution_id or self.identity.run_id

    def start(self, parameters: Mapping[str, Any]) -> None:
        """Record that the run has begun.

        Raises RefusedError if the execution has ended or belongs to another run, which must then do nothing.
        """
        execution_id, run_id = self.identity.execution_id, self.identity.run_id
        if execution_id is None:
            self.executions.record_run(self.workflow, self.identity, parameters)
            return
        with self.executions.store().writing() as con:
            is_started = executions.mark_started(con, execution_id, run_id, self.executions.clock())
        if not is_started:
            raise RefusedError(f"execution {execution_id} belongs to another run")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record a stage's beginning and end. An error fails the stage and the execution, and is raised again."""
        self._record(name, "started")
        try:
            yield
        except Exception as error:
            reason = one_line(error) or type(error).__name__
            now = self.executions.clock()
            with self.executions.store().writing() as con:
                executions.step_event(con, self.execution_id, name, "failed", now, reason)
                executions.fail(con, self.execution_id, reason, now, self.identity.run_id)
            raise
        self._record(name, "succeeded")

    def complete(self, result: "WorkflowResult") -> None:
        """Record the result: the execution has completed."""
        now = self.executions.clock()
        with self.executions.store().writing() as con:
            executions.complete(con, self.execution_id, result.to_document(), now, self.identity.run_id)

    def _record(self, stage: str, event: StepEvent) -> None:
        with self.executions.store().writing() as con:
            executions.step_event(con, self.execution_id, stage, event, self.executions.clock())
