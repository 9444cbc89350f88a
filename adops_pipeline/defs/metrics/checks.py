"""Asset checks of the unified layer: those every table's registry entry promises, and those that span tables.

Wrong data is never published: broken keys, columns or sums block. What is merely missing (a rate, a day, a fresh pull)
is reported and published beside, for it must not hide the rest. Days that stand in the snapshot already and were not
touched since are not checked again: the cost of a sync does not grow with the history.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from adops_pipeline.clock import local_date
from adops_pipeline.defs.metadata import markdown_table
from adops_pipeline.defs.metrics.assets import PUBLISHED
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.ledger import first_unpublished_day
from adops_pipeline.warehouse.reconcile import reconcile_spend
from adops_pipeline.warehouse.schema import TABLES
from adops_pipeline.warehouse.violations import Violation
from adops_pipeline.wiring import House

KEY, COLUMNS = "key_is_unique", "columns_keep_their_promises"


def result(
    table: str,
    name: str,
    violations: Sequence[Violation],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """A check's result with what broke, in rows and an example."""
    return dg.AssetCheckResult(
        asset_key=table,
        check_name=name,
        passed=not violations,
        severity=severity,
        metadata={
            "violations": markdown_table(
                ["promise", "rows", "example"], [(v.promise, v.rows, v.example) for v in violations]
            )
        },
    )


def build_table_checks(table: str) -> dg.AssetChecksDefinition:
    """Key and column checks of one table, generated from the registry."""

    @dg.multi_asset_check(
        name=f"{table}_checks",
        specs=[
            dg.AssetCheckSpec(KEY, asset=table, blocking=True, description=f"No two rows share {TABLES[table].key}."),
            dg.AssetCheckSpec(
                COLUMNS,
                asset=table,
                blocking=True,
                description="Required, allowed and minimum values hold; no NaN, no inf.",
            ),
        ],
        can_subset=False,
    )
    def table_checks(house: dg.ResourceParam[House]) -> Iterator[dg.AssetCheckResult]:
        with house.warehouse.reading() as con:
            since = first_unpublished_day(con, house.snapshot_path)
            yield result(table, KEY, checks.key_violations(con, TABLES[table], since))
            yield result(table, COLUMNS, checks.column_violations(con, TABLES[table], since))

    return table_checks


table_checks = [build_table_checks(table) for table in PUBLISHED]


@dg.asset_check(asset="analytics_metrics", blocking=True)
def spend_reconciles(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Spend of the raw files equals spend in the table, to the micro-unit, for every account and day."""
    with house.warehouse.reading() as con:
        since = first_unpublished_day(con, house.snapshot_path)
        found = reconcile_spend(con, house.landing, since, house.settings.pinterest.traffic)
        return result("analytics_metrics", "spend_reconciles", found)


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
def nothing_is_missing(house: dg.ResourceParam[House]) -> Iterator[dg.AssetCheckResult]:
    """Days, rates and accounts that should be there and are not; reported, never blocking."""
    table, now = "analytics_metrics", house.clock()
    with house.warehouse.reading() as con:
        yield result(table, "no_gap_in_days", checks.uncovered_days(con, lambda zone: local_date(now, zone)))
        yield result(table, "fx_rates_cover", checks.fx_gaps(con))
        yield result("raw_pulls", "raw_files_are_whole", checks.damaged_pulls(con))
        yield result(table, "is_fresh", checks.freshness(con, now, house.max_age))
