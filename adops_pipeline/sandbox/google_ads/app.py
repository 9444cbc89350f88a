"""Routes of the emulated Google Ads REST API, and their authorization. Queries: ``search``.

Google's token endpoint, which really has a separate host, is here too: POST /token.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.google_ads.errors import (
    API_VERSION,
    JSON_HEADERS,
    ApiError,
    oauth_invalid,
    permission_denied,
    request_id,
)
from adops_pipeline.sandbox.google_ads.gaql import GaqlError
from adops_pipeline.sandbox.google_ads.mutate import mutate
from adops_pipeline.sandbox.google_ads.oauth import SANDBOX_DEVELOPER_TOKEN, TokenDesk
from adops_pipeline.sandbox.google_ads.operations import SERVICES, mutate_request
from adops_pipeline.sandbox.google_ads.questions import page_token, search_question, stream_question
from adops_pipeline.sandbox.google_ads.search import Found, search
from adops_pipeline.sandbox.market import Market, MarketAccount
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObjects

LIVE_VERSIONS = frozenset({"v23", "v24", "v25", "v26"})
_NOT_FOUND = "<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL was not found."


def build_google_ads_app(
    market: Market,
    clock: Callable[[], datetime],
    *,
    written: WrittenObjects | None = None,
    chunk_rows: int = 1_000,
    page_rows: int = 10_000,
) -> Starlette:
    """Build the emulated API over ``market`` and what clients wrote to it; ``clock`` gives aware UTC time.

    searchStream answers in chunks of ``chunk_rows`` (Google's have up to 10,000), search in pages of ``page_rows``.
    """
    sandbox = _Sandbox(WrittenMarket(market, written), clock, chunk_rows, page_rows)
    customer = "/{version}/customers/{customer_id}"
    routes = [
        Route("/token", sandbox.token, methods=["POST"]),
        Route("/{version}/customers:listAccessibleCustomers", sandbox.accessible, methods=["GET"]),
        Route(f"{customer}/googleAds:searchStream", sandbox.stream, methods=["POST"]),
        Route(f"{customer}/googleAds:search", sandbox.search, methods=["POST"]),
        Route(f"{customer}/{{collection}}:mutate", sandbox.mutate, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={404: _unrouted, 405: _unrouted})


async def _unrouted(_: Request, error: Exception) -> Response:
    """Google responds to unknown paths with an HTML page."""
    del error
    return HTMLResponse(_NOT_FOUND, 404)


class _Sandbox:
    def __init__(self, market: WrittenMarket, clock: Callable[[], datetime], chunk_rows: int, page_rows: int) -> None:
        self._market = market
        self._clock = clock
        self._chunk_rows = chunk_rows
        self._page_rows = page_rows
        self._tokens = TokenDesk(clock)
        self._accounts = {a.account_id: a for a in market.accounts(Platform.GOOGLE_ADS)}

    async def token(self, request: Request) -> Response:
        status, body = self._tokens.grant(await request.body())
        return Response(_encode(body), status, JSON_HEADERS)

    async def accessible(self, request: Request) -> Response:
        try:
            self._check_caller(request)
        except ApiError as error:
            return error.response(streaming=False, version=_version(request))
        return _answer({"resourceNames": [f"customers/{account_id}" for account_id in self._direct()]})

    async def stream(self, request: Request) -> Response:
        try:
            account = self._account(request)
            question = stream_question(await request.body())
            found = self._found(account, question.query)
        except ApiError as error:
            return error.response(streaming=True, version=_version(request))
        identity = request_id(f"{account.account_id} {question.query} {self._clock().isoformat()}")
        chunks = [
            {
                "results": rows,
                "fieldMask": found.field_mask,
                "requestId": identity,
                "queryResourceConsumption": str(len(rows)),
            }
            for rows in _cut(found.rows, self._chunk_rows)
        ]
        return _answer(chunks or [{"fieldMask": found.field_mask, "requestId": identity}])

    async def search(self, request: Request) -> Response:
        try:
            account = self._account(request)
            question = search_question(await request.body())
            start = question.start
            found = self._found(account, question.query)
        except ApiError as error:
            return error.response(streaming=False, version=_version(request))
        rows = found.rows[start : start + self._page_rows]
        body: dict[str, object] = {"fieldMask": found.field_mask}
        if rows:
            body |= {"results": rows, "queryResourceConsumption": str(len(rows))}
        if start + self._page_rows < len(found.rows):
            body["nextPageToken"] = page_token(question.query, start + self._page_rows)
        return _answer(body)

    async def mutate(self, request: Request) -> Response:
        collection: str = request.path_params["collection"]
        if collection not in (*SERVICES, "googleAds"):
            return HTMLResponse(_NOT_FOUND, 404)
        try:
            account = self._account(request)
            change = mutate_request(collection, await request.body())
            return _answer(mutate(self._market, account, change, self._clock()))
        except ApiError as error:
            return error.response(streaming=False, version=_version(request))

    def _found(self, account: MarketAccount, query: str) -> Found:
        try:
            return search(self._market, account, query, self._clock())
        except GaqlError as error:
            raise ApiError(400, error.family, error.code, error.message) from None

    def _check_caller(self, request: Request) -> None:
        """Check token, developer token and version, in Google's order."""
        if not self._tokens.is_good(request.headers.get("authorization")):
            raise oauth_invalid()
        version: str = request.path_params["version"]
        if version not in LIVE_VERSIONS:
            message = f"Version {version} is deprecated. Requests to this version will be blocked."
            raise ApiError(400, "requestError", "UNSUPPORTED_VERSION", message)
        developer_token = request.headers.get("developer-token")
        if developer_token is None:
            raise ApiError(
                400, "requestError", "DEVELOPER_TOKEN_PARAMETER_MISSING", "developer-token parameter is missing."
            )
        if developer_token != SANDBOX_DEVELOPER_TOKEN:
            raise ApiError(401, "authenticationError", "DEVELOPER_TOKEN_INVALID", "The developer token is not valid.")

    def _account(self, request: Request) -> MarketAccount:
        """The account of a request, if the caller may read it through the login account."""
        self._check_caller(request)
        customer_id: str = request.path_params["customer_id"]
        if not customer_id.isdecimal():
            raise ApiError(
                400, "requestError", "INVALID_CUSTOMER_ID", f"Invalid customer ID '{customer_id}'.", customer_id
            )
        login_id = request.headers.get("login-customer-id")
        if login_id is not None and not login_id.isdecimal():
            message = "The login customer ID could not be validated."
            raise ApiError(400, "headerError", "INVALID_LOGIN_CUSTOMER_ID", message)
        account = self._accounts.get(customer_id)
        entrance = self._accounts.get(login_id or customer_id)
        if account is None or entrance is None or entrance.account_id not in self._direct():
            raise permission_denied()
        if entrance != account and not entrance.is_manager:
            raise permission_denied()
        return account

    def _direct(self) -> Sequence[str]:
        """Accounts the user was invited to: the managers, and the first of the others. The rest lie below a manager."""
        managers = [a.account_id for a in self._accounts.values() if a.is_manager]
        others = [a.account_id for a in self._accounts.values() if not a.is_manager]
        return [*managers, *others[:1]]


def _cut(rows: Sequence[object], size: int) -> Iterator[Sequence[object]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))


def _version(request: Request) -> str:
    version: str = request.path_params["version"]
    return version if version in LIVE_VERSIONS else API_VERSION


def _encode(body: object) -> bytes:
    """A pretty-printed response, like Google's."""
    pretty: bytes = msgspec.json.format(msgspec.json.encode(body), indent=2)
    return pretty


def _answer(body: object) -> Response:
    return Response(_encode(body), headers=JSON_HEADERS)
