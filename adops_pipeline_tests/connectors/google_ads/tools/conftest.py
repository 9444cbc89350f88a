"""The tools over the emulated Google Ads with a store of its own for each test, and good arguments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.google_ads import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import TOOLS
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.tools import ReadTool, ToolPage, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.faults import FaultMiddleware, FaultPlan, FaultTransport
from adops_pipeline.sandbox.google_ads import GoogleAdsDialect, build_google_ads_app
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline_tests.connectors.google_ads.conftest import (
    API,
    CREDENTIALS,
    DE,
    OAUTH,
    Clock,
    Instead,
    Tape,
    market,
)

BY_NAME: dict[str, Any] = {tool.name: tool for tool in TOOLS}
READS = [name for name, tool in BY_NAME.items() if isinstance(tool, ReadTool)]
WRITES = [name for name, tool in BY_NAME.items() if isinstance(tool, WriteTool)]
NEW_CAMPAIGN: dict[str, Any] = {
    "account_id": DE,
    "name": "Winter boots",
    "daily_budget": "25.50",
    "contains_eu_political_advertising": False,
}
AD_TEXTS: dict[str, Any] = {
    "headlines": ["Winter boots", "Warm and dry", "Order today"],
    "descriptions": ["All sizes in stock.", "Delivered within two days."],
    "final_urls": ["https://shop.example/boots"],
}


@dataclass
class ToolCaller:
    """A client, the tape it runs over, its clock, and calls of tools by name."""

    client: GoogleAdsConnector
    tape: Tape
    clock: Clock
    written: WrittenObjects

    def given(self, name: str, arguments: dict[str, Any]) -> Any:
        return BY_NAME[name].input_model(**arguments)

    async def read(self, tool_name: str, /, **arguments: Any) -> ToolPage:
        page: ToolPage = await BY_NAME[tool_name].read(self.client, self.given(tool_name, arguments))
        return page

    async def rows(self, tool_name: str, /, **arguments: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.read(tool_name, **arguments)).rows]

    async def write(self, tool_name: str, /, **arguments: Any) -> AdObject:
        """The whole order of calls; the object as it was read back. Time goes on by a minute before it is sent."""
        tool, given = BY_NAME[tool_name], self.given(tool_name, arguments)
        before = await tool.before(self.client, given)
        await tool.intended(self.client, given, before)
        await tool.validate(self.client, given)
        self.pass_time(minutes=1)
        identity = await tool.apply(self.client, given)
        found: AdObject = await tool.read_back(self.client, given.account_id, identity)
        return found

    async def ad_group(self, account_id: str = DE) -> str:
        """A new ad group in a new campaign; its id."""
        campaign = await self.write("google_ads_create_campaign", **{**NEW_CAMPAIGN, "account_id": account_id})
        arguments = {"account_id": account_id, "campaign_id": campaign.object_id, "name": "Boots", "bid": "1.20"}
        group = await self.write("google_ads_create_ad_group", **arguments)
        assert group.object_id is not None
        return group.object_id

    def writes(self) -> int:
        """How many objects were written so far, each time that one was."""
        kinds = ("campaign", "budget", "ad_group", "ad")
        objects = [
            one
            for account in market().accounts(Platform.GOOGLE_ADS)
            for kind in kinds
            for one in self.written.objects(Platform.GOOGLE_ADS, account.account_id, kind, self.clock.now)
        ]
        return sum(bool(entry.body) for one in objects for entry in one.entries)

    def pass_time(self, **amount: float) -> datetime:
        self.clock.now += timedelta(**amount)
        return self.clock.now


def tool_caller(
    instead: Instead = lambda _: None,
    *,
    plan: FaultPlan | None = None,
    path: Path | None = None,
    written: WrittenObjects | None = None,
    clock: Clock | None = None,
    retry: RetryPolicy | None = None,
    page_rows: int = 10_000,
) -> ToolCaller:
    """A caller of its own; with ``path`` or ``written`` what it writes outlives it."""
    clock = clock or Clock()
    written = written or WrittenObjects(path)

    async def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    faults = plan or FaultPlan(0, {})
    app = build_google_ads_app(market(), clock, page_rows=page_rows, written=written)
    transport = FaultTransport(httpx.ASGITransport(FaultMiddleware(app, faults, GoogleAdsDialect())), faults)
    tape = Tape(transport, instead)
    context = ConnectorContext((), tape, clock, sleep, rng=Random(1), retry=retry)
    client = GoogleAdsConnector(CREDENTIALS, context, base_url=API, token_url=OAUTH)
    return ToolCaller(client, tape, clock, written)
