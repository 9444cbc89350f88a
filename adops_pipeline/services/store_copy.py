"""Copies the public tables of the operational store into the warehouse, so that the snapshot has them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.projects import assign
from adops_pipeline.domain.tables.operations import TABLES
from adops_pipeline.operations import projects
from adops_pipeline.operations.snapshot import public_rows
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.operations import campaign_facts, replace_copy, write_projects

COPIED_PERIOD = timedelta(days=90)
"""How far back executions, events and activity are copied. The store keeps them for years."""
COPIED_TABLES = tuple(table.name for table in TABLES)
"""Tables of the warehouse that are copies of tables of the store."""
_BEGINS_AT = {
    "workflow_executions": "requested_at", "events": "happened_at", "activity": "happened_at", "alerts": "fired_at",
    "silences": "starts_at", "agent_learnings": "starts_at", "proposals": "proposed_at",
}  # fmt: skip
"""The column that says since when a row exists, where it is not ``created_at``."""


@dataclass(frozen=True)
class StoreCopy:
    """The copies of one installation. ``only_until_now`` leaves out rows that are later than the clock."""

    store: Callable[[], Store]
    warehouse: Warehouse
    clock: Clock
    only_until_now: bool = False

    def refresh(self, before_copying: Callable[[], object] = lambda: None) -> None:
        """Write the project of every campaign, then replace every copy by the store's rows, all read at one moment.

        ``before_copying`` is called in between: what it reads has projects, what it writes to the store is copied.
        Raises StoreError where the store cannot be read: then the copies stay as they are.
        """
        self._assign_projects()
        before_copying()
        since = self.clock() - COPIED_PERIOD
        with self.store().reading() as store:
            copies = {name: self._known(name, public_rows(store, name, since)) for name in COPIED_TABLES}
        with self.warehouse.writing() as con:
            for name, rows in copies.items():
                replace_copy(con, name, rows)

    def _known(self, table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not self.only_until_now:
            return rows
        began = _BEGINS_AT.get(table, "created_at")
        return [row for row in rows if row[began] <= self.clock()]

    def _assign_projects(self) -> None:
        with self.store().reading() as store:
            rules, by_hand = projects.rules(store), projects.by_hand(store)
        with self.warehouse.writing() as con:
            write_projects(con, assign(campaign_facts(con), rules, by_hand, set(rules)).assignments)
