"""From landed files to unified tables: take pulls into the ledger, apply those that are pending, mark them done.

Whatever a crashed run left landed is applied by the next call. How rows are normalized is the business of `normalize`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.ledger import pending_pulls, register_pulls
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.normalize.derived import apply_fx, refresh_campaign_metrics
from adops_pipeline.warehouse.raw_landing import RawLanding

ENTITIES = (Report.ACCOUNTS, Report.CAMPAIGNS, Report.AD_GROUPS)
DAILY = (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY)


@dataclass(frozen=True, slots=True)
class Unified:
    """What applying pulls brought."""

    pulls: int
    rows: int
    rejects: int
    revisions: int


def unify_entities(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Bring accounts, campaigns and ad groups up to the newest pulls."""
    return _unify(con, landing, options, ENTITIES)


def unify_daily(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Bring the daily metrics up to the newest pulls, with their values in the reporting currency."""
    unified = _unify(con, landing, options, DAILY)
    apply_fx(con)
    refresh_campaign_metrics(con)
    return unified


def unify_all(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Everything that landed: entities, then daily metrics."""
    entities = unify_entities(con, landing, options)
    daily = unify_daily(con, landing, options)
    return Unified(
        entities.pulls + daily.pulls,
        entities.rows + daily.rows,
        entities.rejects + daily.rejects,
        entities.revisions + daily.revisions,
    )


def _unify(
    con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions, reports: Sequence[Report]
) -> Unified:
    register_pulls(con, landing)
    applied = apply_pulls(con, pending_pulls(con, reports), landing.root, options)
    return Unified(
        len(applied),
        sum(one.rows for one in applied),
        sum(one.rejects for one in applied),
        sum(one.revisions for one in applied),
    )
