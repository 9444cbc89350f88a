"""History of syncs as events in the operational store: recorded, read, and summarised as a result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.failures import ALL_ACCOUNTS, AccountFailure
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows import validate
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.operations import events
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.connection import Warehouse

if TYPE_CHECKING:
    from adops_pipeline.services.sync import SyncReport

SYNC_COMPLETED = "sync.completed"
"""The event of one platform's pull; its subject is the run, its data name the accounts that failed."""
_NEWEST_EVENTS = 50
"""Enough for the newest pull of each asset: three platforms with two assets each, several runs over."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class PlatformSync:
    """A pull of a platform into an asset: when, by which run, how many accounts, and those that failed."""

    seq: int
    at: datetime
    run_id: str | None
    platform: Platform
    asset: str
    accounts: int
    failures: tuple[AccountFailure, ...]


@dataclass(frozen=True)
class SyncHistory:
    """Syncs that the operational store has recorded."""

    store: Callable[[], Store]
    warehouse: Warehouse
    clock: Clock

    def record(self, run_id: str, asset: str, report: "SyncReport") -> None:
        """Record that a run pulled a platform into ``asset``, and which accounts failed; once for a run and asset."""
        failures = [
            {"account_id": failure.account_id, "reason": failure.reason, "is_auth": failure.is_auth}
            for failure in report.failures
        ]
        data = {
            "title": f"{report.platform.value} {'entities' if asset.endswith('_entities') else 'days'}",
            "summary": _summary(report),
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
        failures = (failure for pull in self.newest_pulls() for failure in pull.failures)
        return list({(one.platform, one.account_id): one for one in failures}.values())

    def newest_pulls(self) -> list[PlatformSync]:
        """The newest pull of each platform into each asset."""
        with self.store().reading() as con:
            found = events.newest(con, SYNC_COMPLETED, limit=_NEWEST_EVENTS)
        pulls = [_platform_sync(event) for event in reversed(found)]
        return list({(pull.platform, pull.asset): pull for pull in pulls}.values())

    def failed_pulls(
        self, platform: Platform, account_id: str, limit: int, before: int | None = None
    ) -> list[PlatformSync]:
        """Pulls in which this account (or the whole platform) failed, newest first, before event ``before``."""
        found: list[PlatformSync] = []
        with self.store().reading() as con:
            while len(found) < limit:
                batch = events.newest(con, SYNC_COMPLETED, _BATCH, platform=platform.value, before=before)
                for pull in map(_platform_sync, batch):
                    failures = tuple(one for one in pull.failures if one.account_id in (account_id, ALL_ACCOUNTS))
                    found += [replace(pull, failures=failures)] if failures else []
                if len(batch) < _BATCH:
                    break
                before = batch[-1].seq
        return found[:limit]

    def result(self, execution: Execution, until: datetime) -> dict[str, Any]:
        """The result document of a sync-platforms execution: what landed between its start and ``until``."""
        from adops_pipeline.domain.workflows.results import review_sync
        from adops_pipeline.warehouse.queries.analysis import landed_between

        parameters = validate(execution.workflow_id, execution.parameters)
        if not isinstance(parameters, SyncParameters):
            raise TypeError(f"execution {execution.id} is of {execution.workflow_id}, which does not sync")
        began = execution.started_at or execution.requested_at
        with self.warehouse.reading() as con:
            pulls, rejects = landed_between(con, as_stored(began), as_stored(until))
        return review_sync(pulls, rejects, self.failures_of_run(execution.run_id), parameters).to_document()


def _platform_sync(event: Event) -> PlatformSync:
    failures = tuple(_failures([event]))
    platform, data = Platform(event.platform or ""), event.data
    return PlatformSync(event.seq, event.at, event.subject, platform, data["asset"], data["accounts"], failures)


def _summary(report: "SyncReport") -> str:
    failed = len({failure.account_id for failure in report.failures})
    rows = f"{report.rows:,} rows of {report.accounts} account{'' if report.accounts == 1 else 's'}"
    return f"{rows}; {failed} failed" if failed else rows


def _failures(pulls: Iterable[Event]) -> list[AccountFailure]:
    return [
        AccountFailure(Platform(event.platform), failure["account_id"], failure["reason"], failure["is_auth"])
        for event in pulls
        if event.platform is not None
        for failure in event.data["failures"]
    ]
