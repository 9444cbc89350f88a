"""An execution of a workflow as a pure state machine: statuses, stage progress from step events, time-outs, retries.

Executions are stored in `operations.executions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from adops_pipeline.domain.documents import from_document, to_document

Status = Literal["pending", "running", "completed", "failed", "cancelled"]
StageStatus = Literal["pending", "running", "succeeded", "failed", "skipped"]
StepEvent = Literal["started", "succeeded", "failed", "skipped"]

Source = Literal["api", "cli", "webhook", "agent", "schedule", "dagster-ui", "alert", "import"]
"""What requested an execution."""

SOURCES: tuple[Source, ...] = get_args(Source)
TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        "pending": frozenset({"running", "failed", "cancelled"}),
        "running": frozenset({"completed", "failed", "cancelled"}),
        "completed": frozenset(),
        "failed": frozenset(),
        "cancelled": frozenset(),
    }
)
"""Where each status may lead. A pending execution fails where it cannot be started at all. Final statuses stay: a
retry is a new execution."""
_FINAL_STEPS: tuple[StepEvent, ...] = ("skipped", "succeeded", "failed")


class TransitionError(ValueError):
    """A change of status that cannot be; the message says why."""


def is_final(status: Status) -> bool:
    """Whether nothing comes after it."""
    return not TRANSITIONS[status]


def check_transition(before: Status, after: Status) -> None:
    """Raise TransitionError unless an execution that is ``before`` may become ``after``."""
    if after in TRANSITIONS[before]:
        return
    if before == after:
        raise TransitionError(f"the execution is {before} already")
    if is_final(before):
        raise TransitionError(f"the execution is {before}, which is final: it cannot become {after}; retry it instead")
    raise TransitionError(f"a {before} execution cannot become {after}, only {', '.join(sorted(TRANSITIONS[before]))}")


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step of a run: when it began and how it ended, as far as is known. Times are aware."""

    started_at: datetime | None = None
    ended: StepEvent | None = None
    ended_at: datetime | None = None
    error: str | None = None

    def after(self, event: StepEvent, at: datetime, error: str | None) -> "StepProgress":
        """With one more event; neither order nor repetition matters: the first start and the last end count."""
        if event == "started":
            return self if self.started_at is not None and self.started_at <= at else replace(self, started_at=at)
        if self.ended is not None and self.ended_at is not None:
            kept = (self.ended_at, _FINAL_STEPS.index(self.ended), self.error or "")
            if (at, _FINAL_STEPS.index(event), error or "") <= kept:
                return self
        return replace(self, ended=event, ended_at=at, error=error)


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far a stage is. A stage covers one or more steps of a run; all of them together are its progress."""

    name: str
    title: str
    steps: Mapping[str, StepProgress] = field(default_factory=dict)

    @property
    def status(self) -> StageStatus:
        """Failed as soon as a step has; running while any has begun; succeeded or skipped when all have ended."""
        ends = [step.ended for step in self.steps.values()]
        if "failed" in ends:
            return "failed"
        if ends and None not in ends:
            return "succeeded" if "succeeded" in ends else "skipped"
        has_begun = any(step.started_at is not None or step.ended is not None for step in self.steps.values())
        return "running" if has_begun else "pending"

    @property
    def started_at(self) -> datetime | None:
        """When its first step began; where only an end is known, that."""
        begun = [step.started_at or step.ended_at for step in self.steps.values()]
        return min((at for at in begun if at is not None), default=None)

    @property
    def finished_at(self) -> datetime | None:
        """When its last step ended; None while one is still to end."""
        ended = [step.ended_at for step in self.steps.values()]
        known = [at for at in ended if at is not None]
        return max(known) if known and len(known) == len(ended) else None

    @property
    def seconds(self) -> float | None:
        """From the first start to the last end; None before that."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max((self.finished_at - self.started_at).total_seconds(), 0.0)

    @property
    def error(self) -> str | None:
        """What the first of its failed steps said."""
        failed = [step for step in self.steps.values() if step.ended == "failed" and step.ended_at is not None]
        first = min(
            failed, key=lambda step: (step.ended_at or datetime.max.replace(tzinfo=UTC), step.error or ""), default=None
        )
        return first.error if first else None


Stages = tuple[StageProgress, ...]


def begin(stages: Sequence[tuple[str, str]], step_stage: Mapping[str, str]) -> Stages:
    """Stages (name, title) of a run that has not begun; ``step_stage`` says which stage each step belongs to.

    Raises ValueError where a step belongs to a stage that is not there, or a stage has no step.
    """
    names = [name for name, _ in stages]
    strays = sorted({stage for stage in step_stage.values() if stage not in names})
    idle = [name for name in names if name not in step_stage.values()]
    if strays or idle:
        problem = f"there is no stage {', '.join(strays)}" if strays else f"no step belongs to {', '.join(idle)}"
        raise ValueError(problem)
    return tuple(
        StageProgress(name, title, {step: StepProgress() for step, stage in step_stage.items() if stage == name})
        for name, title in stages
    )


@dataclass(frozen=True, slots=True)
class StepReport:
    """What happened to a step of a run, and when; ``error`` is the reason of a failure."""

    step: str
    event: StepEvent
    at: datetime
    error: str | None = None


def apply_step_event(stages: Stages, step_key: str, event: StepEvent, at: datetime, error: str | None = None) -> Stages:
    """``stages`` after one step event at the aware time ``at``; events may come late, twice and in any order.

    A step that no stage covers changes nothing. Raises ValueError for a naive time.
    """
    if at.tzinfo is None:
        raise ValueError("the time of a step event must know its zone")
    return tuple(
        replace(stage, steps={**stage.steps, step_key: stage.steps[step_key].after(event, at, error)})
        if step_key in stage.steps
        else stage
        for stage in stages
    )


def close(stages: Stages, status: Status, at: datetime, error: str | None = None) -> Stages:
    """``stages`` of a run that has ended: what never began is skipped, what was under way shares the run's fate."""
    under_way: StepEvent = "succeeded" if status == "completed" else "failed"
    for stage in stages:
        for key, step in stage.steps.items():
            if step.ended is None:
                never = step.started_at is None
                stages = apply_step_event(stages, key, "skipped" if never else under_way, at, None if never else error)
    return stages


def stage_document(stage: StageProgress) -> dict[str, Any]:
    """The stored form of a stage: its steps, and for readers of the store what follows from them."""
    names = ("status", "started_at", "finished_at", "seconds", "error")
    return to_document(stage) | to_document({name: getattr(stage, name) for name in names})


def read_stage(document: Mapping[str, Any]) -> StageProgress:
    """The stage that ``stage_document`` wrote."""
    return from_document(StageProgress, document)


def timed_out(started_at: datetime, timeout_seconds: float, now: datetime) -> str | None:
    """Why a running execution has to be ended: it took longer than it may. None while it has time left."""
    seconds = (now - started_at).total_seconds()
    if seconds <= timeout_seconds:
        return None
    return f"timed out: it ran for {seconds:,.0f} s and may take {timeout_seconds:,.0f} s"


def refuse_retry(status: Status) -> str | None:
    """Why a person may not retry an execution of this status; None where they may, however often it was tried."""
    if status in ("failed", "cancelled"):
        return None
    return f"only a failed or cancelled execution can be retried; this one is {status}"
