"""Pulls platforms into the raw landing. The failure of one account never loses another's data.

Free of any orchestrator: assets, the command line and tests use `Sync`. No SQL, no vendor knowledge.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from adops_pipeline.clock import Clock, local_date
from adops_pipeline.connectors.base import Account, Connector
from adops_pipeline.connectors.errors import AuthError, ConnectorError, PermanentError
from adops_pipeline.domain.coverage import PulledDays, days_to_pull, earlier_periods, first_known_day
from adops_pipeline.domain.failures import ALL_ACCOUNTS, AccountFailure
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.services.interruptible import run_interruptibly
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.ledger import Coverage, account_timezones, coverage, register_pulls
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.queries.flights import flights
from adops_pipeline.warehouse.raw_landing import Pull, PullSpec, RawLanding
from adops_pipeline.warehouse.unify import apply_entities

ACCOUNTS_AT_ONCE = 3
_NOTHING_NEW_FOR = timedelta(minutes=1)
_Key = tuple[Platform, Report, str]

Wanted = Callable[[Account, Report], Sequence[DateRange]]
"""The days of a report to pull for an account."""
Later = Callable[[Account, Sequence[DateRange]], Sequence[DateRange]]
"""The periods to total for an account, once these ranges of its campaigns' days have landed."""


@dataclass(frozen=True, slots=True)
class PullProgress:
    """Progress of a sync: ``done`` of ``total`` pulls of this platform are finished."""

    platform: Platform
    account_id: str
    report: Report
    rows: int
    done: int
    total: int


ProgressSink = Callable[[PullProgress], None]

