"""Jobs, as declarations. No asset and no schedule is defined here."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from adops_pipeline.defs.metadata import FILES_GROUP, month_of
from adops_pipeline.defs.raw.assets import daily_key
from adops_pipeline.defs.raw.verification import AS_LANDED
from adops_pipeline.domain.vocabulary import DateRange, Platform

SYNC_PLATFORMS = dg.define_asset_job(
    "sync_platforms",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(FILES_GROUP) - dg.AssetSelection.checks(AS_LANDED),
    description="Pulls new days and days that platforms may still change, normalizes, analyses, checks and publishes.",
)
VERIFY_RAW_FILES = dg.define_asset_job(
    "verify_raw_files",
    selection=dg.AssetSelection.checks(AS_LANDED),
    description="Reads every raw file, and tells which are not as they landed. A sync does not wait for it.",
)
WRITE_EXPORTS = dg.define_asset_job(
    "write_exports",
    selection=dg.AssetSelection.groups(FILES_GROUP),
    description="Writes the published tables to the folder exports. A sync does not wait for it.",
)


def catch_up_config(platforms: Iterable[Platform] = tuple(Platform)) -> dict[str, Any]:
    """Run config of a regular sync: pull only days that may have changed."""
    return {"ops": {daily_key(platform): {"config": {"only_unsettled": True}} for platform in platforms}}


def days_config(days: DateRange, platforms: Iterable[Platform] = tuple(Platform)) -> dict[str, Any]:
    """Run config to pull exactly these days, settled or not; their months are the run's partitions."""
    config = {"first_day": days.start.isoformat(), "last_day": days.end.isoformat()}
    return {"ops": {daily_key(platform): {"config": config} for platform in platforms}}


def partition_tags(days: DateRange) -> dict[str, str]:
    """Run tags that make one run cover the partitions that hold ``days``."""
    return {
        "dagster/asset_partition_range_start": month_of(days.start),
        "dagster/asset_partition_range_end": month_of(days.end),
    }
