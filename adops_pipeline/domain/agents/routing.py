"""Which platform's tool carries out an intent."""

from collections.abc import Mapping
from typing import Literal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean

Intent = Literal["set_budget", "set_status", "set_bid"]
_TOOLS: Mapping[Intent, Mapping[Platform, str]] = {
    "set_budget": {
        Platform.GOOGLE_ADS: "google_ads_update_campaign_budget",
        Platform.META_ADS: "meta_update_campaign",
        Platform.PINTEREST: "pinterest_update_campaign",
    },
    "set_status": {
        Platform.GOOGLE_ADS: "google_ads_update_campaign",
        Platform.META_ADS: "meta_update_campaign",
        Platform.PINTEREST: "pinterest_update_campaign",
    },
    "set_bid": {
        Platform.GOOGLE_ADS: "google_ads_update_ad_group",
        Platform.META_ADS: "meta_update_adset",
        Platform.PINTEREST: "pinterest_update_ad_group",
    },
}


class UnknownPlatformError(ValueError):
    """A platform that no connector serves."""


def tool_for(intent: Intent, platform: str) -> str:
    """The tool's name. Raises UnknownPlatformError, which names the platform and those that exist."""
    if platform not in tuple(Platform):
        near = did_you_mean(platform, list(Platform))
        raise UnknownPlatformError(f"no connector serves the platform {platform!r}{near}; known: {', '.join(Platform)}")
    return _TOOLS[intent][Platform(platform)]
