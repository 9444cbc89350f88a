"""Copies the public tables of the operational store into the warehouse, so that the snapshot has them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.projects import assign
from adops_pipeline.domain.tables.operations import TABLES
from adops_pipeline.operations import events, projects
from adops_pipeline.operations.snapshot import public_rows
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.operations import Copied, campaign_facts, newest_copied, replace_copy, write_projects

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

    def refresh(self, before_copying: Callable[[], object] = lambda: None) -> str | None:
        """Write the project of every campaign, then replace every copy by the store's rows, all read at one moment.

        ``before_copying`` is called in between: what it reads has projects, what it writes to the store is copied.
        The result is None, or what to know where this is not the store of the last copy. Raises StoreError where the
        store cannot be read: then the copies stay as they are.
        """
        self._assign_projects()
        before_copying()
        since = self.clock() - COPIED_PERIOD
        with self.store().reading() as store:
            copies = {name: self._known(name, public_rows(store, name, since)) for name in COPIED_TABLES}
        with self.warehouse.writing() as con:
            lost = None if self.only_until_now else self._lost(newest_copied(con))
            for name, rows in copies.items():
                replace_copy(con, name, rows)
        return lost

    def _lost(self, copied: Copied | None) -> str | None:
        """What to say where the store has not got the newest event that was copied: it was emptied or replaced."""
        if copied is None:
            return None
        with self.store().reading() as store:
            if events.id_of(store, copied.seq) == copied.event_id:
                return None
        return (
            f"the operational store {self.store().name} is empty or not that of {copied.at:%Y-%m-%d %H:%M} UTC: it has "
            f"not got the {copied.executions:,} executions and {copied.events:,} events that were published then. "
            "Channels, alerts, proposals and memories begin anew; to have the old ones back, restore it from a backup"
        )

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
