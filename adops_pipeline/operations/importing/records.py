"""What the records of the older store are: one model a file, camelCase or snake_case, and the row each becomes.

Fields without a column are kept in ``extra``; nothing is dropped.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    """What every record has; unknown fields are welcome."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    id: Filled

    def row(self, now: datetime) -> Row:
        """The row it becomes; ``now`` is the instant of the import."""
        raise NotImplementedError

    def extra(self, **more: object) -> Row | None:
        """What has no column."""
        kept = {**(self.model_extra or {}), **{name: value for name, value in more.items() if value is not None}}
        document: Row = plain(kept)
        return document or None


class ProjectRecord(Record):
    """projects.json."""

    name: Filled
    description: str | None = None
    client: str | None = Field(None, validation_alias=called("client", "client_name"))
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    monthly_budget: Annotated[Amount, Field(ge=0)] | None = Field(None, validation_alias=called("monthly_budget"))
    status: Annotated[ProjectStatus, StatusName] = ProjectStatus.ACTIVE
    rules: list[Any] = Field(default_factory=list, validation_alias=called("rules", "assignment_rules"))
    campaign_ids: list[Filled] = Field(default_factory=list, validation_alias=called("campaign_ids"))
    created_at: Moment | None = Field(None, validation_alias=called("created_at"))
    updated_at: Moment | None = Field(None, validation_alias=called("updated_at"))

    def row(self, now: datetime) -> Row:
        """A row of projects."""
        created = self.created_at or now
        rules = [
            {"platform": rule.platform, "name_pattern": rule.name_pattern, "objective": rule.objective}
            for rule in rules_from(self.rules)
        ]
        return {
            "id": self.id, "name": self.name, "description": self.description, "client": self.client,
            "currency": self.currency, "monthly_budget": self.monthly_budget, "status": self.status.value,
            "rules": rules, "created_at": created, "updated_at": self.updated_at or created, "extra": self.extra(),
        }  # fmt: skip


class WorkflowRecord(Record):
    """workflows.json."""

    name: Filled
    description: str | None = None
    workflow_id: str | None = Field(None, validation_alias=called("workflow_id", "workflow_type", "type"))
    parameters: dict[str, Any] = Field(default_factory=dict, validation_alias=called("parameters", "params", "config"))
    active: bool = Field(default=True, validation_alias=called("active", "is_active", "enabled"))
    created_at: Moment | None = Field(None, validation_alias=called("created_at"))
    updated_at: Moment | None = Field(None, validation_alias=called("updated_at"))

    def row(self, now: datetime) -> Row:
        """A row of saved_workflows."""
        created = self.created_at or now
        return {
            "id": self.id, "name": self.name, "description": self.description, "workflow_id": self.workflow_id,
            "parameters": plain(self.parameters), "active": self.active, "created_at": created,
            "updated_at": self.updated_at or created, "extra": self.extra(),
        }  # fmt: skip


class ExecutionRecord(Record):
    """executions.json. What waited or ran when the older store was left cannot go on here: it becomes cancelled."""

    workflow_id: Filled = Field(validation_alias=called("workflow_id", "workflow"))
    template_id: str | None = Field(None, validation_alias=called("template_id"))
    parameters: dict[str, Any] = Field(default_factory=dict, validation_alias=called("parameters", "params", "inputs"))
    status: Annotated[Literal["pending", "running", "completed", "failed", "cancelled"], StatusName]
    requested_by: str | None = Field(None, validation_alias=called("requested_by", "triggered_by", "trigger", "source"))
    requested_at: Moment | None = Field(None, validation_alias=called("requested_at", "created_at", "queued_at"))
    started_at: Moment | None = Field(None, validation_alias=called("started_at"))
    finished_at: Moment | None = Field(None, validation_alias=called("finished_at", "completed_at", "ended_at"))
    timeout_seconds: Annotated[int, Field(gt=0)] | None = Field(None, validation_alias=called("timeout_seconds"))
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
        return {
            "id": self.id, "workflow_id": self.workflow_id, "template_id": self.template_id,
            "parameters": plain(self.parameters), "status": "cancelled" if was_open else self.status,
            "requested_by": source, "requested_at": self.requested_at or self.started_at or self.finished_at or now,
            "started_at": self.started_at, "finished_at": now if was_open else self.finished_at,
            "timeout_seconds": self.timeout_seconds, "attempt": self.attempt,
            "stages": [_stage(n, stage) for n, stage in enumerate(self.stages)],
            "result": result if result is None or isinstance(result, dict) else {"value": result},
            "error": error or (f"was {self.status} when it was imported" if was_open else None),
            "extra": self.extra(
                imported_status=self.status if was_open else None,
                imported_requested_by=self.requested_by if source != self.requested_by else None,
            ),
        }  # fmt: skip


