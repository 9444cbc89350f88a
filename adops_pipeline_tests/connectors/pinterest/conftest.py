"""A stage for the connector: the emulated Pinterest, a clock that sleeping moves, answers that tests replace."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.base import Account
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.connectors.tokens import MemoryTokenStore, TokenStore
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.faults import FaultMiddleware, FaultPlan, FaultTransport
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.pinterest import (
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    SANDBOX_REFRESH_TOKEN,
    PinterestDialect,
    ReportScript,
    build_pinterest_app,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
CREDENTIALS = PinterestCredentials(SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN)

Instead = Callable[[httpx.Request], httpx.Response | None]


def days(first_back: int, last_back: int) -> DateRange:
    """From so many days before today to so many days before today."""
    return DateRange(TODAY - timedelta(days=first_back), TODAY - timedelta(days=last_back))


def error(status: int, code: int, message: str, **headers: str) -> httpx.Response:
    """An answer in Pinterest's error form."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"code": code, "message": message}, headers=named)


@dataclass
class Tape(httpx.AsyncBaseTransport):
    """Notes every request; a test may answer some of them itself."""

    inner: httpx.AsyncBaseTransport
    instead: Instead = lambda _: None
    requests: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # A copy: a request that is sent again with a fresh token would change under our eyes.
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        self.requests.append(copy)
        return self.instead(request) or await self.inner.handle_async_request(request)

    def asked(self, ending: str, method: str = "GET") -> list[httpx.Request]:
        """Requests whose path ends so."""
        return [r for r in self.requests if r.url.path.endswith(ending) and r.method == method]


class Stage:
    """A connector with its emulated platform."""

    def __init__(
        self,
        market: Market,
        *,
        script: ReportScript | None = None,
        plan: FaultPlan | None = None,
        requests_per_minute: int | None = None,
        account_ids: Sequence[str] = (),
        token_store: TokenStore | None = None,
        credentials: PinterestCredentials = CREDENTIALS,
    ) -> None:
        self.market = market
        self.now = NOW
        self.sleeps: list[float] = []
        self.store = token_store or MemoryTokenStore()
        plan = plan or FaultPlan(0, {})
        app = build_pinterest_app(market, self.clock, script=script, requests_per_minute=requests_per_minute)
        spoilt = FaultMiddleware(app, plan, PinterestDialect())
        self.tape = Tape(FaultTransport(httpx.ASGITransport(spoilt), plan))
        self.connector = PinterestConnector(
            credentials, ConnectorContext(account_ids, self.tape, self.clock, self.sleep, token_store=self.store)
        )

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)

    def answer_once(self, ending: str, *answers: httpx.Response) -> None:
        """Answer the next requests whose path ends so with ``answers``, then let the sandbox answer again."""
        left = list(answers)

        def instead(request: httpx.Request) -> httpx.Response | None:
            return left.pop(0) if left and request.url.path.endswith(ending) else None

        self.tape.instead = instead

    async def account(self, index: int = 0) -> Account:
        return (await self.connector.accounts())[index]

    async def rows(self, report: Report, account: Account, dates: DateRange | None = None) -> list[dict[str, Any]]:
        """All rows of a pull, parsed."""
        pages = self.connector.pull(report, account, dates)
        return [json.loads(row) async for page in pages for row in page.rows]

    async def first_rows(self, report: Report, dates: DateRange | None = None) -> list[dict[str, Any]]:
        """All rows of a pull of the first account."""
        return await self.rows(report, await self.account(), dates)

    def spend(self, account_id: str, dates: DateRange) -> dict[tuple[str, str], int]:
        """What the market spent, in micros, by campaign and day."""
        found = self.market.campaign_days(account_id, dates.start, dates.end, self.now)
        return {(d.campaign_id, d.date.isoformat()): int(d.spend * 1_000_000) for d in found}

    @property
    def account_ids(self) -> list[str]:
        return [a.account_id for a in self.market.accounts(Platform.PINTEREST)]


def spend_of(rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """Micros by campaign and day, ids as text."""
    return {(str(r["CAMPAIGN_ID"]), r["DATE"]): r.get("SPEND_IN_MICRO_DOLLAR", 0) for r in rows}


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()


@pytest.fixture
def stage(market: Market) -> Stage:
    return Stage(market)


@pytest.fixture
def make_stage(market: Market) -> Callable[..., Stage]:
    return lambda **options: Stage(market, **options)
