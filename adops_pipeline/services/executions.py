"""A run and its execution: the row in the operational store follows what the run does. No orchestrator here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.executions import Stages, StepEvent, begin
from adops_pipeline.domain.workflows import Workflow
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Source
from adops_pipeline.operations.store import Store

EXECUTION_TAG = "adops/execution_id"
"""The run tag that names the execution a run belongs to."""
SOURCE_TAG = "adops/requested_by"


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Which run this is, for which execution (None: nobody enqueued it), and who launched it."""

    run_id: str
    execution_id: str | None
    requested_by: Source

    @classmethod
    def of(cls, run_id: str, tags: Mapping[str, str]) -> "RunIdentity":
        """Read off a run's tags; a run that nobody enqueued is a schedule's, the command line's, or the web UI's."""
        source: Source = "dagster-ui"
        if "dagster/schedule_name" in tags:
            source = "schedule"
        elif tags.get(SOURCE_TAG) == "cli":
            source = "cli"
        return cls(run_id, tags.get(EXECUTION_TAG), source)


def stages_of(workflow: Workflow, step_stage: Mapping[str, str] | None = None) -> Stages:
    """The workflow's stages before anything happened; ``step_stage`` where its steps are not the stages themselves."""
    titles = [(stage.name, stage.title) for stage in workflow.stages]
    return begin(titles, step_stage or {stage.name: stage.name for stage in workflow.stages})


@dataclass(frozen=True)
class WorkflowRun:
    """What one run tells the store about its execution."""

    store: Store
    clock: Clock
    workflow: Workflow
    identity: RunIdentity

    @property
    def execution_id(self) -> str:
        """The execution's id; a run that nobody enqueued lends its own."""
        return self.identity.execution_id or self.identity.run_id

    def start(self, parameters: Mapping[str, Any]) -> bool:
        """The run has begun. False where another run has this execution: then nothing must be done."""
        now = self.clock()
        with self.store.writing() as con:
            if self.identity.execution_id is not None:
                return executions.mark_started(con, self.identity.execution_id, self.identity.run_id, now)
            executions.record_foreign(
                con,
                run_id=self.identity.run_id,
                workflow_id=self.workflow.id,
                parameters=parameters,
                requested_by=self.identity.requested_by,
                at=now,
                stages=stages_of(self.workflow),
                timeout_seconds=self.workflow.timeout_seconds,
            )
        return True

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage's beginning and end; a failure is told as the stage's and the execution's, and goes on."""
        self._tell(name, "started")
        try:
            yield
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            with self.store.writing() as con:
                executions.step_event(con, self.execution_id, name, "failed", self.clock(), reason)
                executions.fail(con, self.execution_id, reason, self.clock(), self.identity.run_id)
            raise
        self._tell(name, "succeeded")

    def complete(self, result: WorkflowResult) -> None:
        """The run has done its work."""
        with self.store.writing() as con:
            executions.complete(con, self.execution_id, result.to_document(), self.clock(), self.identity.run_id)

    def _tell(self, stage: str, event: StepEvent) -> None:
        with self.store.writing() as con:
            executions.step_event(con, self.execution_id, stage, event, self.clock())
