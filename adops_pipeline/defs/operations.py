"""The operational store's public tables as assets: copies in the warehouse, and their checks.

Here, after every analysis and before the copy, agents remember what was measured, learnings are recomputed and alerts
are evaluated, so that what is published belongs together. If the store cannot be read, the metrics are published all
the same: the copies stay as they were, and a check fails.
"""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.defs.metadata import POOL, as_markdown, as_metadata, table_spec
from adops_pipeline.defs.table_checks import build_checks_of
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.store_copy import COPIED_TABLES
from adops_pipeline.warehouse.queries.alerting import Connection
from adops_pipeline.warehouse.queries.analytics import show
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

STORE_WAS_READ = "store_was_read"
_JUDGED_TABLES = [name for name in TABLES if name not in COPIED_TABLES]


@dg.multi_asset(
    specs=[dg.AssetSpec(name, deps=_JUDGED_TABLES, **table_spec(name)) for name in COPIED_TABLES],
    check_specs=[
        dg.AssetCheckSpec(
            STORE_WAS_READ,
            asset="workflow_executions",
            description="The operational store could be read and is that of the last run: the copies are up to date.",
        )
    ],
    pool=POOL,
)
def operations(
    context: dg.AssetExecutionContext, services: dg.ResourceParam[Services]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Assign campaigns to projects, remember and learn, evaluate all alert rules, copy the store's public tables."""
    reason = None

    def before_copying() -> None:
        services.learning_review.run(context.run.run_id)
        services.alerting.evaluate()

    try:
        reason = services.store_copy.refresh(before_copying)
    except StoreError as error:
        reason = str(error)
    with services.warehouse.reading() as con:
        for name in COPIED_TABLES:
            yield dg.MaterializeResult(asset_key=name, metadata=_metadata(con, name))
    yield dg.AssetCheckResult(
        asset_key="workflow_executions",
        check_name=STORE_WAS_READ,
        passed=reason is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=reason,
        metadata={"reason": reason or "none"},
    )


table_checks = build_checks_of("operations", COPIED_TABLES)


def _metadata(con: Connection, table: str) -> dict[str, float | dg.MarkdownMetadataValue]:
    """Row count and preview of a table: its newest rows, of the alerts what is to be looked at first."""
    if table != "alerts":
        return as_metadata(preview(con, table))
    shown = show(con, "alerts_first")
    return as_metadata(preview(con, table, limit=0)) | {"preview": as_markdown(shown.columns, shown.rows)}
