"""Asset checks that every table of the registry has: its key is unique, and its columns hold what they promise.

Both block publication. What they check is in `services.quality`.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from adops_pipeline.defs.metadata import as_markdown
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.services.quality import Violation
from adops_pipeline.wiring import Services

_MOST_LINES = 10
KEY, COLUMNS = "key_is_unique", "columns_keep_their_promises"


def as_result(table: str, name: str, violations: Sequence[Violation]) -> dg.AssetCheckResult:
    """A check's result; its metadata lists the broken promises, each with the number of rows and an example."""
    return dg.AssetCheckResult(
        asset_key=table,
        check_name=name,
        passed=not violations,
        description=_in_words(violations),
        metadata={
            "violations": as_markdown(
                ["promise", "rows", "example"], [(v.promise, v.rows, v.example) for v in violations]
            )
        },
    )


def _in_words(violations: Sequence[Violation]) -> str | None:
    """A line for each broken promise, as a terminal shows them."""
    if not violations:
        return None
    lines = [one.sentence for one in violations[:_MOST_LINES]]
    more = len(violations) - len(lines)
    return "\n".join([*lines, f"and {more:,} more"] if more else lines)


def build_table_checks(table: str) -> dg.AssetChecksDefinition:
    """Key and column checks of one table, generated from the registry."""
    return build_checks_of(table, (table,))


def build_checks_of(name: str, tables: Sequence[str]) -> dg.AssetChecksDefinition:
    """Key and column checks of several tables in one step, because each step costs time."""

    @dg.multi_asset_check(
        name=f"{name}_checks", specs=[spec for table in tables for spec in _specs(table)], can_subset=False
    )
    def table_checks(services: dg.ResourceParam[Services]) -> Iterator[dg.AssetCheckResult]:
        for found in services.quality.tables(tables):
            yield as_result(found.table, KEY, found.key)
            yield as_result(found.table, COLUMNS, found.columns)

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
