"""How the stages of an execution change: pure functions over their documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adops_pipeline.operations.executions.record import StageEvent, Status

Stages = list[dict[str, Any]]

_STATUS_AFTER: dict[StageEvent, str] = {
    "started": "running", "succeeded": "completed", "failed": "failed", "skipped": "skipped",
}  # fmt: skip
_RANK = {"pending": 0, "running": 1, "completed": 2, "failed": 2, "skipped": 2}


def after(
    stages: Sequence[dict[str, Any]], name: str, happened: StageEvent, at: datetime, error: str | None
) -> Stages | None:
    """The stages after an event; None where it is no news or there is no such stage."""
    changed = [_changed(stage, happened, at, error) if stage["name"] == name else stage for stage in stages]
    return None if changed == list(stages) else changed


def closed(stages: Sequence[dict[str, Any]], status: Status, at: datetime) -> Stages:
    """The stages of an execution that has ended: nothing is left running or waiting."""
    ending: StageEvent = "succeeded" if status is Status.COMPLETED else "failed"
    error = None if status is Status.COMPLETED else str(status)
    return [
        _changed(stage, ending, at, error) if stage["status"] == "running" else _changed(stage, "skipped", at, None)
        for stage in stages
    ]


def _changed(stage: dict[str, Any], happened: StageEvent, at: datetime, error: str | None) -> dict[str, Any]:
    status = _STATUS_AFTER[happened]
    if _RANK[status] <= _RANK[stage["status"]]:
        return stage
    if happened == "started":
        return {**stage, "status": status, "started_at": at.isoformat()}
    if happened == "skipped":
        return {**stage, "status": status, "finished_at": at.isoformat()}
    began = datetime.fromisoformat(stage["started_at"]) if stage["started_at"] else at
    seconds = max(0.0, (at - began).total_seconds())
    return {**stage, "status": status, "finished_at": at.isoformat(), "seconds": seconds, "error": error}
