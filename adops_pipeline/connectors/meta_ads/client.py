"""Meta's Marketing API as a connector: accounts, campaigns, ad sets, daily insights. Rows are passed on unread."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

from adops_pipeline.connectors.base import Account, Identity, Page
from adops_pipeline.connectors.context import AccountReader, ConnectorContext, checked_account
from adops_pipeline.connectors.errors import ContractError, FailureContext
from adops_pipeline.connectors.http import HttpSession, RateLimiter
from adops_pipeline.connectors.json_body import decode, decoded, line_of
from adops_pipeline.connectors.meta_ads.auth import MetaAdsAuth, MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.edges import PAGE_SIZE, read_edge
from adops_pipeline.connectors.meta_ads.insights_jobs import InsightsJobs, Polling
from adops_pipeline.connectors.meta_ads.models import AccountCurrency, AccountId, AdAccount, HasId, Permissions, User
from adops_pipeline.connectors.meta_ads.policy import MetaAdsPolicy, is_too_much
from adops_pipeline.connectors.meta_ads.reports import (
    ACCOUNT_FIELDS,
    DAILY,
    LISTINGS,
    LONGEST_ACTIVITY_DAYS,
    TOTALS,
    DailyReport,
    activity_params,
)
from adops_pipeline.connectors.splitting import Part, Splitting
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

BASE_URL = "https://graph.facebook.com"
API_VERSION = "v26.0"
# Meta's limits depend on the account's activity and come with each response; this only limits bursts.
REQUESTS_PER_SECOND = 10.0
REQUESTS_AT_ONCE = 60


class MetaAdsConnector(AccountReader):
    """Implements ``base.Connector``. One event loop, closed with ``aclose``.

    ``account_ids`` are digits without ``act_``; empty means every account the token can read. Report days are days of
    each account's own time zone.
    """

    def __init__(
        self,
        credentials: MetaAdsCredentials,
        context: ConnectorContext | None = None,
        *,
        base_url: str = BASE_URL,
        api_version: str = API_VERSION,
        page_size: int = PAGE_SIZE,
    ) -> None:
        context = context or ConnectorContext()
        super().__init__(context)
        graph_url = f"{base_url.rstrip('/')}/{api_version}"
        auth = MetaAdsAuth(credentials, graph_url=graph_url, token_store=context.token_store, clock=context.clock)
        limiter = RateLimiter(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE, sleep=context.sleep)
        self._page_size = page_size
        self._api = context.session(graph_url, MetaAdsPolicy(), auth, limiter)
        self._currencies: dict[str, str] = {}
        self._jobs = InsightsJobs(self._api, Polling(context.poll_seconds), context.sleep, page_size)

    @property
    def platform(self) -> Platform:
        """Meta."""
        return Platform.META_ADS

    @property
    def session(self) -> HttpSession:
        """The session for requests of the tools."""
        return self._api

    async def currency(self, account_id: str) -> str:
        """Currency of an ad account; asked for once."""
        if account_id not in self._currencies:
            body = await self.read_account(account_id, ("currency",))
            context = _context(f"/act_{account_id}", account_id)
            self._currencies[account_id] = decode(body, AccountCurrency, context).currency
        return self._currencies[account_id]

    async def read_account(self, account_id: str, fields: Sequence[str]) -> bytes:
        """Fields of one ad account, as Meta's JSON."""
        params = {"fields": ",".join(fields)}
        return await self._api.request("GET", f"/act_{account_id}", account_id=account_id, params=params)

    async def identity(self) -> Identity:
        """Owner of the token, its permissions and its accounts."""
        me = decode(await self._api.request("GET", "/me", params={"fields": "id,name"}), User, _context("/me"))
        body = await self._api.request("GET", "/me/permissions")
        granted = decode(body, Permissions, _context("/me/permissions")).data
        self._failures = {}
        accounts = await self._all_accounts()
        return Identity(
            Platform.META_ADS,
            me.name or me.id,
            tuple(permission.permission for permission in granted if permission.status == "granted"),
            tuple(account.account_id for account in accounts),
        )

    async def accounts(self) -> list[Account]:
        """See ``base.Connector``. A failure that concerns every account (the token is rejected) is raised."""
        self._failures = {}
        if not self._account_ids:
            return await self._all_accounts()
        return await self._read_each(self._read_account)

    async def _read_account(self, account_id: str) -> Account:
        body = await self.read_account(account_id, ACCOUNT_FIELDS)
        path = f"/act_{account_id}"
        account = _account(line_of(body, _context(path, account_id)), path, account_id)
        if account.account_id != account_id:
            raise ContractError(replace(_context(path, account_id), message="the answer is about another account"))
        return account

    def _entities(self, report: Report, account_id: str) -> AsyncIterator[Page]:
        listing = LISTINGS[report]
        return read_edge(self._api, f"/act_{account_id}/{listing.edge}", listing.params(), account_id, self._page_size)

    def _totals(self, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        return self._splitting(TOTALS, account_id).pages([Part(dates)])

    async def _changes(self, account: Account, dates: DateRange) -> AsyncIterator[Page]:
        """Activities, newest first; without ``since`` and ``until`` Meta would answer for one week only."""
        path = f"/act_{account.account_id}/activities"
        for part in dates.split(LONGEST_ACTIVITY_DAYS):
            for params in activity_params(part, account.timezone):
                async for page in read_edge(self._api, path, params, account.account_id, self._page_size):
                    yield page

    async def aclose(self) -> None:
        """Close connections."""
        await self._api.aclose()

    async def _all_accounts(self) -> list[Account]:
        path, params = "/me/adaccounts", {"fields": ",".join(ACCOUNT_FIELDS)}
        pages = self._held(read_edge(self._api, path, params, None, self._page_size), _context(path))
        rows = [row async for page in pages for row in page.rows]
        return self._readable(rows, lambda row: _account(row, path, None))

    def _daily(self, report: Report, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """Raises PermanentError for days beyond Meta's history (37 months)."""
        daily = DAILY[report]
        return self._splitting(daily, account_id).pages([Part(days) for days in daily.stretches(dates)])

    def _splitting(self, report: DailyReport, account_id: str) -> Splitting:
        return Splitting(
            partial(self._insights, report, account_id),
            partial(self._campaign_ids, account_id),
            is_too_much,
            has_rest=True,
            by_days=report.increment == "1",
        )

    def _insights(self, report: DailyReport, account_id: str, part: Part) -> AsyncIterator[Page]:
        params = report.params(part)
        if report.is_long(part.dates):
            return self._jobs.read(account_id, params)
        return read_edge(self._api, f"/act_{account_id}/insights", params, account_id, self._page_size)

    async def _campaign_ids(self, account_id: str) -> list[str]:
        """Ids of the campaigns that Meta lists: all but deleted ones."""
        path = f"/act_{account_id}/campaigns"
        params = {"fields": "id", "effective_status": LISTINGS[Report.CAMPAIGNS].params()["effective_status"]}
        context = _context(path, account_id)
        pages = self._held(read_edge(self._api, path, params, account_id, self._page_size), context)
        return list(dict.fromkeys([decode(row, HasId, context).id async for page in pages for row in page.rows]))


def _account(row: bytes, path: str, account_id: str | None) -> Account:
    known = decoded(row, AccountId)
    context = _context(path, account_id or (known.account_id if known is not None else None))
    read = decode(row, AdAccount, context)
    return checked_account(context, read.account_id, read.name, read.currency, read.timezone_name, row)


def _context(path: str, account_id: str | None = None) -> FailureContext:
    return FailureContext(Platform.META_ADS, f"GET {path}", account_id)
