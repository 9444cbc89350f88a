"""Asset checks of the unified layer: those every table's registry entry promises, and those that span tables.

Wrong data is never published: broken keys, columns or sums block. What is merely missing (a rate, a day, a fresh pull)
is reported and published beside, for it must not hide the rest. Days that stand in the snapshot already and were not
touched since are not checked again: the cost of a sync does not grow with the history.
"""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.clock import local_date
from adops_pipeline.defs.metrics.assets import BY_PRODUCTS, ENTITY_TABLES, METRIC_TABLES
from adops_pipeline.defs.table_checks import as_result, build_checks_of
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.ledger import first_unpublished_day
from adops_pipeline.warehouse.reconcile import reconcile_spend
from adops_pipeline.wiring import Services

table_checks = [
    build_checks_of("raw_pulls", ("raw_pulls",)),
    build_checks_of("entities", (*ENTITY_TABLES, "fx_rates")),
    build_checks_of("metrics", METRIC_TABLES),
    build_checks_of("by_products", BY_PRODUCTS),
]
"""A step for each layer: what is built on a layer waits for its checks."""


@dg.asset_check(asset="analytics_metrics", blocking=True)
def spend_reconciles(services: dg.ResourceParam[Services]) -> dg.AssetCheckResult:
    """Spend of the raw files equals spend in the table, to the micro-unit, for every account and day."""
    with services.warehouse.reading() as con:
        since = first_unpublished_day(con, services.snapshot_path)
        found = reconcile_spend(con, services.landing, since, services.settings.pinterest.traffic)
        return as_result("analytics_metrics", "spend_reconciles", found)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "no_gap_in_days", asset="analytics_metrics", description="Every day of an account was pulled."
        ),
        dg.AssetCheckSpec("fx_rates_cover", asset="analytics_metrics", description="Every row has a reporting value."),
        dg.AssetCheckSpec(
            "raw_files_are_whole", asset="raw_pulls", description="No landed file is missing or damaged."
        ),
        dg.AssetCheckSpec("is_fresh", asset="analytics_metrics", description="Every account was pulled lately."),
    ],
    can_subset=False,
)
def nothing_is_missing(services: dg.ResourceParam[Services]) -> Iterator[dg.AssetCheckResult]:
    """Days, rates and accounts that should be there and are not; reported, never blocking."""
    table, now = "analytics_metrics", services.clock()
    with services.warehouse.reading() as con:
        yield as_result(table, "no_gap_in_days", checks.uncovered_days(con, lambda zone: local_date(now, zone)))
        yield as_result(table, "fx_rates_cover", checks.fx_gaps(con))
        yield as_result("raw_pulls", "raw_files_are_whole", checks.damaged_pulls(con))
        yield as_result(table, "is_fresh", checks.freshness(con, now, services.max_age))
