"""What applying a batch did, and the rejects that every kind of pull may leave."""

from collections import Counter
from dataclasses import dataclass

import duckdb

from adops_pipeline.warehouse.normalize.statements import Bound, sql

Counts = Counter[int]
"""A number per pull of the batch (pull_no)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did: numbers per pull_no."""

    rows: Counts
    rejects: Counts
    revisions: Counts
    removed: Counts


def count_by_pull(con: duckdb.DuckDBPyConnection, pull_nos: str) -> Counts:
    """How often each pull occurs in a query of this package that gives pull_no."""
    found = con.execute(f"SELECT pull_no, count(*) FROM ({pull_nos}) GROUP BY pull_no").fetchall()  # noqa: S608
    return Counter(dict(found))


def write_rejects(con: duckdb.DuckDBPyConnection, kind: Bound) -> Counts:
    """Put the rejects of `staged` in the place of those that older pulls left. ``kind`` binds platform and report."""
    con.execute(sql("delete_rejects"), kind)
    con.execute(sql("new_rejects"), kind)
    con.execute("DELETE FROM analytics_rejects WHERE reject_id IN (SELECT reject_id FROM new_rejects)")
    con.execute(sql("insert_rejects"), kind)
    return count_by_pull(con, "SELECT pull_no FROM new_rejects")
