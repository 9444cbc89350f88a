"""Writes a batch of daily pulls: unified rows, restatements, rejects. The transaction is the caller's."""

from datetime import date

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.normalize.batches import Batch
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.outcome import Counts, Outcome, count_by_pull, write_rejects
from adops_pipeline.warehouse.normalize.staging import Level, stage
from adops_pipeline.warehouse.normalize.statements import Bound, sql, unified_values

MAY_CHANGE_DAYS = 60
"""The longest conversion window that platforms offer: for so long they restate a day."""

_AD_GROUP = "ad_group_id, ad_group_name"
_RIPENESS = "is_complete_day, conversions_share_known"
_DAYS_ARE_LOST = """
    SELECT (SELECT count(*) FROM won_days) < (SELECT sum(range_end - range_start + 1) FROM batch_pulls)
"""


def stage_daily(con: duckdb.DuckDBPyConnection, batch: Batch, options: NormalizeOptions) -> None:
    """Read the batch that the temporary table `batch_pulls` describes into `staged`, outside any transaction."""
    level: Level = "campaign" if batch.report is Report.CAMPAIGN_DAILY else "ad_group"
    files = con.execute("SELECT file FROM batch_pulls WHERE rows > 0 ORDER BY pull_no").fetchall()
    stage(con, batch.platform, level, [file for (file,) in files], options)


def write_daily(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """Write the staged rows into the tables."""
    is_campaign = batch.report is Report.CAMPAIGN_DAILY
    kind: Bound = {"platform": batch.platform.value, "report": batch.report.value}
    con.execute(sql("won_days"), kind)
    if con.execute(_DAYS_ARE_LOST).fetchone() == (True,):
        con.execute(
            "DELETE FROM staged WHERE reason IS NULL AND (pull_no, date) NOT IN (SELECT (pull_no, date) FROM won_days)"
        )
    rejects = write_rejects(con, kind)
    con.execute(sql("kept_days"), {"report": kind["report"]})
    days = _written_days(con)
    if days is None:
        return Outcome(Counts(), rejects, Counts(), Counts())
    bound: Bound = {"platform": batch.platform.value, "first": days[0], "last": days[1]}
    removed, revisions = Counts(), Counts()
    if is_campaign:
        removed, revisions = _write_revisions(con, bound)
        con.execute(sql("total_changes"), bound)
        con.execute(sql("add_total_changes"))
    _replace_rows(con, batch, bound)
    rows = count_by_pull(con, "SELECT pull_no FROM staged WHERE reason IS NULL")
    return Outcome(rows, rejects, revisions, removed)


def _written_days(con: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """First and last day of the batch, so that DuckDB can skip the rest of a long history."""
    found = con.execute("SELECT min(date), max(date) FROM won_days").fetchone()
    return None if found is None or found[0] is None else (found[0], found[1])


def _write_revisions(con: duckdb.DuckDBPyConnection, bound: Bound) -> tuple[Counts, Counts]:
    con.execute(sql("observed"), {**bound, "may_change_days": MAY_CHANGE_DAYS})
    con.execute(sql("revisions"), {**bound, "may_change_days": MAY_CHANGE_DAYS})
    con.execute(sql("store_revisions"), bound)
    con.execute(sql("insert_revisions"), {"platform": bound["platform"]})
    removed = count_by_pull(con, "SELECT pull_no FROM observed WHERE NOT is_there")
    return removed, count_by_pull(con, "SELECT pull_no FROM new_revisions")


def _replace_rows(con: duckdb.DuckDBPyConnection, batch: Batch, bound: Bound) -> None:
    is_campaign = batch.report is Report.CAMPAIGN_DAILY
    table, left_out = ("analytics_metrics", _AD_GROUP) if is_campaign else ("analytics_ad_group_metrics", _RIPENESS)
    ad_group = "" if is_campaign else "AND kept.ad_group_id IS NOT DISTINCT FROM stored.ad_group_id"
    con.execute(
        f"DELETE FROM {table} AS stored USING won_days AS days WHERE stored.platform = $platform "  # noqa: S608
        "AND stored.date BETWEEN $first AND $last AND stored.account_id = days.account_id AND stored.date = days.date "
        "AND NOT EXISTS (FROM kept_days AS kept WHERE kept.account_id = stored.account_id "
        f"AND kept.campaign_id = stored.campaign_id AND kept.date = stored.date {ad_group})",
        bound,
    )
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT * EXCLUDE ({left_out}) FROM ({sql('unified')})",  # noqa: S608
        unified_values(batch.platform),
    )
