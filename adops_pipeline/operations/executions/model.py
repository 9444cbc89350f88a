"""A stored execution. Statuses and stages: `domain.executions`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adops_pipeline.domain.executions import Status, is_final, timed_out


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution; ``stages`` are documents as `domain.executions.stage_document` writes them."""

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
        """Whether its status is final."""
        return is_final(self.status)

    @property
    def project_id(self) -> str | None:
        """Project in the parameters."""
        named = self.parameters.get("projectId") or self.parameters.get("project_id")
        return str(named) if named else None

    @property
    def seconds(self) -> float | None:
        """Duration of the run; None before it ends, and if it never started."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())

    def time_out_reason(self, now: datetime) -> str | None:
        """Message of the time-out; None if it does not run or has time left."""
        if self.status != "running" or self.started_at is None or self.timeout_seconds is None:
            return None
        return timed_out(self.started_at, self.timeout_seconds, now)
