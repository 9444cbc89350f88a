"""History of syncs as events in the operational store: recorded, read, and summarised as a result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows import validate
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.domain.workflows.results import review_sync
from adops_pipeline.operations import events
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.analysis import landed_between

SYNC_COMPLETED = "sync.completed"
"""The event of one platform's pull; its subject is the run, its data name the accounts that failed."""
_NEWEST_EVENTS = 50
"""Enough for the newest pull of each asset: three platforms with two assets each, several runs over."""


@dataclass(frozen=True)
class SyncHistory:
    """Syncs that the operational store has recorded."""

    store: Callable[[], Store]
    warehouse: Warehouse
    clock: Clock

    def record(self, run_id: str, asset: str, report: SyncReport) -> None:
        """Record that a run pulled a platform into ``asset``, and which accounts failed; once for a run and asset."""
        failures = [
            {"account_id": failure.account_id, "reason": failure.reason, "is_auth": failure.is_auth}
            for failure in report.failures
        ]
        data = {
            "asset": asset, "accounts": report.accounts, "pulls": len(report.pulls), "rows": report.rows,
            "failures": failures,
        }  # fmt: skip
        with self.store().writing() as con:
            events.append(
                con,
                SYNC_COMPLETED,
                at=self.clock(),
                subject=run_id,
                platform=report.platform.value,
                data=data,
                event_id=f"{run_id}:{asset}",
            )

    def failures_of_run(self, run_id: str | None) -> list[AccountFailure]:
        """Accounts that a run could not pull, each reason once."""
        if run_id is None:
            return []
        with self.store().reading() as con:
            pulls = [event for event in events.about(con, run_id) if event.type == SYNC_COMPLETED]
        return list(dict.fromkeys(_failures(pulls)))

    def newest_failures(self) -> list[AccountFailure]:
        """Accounts that failed in the newest pull of each asset, each account once."""
        with self.store().reading() as con:
            pulls = events.newest(con, SYNC_COMPLETED, limit=_NEWEST_EVENTS)
        newest = {(event.platform, event.data["asset"]): event for event in reversed(pulls)}
        return list({(one.platform, one.account_id): one for one in _failures(newest.values())}.values())

    def result(self, execution: Execution, until: datetime) -> dict[str, Any]:
        """The result document of a sync-platforms execution: what landed between its start and ``until``."""
        parameters = validate(execution.workflow_id, execution.parameters)
        if not isinstance(parameters, SyncParameters):
            raise TypeError(f"execution {execution.id} is of {execution.workflow_id}, which does not sync")
        began = execution.started_at or execution.requested_at
        with self.warehouse.reading() as con:
            pulls, rejects = landed_between(con, as_stored(began), as_stored(until))
        return review_sync(pulls, rejects, self.failures_of_run(execution.run_id), parameters).to_document()


def _failures(pulls: Iterable[Event]) -> list[AccountFailure]:
    return [
        AccountFailure(Platform(event.platform), failure["account_id"], failure["reason"], failure["is_auth"])
        for event in pulls
        if event.platform is not None
        for failure in event.data["failures"]
    ]
