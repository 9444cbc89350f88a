"""Routes of the emulated Pinterest API v5. The other modules build the responses.

Every call but the token grant and the file download needs a bearer token and shows the rate-limit headers.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketAccount
from adops_pipeline.sandbox.pinterest import analytics, entities, wire
from adops_pipeline.sandbox.pinterest.gate import Gate, Handler
from adops_pipeline.sandbox.pinterest.oauth import TokenDesk
from adops_pipeline.sandbox.pinterest.objects_api import ObjectsApi, account_of
from adops_pipeline.sandbox.pinterest.organic import IMAGE_PATH
from adops_pipeline.sandbox.pinterest.paging import page
from adops_pipeline.sandbox.pinterest.quota import Quota
from adops_pipeline.sandbox.pinterest.reports import ReportDesk, ReportScript
from adops_pipeline.sandbox.pinterest.wire import ApiError
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObjects

Guarded = Callable[..., Callable[[Request], Awaitable[Response]]]

_ACCOUNT = "/v5/ad_accounts/{ad_account_id}"


def build_pinterest_app(
    market: Market,
    clock: Callable[[], datetime],
    *,
    written: WrittenObjects | None = None,
    script: ReportScript | None = None,
    requests_per_minute: int | None = None,
    writes_per_minute: int | None = None,
) -> Starlette:
    """Build the emulated API over ``market`` and what clients wrote to it; ``clock`` gives aware UTC time.

    ``script`` says how asynchronous reports go. ``requests_per_minute`` and ``writes_per_minute`` enforce rate limits
    by ``clock``, for each of Pinterest's categories of reading and writing calls.
    """
    overlaid = WrittenMarket(market, written)
    tokens = TokenDesk(clock)
    guarded = Gate(tokens, Quota(clock, requests_per_minute, writes_per_minute)).guarded
    sandbox = _Sandbox(overlaid, clock, script or ReportScript(), tokens)
    objects = ObjectsApi(overlaid, clock)
    routes = [
        Route("/v5/oauth/token", sandbox.token, methods=["POST"]),
        Route("/v5/user_account", guarded(sandbox.user, "org_read", "user_accounts:read")),
        Route("/v5/ad_accounts", guarded(sandbox.accounts, "ads_read", "ads:read")),
        Route(_ACCOUNT, guarded(sandbox.account, "ads_read", "ads:read")),
        *_analytics_routes(sandbox, objects, guarded),
        *_object_routes(objects, guarded),
        Route("/report-files/{name}", sandbox.download, methods=["GET"], name="report-file"),
        Route(IMAGE_PATH, objects.image),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})


def _analytics_routes(sandbox: "_Sandbox", objects: ObjectsApi, guarded: Guarded) -> list[Route]:
    levels: dict[str, analytics.Level] = {"": "ACCOUNT", "/campaigns": "CAMPAIGN", "/ad_groups": "AD_GROUP"}
    return [
        *(
            Route(f"{_ACCOUNT}{part}/analytics", guarded(sandbox.analytics(level), "ads_analytics", "ads:read"))
            for part, level in levels.items()
        ),
        Route(f"{_ACCOUNT}/targeting_analytics", guarded(objects.targeting_analytics, "ads_analytics", "ads:read")),
        Route(f"{_ACCOUNT}/reports", guarded(sandbox.create_report, "ads_analytics", "ads:read"), methods=["POST"]),
        Route(f"{_ACCOUNT}/reports", guarded(sandbox.report, "ads_analytics", "ads:read")),
    ]


def _object_routes(objects: ObjectsApi, guarded: Guarded) -> list[Route]:
    lists = {"campaigns": objects.campaigns, "ad_groups": objects.ad_groups, "ads": objects.ads}
    routes = []
    for name, handler in lists.items():
        path = f"{_ACCOUNT}/{name}"
        create, update = objects.write(name, is_update=False), objects.write(name, is_update=True)
        routes += [
            Route(path, guarded(handler, "ads_read", "ads:read")),
            Route(f"{path}/{{object_id}}", guarded(objects.single(name), "ads_read", "ads:read")),
            Route(path, guarded(create, "ads_write", "ads:write"), methods=["POST"]),
            Route(path, guarded(update, "ads_write", "ads:write"), methods=["PATCH"]),
        ]
    pin_scopes = ("boards:read", "boards:write", "pins:read", "pins:write")
    metric_scopes = ("ads:read", "pins:read", "user_accounts:read")
    return [
        *routes,
        Route(f"{_ACCOUNT}/audiences", guarded(objects.audiences, "ads_read", "ads:read")),
        Route(f"{_ACCOUNT}/audiences", guarded(objects.create_audience, "ads_write", "ads:write"), methods=["POST"]),
        Route(f"{_ACCOUNT}/audiences/{{audience_id}}", guarded(objects.audience, "ads_read", "ads:read")),
        Route("/v5/pins", guarded(objects.pins, "org_read", "boards:read", "pins:read")),
        Route("/v5/pins", guarded(objects.create_pin, "org_write", *pin_scopes, status=201), methods=["POST"]),
        Route("/v5/pins/{pin_id}", guarded(objects.pin, "org_read", "boards:read", "pins:read")),
        Route("/v5/boards", guarded(objects.boards, "org_read", "boards:read")),
        Route("/v5/resources/targeting/{targeting_type}", guarded(objects.targeting_options, "ads_read", "ads:read")),
        Route("/v5/resources/delivery_metrics", guarded(objects.delivery_metrics, "ads_read", *metric_scopes)),
    ]


async def _unrouted(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in Pinterest's error form."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, message = {404: (50, "Resource not found."), 405: (5, "Method not allowed")}.get(status, (status, str(error)))
    return ApiError(status, code, message).response()


class _Sandbox:
    def __init__(
        self, market: WrittenMarket, clock: Callable[[], datetime], script: ReportScript, tokens: TokenDesk
    ) -> None:
        self._market = market
        self._clock = clock
        self._tokens = tokens
        self._reports = ReportDesk(market, script)

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
        return page(bodies, request.query_params, "Invalid ad account parameter.")

    async def account(self, request: Request) -> object:
        return entities.account_body(self._account(request))

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
        return account_of(self._market, request.path_params["ad_account_id"])
