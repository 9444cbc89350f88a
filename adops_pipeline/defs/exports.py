"""The published snapshot."""

import dagster as dg

from adops_pipeline.defs.metadata import OWNERS, POOL, as_markdown
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.wiring import Services


@dg.asset(
    name="adops_snapshot",
    group_name="exports",
    owners=OWNERS,
    kinds={"duckdb"},
    deps=list(TABLES),
    pool=POOL,
    description="The file adops.duckdb with every public table. It is replaced atomically, so readers never wait.",
)
def adops_snapshot(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Publish the checked tables."""
    published = services.publish()
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(services.snapshot_path)),
            "bytes": published.bytes,
            "seconds": round(published.seconds, 3),
            "dagster/row_count": sum(published.tables.values()),
            "tables": as_markdown(["table", "rows"], sorted(published.tables.items())),
        }
    )
