"""Jobs, as declarations. No asset and no schedule is defined here."""

from typing import Any

import dagster as dg

from adops_pipeline.defs.raw.assets import daily_key
from adops_pipeline.domain.vocabulary import DateRange, Platform

SYNC_PLATFORMS = dg.define_asset_job(
    "sync_platforms",
    selection=dg.AssetSelection.all(),
    description="Pull every platform's days that may still change, normalize, check and publish.",
)


def catch_up_config() -> dict[str, Any]:
    """Run config of a regular sync: ask for the days that may still have changed, and no others."""
    return {"ops": {daily_key(platform): {"config": {"only_unsettled": True}} for platform in Platform}}


def partition_tags(days: DateRange) -> dict[str, str]:
    """Run tags that make one run cover a range of daily partitions."""
    return {
        "dagster/asset_partition_range_start": days.start.isoformat(),
        "dagster/asset_partition_range_end": days.end.isoformat(),
    }
