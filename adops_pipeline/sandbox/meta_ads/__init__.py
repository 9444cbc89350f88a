"""The emulated Meta Graph and Marketing API over the simulated market. The public names, nothing else."""

from adops_pipeline.sandbox.meta_ads.app import build_meta_ads_app
from adops_pipeline.sandbox.meta_ads.dialect import MetaAdsDialect
from adops_pipeline.sandbox.meta_ads.tokens import (
    SANDBOX_ACCESS_TOKEN,
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    user_token,
)

__all__ = [
    "SANDBOX_ACCESS_TOKEN",
    "SANDBOX_APP_ID",
    "SANDBOX_APP_SECRET",
    "MetaAdsDialect",
    "build_meta_ads_app",
    "user_token",
]
