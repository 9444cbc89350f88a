"""Writes a batch of the platforms' logs of changes into `change_events`. The transaction is the caller's."""

import duckdb

from adops_pipeline.warehouse.normalize.batches import Batch
from adops_pipeline.warehouse.normalize.outcome import Counts, Outcome, count_by_pull, write_rejects
from adops_pipeline.warehouse.normalize.repair import read_any_text
from adops_pipeline.warehouse.normalize.statements import Bound, changes_query, sql

_COLUMNS = "account_id, object, object_id, changed_at, date AS change_date, event_no, field, old_value, new_value"


def stage_changes(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Read the batch that the temporary table `batch_pulls` describes into `staged`, outside any transaction."""
    files = [file for (file,) in con.execute("SELECT file FROM batch_pulls WHERE rows > 0 ORDER BY pull_no").fetchall()]
    con.execute(sql("staged_changes"))
    if files:
        read_any_text(con, f"INSERT INTO staged BY NAME {changes_query(batch.platform)}", {}, files)


def write_changes(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """Replace the changes of the days that the pulls cover; of several pulls of a day the newest wins."""
    kind: Bound = {"platform": batch.platform.value, "report": batch.report.value}
    con.execute(sql("won_days"), kind)
    con.execute(
        "DELETE FROM staged WHERE reason IS NULL AND (pull_no, date) NOT IN (SELECT (pull_no, date) FROM won_days)"
    )
    rejects = write_rejects(con, kind)
    con.execute(
        "DELETE FROM change_events AS stored USING won_days AS days WHERE stored.platform = $platform "
        "AND stored.account_id = days.account_id AND stored.change_date = days.date",
        {"platform": kind["platform"]},
    )
    con.execute(
        f"INSERT INTO change_events BY NAME SELECT $platform AS platform, {_COLUMNS} "  # noqa: S608 - a constant
        "FROM staged WHERE reason IS NULL ORDER BY ALL",
        {"platform": kind["platform"]},
    )
    return Outcome(count_by_pull(con, "SELECT pull_no FROM staged WHERE reason IS NULL"), rejects, Counts(), Counts())
