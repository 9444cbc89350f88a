"""The operational store's public tables, copied into the warehouse so that the snapshot has them.

A store that cannot be reached holds nobody's metrics back: the copies stay as they were, and a check says so.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from adops_pipeline.defs.metadata import POOL, as_metadata, table_spec
from adops_pipeline.domain.projects import assign
from adops_pipeline.domain.tables.operations import TABLES
from adops_pipeline.operations import projects
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.snapshot import public_rows
from adops_pipeline.warehouse.operations import campaign_facts, replace_copy, write_projects
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

KEPT = timedelta(days=90)
"""How far back executions, events and activity are copied: the store keeps them for years."""
NAMES = tuple(table.name for table in TABLES)
WAS_READ = "store_was_read"


@dg.multi_asset(
    specs=[dg.AssetSpec(name, deps=["campaigns"], **table_spec(name)) for name in NAMES],
    check_specs=[
        dg.AssetCheckSpec(
            WAS_READ,
            asset="workflow_executions",
            description="The operational store could be read: the copies are new.",
        )
    ],
    pool=POOL,
)
def operations(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Copy what is public, and write the project of every campaign."""
    reason = None
    try:
        copy_store(services)
    except StoreError as error:
        reason = str(error)
    with services.warehouse.reading() as con:
        for name in NAMES:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name)))
    yield dg.AssetCheckResult(
        asset_key="workflow_executions",
        check_name=WAS_READ,
        passed=reason is None,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reason": reason or "none"},
    )


def copy_store(services: Services) -> None:
    """Every public table as the store has it at one moment. Raises StoreError where it cannot be read."""
    since = services.clock() - KEPT
    with services.store.reading() as store:
        copies = {name: public_rows(store, name, since) for name in NAMES}
        rules, by_hand = projects.rules(store), projects.by_hand(store)
    with services.warehouse.writing() as con:
        for name, rows in copies.items():
            replace_copy(con, name, rows)
        write_projects(con, assign(campaign_facts(con), rules, by_hand, set(rules)).assignments)
