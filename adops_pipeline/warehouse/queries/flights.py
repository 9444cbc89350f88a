"""Flights: campaigns whose budget is one sum for their whole life. Read-only."""

from datetime import date

import duckdb

from adops_pipeline.domain.vocabulary import Platform

_FLIGHTS = """
    SELECT account_id, start_date, end_date FROM campaigns
    WHERE platform = $platform AND lifetime_budget IS NOT NULL AND start_date IS NOT NULL AND status <> 'removed'
    ORDER BY ALL
"""


def flights(con: duckdb.DuckDBPyConnection, platform: Platform) -> dict[str, list[tuple[date, date | None]]]:
    """First and last day (None: open-ended) of every flight, by account."""
    found: dict[str, list[tuple[date, date | None]]] = {}
    for account_id, start, end in con.execute(_FLIGHTS, {"platform": platform.value}).fetchall():
        found.setdefault(account_id, []).append((start, end))
    return found
