"""Queries of the A/B test evaluation: days of ad groups, and earlier evaluations. Read-only."""

from collections.abc import Collection
from datetime import date
from typing import Any

import duckdb
import polars as pl

from adops_pipeline.domain.experiments.history import Earlier
from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.violations import Violation

_DAYS = (
    "SELECT platform, account_id, ad_group_id, date, currency, impressions, clicks, spend, revenue, conversions"
    " FROM analytics_ad_group_metrics WHERE date >= $since AND list_contains($ad_groups, ad_group_id)"
    " ORDER BY platform, ad_group_id, date"
)
_NEWEST = (
    "SELECT results.* EXCLUDE (created_at) FROM ab_test_results AS results"
    " JOIN ab_tests AS tests ON results.test_id = tests.id AND results.evaluated_at = tests.evaluated_at"
)
_UNEVALUATED = """
    SELECT declared.id
    FROM (SELECT unnest($declared) AS id) AS declared
    LEFT JOIN ab_tests AS tests USING (id)
    LEFT JOIN ab_test_results AS results ON results.test_id = tests.id AND results.evaluated_at = tests.evaluated_at
    WHERE tests.id IS NULL OR (tests.evaluated_at IS NOT NULL AND results.test_id IS NULL)
    ORDER BY declared.id
"""


def ad_group_days(con: duckdb.DuckDBPyConnection, ad_group_ids: Collection[str], since: date) -> pl.DataFrame:
    """Days of these ad groups from ``since`` on: platform, account_id, ad_group_id, date, currency and measures."""
    return read_frame(con, _DAYS, {"ad_groups": sorted(ad_group_ids), "since": since})


def known_tests(con: duckdb.DuckDBPyConnection) -> Earlier:
    """The two stored tables of experiments."""
    return Earlier(
        read_frame(con, "SELECT * EXCLUDE (created_at) FROM ab_tests ORDER BY id"),
        read_frame(con, "SELECT * EXCLUDE (created_at) FROM ab_test_results ORDER BY test_id, evaluated_at"),
    )


def tests_of(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """The rows of ``ab_tests`` by id."""
    frame = read_frame(con, "SELECT * EXCLUDE (created_at) FROM ab_tests")
    return {row["id"]: row for row in frame.iter_rows(named=True)}


def newest_results(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """The newest rows of ``ab_test_results`` by id of the test; of a decided test, the one that decided it."""
    frame = read_frame(con, _NEWEST)
    return {row["test_id"]: row for row in frame.iter_rows(named=True)}


def unknown_ad_groups(con: duckdb.DuckDBPyConnection, platform: str, ad_group_ids: Collection[str]) -> list[str]:
    """Those of the ad groups that were never pulled from the platform."""
    query = "SELECT external_id FROM ad_groups WHERE platform = $platform AND list_contains($wanted, external_id)"
    found = con.execute(query, {"platform": platform, "wanted": sorted(ad_group_ids)}).fetchall()
    return sorted({*ad_group_ids} - {name for (name,) in found})


def unevaluated_tests(con: duckdb.DuckDBPyConnection, declared: Collection[str]) -> list[Violation]:
    """Declared tests without an evaluation and without a reason for its absence."""
    found = con.execute(_UNEVALUATED, {"declared": sorted(declared)}).fetchall()
    promise = "every declared test has an evaluation, or a reason why not"
    return [Violation("ab_tests", promise, 1, f"id={test}") for (test,) in found]
