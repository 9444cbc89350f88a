"""Meta's Marketing API as a connector: accounts, campaigns, ad sets, daily insights. Rows are passed on unread."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import httpx

from adops_pipeline.connectors.base import Account, Identity, Page, Sleep
from adops_pipeline.connectors.errors import ConnectorError, FailureContext
from adops_pipeline.connectors.http import HttpSession, RateLimiter, RetryPolicy
from adops_pipeline.connectors.meta_ads.auth import MetaAdsAuth, MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.edges import PAGE_SIZE, read_edge
from adops_pipeline.connectors.meta_ads.insights_jobs import InsightsJobs, Polling
from adops_pipeline.connectors.meta_ads.models import AdAccount, Permissions, User, decode
from adops_pipeline.connectors.meta_ads.policy import AskForLessError, MetaAdsPolicy
from adops_pipeline.connectors.meta_ads.reports import ACCOUNT_FIELDS, DAILY, LISTINGS, DailyReport
from adops_pipeline.connectors.rows import one_line
from adops_pipeline.connectors.tokens import MemoryTokenStore, TokenStore
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

BASE_URL = "https://graph.facebook.com"
API_VERSION = "v26.0"
# Meta's limits depend on the account's activity and come with each answer; this only keeps bursts polite.
REQUESTS_PER_SECOND = 10.0
REQUESTS_AT_ONCE = 60


def utc_now() -> datetime:
    """The clock outside tests."""
    return datetime.now(UTC)


class MetaAdsConnector:
    """The platform as the sync sees it; see ``base.Connector``. One event loop, closed with ``aclose``.

    ``account_ids`` are digits without ``act_``; empty means every account the token can read. Report days are days of
    each account's own time zone.
    """

    def __init__(
        self,
        credentials: MetaAdsCredentials,
        *,
        account_ids: Sequence[str] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        base_url: str = BASE_URL,
        api_version: str = API_VERSION,
        clock: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        rng: random.Random | None = None,
        poll_interval_seconds: float = 2.0,
        page_size: int = PAGE_SIZE,
        token_store: TokenStore | None = None,
        limiter: RateLimiter | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        graph_url = f"{base_url.rstrip('/')}/{api_version}"
        self._account_ids = tuple(account_ids)
        self._page_size = page_size
        self._failures: dict[str, Exception] = {}
        self._api = HttpSession(
            base_url=graph_url,
            policy=MetaAdsPolicy(),
            auth=MetaAdsAuth(
                credentials, graph_url=graph_url, token_store=token_store or MemoryTokenStore(), clock=clock
            ),
            transport=transport,
            limiter=limiter or RateLimiter(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE, sleep=sleep),
            retry=retry,
            sleep=sleep,
            rng=rng,
        )
        self._jobs = InsightsJobs(self._api, Polling(poll_interval_seconds), sleep, page_size)

    @property
    def platform(self) -> Platform:
        """Meta."""
        return Platform.META_ADS

    @property
    def failures(self) -> dict[str, Exception]:
        """Accounts named in the settings that the last ``accounts()`` could not read."""
        return dict(self._failures)

    async def identity(self) -> Identity:
        """Whose token it is, the permissions granted to it and the accounts it reads."""
        me = decode(await self._api.request("GET", "/me", params={"fields": "id,name"}), User, _context("/me"))
        body = await self._api.request("GET", "/me/permissions")
        granted = decode(body, Permissions, _context("/me/permissions")).data
        accounts = await self._all_accounts()
        return Identity(
            Platform.META_ADS,
            me.name or me.id,
            tuple(permission.permission for permission in granted if permission.status == "granted"),
            tuple(account.account_id for account in accounts),
        )

    async def accounts(self) -> list[Account]:
        """See ``base.Connector``. A failure that is no account's own (the token is refused) is raised."""
        self._failures = {}
        if not self._account_ids:
            return await self._all_accounts()
        found = []
        for account_id in self._account_ids:
            path, params = f"/act_{account_id}", {"fields": ",".join(ACCOUNT_FIELDS)}
            try:
                body = await self._api.request("GET", path, account_id=account_id, params=params)
                found.append(_account(one_line(body), path, account_id))
            except ConnectorError as error:
                if error.context.account_id is None:
                    raise
                self._failures[account_id] = error
        return found

    async def pull(self, report: Report, account: Account, dates: DateRange | None = None) -> AsyncIterator[Page]:
        """See ``base.Connector``. Days before Meta's reach (37 months) are a PermanentError, not silently empty."""
        if report is Report.ACCOUNTS:
            yield Page((account.row,))
        elif report in LISTINGS:
            listing = LISTINGS[report]
            path = f"/act_{account.account_id}/{listing.edge}"
            async for page in read_edge(self._api, path, listing.params(), account.account_id, self._page_size):
                yield page
        elif dates is None:
            raise ValueError(f"{report} needs dates")
        else:
            async for page in self._daily(DAILY[report], account.account_id, dates):
                yield page

    async def aclose(self) -> None:
        """Close connections."""
        await self._api.aclose()

    async def _all_accounts(self) -> list[Account]:
        path, params = "/me/adaccounts", {"fields": ",".join(ACCOUNT_FIELDS)}
        pages = read_edge(self._api, path, params, None, self._page_size)
        return [_account(row, path, None) async for page in pages for row in page.rows]

    async def _daily(self, report: DailyReport, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """One stretch of days after the other; one that is too much for Meta is halved."""
        stretches = deque(report.stretches(dates))
        while stretches:
            stretch = stretches.popleft()
            has_rows = False
            try:
                async for page in self._insights(report, account_id, stretch):
                    has_rows = True
                    yield page
            except AskForLessError:
                # Rows that were handed over cannot be taken back, and a day cannot be cut.
                if has_rows or stretch.days == 1:
                    raise
                stretches.extendleft(reversed(stretch.split((stretch.days + 1) // 2)))

    def _insights(self, report: DailyReport, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        params = report.params(dates)
        if report.is_long(dates):
            return self._jobs.read(account_id, params)
        return read_edge(self._api, f"/act_{account_id}/insights", params, account_id, self._page_size)


def _account(row: bytes, path: str, account_id: str | None) -> Account:
    read = decode(row, AdAccount, _context(path, account_id))
    return Account(
        Platform.META_ADS, read.account_id, read.name or read.account_id, read.currency, read.timezone_name, row
    )


def _context(path: str, account_id: str | None = None) -> FailureContext:
    return FailureContext(Platform.META_ADS, f"GET {path}", account_id)
