"""Checks of the warehouse: each table's promises in the registry, and missing days, rates and fresh pulls.

Every check returns the violations; an empty list if there are none. ``since`` limits a check to that day and later ones
of tables with a history, which keeps it cheap for a long history. Spend against raw files: `reconcile`.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb

from adops_pipeline.domain.coverage import PulledDays, days_to_pull
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.tables import Column, Table
from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.warehouse.ledger import coverage
from adops_pipeline.warehouse.reconcile import reconcile_spend
from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.violations import Violation

__all__ = [
    "Violation",
    "column_violations",
    "damaged_pulls",
    "freshness",
    "fx_gaps",
    "key_violations",
    "reconcile_spend",
    "uncovered_days",
]

Bound = dict[str, object]


def key_violations(con: duckdb.DuckDBPyConnection, table: Table, since: date | None = None) -> list[Violation]:
    """Rows that share their key with another row; ``rows`` counts the surplus."""
    where, bound = _history(table, since)
    doubled = (
        f"SELECT {_key_text(table)} AS example, count(*) AS found FROM {_quoted(table.name)} {where} "  # noqa: S608
        f"GROUP BY {', '.join(map(_quoted, table.key))} HAVING count(*) > 1"
    )
    query = f"SELECT example, found, sum(found - 1) OVER () FROM ({doubled}) ORDER BY example LIMIT 1"  # noqa: S608
    worst = con.execute(query, bound).fetchone()
    if worst is None:
        return []
    promise = f"key ({', '.join(table.key)}) is unique"
    return [Violation(table.name, promise, int(worst[2]), f"{worst[0]}: {worst[1]} rows")]


def column_violations(con: duckdb.DuckDBPyConnection, table: Table, since: date | None = None) -> list[Violation]:
    """Values that violate their column: missing, not allowed, below the minimum, NaN or infinite."""
    promises, bound = _promises(table)
    where, bounds = _history(table, since)
    counts = ", ".join(f"count_if({predicate})" for _, predicate in promises)
    if not promises:
        return []
    query = f"SELECT {counts} FROM {_quoted(table.name)} {where}"  # noqa: S608 - registered names
    found = con.execute(query, bound | bounds).fetchone() or ()
    broken = [(promise, rows) for promise, rows in zip(promises, found, strict=True) if rows]
    return [
        Violation(table.name, text, int(rows), _example(con, table, predicate, where, bound | bounds))
        for (text, predicate), rows in broken
    ]


def _promises(table: Table) -> tuple[list[tuple[str, str]], Bound]:
    """Each promise with the SQL condition that violates it, and the values that the SQL binds."""
    promises: list[tuple[str, str]] = []
    bound: Bound = {}
    for number, column in enumerate(table.columns):
        for text, predicate, values in _column_promises(column, f"p{number}"):
            promises.append((f"{column.name} {text}", predicate))
            bound |= values
    return promises, bound


def _column_promises(column: Column, bind: str) -> list[tuple[str, str, Bound]]:
    name = _quoted(column.name)
    promises: list[tuple[str, str, Bound]] = []
    if column.required:
        promises.append(("is not NULL", f"{name} IS NULL", {}))
    if column.allowed:
        allowed = ", ".join(column.allowed)
        predicate = f"{name} IS NOT NULL AND NOT list_contains(${bind}_allowed, {name})"
        promises.append((f"is one of {allowed}", predicate, {f"{bind}_allowed": list(column.allowed)}))
    if column.minimum is not None:
        least: Bound = {f"{bind}_minimum": column.minimum}
        promises.append((f"is at least {column.minimum}", f"{name} < ${bind}_minimum", least))
    if column.type in ("DOUBLE", "FLOAT"):
        promises.append(("is a finite number", f"{name} IS NOT NULL AND NOT isfinite({name})", {}))
    return promises


def _example(con: duckdb.DuckDBPyConnection, table: Table, predicate: str, where: str, bound: Bound) -> str:
    """The key of one row that violates a promise."""
    condition = f"{where} AND ({predicate})" if where else f"WHERE {predicate}"
    query = f"SELECT {_key_text(table)} FROM {_quoted(table.name)} {condition} ORDER BY ALL LIMIT 1"  # noqa: S608
    used = {name: value for name, value in bound.items() if f"${name}" in query}
    (example,) = con.execute(query, used).fetchone() or ("",)
    return str(example)


def _history(table: Table, since: date | None) -> tuple[str, Bound]:
    """The condition that excludes older days, and what it binds."""
    if since is None or table.history_column is None:
        return "", {}
    return f"WHERE {_quoted(table.history_column)} >= $since", {"since": since}


def _key_text(table: Table) -> str:
    """SQL for a row's key as one text."""
    return "concat_ws(', ', " + ", ".join(f"concat('{name}=', {_quoted(name)})" for name in table.key) + ")"


