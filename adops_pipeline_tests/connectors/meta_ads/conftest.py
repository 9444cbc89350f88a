"""A connector on the emulated Graph API in-process, with a clock that stands and sleeps that are only noted."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.base import Account
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.edges import PAGE_SIZE
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.sandbox.faults import FaultMiddleware, FaultPlan, FaultTransport
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import (
    SANDBOX_ACCESS_TOKEN,
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    MetaAdsDialect,
    build_meta_ads_app,
)
from adops_pipeline.sandbox.written import WrittenObjects

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
US, GB, JP = "102938475610293", "203847561029384", "304756102938475"
CREDENTIALS = MetaAdsCredentials(SANDBOX_ACCESS_TOKEN, SANDBOX_APP_ID, SANDBOX_APP_SECRET)

Answer = Callable[[httpx.Request], httpx.Response | None]


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()


class Tapped(httpx.AsyncBaseTransport):
    """The sandbox with every request noted; ``answer`` may answer in its place."""

    def __init__(self, inner: httpx.AsyncBaseTransport, answer: Answer) -> None:
        self._inner = inner
        self._answer = answer
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        return self._answer(request) or await self._inner.handle_async_request(request)

    def asked(self, method: str, ending: str) -> list[httpx.Request]:
        """Requests of this method whose path ends so."""
        return [r for r in self.requests if r.method == method and r.url.path.endswith(ending)]


class Bench:
    """Builds connectors over one sandbox and keeps what they did."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.written = WrittenObjects()
        self.now = NOW
        self.slept: list[float] = []
        self.tap = Tapped(httpx.MockTransport(lambda _: httpx.Response(500)), lambda _: None)

    def connector(
        self,
        credentials: MetaAdsCredentials = CREDENTIALS,
        *,
        plan: FaultPlan | None = None,
        failing_jobs: Collection[int] = (),
        answer: Answer = lambda _: None,
        page_size: int = PAGE_SIZE,
        **options: Any,
    ) -> MetaAdsConnector:
        """A connector; ``answer`` sees each request before the sandbox and may answer it."""
        plan = plan or FaultPlan(0, {})
        app = build_meta_ads_app(self.market, lambda: self.now, written=self.written, failing_jobs=failing_jobs)
        inner = httpx.ASGITransport(FaultMiddleware(app, plan, MetaAdsDialect()))
        self.tap = Tapped(FaultTransport(inner, plan), answer)

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        context = ConnectorContext(transport=self.tap, clock=lambda: self.now, sleep=sleep, **options)
        return MetaAdsConnector(credentials, context, page_size=page_size)


@pytest.fixture
def bench(market: Market) -> Bench:
    return Bench(market)


async def rows_of(
    connector: MetaAdsConnector, report: Report, account: Account, dates: DateRange | None = None
) -> list[bytes]:
    """All rows of a report."""
    return [row async for page in connector.pull(report, account, dates) for row in page.rows]


async def account_of(connector: MetaAdsConnector, account_id: str) -> Account:
    """One of the accounts."""
    return next(account for account in await connector.accounts() if account.account_id == account_id)
