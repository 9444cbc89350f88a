"""Operations on Meta as tools: seven that list, two that read results, seven that write."""

from typing import Any

from adops_pipeline.connectors.meta_ads.tools.ads import MetaCreateAd, MetaCreateAdCreative
from adops_pipeline.connectors.meta_ads.tools.adsets import MetaCreateAdSet, MetaUpdateAdSet
from adops_pipeline.connectors.meta_ads.tools.audiences import MetaCreateCustomAudience
from adops_pipeline.connectors.meta_ads.tools.campaigns import MetaCreateCampaign, MetaUpdateCampaign
from adops_pipeline.connectors.meta_ads.tools.insights import MetaGetAccountInsights, MetaGetCampaignInsights
from adops_pipeline.connectors.meta_ads.tools.listings import (
    MetaGetAdAccount,
    MetaListAdAccounts,
    MetaListAdCreatives,
    MetaListAds,
    MetaListAdSets,
    MetaListCampaigns,
    MetaListCustomAudiences,
)
from adops_pipeline.connectors.tools import ReadTool, WriteTool

TOOLS: tuple[ReadTool[Any, Any] | WriteTool[Any, Any], ...] = (
    MetaListAdAccounts(),
    MetaGetAdAccount(),
    MetaListCampaigns(),
    MetaCreateCampaign(),
    MetaUpdateCampaign(),
    MetaListAdSets(),
    MetaCreateAdSet(),
    MetaUpdateAdSet(),
    MetaListAds(),
    MetaCreateAd(),
    MetaListAdCreatives(),
    MetaCreateAdCreative(),
    MetaGetAccountInsights(),
    MetaGetCampaignInsights(),
    MetaListCustomAudiences(),
    MetaCreateCustomAudience(),
)

__all__ = ["TOOLS"]