def _quoted(name: str) -> str:
    return f'"{name}"'


def uncovered_days(con: duckdb.DuckDBPyConnection, today_in: Callable[[str], date]) -> list[Violation]:
    """Days that no usable pull covered, between an account's first covered day and its last complete one.

    ``today_in`` returns the local day of a time zone. A pull on the day itself counts as covering it.
    """
    zones = con.execute(
        "SELECT platform, account_id, arg_max(timezone, (pulled_at, pull_id)) FROM raw_pulls "
        "WHERE state <> 'damaged' GROUP BY ALL"
    ).fetchall()
    timezone_of = {(platform, account): zone for platform, account, zone in zones}
    pulled: dict[tuple[str, str, str], list[PulledDays]] = {}
    for c in coverage(con):
        if not c.report.is_daily:
            continue
        days = PulledDays(DateRange(c.range_start, c.range_end), c.pulled_on)
        pulled.setdefault((c.platform.value, c.account_id, c.report.value), []).append(days)
    violations: list[Violation] = []
    for (platform, account, report), pulls in sorted(pulled.items()):
        first = min(pull.dates.start for pull in pulls)
        last = today_in(timezone_of[platform, account]) - timedelta(days=1)
        gaps = days_to_pull(DateRange(first, last), pulls, lookback_days=0) if first <= last else []
        if gaps:
            example = f"{platform} account {account}: {', '.join(map(str, gaps[:3]))}{' …' if len(gaps) > 3 else ''}"
            violations.append(Violation("raw_pulls", f"{report} has no gap", sum(g.days for g in gaps), example))
    return violations


def damaged_pulls(con: duckdb.DuckDBPyConnection) -> list[Violation]:
    """Raw files that differ from what landed. Their days are pulled again; the files need manual inspection."""
    found = con.execute("SELECT path, error FROM raw_pulls WHERE state = 'damaged' ORDER BY path").fetchall()
    return [Violation("raw_pulls", "the raw file is intact", 1, f"{path}: {error}") for path, error in found]


def fx_gaps(con: duckdb.DuckDBPyConnection, since: date | None = None) -> list[Violation]:
    """Metrics without a value in the reporting currency because a rate is missing, by currency."""
    found = con.execute(
        "SELECT currency, count(*), min(date), max(date) FROM analytics_metrics "
        "WHERE spend_reporting IS NULL AND date >= $since GROUP BY currency ORDER BY currency",
        {"since": since or date.min},
    ).fetchall()
    return [
        Violation("analytics_metrics", f"a rate for {currency} is known", rows, f"{currency} on {first}..{last}")
        for currency, rows, first, last in found
    ]


def freshness(con: duckdb.DuckDBPyConnection, now: datetime, max_age: timedelta) -> list[Violation]:
    """Accounts whose newest usable pull of daily reports is older than ``max_age`` at ``now`` (aware)."""
    oldest = as_stored(now - max_age)
    found = con.execute(statement("stale_accounts"), {"oldest": oldest}).fetchall()
    promise = "the account was pulled recently"
    return [
        Violation("raw_pulls", promise, 1, f"{platform} account {account}: last on {at:%Y-%m-%d %H:%M} UTC")
        for platform, account, at in found
    ]
