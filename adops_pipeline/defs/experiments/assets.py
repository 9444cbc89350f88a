"""Declared A/B tests and their evaluations: one computation writes both tables."""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.defs.metadata import POOL, as_markdown, as_metadata, table_spec
from adops_pipeline.warehouse.queries.analytics import show
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

TABLES = ("ab_test_results", "ab_tests")
DEPS = ("analytics_ad_group_metrics", "analytics_maturity", "ad_accounts", "raw_pulls")


@dg.multi_asset(specs=[dg.AssetSpec(name, deps=DEPS, **table_spec(name)) for name in TABLES], pool=POOL)
def experiments(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Evaluate every declared test."""
    declared = services.test_definitions
    services.analysis.experiments(declared)
    with services.warehouse.reading() as con:
        shown = show(con, "test_verdicts")
        for name in TABLES:
            metadata = as_metadata(preview(con, name, limit=0), declared=len(declared))
            verdicts = as_markdown(shown.columns, shown.rows)
            yield dg.MaterializeResult(asset_key=name, metadata=metadata | {"preview": verdicts})
