"""Whatever a platform answers, a pull ends within its bounds, no error but a platform's own leaves it, and others land.

Answers of the emulated platforms are damaged at random, in process: sometimes those about one account only, then every
other account must land with the rows it has without damage; sometimes any, tokens and lists of accounts included.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.base import Account, Connector
from adops_pipeline.connectors.bounds import Limits
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.google_ads import GoogleAdsConnector
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.meta_ads import MetaAdsConnector
from adops_pipeline.connectors.pinterest import PinterestConnector
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.platforms import Sandbox
from adops_pipeline.services.sync import SyncReport, pull_platform
from adops_pipeline.warehouse.raw_landing import Pull, PullSpec, PullWriter, RawLanding
from adops_pipeline_tests.connectors.google_ads.conftest import CREDENTIALS as GOOGLE
from adops_pipeline_tests.connectors.meta_ads.conftest import CREDENTIALS as META
from adops_pipeline_tests.connectors.mutations import damaged, damaged_inside
from adops_pipeline_tests.connectors.pinterest.conftest import CREDENTIALS as PINTEREST

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHORT = DateRange(NOW.date() - timedelta(days=9), NOW.date() - timedelta(days=7))
LONG = DateRange(NOW.date() - timedelta(days=130), NOW.date() - timedelta(days=10))
"""Long enough for jobs and asynchronous reports."""
REPORTS = (
    Report.ACCOUNTS,
    Report.CAMPAIGNS,
    Report.AD_GROUPS,
    Report.CHANGES,
    Report.CAMPAIGN_DAILY,
    Report.AD_GROUP_DAILY,
    Report.CAMPAIGN_TOTALS,
)
LIMITS = Limits(answer_mb=1, answer_values=60_000, list_pages=400)
MOST_REQUESTS = 4_000
MOST_KEPT = 1_000
SECONDS = 120
CONNECTORS: dict[Platform, Callable[[ConnectorContext], Connector]] = {
    Platform.GOOGLE_ADS: lambda context: GoogleAdsConnector(GOOGLE, context),
    Platform.META_ADS: lambda context: MetaAdsConnector(META, context, page_size=50),
    Platform.PINTEREST: lambda context: PinterestConnector(PINTEREST, context),
}
STATELESS = ("adaccounts", "ad_accounts", "campaigns", "adsets", "ad_groups", "insights", "analytics", "activities",
             "googleAds:searchStream", "customers:listAccessibleCustomers")  # fmt: skip


@cache
def market() -> Market:
    return Market()


class Recorded(httpx.AsyncBaseTransport):
    """The emulated platform; answers that depend on their request alone are kept, to be damaged many times."""

    def __init__(self, platform: Platform) -> None:
        self._inner = Sandbox(market(), lambda: NOW, FaultPlan(0, {})).transport(platform)
        self._kept: dict[tuple[str, str, bytes], tuple[int, bytes]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = (request.method, str(request.url), await request.aread())
        if key not in self._kept:
            answer = await self._inner.handle_async_request(request)
            content = await answer.aread()
            is_kept = (
                len(self._kept) < MOST_KEPT
                and answer.status_code == 200
                and request.url.path.rpartition("/")[2] in STATELESS
            )
            if not is_kept or (request.method == "POST" and request.url.path.endswith("/insights")):
                return httpx.Response(answer.status_code, content=content)
            self._kept[key] = answer.status_code, content
        status, content = self._kept[key]
        return httpx.Response(status, content=content)


@cache
def recorded(platform: Platform) -> Recorded:
    return Recorded(platform)


class Damaging(httpx.AsyncBaseTransport):
    """Damages answers: those about ``victim`` only, or any where there is none. Counts them, and all requests."""

    def __init__(self, inner: httpx.AsyncBaseTransport, rng: random.Random, victim: str | None) -> None:
        self._inner = inner
        self._rng = rng
        self._victim = victim
        self._of_victim = {victim} if victim else set[str]()
        self.damaged = 0
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        assert self.requests < MOST_REQUESTS, "the pull does not end"
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        if self._victim is None:
            if self._rng.random() >= 0.15:
                return answer
            self.damaged += 1
            return damaged(content, answer.status_code, self._rng)
        if any(name in str(request.url) for name in self._of_victim):
            self._follow(content)
            if self._rng.random() < 0.5:
                self.damaged += 1
                return damaged(content, answer.status_code, self._rng)
        elif self._victim.encode() in content and self._rng.random() < 0.5:
            spoilt = damaged_inside(content, self._rng, self._record, sparing=True)
            self.damaged += spoilt != content
            return httpx.Response(answer.status_code, content=spoilt)
        return answer

    def _follow(self, content: bytes) -> None:
        """Jobs, reports and files of the victim are its own, too."""
        try:
            document = json.loads(content)
        except ValueError:
            return
        if isinstance(document, dict):
            names = (document.get(name) for name in ("report_run_id", "token", "url"))
            self._of_victim |= {name.partition("?")[0] for name in names if isinstance(name, str) and len(name) > 5}

    def _record(self, document: Any) -> object | None:
        """The victim's record in a list of accounts."""
        if isinstance(document, list):
            return next((found for one in document if (found := self._record(one)) is not None), None)
        if not isinstance(document, dict):
            return None
        if any(document.get(name) == self._victim for name in ("id", "account_id")):
            return document
        return next((found for one in document.values() if (found := self._record(one)) is not None), None)


