"""The nightly reading of every raw file: bits rot, and people delete files, after they were applied."""

import dagster as dg

from adops_pipeline.defs.table_checks import as_result
from adops_pipeline.services.quality import RESTORE
from adops_pipeline.wiring import Services

AS_LANDED = dg.AssetCheckKey(dg.AssetKey("raw_pulls"), "raw_files_are_as_they_landed")


@dg.asset_check(
    asset="raw_pulls", name=AS_LANDED.name, description=f"Every raw file is as it landed; if not, {RESTORE}."
)
def raw_files_are_as_they_landed(services: dg.ResourceParam[Services]) -> dg.AssetCheckResult:
    """Read every raw file; its alert says what to do."""
    return as_result("raw_pulls", AS_LANDED.name, services.quality.raw_files())
