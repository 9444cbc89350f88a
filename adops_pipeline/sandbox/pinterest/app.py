"""Routes of the emulated Pinterest API v5. The other modules build the responses.

Every call but the token grant and the file download needs a bearer token and shows the rate-limit headers.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketAccount
from adops_pipeline.sandbox.pinterest import analytics, entities, wire
from adops_pipeline.sandbox.pinterest.oauth import TokenDesk
from adops_pipeline.sandbox.pinterest.quota import Quota
from adops_pipeline.sandbox.pinterest.reports import ReportDesk, ReportScript
from adops_pipeline.sandbox.pinterest.wire import ApiError
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObjects

DEFAULT_PAGE_SIZE = 25
LARGEST_PAGE = 250

Handler = Callable[[Request], Awaitable[object]]


def build_pinterest_app(
    market: Market,
    clock: Callable[[], datetime],
    *,
    written: WrittenObjects | None = None,
    script: ReportScript | None = None,
    requests_per_minute: int | None = None,
) -> Starlette:
    """Build the emulated API over ``market`` and what clients wrote to it; ``clock`` gives aware UTC time.

    ``script`` says how asynchronous reports go. ``requests_per_minute`` enforces a rate limit by ``clock``.
    """
    sandbox = _Sandbox(
        WrittenMarket(market, written), clock, script or ReportScript(), Quota(clock, requests_per_minute)
    )
    account = "/v5/ad_accounts/{ad_account_id}"
    routes = [
        Route("/v5/oauth/token", sandbox.token, methods=["POST"]),
        Route("/v5/user_account", sandbox.guarded(sandbox.user), methods=["GET"]),
        Route("/v5/ad_accounts", sandbox.guarded(sandbox.accounts), methods=["GET"]),
        Route(account, sandbox.guarded(sandbox.account), methods=["GET"]),
        Route(f"{account}/campaigns", sandbox.guarded(sandbox.campaigns), methods=["GET"]),
        Route(f"{account}/ad_groups", sandbox.guarded(sandbox.ad_groups), methods=["GET"]),
        Route(f"{account}/analytics", sandbox.guarded(sandbox.analytics("ACCOUNT")), methods=["GET"]),
        Route(f"{account}/campaigns/analytics", sandbox.guarded(sandbox.analytics("CAMPAIGN")), methods=["GET"]),
        Route(f"{account}/ad_groups/analytics", sandbox.guarded(sandbox.analytics("AD_GROUP")), methods=["GET"]),
        Route(f"{account}/reports", sandbox.guarded(sandbox.create_report), methods=["POST"]),
        Route(f"{account}/reports", sandbox.guarded(sandbox.report), methods=["GET"]),
        Route("/report-files/{name}", sandbox.download, methods=["GET"], name="report-file"),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})


async def _unrouted(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in Pinterest's error form."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, message = {404: (50, "Resource not found."), 405: (5, "Method not allowed")}.get(status, (status, str(error)))
    return ApiError(status, code, message).response()


class _Sandbox:
    def __init__(
        self, market: WrittenMarket, clock: Callable[[], datetime], script: ReportScript, quota: Quota
    ) -> None:
        self._market = market
        self._clock = clock
        self._quota = quota
        self._tokens = TokenDesk(clock)
        self._reports = ReportDesk(market, script)

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """``handler`` behind the bearer check and the quota; its result becomes the JSON answer."""

        async def endpoint(request: Request) -> Response:
            try:
                self._tokens.check_bearer(request.headers.get("authorization"))
                self._quota.spend()
                response = wire.answer(await handler(request))
            except ApiError as error:
                response = error.response()
            response.headers.update(self._quota.headers())
            return response

        return endpoint

    async def token(self, request: Request) -> Response:
        try:
            granted = self._tokens.grant(request.headers.get("authorization"), await request.body())
        except ApiError as error:
            return error.response()
        return wire.answer(granted)

    async def user(self, _: Request) -> object:
        return entities.user_body()

    async def accounts(self, request: Request) -> object:
        bodies = [entities.account_body(a) for a in self._market.accounts(Platform.PINTEREST) if not a.is_manager]
        return _page(bodies, request.query_params, "Invalid ad account parameter.")

    async def account(self, request: Request) -> object:
        return entities.account_body(self._account(request))

    async def campaigns(self, request: Request) -> object:
        sentence = "Invalid ad account campaign parameters."
        account, now, params = self._account(request), self._clock(), request.query_params
        wanted = wire.ids(params, "campaign_ids", sentence)
        changes = self._market.last_changes(account.account_id, now)
        found = [
            entities.campaign_body(campaign, now.astimezone(UTC).date(), changes.get(campaign.campaign_id))
            for campaign in self._market.campaigns(account.account_id, now)
            if not wanted or campaign.campaign_id in wanted
        ]
        return _page(_with_statuses(found, params, sentence), params, sentence)

    async def ad_groups(self, request: Request) -> object:
        sentence = "Invalid ad account group parameters."
        account, now, params = self._account(request), self._clock(), request.query_params
        of_campaigns = wire.ids(params, "campaign_ids", sentence)
        wanted = wire.ids(params, "ad_group_ids", sentence)
        if of_campaigns and wanted:
            raise wire.refused(sentence, "Provide only campaign_ids or ad_group_ids. Do not provide both.")
        campaigns = {c.campaign_id: c for c in self._market.campaigns(account.account_id, now)}
        changes, today = self._market.last_changes(account.account_id, now), now.astimezone(UTC).date()
        found = [
            entities.ad_group_body(group, campaigns[group.campaign_id], today, changes.get(group.ad_group_id))
            for group in self._market.ad_groups(account.account_id, now)
            if (not of_campaigns or group.campaign_id in of_campaigns) and (not wanted or group.ad_group_id in wanted)
        ]
        return _page(_with_statuses(found, params, sentence), params, sentence)

    def analytics(self, level: analytics.Level) -> Handler:
        async def handler(request: Request) -> object:
            account, now = self._account(request), self._clock()
            query = analytics.sync_query(level, request.query_params, now)
            by_entity = analytics.rows(self._market, account, query, now)
            return [row for rows in by_entity.values() for row in rows]

        return handler

    async def create_report(self, request: Request) -> object:
        account = self._account(request)
        return self._reports.create(account, await request.body(), self._clock())

    async def report(self, request: Request) -> object:
        account = self._account(request)
        link_base = str(request.url_for("report-file", name="-")).removesuffix("/-")
        return self._reports.status(account, request.query_params.get("token"), link_base, self._clock())

    async def download(self, request: Request) -> Response:
        params = request.query_params
        return self._reports.download(
            request.path_params["name"],
            params.get("Expires", ""),
            params.get("Signature", ""),
            self._clock(),
            with_bearer="authorization" in request.headers,
        )

    def _account(self, request: Request) -> MarketAccount:
        account_id: str = request.path_params["ad_account_id"]
        if not account_id.isdigit() or len(account_id) > wire.LONGEST_ID:
            raise ApiError(400, 400, "Invalid ad account id")
        for account in self._market.accounts(Platform.PINTEREST):
            if account.account_id == account_id and not account.is_manager:
                return account
        raise ApiError(404, 2, "AdAccount not found.")


def _with_statuses(bodies: Sequence[entities.Body], params: QueryParams, sentence: str) -> list[entities.Body]:
    """What ``entity_statuses`` lets through: ACTIVE and PAUSED unless more is asked for."""
    statuses = wire.listed(params, "entity_statuses") or ["ACTIVE", "PAUSED"]
    for status in statuses:
        wire.choice(status, "entity_statuses", entities.ENTITY_STATUSES, sentence)
    return [body for body in bodies if body["status"] in statuses]


def _page(bodies: Sequence[entities.Body], params: QueryParams, sentence: str) -> dict[str, object]:
    """One page in id order; the bookmark names the last item, so that nothing shifts when items are added."""
    size = wire.number(params, "page_size", DEFAULT_PAGE_SIZE)
    if not 1 <= size <= LARGEST_PAGE:
        raise wire.refused(sentence, f"'page_size' value {size} is not between 1 and {LARGEST_PAGE}.")
    order = wire.choice(params.get("order", "ASCENDING"), "order", ("ASCENDING", "DESCENDING"), sentence)
    is_descending = order == "DESCENDING"
    ordered = sorted(bodies, key=_id, reverse=is_descending)
    if bookmark := params.get("bookmark"):
        last = _last_seen(bookmark, sentence)
        ordered = [b for b in ordered if last is None or (_id(b) < last if is_descending else _id(b) > last)]
    has_more = len(ordered) > size
    return {"items": ordered[:size], "bookmark": bookmark_after(str(ordered[size - 1]["id"])) if has_more else None}


def _id(body: entities.Body) -> int:
    return int(str(body["id"]))


def bookmark_after(last_id: str) -> str:
    """The cursor to the items after ``last_id``; an empty id is the first page."""
    return base64.urlsafe_b64encode(f"after:{last_id}".encode()).decode()


def _last_seen(bookmark: str, sentence: str) -> int | None:
    try:
        text = base64.urlsafe_b64decode(bookmark.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    prefix, _, last_id = text.partition(":")
    if prefix != "after" or (last_id and not last_id.isdigit()):
        raise wire.refused(sentence, "Invalid bookmark.")
    return int(last_id) if last_id else None