class MemoryLanding(RawLanding):
    """Landed pulls by account and report, as they would stand on the disk."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.landed: dict[tuple[str, Report], set[bytes]] = {}

    @contextmanager
    def open(self, spec: PullSpec) -> Iterator[PullWriter]:
        file = BytesIO()
        writer = PullWriter(file)
        yield writer
        rows = file.getvalue().splitlines()
        assert len(rows) == writer.rows
        self.landed[spec.account_id, spec.report] = set(rows)
        days = spec.dates or SHORT
        writer.landed_as(
            Pull(
                pull_id=spec.pull_id, platform=spec.platform, report=spec.report, account_id=spec.account_id,
                range_start=days.start, range_end=days.end, pulled_at=spec.pulled_at, currency=spec.currency,
                timezone=spec.timezone, path="", rows=writer.rows, bytes=0, sha256="",
            )
        )  # fmt: skip


async def pulled(
    platform: Platform, transport: httpx.AsyncBaseTransport, dates: DateRange
) -> tuple[SyncReport, MemoryLanding]:
    """A whole pull of the platform. Fails if it does not end."""

    async def sleep(seconds: float) -> None:
        assert 0 <= seconds < 3_600, f"waits {seconds} s"
        await asyncio.sleep(0)

    def wanted(_: Account, report: Report) -> list[DateRange]:
        return [SHORT if report is Report.CHANGES else dates]

    context = ConnectorContext(
        transport=transport, clock=lambda: NOW, sleep=sleep, rng=random.Random(1), retry=RetryPolicy(attempts=2),
        limits=LIMITS,
    )  # fmt: skip
    connector = CONNECTORS[platform](context)
    landing = MemoryLanding()
    async with asyncio.timeout(SECONDS):
        report = await pull_platform(connector, landing, REPORTS, wanted, clock=lambda: NOW)
    await connector.aclose()
    return report, landing


@cache
def undamaged(platform: Platform, dates: DateRange) -> dict[tuple[str, Report], set[bytes]]:
    report, landing = asyncio.run(pulled(platform, recorded(platform), dates))
    assert not report.failures
    return landing.landed


def fuzz(platform: Platform, answers: int, seed: int, long: float) -> Counter[str]:
    """Pull until so many answers were damaged; what became of the accounts. ``long``: share of pulls over months."""
    outcomes: Counter[str] = Counter()
    rng = random.Random(seed)
    accounts = sorted({account for account, _ in undamaged(platform, SHORT)})
    while outcomes["damaged answers"] < answers:
        number = rng.randrange(2**32)
        own = random.Random(number)
        dates = LONG if own.random() < long else SHORT
        victim = own.choice((None, *accounts))
        transport = Damaging(recorded(platform), own, victim)
        try:
            report, landing = asyncio.run(pulled(platform, transport, dates))
        except BaseException as error:
            error.add_note(f"{platform}, pull {number}, victim {victim}")
            raise
        outcomes["damaged answers"] += transport.damaged
        outcomes["failures"] += len(report.failures)
        outcomes["pulls"] += len(report.pulls)
        if victim is None:
            continue
        for (account, kind), rows in undamaged(platform, dates).items():
            if account != victim:
                told = f"{platform} {account} {kind}, pull {number}: {report.failures}"
                assert landing.landed.get((account, kind)) == rows, told
                outcomes["untouched reports"] += 1
    return outcomes


@pytest.mark.parametrize("platform", Platform)
def test_no_damaged_answer_stops_another_account_or_the_process(platform: Platform) -> None:
    outcomes = fuzz(platform, 100, seed=14, long=0.0)
    assert min(outcomes.values()) > 10, outcomes


@pytest.mark.slow
@pytest.mark.parametrize("platform", Platform)
def test_no_damaged_answer_of_5000_stops_another_account_or_the_process(platform: Platform) -> None:
    outcomes = fuzz(platform, 5_000, seed=2026, long=0.06)
    print(platform, dict(outcomes))
    assert min(outcomes.values()) > 1_000, outcomes