ENTITIES = (Report.ACCOUNTS, Report.CAMPAIGNS, Report.AD_GROUPS, Report.CHANGES)
DAILY = (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report that the platform refuses for good and that the account's other data do not need."""

    account_id: str
    report: Report
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Result of pulling one platform."""

    platform: Platform
    accounts: int
    pulls: tuple[Pull, ...]
    failures: tuple[AccountFailure, ...]
    seconds: float
    refusals: tuple[Refusal, ...] = ()

    @property
    def rows(self) -> int:
        """Raw rows landed."""
        return sum(pull.rows for pull in self.pulls)


@dataclass(frozen=True)
class Sync:
    """Pulls platforms into the landing."""

    connect: Callable[[Platform], Connector]
    landing: RawLanding
    warehouse: Warehouse
    clock: Clock
    history_start: date
    reach_days: Mapping[Platform, int]
    """How many days back each platform's reports go."""
    change_days: Mapping[Platform, int]
    """How many days back each platform's log of changes is read; 0: it has none."""
    lookback_days: Mapping[Platform, int]
    options: NormalizeOptions
    progress: ProgressSink = lambda _: None
    journal: Callable[[SyncReport], None] = lambda _: None
    """Called with the report of every platform that was pulled."""

    def entities(self, platform: Platform) -> SyncReport:
        """Accounts, campaigns and ad groups as they are now, and the changes since the last pull."""
        covered = self._coverage()
        known, newest = _by_report(covered), {_key(c): c.pulled_at for c in sorted(covered, key=lambda c: c.pulled_at)}

        def wanted(account: Account, report: Report) -> Sequence[DateRange]:
            days, key = self.change_days[platform], (platform, report, account.account_id)
            # In one minute nothing new appears in a log.
            if not days or (key in newest and self.clock() - newest[key] < _NOTHING_NEW_FOR):
                return ()
            today = local_date(self.clock(), account.timezone)
            reach = DateRange(today - timedelta(days=days), today)
            # A day is pulled once more after it is over: changes appear in the logs with a delay.
            return days_to_pull(reach, known.get(key, []), lookback_days=1)

        return self._pull(platform, ENTITIES, wanted)

    def daily(self, platform: Platform, days: DateRange) -> SyncReport:
        """Daily reports of exactly ``days``, cut at each account's local today."""

        def wanted(account: Account, _: Report) -> Sequence[DateRange]:
            today = local_date(self.clock(), account.timezone)
            return [DateRange(days.start, min(days.end, today))] if days.start <= today else []

        return self._pull(platform, DAILY, wanted, self._earlier(platform, self._known()))

    def catch_up(self, platform: Platform) -> SyncReport:
        """Daily reports of every unsettled day since the start of the history, including new accounts and gaps."""
        known = self._known()

        def wanted(account: Account, report: Report) -> Sequence[DateRange]:
            today = local_date(self.clock(), account.timezone)
            pulled = known.get((platform, report, account.account_id), [])
            return days_to_pull(self._history(platform, today), pulled, self.lookback_days[platform])

        return self._pull(platform, DAILY, wanted, self._earlier(platform, known))

    def _earlier(self, platform: Platform, known: Mapping[_Key, list[PulledDays]]) -> Later:
        """The periods to total: those of months and flights that began before the account's days are complete.

        A total is asked for once a day as long as the platform may restate its last day, then no more.
        """
        with self.warehouse.writing() as con:
            apply_entities(con, self.landing, self.options)
            under_way = flights(con, platform)

        def later(account: Account, landed: Sequence[DateRange]) -> Sequence[DateRange]:
            today = local_date(self.clock(), account.timezone)
            pulled = known.get((platform, Report.CAMPAIGN_DAILY, account.account_id), [])
            known_from = first_known_day([*landed, *(days.dates for days in pulled)])
            if known_from is None:
                return ()
            totals = known.get((platform, Report.CAMPAIGN_TOTALS, account.account_id), [])
            settled = {
                total.dates
                for total in totals
                if total.pulled_on == today or (total.pulled_on - total.dates.end).days >= self.lookback_days[platform]
            }
            reach = today - timedelta(days=self.reach_days[platform] - 1)
            periods = earlier_periods(known_from, today - timedelta(days=1), under_way.get(account.account_id, ()))
            return [period for period in periods if period.start >= reach and period not in settled]

        return later

    def unsettled(self) -> DateRange:
        """From the first day that some account needs to be pulled for, through the latest local today."""
        known = {key: pulled for key, pulled in self._known().items() if key[1].is_daily}
        today = max([local_date(self.clock(), "UTC"), *self._local_todays()])
        if {platform for platform, _, _ in known} < set(self.lookback_days):
            return DateRange(min(today, self.history_start), today)
        starts = [
            part.start
            for (platform, _, _), pulled in known.items()
            for part in days_to_pull(self._history(platform, today), pulled, self.lookback_days[platform])[:1]
        ]
        return DateRange(min([today, *starts]), today)

    def _history(self, platform: Platform, today: date) -> DateRange:
        reach = today - timedelta(days=self.reach_days[platform] - 1)
        return DateRange(min(max(self.history_start, reach), today), today)

    def _local_todays(self) -> list[date]:
        with self.warehouse.writing() as con:
            return [local_date(self.clock(), zone) for zone in account_timezones(con)]

    def _coverage(self) -> list[Coverage]:
        """What was pulled, including files that crashed runs have landed."""
        with self.warehouse.writing() as con:
            register_pulls(con, self.landing)
            return coverage(con)

    def _known(self) -> dict[_Key, list[PulledDays]]:
        return _by_report(self._coverage())

    def _pull(
        self,
        platform: Platform,
        reports: Iterable[Report],
        wanted: Wanted,
        later: Later = lambda _account, _landed: (),
    ) -> SyncReport:
        async def pull() -> SyncReport:
            connector = self.connect(platform)
            try:
                return await pull_platform(
                    connector, self.landing, reports, wanted, clock=self.clock, progress=self.progress, later=later
                )
            finally:
                await connector.aclose()

        report = run_interruptibly(pull())
        self.journal(report)
        return report


@dataclass
class _Run:
    """State of one call of `pull_platform`."""

    connector: Connector
    landing: RawLanding
    clock: Callable[[], datetime]
    progress: ProgressSink
    total: int = 0
    pulls: list[Pull] = field(default_factory=list)
    failures: list[AccountFailure] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def fail(self, account_id: str, error: Exception) -> None:
        self.failures.append(
            AccountFailure(self.connector.platform, account_id, str(error), isinstance(error, AuthError))
        )

    def landed(self, account: Account) -> list[DateRange]:
        """Ranges of the account's campaigns' days that have landed."""
        return [
            DateRange(pull.range_start, pull.range_end)
            for pull in self.pulls
            if pull.account_id == account.account_id and pull.report == Report.CAMPAIGN_DAILY
            if pull.range_start is not None and pull.range_end is not None
        ]

    async def take(self, account: Account, report: Report, dates: DateRange | None) -> None:
        """Land a pull; a report that others do not need may be refused for good."""
        try:
            await self.land(account, report, dates)
        except PermanentError as error:
            if not report.is_optional:
                raise
            self.refusals.append(Refusal(account.account_id, report, str(error)))

    async def land(self, account: Account, report: Report, dates: DateRange | None) -> None:
        spec = PullSpec(
            account.platform, report, account.account_id, dates, self.clock(), account.currency, account.timezone
        )
        with self.landing.open(spec) as writer:
            if report is Report.ACCOUNTS:
                writer.write([account.row])
            else:
                async for page in self.connector.pull(report, account, dates):
                    writer.write(page.rows)
                    del page  # before the next one comes
        self.pulls.append(writer.pull)
        self.progress(
            PullProgress(
                account.platform, account.account_id, report, writer.pull.rows, len(self.pulls), max(self.total, 1)
            )
        )


async def pull_platform(
    connector: Connector,
    landing: RawLanding,
    reports: Iterable[Report],
    wanted: Wanted,
    *,
    clock: Callable[[], datetime],
    progress: ProgressSink = lambda _: None,
    later: Later = lambda _account, _landed: (),
) -> SyncReport:
    """Pull ``reports`` of every account of one platform and land them; failed accounts are reported, not raised.

    Errors that are not the platform's (a full disk, a bug) do raise.
    """
    started = time.monotonic()
    run = _Run(connector, landing, clock, progress)
    try:
        accounts = await connector.accounts()
    except ConnectorError as error:
        run.fail(ALL_ACCOUNTS, error)
        return SyncReport(connector.platform, 0, (), tuple(run.failures), time.monotonic() - started)
    for account_id, failure in connector.failures.items():
        run.fail(account_id, failure)
    tasks = {account.account_id: _tasks(account, reports, wanted) for account in accounts}
    run.total = sum(len(planned) for planned in tasks.values())
    gate = asyncio.Semaphore(ACCOUNTS_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for account in accounts:
            group.create_task(_pull_account(run, account, tasks[account.account_id], later, gate))
    run.pulls.sort(key=lambda pull: pull.pull_id)
    run.failures.sort(key=lambda failure: failure.account_id)
    run.refusals.sort(key=lambda refusal: (refusal.account_id, refusal.report))
    return SyncReport(
        connector.platform,
        len(accounts),
        tuple(run.pulls),
        tuple(run.failures),
        time.monotonic() - started,
        tuple(run.refusals),
    )


def _key(covered: Coverage) -> _Key:
    return covered.platform, covered.report, covered.account_id


def _by_report(covered: Iterable[Coverage]) -> dict[_Key, list[PulledDays]]:
    """Days that were pulled, by platform, report and account."""
    known: dict[_Key, list[PulledDays]] = {}
    for c in covered:
        known.setdefault(_key(c), []).append(PulledDays(DateRange(c.range_start, c.range_end), c.pulled_on))
    return known


def _tasks(account: Account, reports: Iterable[Report], wanted: Wanted) -> list[tuple[Report, DateRange | None]]:
    """The pulls one account needs, entities first."""
    tasks: list[tuple[Report, DateRange | None]] = []
    for report in reports:
        if report.has_dates:
            tasks += [(report, dates) for dates in wanted(account, report)]
        else:
            tasks.append((report, None))
    return tasks


async def _pull_account(
    run: _Run,
    account: Account,
    tasks: Iterable[tuple[Report, DateRange | None]],
    later: Later,
    gate: asyncio.Semaphore,
) -> None:
    """Pull one account. The first failure ends it; files that have landed stay."""
    async with gate:
        try:
            for report, dates in tasks:
                await run.take(account, report, dates)
            periods = later(account, run.landed(account))
            run.total += len(periods)
            for period in periods:
                await run.take(account, Report.CAMPAIGN_TOTALS, period)
        except ConnectorError as error:
            run.fail(account.account_id, error)
