"""A stage for the connector: the emulated Google Ads, a clock that sleeping moves, answers that tests replace."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx

from adops_pipeline.connectors.base import Account
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.google_ads import GoogleAdsConnector, GoogleAdsCredentials
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.faults import FaultMiddleware, FaultPlan, FaultTransport
from adops_pipeline.sandbox.google_ads import (
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_DEVELOPER_TOKEN,
    SANDBOX_REFRESH_TOKEN,
    GoogleAdsDialect,
    build_google_ads_app,
)
from adops_pipeline.sandbox.market import Market

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
MANAGER, US, DE, JP, EMPTY = "4100000018", "4201987305", "4302654871", "4403110926", "4504777210"
CREDENTIALS = GoogleAdsCredentials(
    SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_REFRESH_TOKEN, SANDBOX_DEVELOPER_TOKEN
)
API, OAUTH = "https://googleads.sandbox", "https://oauth2.sandbox/token"

Instead = Callable[[httpx.Request], httpx.Response | None]


@cache
def market() -> Market:
    return Market()


def days(first_back: int, last_back: int) -> DateRange:
    """From so many days before today to so many days before today."""
    return DateRange(TODAY - timedelta(days=first_back), TODAY - timedelta(days=last_back))


def refusal(
    status: int, code: str, message: str = "no", *, streaming: bool = True, **details: object
) -> httpx.Response:
    """An answer in Google's error form; ``code`` as ``family.NAME``."""
    family, _, name = code.partition(".")
    error: dict[str, object] = {"errorCode": {family: name}, "message": message}
    if details:
        error["details"] = details
    failure = {
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": [error],
        "requestId": "request-1",
    }
    body = {"error": {"code": status, "message": "outer", "status": "SOME_STATUS", "details": [failure]}}
    return httpx.Response(status, json=[body] if streaming else body)


@dataclass
class Tape(httpx.AsyncBaseTransport):
    """Notes every request and answer; a test may answer some requests itself."""

    inner: httpx.AsyncBaseTransport
    instead: Instead = lambda _: None
    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[tuple[httpx.Request, int, bytes]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # A copy: a request that is sent again with a fresh token would change under our eyes.
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        self.requests.append(copy)
        answer = self.instead(request) or await self.inner.handle_async_request(request)
        self.answers.append((copy, answer.status_code, await answer.aread()))
        return answer

    def asked(self, ending: str) -> list[httpx.Request]:
        """Requests whose path ends so."""
        return [request for request in self.requests if request.url.path.endswith(ending)]

    def queries(self) -> list[str]:
        """Every GAQL query that was sent."""
        return [json.loads(request.content)["query"] for request in self.asked("googleAds:searchStream")]


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """A connector, the tape it runs over, the clock and the naps."""

    connector: GoogleAdsConnector
    tape: Tape
    clock: Clock
    naps: list[float]

    async def account(self, account_id: str) -> Account:
        return next(a for a in await self.connector.accounts() if a.account_id == account_id)

    async def rows(self, report: Report, account_id: str, dates: DateRange | None = None) -> list[dict[str, Any]]:
        pages = self.connector.pull(report, await self.account(account_id), dates)
        return [json.loads(row) async for page in pages for row in page.rows]


def stage(
    instead: Instead = lambda _: None,
    *,
    account_ids: Sequence[str] = (),
    credentials: GoogleAdsCredentials = CREDENTIALS,
    plan: FaultPlan | None = None,
    retry: RetryPolicy | None = None,
    chunk_rows: int = 1_000,
) -> Stage:
    clock, naps = Clock(), list[float]()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        clock.now += timedelta(seconds=seconds)

    faults = plan or FaultPlan(0, {})
    app = FaultMiddleware(build_google_ads_app(market(), clock, chunk_rows=chunk_rows), faults, GoogleAdsDialect())
    tape = Tape(FaultTransport(httpx.ASGITransport(app), faults), instead)
    connector = GoogleAdsConnector(
        credentials,
        ConnectorContext(account_ids, tape, clock, sleep, rng=random.Random(1), retry=retry),
        base_url=API,
        token_url=OAUTH,
    )
    return Stage(connector, tape, clock, naps)


def account(account_id: str = US) -> Account:
    """An account as the sync would hand it in."""
    return Account(Platform.GOOGLE_ADS, account_id, "An account", "USD", "America/Los_Angeles", b"{}")


def once(ending: str, answer: httpx.Response | Exception, *, times: int = 1) -> Instead:
    """Give ``answer`` to the first requests whose path ends so."""
    left = [times]

    def instead(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith(ending) or left[0] == 0:
            return None
        left[0] -= 1
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return instead


def first_of(*several: Instead) -> Instead:
    """The first answer that any of these gives."""
    return lambda request: next((found for instead in several if (found := instead(request)) is not None), None)
