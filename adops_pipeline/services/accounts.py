"""Ad accounts with the state of their data: how fresh they are, and why one could not be pulled.

Accounts come from the published snapshot, failures from the history of syncs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from adops_pipeline.clock import Clock
from adops_pipeline.domain.failures import ALL_ACCOUNTS, AccountFailure
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.services.sync_history import PlatformSync, SyncHistory
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader

__all__ = ["Account", "AccountStatus", "Accounts", "PlatformSync", "split_id"]

AccountStatus = Literal["fresh", "stale", "failing", "never-pulled"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``pulled_at``: its newest daily rows; ``complete_through``: the last day that was over by then.

    Name, currency, time zone and times are None for an account that has only failed so far.
    """

    platform: Platform
    account_id: str
    status: AccountStatus
    name: str | None = None
    currency: str | None = None
    timezone: str | None = None
    synced_at: datetime | None = None
    pulled_at: datetime | None = None
    age: timedelta | None = None
    complete_through: date | None = None
    pulls: int = 0
    rejects: int = 0
    failure: AccountFailure | None = None

    @property
    def id(self) -> str:
        """``platform:account_id``."""
        return f"{self.platform.value}:{self.account_id}"


def split_id(account: str) -> tuple[Platform, str]:
    """Platform and account id of ``platform:account_id``. Raises NotFoundError for any other text."""
    platform, colon, account_id = account.partition(":")
    if not colon or not account_id or platform not in set(Platform):
        raise NotFoundError("account", account)
    return Platform(platform), account_id


@dataclass(frozen=True)
class Accounts:
    """The accounts of one installation; after ``max_age`` their data are stale."""

    snapshots: SnapshotReader
    sync_history: SyncHistory
    clock: Clock
    max_age: timedelta

    def snapshot(self) -> tuple[str, datetime]:
        """Version of the published snapshot, and when it was published. Raises WarehouseError before the first."""
        with self.snapshots.reading() as snapshot:
            return snapshot.version, snapshot.published_at

    def every(self) -> list[Account]:
        """Every account that was published, and those that have only failed, by id."""
        # These import Polars, which a server need not wait for when it starts.
        from adops_pipeline.domain.complete_days import complete_days
        from adops_pipeline.warehouse.queries.account_states import account_states

        now = self.clock()
        with self.snapshots.reading() as snapshot:
            states = account_states(snapshot.con)
        through = {(row[0], row[1]): row[2] for row in complete_days(states, now).iter_rows()}
        failures = {(one.platform, one.account_id): one for one in self.sync_history.newest_failures()}
        found = []
        for row in states.iter_rows(named=True):
            key = Platform(row["platform"]), row["account_id"]
            failure = failures.pop(key, None) or failures.get((key[0], ALL_ACCOUNTS))
            found.append(self._account(row, through[row["platform"], row["account_id"]], failure, now))
        unknown = [one for one in failures.values() if not one.is_whole_platform]
        found += [Account(one.platform, one.account_id, "failing", failure=one) for one in unknown]
        return sorted(found, key=lambda account: account.id)

    def get(self, account: str) -> Account:
        """The account ``platform:account_id``. Raises NotFoundError where there is none."""
        split_id(account)
        found = next((one for one in self.every() if one.id == account), None)
        if found is None:
            raise NotFoundError("account", account)
        return found

    def failures(self, account: str, limit: int, before: int | None = None) -> Sequence[PlatformSync]:
        """Pulls in which the account failed, newest first; before the event ``before`` where given."""
        known = self.get(account)
        return self.sync_history.failed_pulls(known.platform, known.account_id, limit, before)

    def _account(self, row: dict[str, Any], through: date, failure: AccountFailure | None, now: datetime) -> Account:
        pulled_at = _aware(row["pulled_at"])
        age = None if pulled_at is None else now - pulled_at
        status: AccountStatus = "fresh"
        if failure is not None:
            status = "failing"
        elif age is None:
            status = "never-pulled"
        elif age >= self.max_age:
            status = "stale"
        return Account(
            platform=Platform(row["platform"]),
            account_id=row["account_id"],
            status=status,
            name=row["name"],
            currency=row["currency"],
            timezone=row["timezone"],
            synced_at=_aware(row["synced_at"]),
            pulled_at=pulled_at,
            age=age,
            complete_through=None if pulled_at is None else through,
            pulls=row["pulls"],
            rejects=row["rejects"],
            failure=failure,
        )


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
