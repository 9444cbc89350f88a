"""Records of the older store: one model for each file, camelCase or snake_case, and the row it becomes.

Fields without a column are kept in ``extra``; nothing is dropped.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field

from adops_pipeline.domain.executions import SOURCES
from adops_pipeline.domain.projects import ProjectStatus
from adops_pipeline.operations.importing.fields import (
    Amount,
    Filled,
    Moment,
    PlatformName,
    StatusName,
    Word,
    called,
    plain,
)
from adops_pipeline.operations.projects import rules_from

Row = dict[str, Any]


class Record(BaseModel):
    """Fields of every record; unknown fields are allowed."""

    model_config = ConfigDict(
        extra="allow", coerce_numbers_to_str=True, frozen=True, alias_generator=AliasGenerator(validation_alias=called)
    )

    id: Filled

    def row(self, now: datetime) -> Row:
        """The row it becomes: a column for each field, the rest in ``extra``. ``now`` is the time of the import."""
        del now
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: _column(value) for name, value in fields.items()} | {"extra": self.extra()}

    def extra(self, **more: object) -> Row | None:
        """Fields without a column."""
        kept = {**(self.model_extra or {}), **{name: value for name, value in more.items() if value is not None}}
        document: Row = plain(kept)
        return document or None


class DatedRecord(Record):
    """A record whose creation time defaults to the time of the import."""

    created_at: Moment | None = None
    updated_at: Moment | None = None

    def row(self, now: datetime) -> Row:
        """The row, with both times filled in."""
        created = self.created_at or now
        return super().row(now) | {"created_at": created, "updated_at": self.updated_at or created}


class ProjectRecord(DatedRecord):
    """projects.json."""

    name: Filled
    description: str | None = None
    client: str | None = Field(None, validation_alias=called("client", "client_name"))
    category: str | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    monthly_budget: Annotated[Amount, Field(ge=0)] | None = None
    status: Annotated[ProjectStatus, StatusName] = ProjectStatus.ACTIVE
    rules: list[Any] = Field(default_factory=list, validation_alias=called("rules", "assignment_rules"))
    campaign_ids: list[Filled] = Field(default_factory=list)

    def row(self, now: datetime) -> Row:
        """A row of projects."""
        row = super().row(now)
        del row["campaign_ids"]  # assignments are rows of another table
        return row | {"rules": [asdict(rule) for rule in rules_from(self.rules)]}


class WorkflowRecord(DatedRecord):
    """workflows.json."""

    name: Filled
    description: str | None = None
    workflow_id: str | None = Field(None, validation_alias=called("workflow_id", "workflow_type", "type"))
    parameters: dict[str, Any] = Field(default_factory=dict, validation_alias=called("parameters", "params", "config"))
    active: bool = Field(default=True, validation_alias=called("active", "is_active", "enabled"))


class ExecutionRecord(Record):
    """executions.json. Executions that were pending or running cannot continue here: they become cancelled."""

    workflow_id: Filled = Field(validation_alias=called("workflow_id", "workflow"))
    template_id: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, validation_alias=called("parameters", "params", "inputs"))
    status: Annotated[Literal["pending", "running", "completed", "failed", "cancelled"], StatusName]
    requested_by: str | None = Field(None, validation_alias=called("requested_by", "triggered_by", "trigger", "source"))
    requested_at: Moment | None = Field(None, validation_alias=called("requested_at", "created_at", "queued_at"))
    started_at: Moment | None = None
    finished_at: Moment | None = Field(None, validation_alias=called("finished_at", "completed_at", "ended_at"))
    timeout_seconds: Annotated[int, Field(gt=0)] | None = None
    attempt: Annotated[int, Field(ge=1)] = 1
    stages: list[dict[str, Any]] = Field(default_factory=list, validation_alias=called("stages", "steps"))
    result: Any = Field(None, validation_alias=called("result", "output", "outputs"))
    error: Any = Field(None, validation_alias=called("error", "error_message"))

    def row(self, now: datetime) -> Row:
        """A row of workflow_executions."""
        was_open = self.status in {"pending", "running"}
        source = self.requested_by if self.requested_by in SOURCES else "import"
        error = self.error if self.error is None or isinstance(self.error, str) else json.dumps(plain(self.error))
        result = plain(self.result)
        return super().row(now) | {
            "status": "cancelled" if was_open else self.status,
            "requested_by": source,
            "requested_at": self.requested_at or self.started_at or self.finished_at or now,
            "finished_at": now if was_open else self.finished_at,
            "stages": [_stage(n, stage) for n, stage in enumerate(self.stages)],
            "result": result if result is None or isinstance(result, dict) else {"value": result},
            "error": error or (f"was {self.status} when it was imported" if was_open else None),
            "extra": self.extra(
                imported_status=self.status if was_open else None,
                imported_requested_by=self.requested_by if source != self.requested_by else None,
            ),
        }


class EventRecord(Record):
    """events.json."""

    type: Filled = Field(validation_alias=called("type", "event_type", "event"))
    at: Moment = Field(validation_alias=called("timestamp", "at", "created_at", "time", "occurred_at"))
    subject: str | None = Field(None, validation_alias=called("subject", "execution_id", "entity_id"))
    platform: PlatformName | None = None
    project_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, validation_alias=called("data", "payload", "details"))


class CampaignRecord(Record):
    """campaigns.json."""

    platform: PlatformName
    external_id: str | None = Field(None, validation_alias=called("external_id", "platform_id", "platform_campaign_id"))
    name: Filled
    status: Word | None = None
    objective: str | None = None
    budget: Annotated[Amount, Field(ge=0)] | None = None
    currency: str | None = None
    project_id: str | None = None
    metrics: dict[str, Any] | None = None
    created_at: Moment | None = None

    @property
    def campaign_id(self) -> str:
        """The id that this product gives the campaign: ``platform:external_id``."""
        return f"{self.platform.value}:{self.external_id}" if self.external_id else self.id


class ActivityRecord(Record):
    """activity.json."""

    at: Moment = Field(validation_alias=called("timestamp", "at", "created_at", "time"))
    kind: Word = Field("note", validation_alias=called("kind", "type"))
    title: Filled = Field(validation_alias=called("title", "message", "action", "summary"))
    detail: str | None = Field(None, validation_alias=called("detail", "description"))
    link: str | None = Field(None, validation_alias=called("link", "url"))


def _column(value: object) -> object:
    """Documents as JSON, enum members as text, everything else unchanged."""
    if isinstance(value, dict | list):
        return plain(value)
    return value.value if isinstance(value, StrEnum) else value


_STAGE = {
    "title": ("title", "label", "name"), "started_at": ("started_at", "startedAt"),
    "finished_at": ("finished_at", "finishedAt", "completed_at", "completedAt"), "seconds": ("seconds", "duration"),
    "status": ("status", "state"), "error": ("error", "message"),
}  # fmt: skip


def _stage(number: int, stage: Mapping[str, Any]) -> Row:
    """A stage in the format of executions, with all its fields; the steps of an old run are unknown."""
    found = {
        field: next((stage[n] for n in names if stage.get(n) is not None), None) for field, names in _STAGE.items()
    }
    name = str(stage.get("name") or stage.get("id") or f"stage-{number + 1}")
    document: Row = plain({**stage, **found, "name": name, "title": str(found["title"] or name), "steps": {}})
    return document
