"""Pinterest's API v5 as a connector: accounts, campaigns, ad groups, daily reports. Rows are passed on unread."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial

from adops_pipeline.connectors.base import Account, Identity, Page
from adops_pipeline.connectors.bounds import endless_list
from adops_pipeline.connectors.context import AccountReader, ConnectorContext, checked_account
from adops_pipeline.connectors.errors import AuthError, ContractError, FailureContext, PermanentError
from adops_pipeline.connectors.http import HttpSession, RateLimiter
from adops_pipeline.connectors.json_body import decode, decoded, line_of, rows
from adops_pipeline.connectors.pinterest import reports
from adops_pipeline.connectors.pinterest.async_reports import AsyncReports, Polling
from adops_pipeline.connectors.pinterest.auth import PinterestAuth, PinterestCredentials
from adops_pipeline.connectors.pinterest.models import AdAccount, Cursor, HasId, UserAccount
from adops_pipeline.connectors.pinterest.policy import DownloadPolicy, PinterestPolicy, is_too_much
from adops_pipeline.connectors.splitting import Part, Splitting
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

BASE_URL = "https://api.pinterest.com/v5"
PAGE_SIZE = 250
ENTITY_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
# Pinterest's tightest limit here is that of analytics: 300 a minute for each user and app.
REQUESTS_PER_SECOND = 5.0
REQUESTS_AT_ONCE = 60
# Pinterest may repeat a page by mistake; a list that keeps repeating pages is broken.
_MOST_REPEATS = 5
_UNKNOWN_CURRENCY = "UNK"

Params = Sequence[tuple[str, str]]


class PinterestConnector(AccountReader):
    """Implements ``base.Connector``. One event loop, closed with ``aclose``.

    ``account_ids`` empty means every account the token can read. Report days are UTC days, so every account's time
    zone is ``UTC``: Pinterest has no other, whatever the advertiser's is.
    """

    def __init__(
        self, credentials: PinterestCredentials, context: ConnectorContext | None = None, *, base_url: str = BASE_URL
    ) -> None:
        context = context or ConnectorContext()
        super().__init__(context)
        self._clock = context.clock
        self._auth = PinterestAuth(
            credentials, token_url=f"{base_url}/oauth/token", token_store=context.token_store, clock=context.clock
        )
        limiter = RateLimiter(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE, sleep=context.sleep)
        self._api = context.session(base_url, PinterestPolicy(), self._auth, limiter)
        self._files = context.file_session(base_url, DownloadPolicy())
        self._currencies: dict[str, str] = {}
        self._reports = AsyncReports(self._api, self._files, polling=Polling(context.poll_seconds), sleep=context.sleep)

    @property
    def platform(self) -> Platform:
        """Pinterest."""
        return Platform.PINTEREST

    @property
    def session(self) -> HttpSession:
        """The session with the API, for the tools."""
        return self._api

    async def currency(self, account_id: str) -> str:
        """The account's currency; asked for once."""
        if account_id not in self._currencies:
            self._currencies[account_id] = (await self._read_account(account_id)).currency
        return self._currencies[account_id]

    async def identity(self) -> Identity:
        """The business behind the token, its scopes and the accounts it reads.

        The name needs the scope user_accounts:read, which reports do without: it is empty where that was not granted.
        """
        self._failures = {}
        accounts = await self._all_accounts()
        try:
            body = await self._api.request("GET", "/user_account")
            user = decode(body, UserAccount, _context("/user_account"))
        except AuthError:
            user = UserAccount()
        return Identity(
            Platform.PINTEREST,
            user.business_name or user.username or "",
            self._auth.scopes,
            tuple(account.account_id for account in accounts),
        )

    async def accounts(self) -> list[Account]:
        """See ``base.Connector``. A failure that concerns every account (the token is rejected) is raised."""
        self._failures = {}
        if not self._account_ids:
            return await self._all_accounts()
        return await self._read_each(self._read_account)

    async def _read_account(self, account_id: str) -> Account:
        path = f"/ad_accounts/{account_id}"
        body = await self._api.request("GET", path, account_id=account_id)
        account = _account(line_of(body, _context(path, account_id)), path, account_id)
        if account.account_id != account_id:
            raise ContractError(_context(path, account_id, "the answer is about another account"))
        return account

    async def aclose(self) -> None:
        """Close connections."""
        await self._api.aclose()
        await self._files.aclose()

    async def _all_accounts(self) -> list[Account]:
        params = [("include_shared_accounts", "true")]
        pages = self._held(self._list("/ad_accounts", None, params), _context("/ad_accounts"))
        rows = [row async for page in pages for row in page.rows]
        return self._readable(rows, lambda row: _account(row, "/ad_accounts", None))

    def _entities(self, report: Report, account_id: str) -> AsyncIterator[Page]:
        return self._listed(reports.ENTITY_PATHS[report], account_id)

    def _listed(self, path: str, account_id: str) -> AsyncIterator[Page]:
        """Campaigns or ad groups of every status: Pinterest omits archived ones unless they are requested."""
        params = [("order", "ASCENDING"), *(("entity_statuses", status) for status in ENTITY_STATUSES)]
        return self._list(f"/ad_accounts/{account_id}/{path}", account_id, params)

    async def _list(self, path: str, account_id: str | None, params: Params) -> AsyncIterator[Page]:
        """Follow the bookmarks to the end of a list."""
        context = _context(path, account_id)
        asked: Counter[int] = Counter()
        here: Params = []
        for _ in range(self._limits.list_pages):
            query = [("page_size", str(PAGE_SIZE)), *params, *here]
            body = await self._api.request("GET", path, account_id=account_id, params=query)
            bookmark = decode(body, Cursor, context).bookmark
            page = Page(rows(body, context, "items"))
            del body  # a page may be large: only one form of it is held while it is written and the next one comes
            yield page
            del page
            if not bookmark:
                return
            asked[hash(bookmark)] += 1
            if asked[hash(bookmark)] > _MOST_REPEATS:
                raise ContractError(replace(context, message="the list's bookmarks lead in a circle"))
            here = [("bookmark", bookmark)]
        raise endless_list(context, self._limits)

    def _totals(self, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        return self._daily(Report.CAMPAIGN_TOTALS, account_id, dates)

    async def _daily(self, report: Report, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """Raises PermanentError for days beyond Pinterest's history (914 days)."""
        kind = reports.KINDS[report]
        today = self._clock().astimezone(UTC).date()
        if dates.start < reports.earliest_day(today):
            message = f"reports reach back to {reports.earliest_day(today)}; {dates.start} was requested"
            raise PermanentError(_context(f"/ad_accounts/{account_id}/reports", account_id, message))
        is_recent = reports.is_within_sync_reach(dates, today)
        splitting = Splitting(
            partial(self._sync if is_recent else self._async, kind, account_id),
            partial(self._ids, kind.entities, account_id),
            is_too_much,
            by_days=kind.granularity == "DAY",
        )
        if is_recent:
            parts = reports.sync_parts(await self._ids(kind.entities, account_id), dates)
        else:
            parts = reports.async_parts(dates)
        async for page in splitting.pages(parts):
            yield page

    async def _sync(self, kind: reports.ReportKind, account_id: str, part: Part) -> AsyncIterator[Page]:
        path = f"/ad_accounts/{account_id}/{kind.entities}/analytics"
        params = reports.sync_request(kind, part)
        body = await self._api.request("GET", path, account_id=account_id, params=params)
        yield Page(rows(body, _context(path, account_id)))

    async def _async(self, kind: reports.ReportKind, account_id: str, part: Part) -> AsyncIterator[Page]:
        yield Page(await self._reports.rows(account_id, reports.async_request(kind, part)))

    async def _ids(self, entities: str, account_id: str) -> list[str]:
        """Ids of all entities, each once even when a page came twice."""
        context = _context(f"/ad_accounts/{account_id}/{entities}", account_id)
        pages = self._held(self._listed(entities, account_id), context)
        return list(dict.fromkeys([decode(row, HasId, context).id async for page in pages for row in page.rows]))


def _account(row: bytes, path: str, account_id: str | None) -> Account:
    known = decoded(row, HasId)
    context = _context(path, account_id or (known.id if known is not None else None))
    read = decode(row, AdAccount, context)
    return checked_account(context, read.id, read.name, read.currency or _UNKNOWN_CURRENCY, "UTC", row)


def _context(path: str, account_id: str | None = None, message: str = "") -> FailureContext:
    return FailureContext(Platform.PINTEREST, f"GET {path}", account_id, message=message)
