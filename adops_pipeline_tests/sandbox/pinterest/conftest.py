"""The emulated Pinterest over the product's market, a clock that the test moves, and a client with a bearer token."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import Market, MarketCampaign
from adops_pipeline.sandbox.pinterest import (
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    SANDBOX_REFRESH_TOKEN,
    ReportScript,
    build_pinterest_app,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class InProcess(httpx.BaseTransport):
    """Lets a plain client talk to an ASGI app, so that tests need not be coroutines."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def exchange() -> httpx.Response:
            answer = await self._inner.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(exchange())


class Pinterest:
    """A client of the emulated API, on the first account unless said otherwise."""

    def __init__(self, market: Market, clock: Clock, **options: Any) -> None:
        self.market = market
        self.clock = clock
        self.account = market.accounts(Platform.PINTEREST)[0]
        app = build_pinterest_app(market, clock, **options)
        self.http = httpx.Client(transport=InProcess(app), base_url="https://api.pinterest.com")
        self.refresh()

    def grant(self, refresh_token: str = SANDBOX_REFRESH_TOKEN, app: tuple[str, str] | None = None) -> Any:
        app = app or (SANDBOX_APP_ID, SANDBOX_APP_SECRET)
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.http.post("/v5/oauth/token", auth=app, data=form)

    def refresh(self) -> None:
        self.http.headers["authorization"] = f"Bearer {self.grant().json()['access_token']}"

    def get(self, path: str, params: Any = None) -> Any:
        """The answer to ``GET /v5/ad_accounts/{id}{path}``."""
        return self.http.get(f"/v5/ad_accounts/{self.account.account_id}{path}", params=params)

    def write(self, method: str, path: str, body: Any) -> Any:
        """The answer to a ``POST`` or ``PATCH`` of ``/v5/ad_accounts/{id}{path}``."""
        return self.http.request(method, f"/v5/ad_accounts/{self.account.account_id}{path}", json=body)

    def report(self, **body: Any) -> Any:
        return self.http.post(f"/v5/ad_accounts/{self.account.account_id}/reports", json=body)

    def campaigns(self, *statuses: CampaignStatus) -> list[MarketCampaign]:
        """The market's campaigns of the account, of the given statuses if any."""
        found = self.market.campaigns(self.account.account_id, self.clock.now)
        return [c for c in found if not statuses or c.status in statuses]


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pinterest(market: Market, clock: Clock) -> Iterator[Pinterest]:
    api = Pinterest(market, clock)
    yield api
    api.http.close()


@pytest.fixture
def make_pinterest(market: Market, clock: Clock) -> Iterator[Any]:
    made: list[Pinterest] = []

    def make(script: ReportScript | None = None, **options: Any) -> Pinterest:
        made.append(Pinterest(market, clock, script=script, **options))
        return made[-1]

    yield make
    for api in made:
        api.http.close()


def days_back(days: int) -> date:
    """That many days before the clock's first day."""
    return NOW.date() - timedelta(days=days)
