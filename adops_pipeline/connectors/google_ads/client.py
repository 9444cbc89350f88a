"""Google Ads as a connector: accounts below managers, campaigns, ad groups, daily reports. Rows pass through unread."""

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from adops_pipeline.connectors.base import Account, Identity, Page
from adops_pipeline.connectors.bounds import endless_list
from adops_pipeline.connectors.context import AccountReader, ConnectorContext, checked_account
from adops_pipeline.connectors.errors import AuthError, ConnectorError, ContractError, FailureContext, PermanentError
from adops_pipeline.connectors.google_ads import reports
from adops_pipeline.connectors.google_ads.auth import GoogleAdsAuth, GoogleAdsCredentials
from adops_pipeline.connectors.google_ads.models import (
    AccessibleCustomers,
    CampaignRow,
    ChangeEventRow,
    Chunk,
    Client,
    ClientIdRow,
    ClientRow,
    CustomerRow,
)
from adops_pipeline.connectors.google_ads.policy import GoogleAdsPolicy, is_too_much
from adops_pipeline.connectors.http import HttpSession
from adops_pipeline.connectors.json_body import decode, decoded, lines
from adops_pipeline.connectors.splitting import Part, Splitting
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

BASE_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
API_VERSION = "v26"

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)
_NOT_ENABLED = "authorizationError.CUSTOMER_NOT_ENABLED"


@dataclass(frozen=True, slots=True)
class _Reachable:
    """An account, the one it is accessed through (itself if the user was invited to it), and Google's row for it."""

    client: Client
    through: str
    row: bytes


