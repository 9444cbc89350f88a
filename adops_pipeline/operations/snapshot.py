"""Reads the public tables of the store for the snapshot, with secrets masked.

Only columns of the registry (`domain.tables.operations`) are read. Addresses, names of secrets, ciphertext, messages
and unexamined imported fields are private columns, which the registry does not contain.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, false, or_, select

from adops_pipeline.domain.proposals.status import IN_FLIGHT, WAITING
from adops_pipeline.operations import events
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.schema import metadata
from adops_pipeline.operations.tables.base import PUBLISHED, PUBLISHED_AS

PUBLIC: Mapping[str, Table] = {
    table.info[PUBLISHED].name: table for table in metadata.sorted_tables if PUBLISHED in table.info
}
"""The store's tables by their published names."""
_GROWS_BY: Mapping[str, str] = {
    "workflow_executions": "requested_at", "events": "at", "activity": "at", "proposals": "proposed_at",
    "agent_learnings": "starts_at",
}  # fmt: skip
"""The column with each row's time, in tables that grow without limit."""
_OPEN = ("pending", "running", *WAITING, *IN_FLIGHT, "uncertain", "current")
"""Statuses of rows that somebody still waits for, and of learnings that are still believed."""

_TELLING = ("secret", "password", "passwd", "token", "api_key", "apikey", "authorization", "credential", "webhook_url",
            "webhookurl", "private_key")  # fmt: skip
_MASK = "***"


def public_rows(con: Connection, table: str, since: datetime | None = None) -> list[dict[str, Any]]:
    """Every row of a public table, in the order of its key and under the registry's names.

    Instants are aware in UTC, amounts Decimal, documents JSON. Executions, events, activity, proposals and learnings
    start at ``since`` where it is given; those that have not ended are always included. Inside documents, values under
    names that suggest a secret are masked: parameters and event data of imported records were never examined.
    """
    if table not in PUBLIC:
        raise NotFoundError("public table", table)
    source = PUBLIC[table]
    columns = (column.label(column.info[PUBLISHED_AS]) for column in source.columns if PUBLISHED_AS in column.info)
    query = select(*columns).order_by(*source.primary_key.columns)
    if since is not None and table in _GROWS_BY:
        is_new = source.c[_GROWS_BY[table]] >= since
        is_open = source.c.status.in_(_OPEN) if "status" in source.c else false()
        query = query.where(or_(is_new, is_open))
    if table == "events":
        query = query.where(source.c.type != events.METRIC_UPDATE)
    return [{name: masked(value) for name, value in row.items()} for row in con.execute(query).mappings()]


def masked(value: Any) -> Any:  # noqa: ANN401 - JSON, and what columns hold beside it
    """The value, with values under names that suggest a secret replaced."""
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
