"""Meta's Graph and Marketing API as a connector. The public names, nothing else."""

from adops_pipeline.connectors.meta_ads.auth import MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector

__all__ = ["MetaAdsConnector", "MetaAdsCredentials"]
