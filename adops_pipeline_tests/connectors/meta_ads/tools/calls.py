"""Calls of tools by name with plain arguments, and one good call of each."""

from collections.abc import Mapping
from typing import Any

from adops_pipeline.connectors.meta_ads import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import TOOLS
from adops_pipeline.connectors.tools import ReadTool, Tool, ToolPage, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline_tests.connectors.meta_ads.conftest import US

BY_NAME = {tool.name: tool for tool in TOOLS}
CAMPAIGN = "120210000007531011"
"""A campaign of the market with a daily budget of its own."""
AD_SET, CREATIVE = "120220000075310110", "120240000075310110"

GOOD: Mapping[str, Mapping[str, Any]] = {
    "meta_list_ad_accounts": {},
    "meta_get_ad_account": {"account_id": US},
    "meta_list_campaigns": {"account_id": US},
    "meta_create_campaign": {
        "account_id": US,
        "name": "Spring",
        "objective": "OUTCOME_SALES",
        "special_ad_categories": [],
        "daily_budget": "120.50",
    },
    "meta_update_campaign": {"account_id": US, "campaign_id": CAMPAIGN, "daily_budget": "900"},
    "meta_list_adsets": {"account_id": US, "campaign_id": CAMPAIGN},
    "meta_create_adset": {"account_id": US, "campaign_id": CAMPAIGN, "name": "Set", "countries": ["US", "CA"]},
    "meta_update_adset": {"account_id": US, "adset_id": AD_SET, "bid": "3.5", "name": "Renamed"},
    "meta_list_ads": {"account_id": US, "adset_id": AD_SET},
    "meta_create_ad": {"account_id": US, "adset_id": AD_SET, "creative_id": CREATIVE, "name": "Ad"},
    "meta_list_ad_creatives": {"account_id": US},
    "meta_create_ad_creative": {
        "account_id": US,
        "name": "Card",
        "page_id": "1030000000000009",
        "link_url": "https://shop.example/spring",
        "message": "New in",
        "call_to_action": "SHOP_NOW",
    },
    "meta_get_account_insights": {"account_id": US},
    "meta_get_campaign_insights": {"account_id": US, "campaign_ids": [CAMPAIGN]},
    "meta_list_custom_audiences": {"account_id": US},
    "meta_create_custom_audience": {
        "account_id": US,
        "name": "Visitors",
        "kind": "website",
        "pixel_id": "99",
        "retention_days": 30,
    },
}
"""Arguments with which each tool succeeds."""

WRITES = tuple(name for name, tool in BY_NAME.items() if isinstance(tool, WriteTool))


def made(tool: Tool[Any, Any], **arguments: Any) -> Any:
    """The tool's checked input."""
    return tool.input_model.model_validate(arguments)


async def read(client: MetaAdsConnector, name: str, /, **arguments: Any) -> ToolPage:
    """One page of a reading tool."""
    tool = BY_NAME[name]
    assert isinstance(tool, ReadTool)
    return await tool.read(client, made(tool, **arguments))


def writing(name: str) -> WriteTool[Any, Any]:
    """A writing tool."""
    tool = BY_NAME[name]
    assert isinstance(tool, WriteTool)
    return tool


async def applied(client: MetaAdsConnector, name: str, /, **arguments: Any) -> AdObject:
    """The object after the whole chain of a change, which must have reached what was intended."""
    tool = writing(name)
    given = made(tool, **arguments)
    before = await tool.before(client, given)
    intended = await tool.intended(client, given, before)
    await tool.validate(client, given)
    object_id = await tool.apply(client, given)
    after = await tool.read_back(client, given.account_id, object_id)
    assert after is not None
    assert (after.name, after.status, after.currency) == (intended.name, intended.status, intended.currency)
    assert (after.daily_budget, after.lifetime_budget) == (intended.daily_budget, intended.lifetime_budget)
    assert intended.fields.items() <= after.fields.items()
    return after
