"""Reads a batch of daily pulls into the temporary table `staged`: typed and validated rows, one per entity and day.

Reads files and options only; what becomes of the rows is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import duckdb

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.keys import all_known
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.repair import read_any_text
from adops_pipeline.warehouse.normalize.statements import Bound, careful_query, platform_options, quick_query, sql

Level = Literal["campaign", "ad_group"]

# Grouping by a hash is twice as fast as by the key; a collision only makes a pull be read carefully.
_PULLS_TO_READ_CAREFULLY = """
    SELECT pull_no FROM staged WHERE reason IS NOT NULL
    UNION
    SELECT any_value(pull_no) FROM staged
    GROUP BY hash(pull_no, campaign_id, ad_group_id, date) HAVING count(*) > 1
"""

_PORTION_ROWS = 200_000
"""Rows whose text is held in memory at a time."""


def stage(
    con: duckdb.DuckDBPyConnection, platform: Platform, level: Level, files: Sequence[str], options: NormalizeOptions
) -> None:
    """Fill `staged` from ``files``, which the temporary table `batch_pulls` (file, pull_no, account…) describes.

    Columns: pull_no, account_id, campaign_id, campaign_name, ad_group_id, ad_group_name, date, currency, impressions,
    clicks, spend, revenue, conversions, platform_metrics, reason, raw. ``reason`` is NULL for rows that can be taken;
    only the others have their ``raw`` text.
    """
    bound: Bound = {"level": level, **platform_options(platform, options)}
    con.execute(sql("staged"))
    if not files:
        return
    try:
        unclear = _read_quickly(con, platform, files, bound)
    except (duckdb.InvalidInputException, UnicodeDecodeError):
        # Some row is not JSON of the known shape. DuckDB names no file, and may cut its text in a character.
        unclear = _numbers(con, "SELECT pull_no FROM batch_pulls")
    for portion in _portions(con, unclear):
        read_any_text(con, f"CREATE OR REPLACE TEMP TABLE careful AS {careful_query(platform)}", bound, portion)
        con.execute(sql("settle_repeats"))


def _read_quickly(con: duckdb.DuckDBPyConnection, platform: Platform, files: Sequence[str], bound: Bound) -> list[int]:
    """Read what can be taken without looking at each row; the numbers of the pulls that are left."""
    unknown = _files_with_unknown_keys(con, platform, files)
    left = {"files": [file for file in files if file not in unknown]}
    if left["files"]:
        with _in_any_order(con):
            columns = "* EXCLUDE (line_no, unknown, note, line)"
            quick = f"INSERT INTO staged BY NAME SELECT {columns} FROM ({quick_query(platform)})"  # noqa: S608
            con.execute(quick, {**bound, **left})
    unclear = _numbers(con, _PULLS_TO_READ_CAREFULLY)
    con.execute("DELETE FROM staged WHERE pull_no IN (SELECT unnest($unclear))", {"unclear": unclear})
    found = con.execute(
        "SELECT pull_no FROM batch_pulls WHERE file IN (SELECT unnest($files))", {"files": list(unknown)}
    )
    return [*unclear, *(number for (number,) in found.fetchall())]


def _files_with_unknown_keys(
    con: duckdb.DuckDBPyConnection, platform: Platform, files: Sequence[str]
) -> frozenset[str]:
    """Files with a row whose keys must be looked at. The rows of a file have few different sets of keys."""
    with _in_any_order(con):
        found = con.execute(sql("sets_of_keys"), {"files": list(files)}).fetchall()
    return frozenset(file for file, keys in found if not all_known(platform, *keys))


def _numbers(con: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [number for (number,) in con.execute(query).fetchall()]


def _portions(con: duckdb.DuckDBPyConnection, pull_nos: Sequence[int]) -> Iterator[list[str]]:
    """Files of these pulls, in groups whose text fits in memory."""
    found = con.execute(
        "SELECT file, rows FROM batch_pulls WHERE rows > 0 AND pull_no IN (SELECT unnest($pull_nos)) ORDER BY pull_no",
        {"pull_nos": list(pull_nos)},
    ).fetchall()
    portion: list[str] = []
    held = 0
    for file, rows in found:
        if portion and held + rows > _PORTION_ROWS:
            yield portion
            portion, held = [], 0
        portion.append(file)
        held += rows
    if portion:
        yield portion


@contextmanager
def _in_any_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let DuckDB's threads store rows in any order, which is a quarter faster; later steps sort what they need."""
    con.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        con.execute("SET preserve_insertion_order = true")
