"""What of the store may be published: tables and columns named one by one, so that nothing is public by accident.

Never in the list: addresses, names of secrets, ciphertext, messages, and whatever came from elsewhere unexamined.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, false, or_, select

from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.schema import metadata

PUBLIC: Mapping[str, tuple[str, ...]] = {
    "projects": (
        "id", "name", "description", "client", "currency", "monthly_budget", "status", "rules", "created_at",
        "updated_at",
    ),
    "project_campaigns": ("campaign_id", "project_id", "assigned_at"),
    "workflow_executions": (
        "id", "workflow_id", "template_id", "parameters", "status", "requested_by", "requested_at", "started_at",
        "finished_at", "timeout_seconds", "run_id", "attempt", "retry_of", "stages", "result", "error",
        "cancel_requested_at",
    ),
    "events": ("seq", "id", "type", "at", "subject", "platform", "project_id", "data"),
    "activity": ("id", "seq", "at", "kind", "title", "detail", "link"),
    "webhooks": ("id", "name", "workflow_id", "template_id", "active", "created_at", "last_called_at"),
    "notification_configs": (
        "id", "name", "channel", "event_filter", "min_severity", "platforms", "project_id", "quiet_hours", "active",
        "created_at",
    ),
    "alert_states": (
        "fingerprint", "source", "name", "severity", "status", "platform", "summary", "record", "fired_at",
        "resolved_at",
    ),
    "silences": ("id", "matchers", "starts_at", "ends_at", "author", "comment"),
    "agent_memory": (
        "id", "agent_id", "memory_type", "context", "action", "outcome", "score", "tags", "execution_id", "created_at",
    ),
}  # fmt: skip
"""Columns by table."""
_HAPPENED: Mapping[str, str] = {"workflow_executions": "requested_at", "events": "at", "activity": "at"}
"""The instant of each row, in tables that grow for ever."""

_TELLING = ("secret", "password", "passwd", "token", "api_key", "apikey", "authorization", "credential", "webhook_url",
            "webhookurl", "private_key")  # fmt: skip
_MASK = "***"


def public_rows(con: Connection, table: str, since: datetime | None = None) -> list[dict[str, Any]]:
    """Every row of a public table, in the order of its key: instants aware in UTC, amounts Decimal, documents as JSON.

    Executions, events and activity only from ``since`` on, where it is given; what is still open is never left out.
    Inside documents, values under names that speak of a secret are masked: parameters and event data of imported
    records were never examined.
    """
    if table not in PUBLIC:
        raise NotFoundError("public table", table)
    source = metadata.tables[table]
    query = select(*(source.c[name] for name in PUBLIC[table])).order_by(*source.primary_key.columns)
    if since is not None and table in _HAPPENED:
        is_new = source.c[_HAPPENED[table]] >= since
        is_open = source.c.status.in_(("pending", "running")) if "status" in source.c else false()
        query = query.where(or_(is_new, is_open))
    return [{name: masked(value) for name, value in row.items()} for row in con.execute(query).mappings()]


def masked(value: Any) -> Any:  # noqa: ANN401 - JSON, and what columns hold beside it
    """The value, with what stands under a telling name replaced."""
    if isinstance(value, Mapping):
        return {
            name: _MASK if inner is not None and _is_telling(str(name)) else masked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [masked(inner) for inner in value]
    return value


def _is_telling(name: str) -> bool:
    plain = name.casefold().replace("-", "_")
    return any(word in plain for word in _TELLING)
