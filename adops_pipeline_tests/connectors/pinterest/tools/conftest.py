"""Pinterest's tools on the emulated platform, of which a test may spoil answers from a moment on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.pinterest import PinterestConnector
from adops_pipeline.connectors.pinterest.tools import TOOLS
from adops_pipeline.connectors.tools import ReadTool, ToolPage, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.platforms import Sandbox
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline_tests.connectors.pinterest.conftest import CREDENTIALS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "549755885175"
CAMPAIGN = "626740623011"
"""A campaign of the market with a daily budget."""
AD_GROUP = "2680106230110"
DATES = {"start_date": "2026-11-20", "end_date": "2026-11-22"}

READS: dict[str, dict[str, Any]] = {
    "pinterest_list_ad_accounts": {},
    "pinterest_get_ad_account": {"account_id": ACCOUNT},
    "pinterest_list_campaigns": {"account_id": ACCOUNT, "statuses": ["ACTIVE", "ARCHIVED"]},
    "pinterest_list_ad_groups": {"account_id": ACCOUNT, "campaign_ids": [CAMPAIGN]},
    "pinterest_list_ads": {"account_id": ACCOUNT, "campaign_ids": [CAMPAIGN]},
    "pinterest_list_pins": {"account_id": ACCOUNT},
    "pinterest_list_boards": {"account_id": ACCOUNT, "privacy": "ALL"},
    "pinterest_list_audiences": {"account_id": ACCOUNT},
    "pinterest_get_analytics": {"account_id": ACCOUNT, **DATES},
    "pinterest_get_campaign_analytics": {"account_id": ACCOUNT, "campaign_ids": [CAMPAIGN], **DATES},
    "pinterest_get_targeting": {"account_id": ACCOUNT, "targeting_type": "GENDER", **DATES},
    "pinterest_get_delivery_metrics": {"report_type": "SYNC"},
}
WRITES: dict[str, dict[str, Any]] = {
    "pinterest_create_campaign": {"name": "New", "objective_type": "CONSIDERATION", "daily_budget": "12.50"},
    "pinterest_update_campaign": {"campaign_id": CAMPAIGN, "status": "paused", "daily_budget": "31"},
    "pinterest_create_ad_group": {"campaign_id": CAMPAIGN, "name": "New", "billable_event": "CLICKTHROUGH"}
    | {"conversion_tag_id": "2617998078212", "conversion_event": "CHECKOUT"}
    | {"targeting": {"locations": ["US"], "age_buckets": ["25-34"], "include_audiences": ["2542620639259"]}},
    "pinterest_update_ad_group": {"ad_group_id": AD_GROUP, "status": "paused", "name": "Renamed"},
    "pinterest_create_ad": {"ad_group_id": AD_GROUP, "pin_id": "813744226420795884", "name": "New"},
    "pinterest_create_pin": {"board_id": "549755885176", "title": "New", "image_url": "https://example.com/pin.png"},
    "pinterest_create_audience": {"audience_type": "ACTALIKE", "name": "New", "country": "US", "percentage": 3}
    | {"seed_audience_ids": ["2542620639259"]},
}
"""Arguments with which every tool works; those that write get the account too."""


@cache
def market() -> Market:
    return Market()


class Switch(httpx.AsyncBaseTransport):
    """Passes requests on to ``inner``, which a test may replace."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return await self.inner.handle_async_request(request)


class Bench:
    """The tools with a connector and the emulated platform behind it. ``path``: where what is written is kept."""

    def __init__(self, path: Path | None = None) -> None:
        self.now = NOW
        self.written = WrittenObjects(path)
        self.switch = Switch(self.platform(FaultPlan(0, {})))
        self.client = PinterestConnector(
            CREDENTIALS, ConnectorContext(transport=self.switch, clock=self.clock, sleep=self.sleep)
        )
        self.tools = {tool.name: tool for tool in TOOLS}

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def platform(self, plan: FaultPlan) -> httpx.AsyncBaseTransport:
        """The platform with faults; all that a bench makes have the same objects."""
        return Sandbox(market(), self.clock, plan, self.written).transport(Platform.PINTEREST)

    async def read(self, name: str, /, **arguments: Any) -> ToolPage:
        tool = self.tools[name]
        assert isinstance(tool, ReadTool)
        return await tool.read(self.client, tool.input_model.model_validate(arguments))

    def writer(self, name: str, /, **arguments: Any) -> tuple[WriteTool[Any, Any], Any]:
        tool = self.tools[name]
        assert isinstance(tool, WriteTool)
        return tool, tool.input_model.model_validate({"account_id": ACCOUNT, **arguments})

    async def write(self, name: str, /, **arguments: Any) -> AdObject:
        """Every step of a change; the object afterwards."""
        tool, given = self.writer(name, **arguments)
        before = await tool.before(self.client, given)
        await tool.intended(self.client, given, before)
        await tool.validate(self.client, given)
        found = await tool.read_back(self.client, ACCOUNT, await tool.apply(self.client, given))
        assert found is not None
        return found

    def created(self) -> list[str]:
        """Ids of everything that clients created."""
        kinds = ("campaign", "ad_group", "ad", "audience")
        accounts = [(ACCOUNT, kind) for kind in kinds] + [("", "pin")]
        found = (self.written.created(Platform.PINTEREST, account, kind, self.now) for account, kind in accounts)
        return [one.object_id for objects in found for one in objects]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.client.aclose()
