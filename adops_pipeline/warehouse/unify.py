"""From landed files to unified tables: registers pulls in the ledger and applies those that are pending.

Files that a crashed run has landed are applied by the next call. Rows are normalized in `normalize`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.ledger import pending_pulls, register_pulls
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.normalize.budgets import refresh_budgets
from adops_pipeline.warehouse.normalize.derived import apply_fx, refresh_campaign_metrics
from adops_pipeline.warehouse.normalize.totals import refresh_earlier_spend
from adops_pipeline.warehouse.raw_landing import RawLanding

ENTITIES = (Report.ACCOUNTS, Report.CAMPAIGNS, Report.AD_GROUPS, Report.CHANGES)
DAILY = (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY, Report.CAMPAIGN_TOTALS)


@dataclass(frozen=True, slots=True)
class Unified:
    """Result of applying pulls."""

    pulls: int
    rows: int
    rejects: int
    revisions: int


def unify_entities(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Apply pending pulls of entities and changes, and bring the history of budgets up to date."""
    unified = _unify(con, landing, options, ENTITIES)
    refresh_budgets(con)
    return unified


def apply_entities(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> None:
    """Apply registered, pending pulls of entities and changes, without the history of budgets."""
    if pending := pending_pulls(con, ENTITIES):
        apply_pulls(con, pending, landing.root, options)


def unify_daily(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Apply pending daily pulls and totals of periods, and compute values in the reporting currency."""
    unified = _unify(con, landing, options, DAILY)
    refresh_earlier_spend(con)
    apply_fx(con)
    refresh_campaign_metrics(con)
    return unified


def unify_all(con: duckdb.DuckDBPyConnection, landing: RawLanding, options: NormalizeOptions) -> Unified:
    """Apply all pending pulls: entities, then daily metrics."""
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
