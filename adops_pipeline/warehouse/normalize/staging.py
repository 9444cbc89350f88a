"""Lands a batch of daily pulls in the temporary table `staged`: typed rows, judged, one per entity and day.

Reads files and options only; what becomes of the rows is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import duckdb

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.statements import Bound, platform_options, sql, staging_query

Level = Literal["campaign", "ad_group"]

# Grouping by a hash is twice as fast as by the key; a collision only has a pull looked at more closely.
_PULLS_WITH_REPEATS = """
    SELECT DISTINCT any_value(pull_no) FROM staged WHERE reason IS NULL
    GROUP BY hash(pull_no, campaign_id, ad_group_id, date) HAVING count(*) > 1
"""


def stage(
    con: duckdb.DuckDBPyConnection, platform: Platform, level: Level, files: Sequence[str], options: NormalizeOptions
) -> None:
    """Fill `staged` from ``files``, which the temporary table `batch_pulls` (file, pull_no, account…) describes.

    Columns: pull_no, account_id, campaign_id, campaign_name, ad_group_id, ad_group_name, date, currency, impressions,
    clicks, spend, revenue, conversions, platform_metrics, reason, raw. ``reason`` is NULL for rows that can be taken;
    only the others have their ``raw`` text.
    """
    bound: Bound = {"files": list(files), "level": level, **platform_options(platform, options)}
    con.execute(sql("staged"))
    if not files:
        return
    with _in_any_order(con):
        con.execute(f"INSERT INTO staged {staging_query(platform, keep_lines=False)}", bound)
    repeated = [pull_no for (pull_no,) in con.execute(_PULLS_WITH_REPEATS).fetchall()]
    if repeated:
        _settle_repeats(con, platform, bound, repeated)


@contextmanager
def _in_any_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let DuckDB's threads store rows as they finish them, which is a quarter faster; later steps order what they need."""
    con.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        con.execute("SET preserve_insertion_order = true")


def _settle_repeats(con: duckdb.DuckDBPyConnection, platform: Platform, bound: Bound, pull_nos: list[int]) -> None:
    """Read the pulls again, this time with each row's place in its file, so that the last row is known."""
    con.execute("DELETE FROM staged WHERE pull_no IN (SELECT unnest($pull_nos))", {"pull_nos": pull_nos})
    files = con.execute(
        "SELECT file FROM batch_pulls WHERE pull_no IN (SELECT unnest($pull_nos))", {"pull_nos": pull_nos}
    ).fetchall()
    again = {**bound, "files": [file for (file,) in files]}
    con.execute(f"INSERT INTO staged {staging_query(platform, keep_lines=True)}", again)
    con.execute(sql("repeats"))
