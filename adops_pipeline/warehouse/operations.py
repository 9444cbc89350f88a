"""The operational store's public rows as tables of the warehouse, and the project of every campaign.

`domain.tables.operations` decides what is public, `domain.projects` assigns campaigns.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.projects import Assignment, CampaignFacts
from adops_pipeline.domain.tables import TABLES, Column
from adops_pipeline.warehouse.frames import replace_rows

_MAPPING = "project_of_campaign"


@dataclass(frozen=True, slots=True)
class Copied:
    """The newest event that the copies have, with its time (UTC), and the rows beside it."""

    seq: int
    event_id: str
    at: datetime
    events: int
    executions: int


def newest_copied(con: duckdb.DuckDBPyConnection) -> Copied | None:
    """What the store had when it was last copied; None before the first event."""
    found = con.execute(
        "SELECT seq, id, happened_at, count(*) OVER (), (SELECT count(*) FROM workflow_executions) "
        "FROM events WHERE seq > 0 ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return None if found is None else Copied(*found)


def replace_copy(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Replace all rows of ``table`` with the store's; their number. Instants are aware, documents JSON values."""
    columns = TABLES[table].columns
    data = {column.name: [_plain(column, row[column.name]) for row in rows] for column in columns}
    frame = pl.DataFrame(data, schema=TABLES[table].polars_schema(), strict=True)
    return replace_rows(con, table, frame)


def campaign_facts(con: duckdb.DuckDBPyConnection) -> list[CampaignFacts]:
    """Fields of campaigns that the rules of projects match."""
    query = "SELECT id, platform, coalesce(name, ''), objective FROM campaigns ORDER BY id"
    return [CampaignFacts(*row) for row in con.execute(query).fetchall()]


def write_projects(con: duckdb.DuckDBPyConnection, assignments: Iterable[Assignment]) -> int:
    """Fill campaigns.project_id: NULL if it has none. Returns the number of changed campaigns."""
    pairs = [(one.campaign_id, one.project_id) for one in assignments]
    frame = pl.DataFrame(pairs, schema={"id": pl.String, "project_id": pl.String}, orient="row")
    con.register(_MAPPING, frame.to_arrow())
    try:
        changed = con.execute(
            f"UPDATE campaigns SET project_id = wanted.project_id FROM (SELECT stored.id, given.project_id"  # noqa: S608
            f" FROM campaigns AS stored LEFT JOIN {_MAPPING} AS given USING (id)) AS wanted"
            " WHERE campaigns.id = wanted.id AND campaigns.project_id IS DISTINCT FROM wanted.project_id"
        ).fetchone()
    finally:
        con.unregister(_MAPPING)
    return int(changed[0]) if changed else 0


def _plain(column: Column, value: object) -> object:
    """The value as a frame holds it: JSON as text, instants in UTC without a zone."""
    if value is None:
        return None
    if column.type == "JSON":
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, datetime):
        return as_stored(value)
    return value
