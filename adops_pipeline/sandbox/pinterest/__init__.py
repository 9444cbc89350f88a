"""Pinterest's API v5 as the sandbox emulates it: an ASGI app over the simulated market. No client code here."""

from adops_pipeline.sandbox.pinterest.app import build_pinterest_app
from adops_pipeline.sandbox.pinterest.dialect import PinterestDialect
from adops_pipeline.sandbox.pinterest.oauth import SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN
from adops_pipeline.sandbox.pinterest.reports import ReportScript

__all__ = [
    "SANDBOX_APP_ID",
    "SANDBOX_APP_SECRET",
    "SANDBOX_REFRESH_TOKEN",
    "PinterestDialect",
    "ReportScript",
    "build_pinterest_app",
]
