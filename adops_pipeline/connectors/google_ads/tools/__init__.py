"""Operations on Google Ads: seven that read, six that change. The public names, nothing else."""

from typing import Any

from adops_pipeline.connectors.google_ads.tools.ad_group_updates import UpdateAdGroup
from adops_pipeline.connectors.google_ads.tools.ad_groups import CreateAdGroup
from adops_pipeline.connectors.google_ads.tools.ads import CreateResponsiveSearchAd
from adops_pipeline.connectors.google_ads.tools.budgets import UpdateCampaignBudget
from adops_pipeline.connectors.google_ads.tools.campaigns import CreateCampaign, UpdateCampaign
from adops_pipeline.connectors.google_ads.tools.reads import (
    GetCustomer,
    ListAccessibleCustomers,
    ListAdGroups,
    ListAds,
    ListCampaigns,
)
from adops_pipeline.connectors.google_ads.tools.reporting import GetCampaignReport, RunGaql
from adops_pipeline.connectors.tools import ReadTool, WriteTool

TOOLS: tuple[ReadTool[Any, Any] | WriteTool[Any, Any], ...] = (
    ListAccessibleCustomers(),
    GetCustomer(),
    ListCampaigns(),
    CreateCampaign(),
    UpdateCampaign(),
    UpdateCampaignBudget(),
    ListAdGroups(),
    CreateAdGroup(),
    UpdateAdGroup(),
    ListAds(),
    CreateResponsiveSearchAd(),
    GetCampaignReport(),
    RunGaql(),
)

__all__ = ["TOOLS"]
