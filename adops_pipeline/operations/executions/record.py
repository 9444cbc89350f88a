"""What an execution is: its words, its fields, the shape of its stages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args

Source = Literal["api", "cli", "webhook", "agent", "schedule", "dagster-ui", "alert", "import"]
"""Who asked for it."""
SOURCES: tuple[str, ...] = get_args(Source)
StageEvent = Literal["started", "succeeded", "failed", "skipped"]
"""What can happen to a stage."""


class Status(StrEnum):
    """Where an execution stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})
"""Nothing moves on from here; a retry is an execution of its own."""


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage of a workflow before anything happened: ``name`` for programs, ``title`` for people."""

    name: str
    title: str

    def document(self) -> dict[str, Any]:
        """As it stands in an execution's stages."""
        return {
            "name": self.name, "title": self.title, "status": "pending", "started_at": None, "finished_at": None,
            "seconds": None, "error": None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution. A stage: {name, title, status, started_at, finished_at, seconds, error}, instants as ISO text."""

    id: str
    workflow_id: str
    template_id: str | None
    parameters: dict[str, Any]
    status: Status
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    timeout_seconds: int | None
    run_id: str | None
    attempt: int
    retry_of: str | None
    stages: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] | None = None
    error: str | None = None
    cancel_requested_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in ENDED

    @property
    def project_id(self) -> str | None:
        """Project that the parameters name."""
        named = self.parameters.get("projectId") or self.parameters.get("project_id")
        return str(named) if named else None

    @property
    def seconds(self) -> float | None:
        """How long it ran; None before its end or when it never began."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())

    def is_overdue(self, now: datetime) -> bool:
        """Whether it has run for longer than it may."""
        if self.status is not Status.RUNNING or self.started_at is None or self.timeout_seconds is None:
            return False
        return (now - self.started_at).total_seconds() >= self.timeout_seconds
