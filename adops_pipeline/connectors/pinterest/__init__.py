"""The connector for Pinterest's API v5. Nothing about the warehouse, the settings or the sandbox."""

from adops_pipeline.connectors.pinterest.auth import PinterestCredentials
from adops_pipeline.connectors.pinterest.client import PinterestConnector

__all__ = ["PinterestConnector", "PinterestCredentials"]
