"""The checks that every table of the registry gets: its key is unique, its columns keep their promises.

Wrong data is never published: both block. Rows that stand in the snapshot already and were not touched since are not
checked again: the cost of a sync does not grow with the history.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from adops_pipeline.defs.metadata import as_markdown
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.ledger import first_unpublished_day
from adops_pipeline.warehouse.violations import Violation
from adops_pipeline.wiring import Services

KEY, COLUMNS = "key_is_unique", "columns_keep_their_promises"


def as_result(
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
            "violations": as_markdown(
                ["promise", "rows", "example"], [(v.promise, v.rows, v.example) for v in violations]
            )
        },
    )


def build_table_checks(table: str) -> dg.AssetChecksDefinition:
    """Key and column checks of one table, generated from the registry."""
    return build_checks_of(table, (table,))


def build_checks_of(name: str, tables: Sequence[str]) -> dg.AssetChecksDefinition:
    """Key and column checks of several tables in one step: small tables that are written together cost little so."""

    @dg.multi_asset_check(
        name=f"{name}_checks", specs=[spec for table in tables for spec in _specs(table)], can_subset=False
    )
    def table_checks(services: dg.ResourceParam[Services]) -> Iterator[dg.AssetCheckResult]:
        with services.warehouse.reading() as con:
            for table in tables:
                # What analytics say may change without a pull: by a setting, or by another day's restatement.
                is_unified = TABLES[table].concept == "metrics"
                since = first_unpublished_day(con, services.snapshot_path) if is_unified else None
                yield as_result(table, KEY, checks.key_violations(con, TABLES[table], since))
                yield as_result(table, COLUMNS, checks.column_violations(con, TABLES[table], since))

    return table_checks


def _specs(table: str) -> tuple[dg.AssetCheckSpec, dg.AssetCheckSpec]:
    return (
        dg.AssetCheckSpec(KEY, asset=table, blocking=True, description=f"No two rows share {TABLES[table].key}."),
        dg.AssetCheckSpec(
            COLUMNS,
            asset=table,
            blocking=True,
            description="Required, allowed and minimum values hold; no NaN, no inf.",
        ),
    )