class GoogleAdsConnector(AccountReader):
    """Implements ``base.Connector``. One event loop, closed with ``aclose``.

    ``account_ids`` empty means every open account that the credentials reach. Report days are days of the account's
    time zone; days more than 37 months back have no rows.
    """

    def __init__(
        self,
        credentials: GoogleAdsCredentials,
        context: ConnectorContext | None = None,
        *,
        base_url: str = BASE_URL,
        token_url: str = TOKEN_URL,
        api_version: str = API_VERSION,
    ) -> None:
        context = context or ConnectorContext()
        super().__init__(context)
        self._login_customer_id = credentials.login_customer_id
        self._version = api_version
        self.now = context.clock
        """The time, for questions about the recent past."""
        self._through: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._currencies: dict[str, str] = {}
        self._auth = GoogleAdsAuth(credentials, token_url=token_url, clock=context.clock)
        self._api = context.session(base_url, GoogleAdsPolicy(), self._auth)

    @property
    def platform(self) -> Platform:
        """Google Ads."""
        return Platform.GOOGLE_ADS

    async def identity(self) -> Identity:
        """The accounts that access goes through, by name; the token's scopes; the accounts that can be pulled."""
        reachable = await self._reachable()
        entrances = [r.client for r in reachable if r.client.id == r.through]
        return Identity(
            Platform.GOOGLE_ADS,
            ", ".join(client.descriptive_name or client.id for client in entrances),
            self._auth.scopes,
            tuple(r.client.id for r in reachable if not r.client.manager and not r.client.is_closed),
        )

    async def accounts(self) -> list[Account]:
        """See ``base.Connector``. A failure that concerns every account is raised."""
        reachable = {r.client.id: r for r in await self._reachable() if not r.client.manager}
        if not self._account_ids:
            return self._checked([r for r in reachable.values() if not r.client.is_closed])
        missing = [account_id for account_id in self._account_ids if account_id not in reachable]
        if not missing:
            self._failures = {}
        for account_id in missing:
            message = "not among the accounts that these credentials reach (manager accounts have no reports)"
            unreachable = AuthError(replace(self._context(account_id), message=message))
            self._failures.setdefault(account_id, unreachable)
        named = dict.fromkeys(self._account_ids)
        return self._checked([reachable[account_id] for account_id in named if account_id in reachable])

    def _checked(self, found: Sequence[_Reachable]) -> list[Account]:
        by_row = {r.row: r for r in found}
        return self._readable(by_row, lambda row: _account(by_row[row], self._context(by_row[row].client.id)))

    def _entities(self, report: Report, account_id: str) -> AsyncIterator[Page]:
        return self._stream(account_id, reports.ENTITIES[report].gaql())

    def _daily(self, report: Report, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        """Google omits days without activity."""
        query = reports.DAILY[report]
        splitting = self._splitting(account_id, lambda part: query.gaql(part.dates, part.ids))
        return splitting.pages([Part(days) for days in dates.split(reports.LONGEST_DAYS)])

    def _totals(self, account_id: str, dates: DateRange) -> AsyncIterator[Page]:
        def query(part: Part) -> str:
            return reports.totals(part.dates, part.ids)

        return self._splitting(account_id, query, by_days=False).pages([Part(dates)])

    def _splitting(self, account_id: str, query: Callable[[Part], str], *, by_days: bool = True) -> Splitting:
        def read(part: Part) -> AsyncIterator[Page]:
            return self._stream(account_id, query(part))

        return Splitting(read, partial(self._campaign_ids, account_id), is_too_much, by_days=by_days)

    async def _campaign_ids(self, account_id: str) -> list[str]:
        """Ids of all campaigns, removed ones too."""
        context = self._context(account_id)
        pages = self._held(self._stream(account_id, reports.CAMPAIGN_IDS.gaql()), context)
        rows = [decode(row, CampaignRow, context) async for page in pages for row in page.rows]
        return [row.campaign.id for row in rows if _is_id(row.campaign.id)]

    async def _changes(self, account: Account, dates: DateRange) -> AsyncIterator[Page]:
        """Change events; Google returns at most 10,000 for a query, so the next one begins at the last of them.

        An event at the border comes twice. Raises ContractError where one instant has more events than that.
        """
        context = self._context(account.account_id)
        since, until = f"{dates.start} 00:00:00", f"{dates.end} 23:59:59.999999"
        for _ in range(self._limits.list_pages):
            count, last = 0, since
            async for page in self._stream(account.account_id, reports.change_events(since, until)):
                count += len(page.rows)
                last = decode(page.rows[-1], ChangeEventRow, context).change_event.change_date_time
                yield page
            if count < reports.MOST_CHANGE_EVENTS:
                return
            if not _MOMENT.fullmatch(last) or last < since:
                raise ContractError(
                    replace(context, message=f"the time {last[:40]!r} of a change event is not in order")
                )
            if last == since:
                message = f"more than {reports.MOST_CHANGE_EVENTS} change events at {last}"
                raise ContractError(replace(context, message=message))
            since = last
        raise endless_list(context, self._limits)

    @property
    def session(self) -> HttpSession:
        """The session with Google, for the tools."""
        return self._api

    def path(self, account_id: str, method: str) -> str:
        """Path of a method of the REST API for an account."""
        return f"/{self._version}/customers/{account_id}/{method}"

    async def login_for(self, account_id: str, named: str | None = None) -> str | None:
        """The manager account that ``account_id`` is accessed through: as named now or before, set, or found."""
        if named is not None:
            self._named[account_id] = named
        through = self._named.get(account_id) or self._login_customer_id
        if through is None and account_id not in self._through:
            await self._find_entrance(account_id)
        return through or self._through.get(account_id)

    async def currency(self, account_id: str) -> str:
        """Currency of an account, read once."""
        if not self._currencies.get(account_id):
            through = await self.login_for(account_id)
            context = self._context(account_id)
            async for page in self._stream(account_id, reports.CURRENCY.gaql(), through=through):
                self._currencies[account_id] = decode(page.rows[0], CustomerRow, context).customer.currency_code or ""
        if not self._currencies.get(account_id):
            raise ContractError(replace(self._context(account_id), message="the answer does not give the currency"))
        return self._currencies[account_id]

    async def reachable(self) -> list[tuple[Client, str]]:
        """Every account that the credentials reach, managers included, and the one it is accessed through."""
        return [(found.client, found.through) for found in await self._reachable()]

    async def aclose(self) -> None:
        """Close connections."""
        await self._api.aclose()

    async def _reachable(self) -> list[_Reachable]:
        """Every account below the login account, or below each that the user was invited to; each once.

        An entry account that cannot be read counts as failed and hides only the accounts below it; accounts that were
        closed stay in Google's list of invitations, so those are skipped unless they are in the settings.
        """
        self._failures = {}
        found: dict[str, _Reachable] = {}
        failed: list[str] = []
        entrances = await self._entrances()
        for entrance in entrances:
            try:
                below = await self._below(entrance)
            except ConnectorError as error:
                if error.context.code != _NOT_ENABLED or entrance in self._account_ids:
                    self._failures[entrance] = error
                failed.append(entrance)
                if entrances == failed:
                    raise
            else:
                for reachable in below:
                    found.setdefault(reachable.client.id, reachable)
        self._through = {r.client.id: r.through for r in found.values()}
        return list(found.values())

    async def _find_entrance(self, account_id: str) -> None:
        """Find the account that ``account_id`` is accessed through: itself if the user was invited to it."""
        entrances = await self._entrances()
        if account_id in entrances:
            self._through[account_id] = account_id
            return
        for entrance in entrances:
            try:
                below = await self._below(entrance)
            except PermanentError:
                continue  # a closed account stays in the list of invitations
            for reachable in below:
                self._through.setdefault(reachable.client.id, reachable.through)
                self._currencies.setdefault(reachable.client.id, reachable.client.currency_code or "")
            if account_id in self._through:
                return

    async def _entrances(self) -> list[str]:
        if self._login_customer_id is not None:
            return [self._login_customer_id]
        path = f"/{self._version}/customers:listAccessibleCustomers"
        body = await self._api.request("GET", path)
        names = decode(body, AccessibleCustomers, FailureContext(Platform.GOOGLE_ADS, f"GET {path}")).resource_names
        return list(dict.fromkeys(name.removeprefix("customers/") for name in names))

    async def _below(self, entrance: str) -> list[_Reachable]:
        """The accounts at and below ``entrance``. Of those, a record that cannot be read fails alone."""
        context = self._context(entrance)
        if not _is_id(entrance):
            raise ContractError(replace(context, message=f"{entrance[:40]!r} is no account id"))
        found: list[_Reachable] = []
        place = 0
        pages = self._held(self._stream(entrance, reports.CLIENTS.gaql(), through=entrance), context)
        async for page in pages:
            for row in page.rows:
                place += 1
                try:
                    found.append(_Reachable(_client(row, context), entrance, row))
                except ConnectorError as error:
                    known = error.context.account_id
                    self._failures[f"record {place} below {entrance}" if known in (None, entrance) else str(known)] = (
                        error
                    )
        return found

    async def _stream(self, account_id: str, query: str, *, through: str | None = None) -> AsyncIterator[Page]:
        """The chunks of one searchStream response, each a page, without empty chunks."""
        through = through or self._login_customer_id or self._through.get(account_id)
        headers = {"login-customer-id": through} if through else None
        context = self._context(account_id)
        path = self._stream_path(account_id)
        body = await self._api.request("POST", path, account_id=account_id, json={"query": query}, headers=headers)
        chunks = deque(decode(body, list[Chunk], context))
        del body
        while chunks:
            if rows := lines(chunks.popleft().results, context):
                yield Page(rows)
                del rows

    def _stream_path(self, account_id: str) -> str:
        return self.path(account_id, "googleAds:searchStream")

    def _context(self, account_id: str) -> FailureContext:
        return FailureContext(Platform.GOOGLE_ADS, f"POST {self._stream_path(account_id)}", account_id)


def _client(row: bytes, context: FailureContext) -> Client:
    known = decoded(row, ClientIdRow)
    if known is not None:
        context = replace(context, account_id=known.customer_client.id)
    client = decode(row, ClientRow, context).customer_client
    if not _is_id(client.id):
        raise ContractError(replace(context, message=f"{client.id[:40]!r} is no account id"))
    return client


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _account(reachable: _Reachable, context: FailureContext) -> Account:
    client = reachable.client
    return checked_account(
        context, client.id, client.descriptive_name, client.currency_code, client.time_zone, reachable.row
    )
