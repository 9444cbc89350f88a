"""Figures that Dagster plots over the materializations of a table."""

import duckdb
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.queries.figures import figures
from adops_pipeline.warehouse.sql import statement


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in ("analytics_budgets", "analytics_metrics", "alerts", "campaigns"):
        columns = ", ".join(f'"{column.name}" {column.type}' for column in TABLES[name].columns)
        con.execute(f"CREATE TABLE {name} ({columns})")
    con.execute(f"CREATE VIEW budgets_now AS {statement('views/budgets_now')}")
    return con


def test_off_pace_budgets_are_those_of_each_account_s_newest_day(con: duckdb.DuckDBPyConnection) -> None:
    for account, day, severity in (
        ("1", "2026-11-01", "critical"), ("1", "2026-11-02", "info"), ("1", "2026-11-02", "warning"),
        ("2", "2026-11-01", "critical"), ("3", "2026-10-01", "critical"),
    ):  # fmt: skip
        con.execute(
            "INSERT INTO analytics_budgets (platform, account_id, as_of, severity) VALUES ('meta-ads', ?, ?, ?)",
            [account, day, severity],
        )
    assert figures(con, "analytics_budgets") == {"critical": 1, "warnings": 1, "off_pace": 2}


def test_money_is_added_up_and_an_empty_table_gives_zeros(con: duckdb.DuckDBPyConnection) -> None:
    assert figures(con, "analytics_metrics") == {"spend_reporting": 0, "revenue_reporting": 0, "conversions": 0}
    con.execute("INSERT INTO analytics_metrics (spend_reporting, conversions) VALUES (1.25, 2), (2.5, 1), (NULL, 1)")
    assert figures(con, "analytics_metrics") == {"spend_reporting": 3.75, "revenue_reporting": 0, "conversions": 4}
    assert figures(con, "alerts") == {"firing": 0}
    assert figures(con, "campaigns") == {}
