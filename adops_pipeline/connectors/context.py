"""Base of all connectors: context, sessions, which accounts are read, and which report is which request."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from adops_pipeline.clock import Clock, system_clock
from adops_pipeline.connectors.base import Account, Page, Sleep
from adops_pipeline.connectors.bounds import Limits
from adops_pipeline.connectors.errors import BoundError, ConnectorError, ContractError, FailureContext
from adops_pipeline.connectors.http import HttpSession, PlatformPolicy, RateLimiter, RetryPolicy
from adops_pipeline.connectors.links import PublicTransport
from adops_pipeline.connectors.tokens import MemoryTokenStore, TokenStore
from adops_pipeline.domain.addresses import is_loopback
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """Everything a connector needs besides its credentials. The defaults reach the real platform.

    ``account_ids`` are the accounts to read, empty for all that the credentials reach. ``transport`` leads to an
    emulated platform; ``poll_seconds`` is the pause between polls of a report that the platform is preparing;
    ``folder`` is where large answers arrive.
    """

    account_ids: Sequence[str] = ()
    transport: httpx.AsyncBaseTransport | None = None
    clock: Clock = system_clock
    sleep: Sleep = asyncio.sleep
    poll_seconds: float = 2.0
    token_store: TokenStore = field(default_factory=MemoryTokenStore)
    rng: random.Random | None = None
    retry: RetryPolicy | None = None
    limits: Limits = field(default_factory=Limits)
    folder: Path | None = None

    def session(
        self, base_url: str, policy: PlatformPolicy, auth: httpx.Auth, limiter: RateLimiter | None = None
    ) -> HttpSession:
        """A session with ``base_url`` in this context."""
        return self._session(base_url, policy, auth, limiter, self.transport)

    def file_session(self, base_url: str, policy: PlatformPolicy) -> HttpSession:
        """A session without credentials, for links that the answers of the platform at ``base_url`` name.

        They lead to public addresses only; to this machine where the platform is emulated on it.
        """
        transport = self.transport or PublicTransport(allow_loopback=is_loopback(httpx.URL(base_url).host))
        return self._session(base_url, policy, httpx.Auth(), None, transport)

    def _session(
        self,
        base_url: str,
        policy: PlatformPolicy,
        auth: httpx.Auth,
        limiter: RateLimiter | None,
        transport: httpx.AsyncBaseTransport | None,
    ) -> HttpSession:
        return HttpSession(
            base_url=base_url,
            policy=policy,
            auth=auth,
            transport=transport,
            limiter=limiter,
            retry=self.retry,
            sleep=self.sleep,
            rng=self.rng,
            limits=self.limits,
            folder=self.folder,
        )


def checked_account(
    context: FailureContext, account_id: str, name: str | None, currency: str | None, timezone: str | None, row: bytes
) -> Account:
    """An account as a platform describes it. Raises ContractError where its days or its money cannot be told."""
    try:
        return Account(context.platform, account_id, name or account_id, currency or "", timezone or "", row)
    except ValueError as error:
        raise ContractError(replace(context, message=str(error))) from None


class AccountReader(ABC):
    """The part that all connectors share; see ``base.Connector``."""

    def __init__(self, context: ConnectorContext) -> None:
        self._account_ids = tuple(context.account_ids)
        self._limits = context.limits
        self._failures: dict[str, Exception] = {}

    @property
    def failures(self) -> dict[str, Exception]:
        """Accounts that the last ``accounts()`` could not read, with the reason."""
        return dict(self._failures)

    async def pull(self, report: Report, account: Account, dates: DateRange | None = None) -> AsyncIterator[Page]:
        """All rows of one report for one account; ``dates`` for the reports that cover days."""
        if report is Report.ACCOUNTS:
            yield Page((account.row,))
            return
        if not report.has_dates:
            pages = self._entities(report, account.account_id)
        elif dates is None:
            raise ValueError(f"{report} needs dates")
        elif report is Report.CHANGES:
            pages = self._changes(account, dates)
        elif report is Report.CAMPAIGN_TOTALS:
            pages = self._totals(account.account_id, dates)
        else:
            pages = self._daily(report, account.account_id, dates)
        size, most = 0, self._limits.pull_mb << 20
        async for page in pages:
            size += sum(map(len, page.rows))
            if size > most:
                message = f"more than {self._limits.pull_mb} MB of rows; the setting limits.pull_mb is the bound"
                raise BoundError(FailureContext(self.platform, str(report), account.account_id, message=message))
            yield page
            del page

    @property
    @abstractmethod
    def platform(self) -> Platform:
        """The platform."""

    async def _held(self, pages: AsyncIterator[Page], context: FailureContext) -> AsyncIterator[Page]:
        """The pages of a list that is held in memory as a whole. Raises BoundError where it is too long for that."""
        rows, size = 0, 0
        async for page in pages:
            rows += len(page.rows)
            size += sum(map(len, page.rows))
            if rows > self._limits.list_rows:
                message = f"the list has more than {self._limits.list_rows:,} rows; limits.list_rows is the bound"
                raise BoundError(replace(context, message=message))
            if size > self._limits.answer_mb << 20:
                message = f"the list has more than {self._limits.answer_mb} MB; limits.answer_mb is the bound"
                raise BoundError(replace(context, message=message))
            yield page

    @abstractmethod
    def _entities(self, report: Report, account_id: str) -> AsyncIterator[Page]:
        """Campaigns or ad groups of an account."""

    @abstractmethod
    def _daily(self, report: Report, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """A daily report of an account."""

    @abstractmethod
    def _totals(self, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """Spend of each campaign of an account over ``dates``, not by day."""

    async def _changes(self, account: Account, dates: DateRange) -> AsyncIterator[Page]:
        """Changes of budgets, status and bids on days of the account; none from a platform without a log of them."""
        del account, dates
        pages: tuple[Page, ...] = ()
        for page in pages:
            yield page

    def _readable(self, rows: Iterable[bytes], read: Callable[[bytes], Account]) -> list[Account]:
        """The accounts of a list, each once. A record that cannot be read fails alone."""
        found: dict[str, Account] = {}
        for place, row in enumerate(rows, 1):
            try:
                account = read(row)
            except ConnectorError as error:
                self._failures[error.context.account_id or f"record {place}"] = error
            else:
                found.setdefault(account.account_id, account)
        return list(found.values())

    async def _read_each(self, read: Callable[[str], Awaitable[Account]]) -> list[Account]:
        """The accounts named in the settings. Raises failures that concern all accounts, such as those of the token."""
        found = []
        for account_id in dict.fromkeys(self._account_ids):
            try:
                found.append(await read(account_id))
            except ConnectorError as error:
                if error.context.account_id is None:
                    raise
                self._failures[account_id] = error
        return found
