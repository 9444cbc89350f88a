"""Pinterest's operations as tools: twelve read, seven write."""

from typing import Any

from adops_pipeline.connectors.pinterest.tools.accounts import PinterestGetAdAccount, PinterestListAdAccounts
from adops_pipeline.connectors.pinterest.tools.ad_group_updates import PinterestUpdateAdGroup
from adops_pipeline.connectors.pinterest.tools.ad_groups import PinterestCreateAdGroup, PinterestListAdGroups
from adops_pipeline.connectors.pinterest.tools.ads import PinterestCreateAd, PinterestListAds
from adops_pipeline.connectors.pinterest.tools.analytics import (
    PinterestGetAnalytics,
    PinterestGetCampaignAnalytics,
    PinterestGetDeliveryMetrics,
    PinterestGetTargeting,
)
from adops_pipeline.connectors.pinterest.tools.audiences import PinterestCreateAudience, PinterestListAudiences
from adops_pipeline.connectors.pinterest.tools.campaigns import (
    PinterestCreateCampaign,
    PinterestListCampaigns,
    PinterestUpdateCampaign,
)
from adops_pipeline.connectors.pinterest.tools.pins import PinterestCreatePin, PinterestListBoards, PinterestListPins
from adops_pipeline.connectors.tools import ReadTool, WriteTool

TOOLS: tuple[ReadTool[Any, Any] | WriteTool[Any, Any], ...] = (
    PinterestListAdAccounts(),
    PinterestGetAdAccount(),
    PinterestListCampaigns(),
    PinterestCreateCampaign(),
    PinterestUpdateCampaign(),
    PinterestListAdGroups(),
    PinterestCreateAdGroup(),
    PinterestUpdateAdGroup(),
    PinterestListAds(),
    PinterestCreateAd(),
    PinterestListPins(),
    PinterestCreatePin(),
    PinterestGetAnalytics(),
    PinterestGetCampaignAnalytics(),
    PinterestListAudiences(),
    PinterestCreateAudience(),
    PinterestGetTargeting(),
    PinterestListBoards(),
    PinterestGetDeliveryMetrics(),
)

__all__ = ["TOOLS"]
