"""The Google Ads REST API as the sandbox emulates it: an ASGI app over the simulated market. No client code here."""

from adops_pipeline.sandbox.google_ads.app import build_google_ads_app
from adops_pipeline.sandbox.google_ads.dialect import GoogleAdsDialect
from adops_pipeline.sandbox.google_ads.oauth import (
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_DEVELOPER_TOKEN,
    SANDBOX_REFRESH_TOKEN,
)

__all__ = [
    "SANDBOX_CLIENT_ID",
    "SANDBOX_CLIENT_SECRET",
    "SANDBOX_DEVELOPER_TOKEN",
    "SANDBOX_REFRESH_TOKEN",
    "GoogleAdsDialect",
    "build_google_ads_app",
]
