"""Writes a batch of totals of periods, and `campaign_earlier_spend` from them. The transaction is the caller's."""

import duckdb

from adops_pipeline.warehouse.normalize.batches import Batch
from adops_pipeline.warehouse.normalize.outcome import Counts, Outcome, count_by_pull, write_rejects
from adops_pipeline.warehouse.normalize.repair import read_any_text
from adops_pipeline.warehouse.normalize.statements import Bound, create_own_tables, sql, totals_query
from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.transaction import transaction


def stage_totals(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Read the batch that the temporary table `batch_pulls` describes into `staged`, outside any transaction."""
    files = [file for (file,) in con.execute("SELECT file FROM batch_pulls WHERE rows > 0 ORDER BY pull_no").fetchall()]
    con.execute(sql("staged_totals"))
    if files:
        read_any_text(con, f"INSERT INTO staged BY NAME {totals_query()}", {"platform": batch.platform.value}, files)


def write_totals(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """Write the staged totals; each pull keeps its own, which of them count is decided when they are read."""
    kind: Bound = {"platform": batch.platform.value, "report": batch.report.value}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE won_days AS SELECT pull_no, account_id, NULL::DATE AS date FROM batch_pulls"
    )
    rejects = write_rejects(con, kind)
    con.execute("DELETE FROM period_totals WHERE pull_id IN (SELECT pull_id FROM batch_pulls)")
    con.execute(
        "INSERT INTO period_totals BY NAME SELECT pull_id, campaign_id, sum(spend) AS spend "
        "FROM staged JOIN batch_pulls USING (pull_no) WHERE reason IS NULL GROUP BY ALL ORDER BY ALL"
    )
    return Outcome(count_by_pull(con, "SELECT pull_no FROM staged WHERE reason IS NULL"), rejects, Counts(), Counts())


def refresh_earlier_spend(con: duckdb.DuckDBPyConnection) -> None:
    """Compute `campaign_earlier_spend` for the days that are complete now; idempotent."""
    create_own_tables(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE known_days AS {statement('known_days')}")
    with transaction(con):
        con.execute("DELETE FROM campaign_earlier_spend")
        con.execute(f"INSERT INTO campaign_earlier_spend BY NAME {sql('earlier_spend')}")
