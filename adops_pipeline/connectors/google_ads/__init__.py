"""Google Ads over REST, read with GAQL. The public names, nothing else."""

from adops_pipeline.connectors.google_ads.auth import GoogleAdsCredentials
from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector

__all__ = ["GoogleAdsConnector", "GoogleAdsCredentials"]
