"""What memories are made of: finished A/B tests, measured outcomes, and how a campaign stood before a change."""

import json
from collections.abc import Mapping
from typing import Any

import duckdb

Row = dict[str, Any]


def finished_tests(con: duckdb.DuckDBPyConnection) -> list[tuple[Row, Row | None]]:
    """Every finished A/B test with the evaluation that its status rests on; None without a day of data."""
    tests = _rows(
        con,
        "SELECT id, platform, campaign_id, agent_id, metric, status, winner, variant_a, variant_b, agreement"
        " FROM ab_tests WHERE status IN ('completed', 'inconclusive') ORDER BY id",
    )
    results = _rows(
        con,
        "SELECT test_id, evaluated_at, lift, ci_low, ci_high FROM ab_test_results"
        " SEMI JOIN (SELECT id AS test_id, coalesce(completed_at, evaluated_at) AS evaluated_at FROM ab_tests"
        " WHERE status IN ('completed', 'inconclusive')) USING (test_id, evaluated_at)",
    )
    by_test = {row["test_id"]: row for row in results}
    return [(_parsed(test, "variant_a", "variant_b", "agreement"), by_test.get(test["id"])) for test in tests]


def measured_outcomes(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every change by the metric that it is judged by, also those that are not measured yet."""
    return _rows(con, "SELECT * FROM action_outcomes WHERE is_primary ORDER BY change_id, metric")


def standings_before(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Row]]:
    """By change, then by campaign of its account: spend, conversions and trend in the time before the change."""
    rows = _rows(
        con,
        """
        WITH changes AS (
            SELECT DISTINCT change_id, platform, account_id, pre_start, pre_end FROM action_outcomes
            WHERE pre_start IS NOT NULL
        )
        SELECT change_id, days.campaign_id, sum(spend)::DOUBLE AS spend, sum(conversions)::DOUBLE AS conversions,
            coalesce(sum(spend) FILTER (2 * (date - pre_start) < pre_end - pre_start), 0)::DOUBLE AS earlier,
            coalesce(sum(spend) FILTER (2 * (date - pre_start) > pre_end - pre_start), 0)::DOUBLE AS later
        FROM changes JOIN analytics_metrics AS days USING (platform, account_id)
        WHERE date BETWEEN pre_start AND pre_end
        GROUP BY ALL ORDER BY ALL
        """,
    )
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row["change_id"], {})[row["campaign_id"]] = row
    return found


def objectives(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str | None]:
    """By (platform, campaign), the platform's own objective."""
    rows = con.execute("SELECT platform, external_id, objective FROM campaigns").fetchall()
    return {(platform, campaign): objective for platform, campaign, objective in rows}


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    found = con.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _parsed(row: Mapping[str, Any], *names: str) -> Row:
    return dict(row) | {name: json.loads(row[name]) for name in names if row[name] is not None}