class EventRecord(Record):
    """events.json."""

    type: Filled = Field(validation_alias=called("type", "event_type", "event"))
    at: Moment = Field(validation_alias=called("timestamp", "at", "created_at", "time", "occurred_at"))
    subject: str | None = Field(None, validation_alias=called("subject", "execution_id", "entity_id"))
    platform: PlatformName | None = None
    project_id: str | None = Field(None, validation_alias=called("project_id"))
    data: dict[str, Any] = Field(default_factory=dict, validation_alias=called("data", "payload", "details"))

    def row(self, now: datetime) -> Row:
        """A row of events, still without its number."""
        del now
        return {
            "id": self.id, "type": self.type, "at": self.at, "subject": self.subject, "platform": self.platform,
            "project_id": self.project_id, "data": plain(self.data), "extra": self.extra(),
        }  # fmt: skip


class CampaignRecord(Record):
    """campaigns.json."""

    platform: PlatformName
    external_id: str | None = Field(None, validation_alias=called("external_id", "platform_id", "platform_campaign_id"))
    name: Filled
    status: Word | None = None
    objective: str | None = None
    budget: Annotated[Amount, Field(ge=0)] | None = None
    currency: str | None = None
    project_id: str | None = Field(None, validation_alias=called("project_id"))
    metrics: dict[str, Any] | None = None
    created_at: Moment | None = Field(None, validation_alias=called("created_at"))

    @property
    def campaign_id(self) -> str:
        """The id that this product gives the campaign: ``platform:external_id``."""
        return f"{self.platform.value}:{self.external_id}" if self.external_id else self.id

    def row(self, now: datetime) -> Row:
        """A row of imported_campaigns."""
        del now
        return {
            "id": self.id, "platform": self.platform.value, "external_id": self.external_id, "name": self.name,
            "status": self.status, "objective": self.objective, "budget": self.budget, "currency": self.currency,
            "project_id": self.project_id, "metrics": plain(self.metrics), "created_at": self.created_at,
            "extra": self.extra(),
        }  # fmt: skip


class ActivityRecord(Record):
    """activity.json."""

    at: Moment = Field(validation_alias=called("timestamp", "at", "created_at", "time"))
    kind: Word = Field("note", validation_alias=called("kind", "type"))
    title: Filled = Field(validation_alias=called("title", "message", "action", "summary"))
    detail: str | None = Field(None, validation_alias=called("detail", "description"))
    link: str | None = Field(None, validation_alias=called("link", "url"))

    def row(self, now: datetime) -> Row:
        """A row of activity."""
        del now
        return {
            "id": self.id, "at": self.at, "kind": self.kind, "title": self.title, "detail": self.detail,
            "link": self.link, "extra": self.extra(),
        }  # fmt: skip


_STAGE = {
    "title": ("title", "label", "name"), "started_at": ("started_at", "startedAt"),
    "finished_at": ("finished_at", "finishedAt", "completed_at", "completedAt"), "seconds": ("seconds", "duration"),
    "status": ("status", "state"), "error": ("error", "message"),
}  # fmt: skip


def _stage(number: int, stage: Mapping[str, Any]) -> Row:
    """A stage as executions keep it, with all that it had; an old run's steps are not known."""
    found = {
        field: next((stage[n] for n in names if stage.get(n) is not None), None) for field, names in _STAGE.items()
    }
    name = str(stage.get("name") or stage.get("id") or f"stage-{number + 1}")
    document: Row = plain({**stage, **found, "name": name, "title": str(found["title"] or name), "steps": {}})
    return document
