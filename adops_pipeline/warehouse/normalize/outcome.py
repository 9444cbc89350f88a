"""Result of applying a batch, and the writing of rejects."""

from collections import Counter
from dataclasses import dataclass

import duckdb

from adops_pipeline.warehouse.normalize.statements import Bound, sql

_ARE_THERE_REJECTS = "SELECT EXISTS (FROM analytics_rejects), EXISTS (FROM staged WHERE reason IS NOT NULL)"

Counts = Counter[int]
"""A number per pull of the batch (pull_no)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a batch: counts by pull_no."""

    rows: Counts
    rejects: Counts
    revisions: Counts
    removed: Counts


def count_by_pull(con: duckdb.DuckDBPyConnection, pull_nos: str) -> Counts:
    """Number of rows by pull of a query that returns pull_no."""
    found = con.execute(f"SELECT pull_no, count(*) FROM ({pull_nos}) GROUP BY pull_no").fetchall()  # noqa: S608
    return Counter(dict(found))


def has_rejects(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether `staged` has a row that cannot be taken."""
    (found,) = con.execute("SELECT EXISTS (FROM staged WHERE reason IS NOT NULL)").fetchone() or (True,)
    return bool(found)


def write_rejects(con: duckdb.DuckDBPyConnection, kind: Bound) -> Counts:
    """Replace older pulls' rejects with those of `staged`. ``kind`` binds platform and report."""
    stored, staged = con.execute(_ARE_THERE_REJECTS).fetchone() or (True, True)
    if stored:
        con.execute(sql("delete_rejects"), kind)
    if not staged:
        return Counts()
    con.execute(sql("new_rejects"), kind)
    con.execute("DELETE FROM analytics_rejects WHERE reject_id IN (SELECT reject_id FROM new_rejects)")
    con.execute(sql("insert_rejects"), kind)
    return count_by_pull(con, "SELECT pull_no FROM new_rejects")
