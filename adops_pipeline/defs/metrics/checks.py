"""Asset checks of the unified layer: those of each table, and those that span tables.

Wrong data is never published: violated keys, columns or sums block. Missing data (a rate, a day, a fresh pull) is
reported and does not block, because it must not hold back the rest. What is checked is in `services.quality`.
"""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.defs.metrics.assets import BY_PRODUCTS, ENTITY_TABLES, METRIC_TABLES
from adops_pipeline.defs.table_checks import as_result, build_checks_of
from adops_pipeline.wiring import Services

table_checks = [
    build_checks_of("raw_pulls", ("raw_pulls",)),
    build_checks_of("entities", (*ENTITY_TABLES, "fx_rates")),
    build_checks_of("metrics", METRIC_TABLES),
    build_checks_of("by_products", BY_PRODUCTS),
]
"""One step for each layer: the next layer waits for it."""


@dg.asset_check(asset="analytics_metrics", blocking=True)
def spend_reconciles(services: dg.ResourceParam[Services]) -> dg.AssetCheckResult:
    """Spend in the table equals spend in the raw files, to the micro-unit, for every account and day."""
    return as_result("analytics_metrics", "spend_reconciles", services.quality.spend())


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "no_gap_in_days", asset="analytics_metrics", description="Every day of an account was pulled."
        ),
        dg.AssetCheckSpec("fx_rates_cover", asset="analytics_metrics", description="Every row has a reporting value."),
        dg.AssetCheckSpec(
            "raw_files_are_whole", asset="raw_pulls", description="No landed file is missing or damaged."
        ),
        dg.AssetCheckSpec("is_fresh", asset="analytics_metrics", description="Every account was pulled recently."),
    ],
    can_subset=False,
)
def nothing_is_missing(services: dg.ResourceParam[Services]) -> Iterator[dg.AssetCheckResult]:
    """Days, rates, files and recent pulls that are missing; reported, never blocking."""
    table, missing = "analytics_metrics", services.quality.missing()
    yield as_result(table, "no_gap_in_days", missing.days)
    yield as_result(table, "fx_rates_cover", missing.rates)
    yield as_result("raw_pulls", "raw_files_are_whole", missing.files)
    yield as_result(table, "is_fresh", missing.fresh_pulls)
