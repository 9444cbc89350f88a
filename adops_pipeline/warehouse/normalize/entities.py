"""Writes a batch of accounts, campaigns or ad groups as they are now. The transaction is the caller's."""

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.normalize.batches import Batch
from adops_pipeline.warehouse.normalize.outcome import Counts, Outcome, count_by_pull, write_rejects
from adops_pipeline.warehouse.normalize.repair import read_any_text
from adops_pipeline.warehouse.normalize.statements import Bound, entities_query, sql

_TABLES = {Report.ACCOUNTS: "ad_accounts", Report.CAMPAIGNS: "campaigns", Report.AD_GROUPS: "ad_groups"}


def stage_entities(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Read the batch that the temporary table `batch_pulls` describes into `staged`, outside any transaction."""
    files = [file for (file,) in con.execute("SELECT file FROM batch_pulls WHERE rows > 0 ORDER BY pull_no").fetchall()]
    con.execute(sql("staged_entities"))
    if files:
        query = f"INSERT INTO staged {entities_query(batch.platform)}"
        read_any_text(con, query, {"report": batch.report.value}, files)


def write_entities(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """Write the staged rows into the tables; the newest pull of an account wins."""
    kind: Bound = {"platform": batch.platform.value, "report": batch.report.value}
    table = _TABLES[batch.report]
    con.execute(sql("won_pulls"), kind)
    rejects = write_rejects(con, kind)
    con.execute(sql(f"write_{batch.report.value}"), {"platform": kind["platform"]})
    removed = _replace(con, table, kind)
    if table != "ad_accounts":
        con.execute(sql("observe_entities"), kind)
        con.execute(sql("roll_up_budgets"), {"platform": kind["platform"]})
    return Outcome(count_by_pull(con, "SELECT pull_no FROM staged WHERE reason IS NULL"), rejects, Counts(), removed)


def _replace(con: duckdb.DuckDBPyConnection, table: str, kind: Bound) -> Counts:
    """Replace the accounts' rows with `written`."""
    con.execute(
        f"DELETE FROM {table} WHERE platform = $platform AND account_id IN (SELECT account_id FROM won_days)",  # noqa: S608
        {"platform": kind["platform"]},
    )
    if table == "ad_accounts":
        con.execute("INSERT INTO ad_accounts BY NAME SELECT * FROM written ORDER BY account_id")
        return Counts()
    # An id that moved to another account must not occur twice.
    con.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM written)")  # noqa: S608
    con.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (vanished_from) FROM written ORDER BY id")  # noqa: S608
    return count_by_pull(con, "SELECT vanished_from AS pull_no FROM written WHERE vanished_from IS NOT NULL")
