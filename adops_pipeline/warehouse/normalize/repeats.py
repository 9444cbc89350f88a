"""Applies pulls of entities that repeat the pulls before them, as most do, without reading their files."""

from collections import Counter
from collections.abc import Mapping, Sequence

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.ledger import mark_applied
from adops_pipeline.warehouse.normalize.statements import sql
from adops_pipeline.warehouse.raw_landing import Pull
from adops_pipeline.warehouse.transaction import transaction

_TABLES = {Report.ACCOUNTS: "ad_accounts", Report.CAMPAIGNS: "campaigns", Report.AD_GROUPS: "ad_groups"}


def apply_repeats(con: duckdb.DuckDBPyConnection, pulls: Sequence[Pull]) -> Mapping[str, int]:
    """Apply those of ``pulls`` that repeat applied ones; the number of rows of each, by its id.

    All that such a pull says is that what is known still stands: the rows that its predecessor wrote get its time.
    """
    ids = [pull.pull_id for pull in pulls if pull.report in _TABLES]
    if not ids:
        return {}
    con.execute(sql("repeated_pulls"), {"pull_ids": ids})
    found = con.execute("SELECT report, platform, account_id, pull_id FROM repeated_pulls").fetchall()
    if not found:
        return {}
    repeated = {(report, platform, account): pull_id for report, platform, account, pull_id in found}
    rows = Counter(dict.fromkeys(repeated.values(), 0))
    with transaction(con):
        for report, table in _TABLES.items():
            confirmed = con.execute(
                f"UPDATE {table} AS stored SET synced_at = pulls.pulled_at FROM repeated_pulls AS pulls "  # noqa: S608 - names of this module
                "WHERE pulls.report = $report AND stored.platform = pulls.platform "
                "AND stored.account_id = pulls.account_id AND stored.synced_at = pulls.applied_at "
                "RETURNING platform, account_id",
                {"report": report.value},
            ).fetchall()
            rows.update(repeated[report.value, platform, account] for platform, account in confirmed)
        mark_applied(con, list(rows))
    return rows
