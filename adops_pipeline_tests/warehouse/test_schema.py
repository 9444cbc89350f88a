"""The table registry and what comes from it: tables, comments, older files."""

import duckdb
import pytest

from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.schema import TABLES, create_tables

PROMISED = {
    "ad_accounts": "platform account_id name currency timezone synced_at",
    "campaigns": "id platform account_id external_id name status platform_status objective budget budget_period "
    "daily_budget lifetime_budget currency start_date end_date project_id metrics synced_at created_at",
    "ad_groups": "id platform account_id campaign_id external_id name status daily_budget currency synced_at",
    "analytics_metrics": "platform account_id campaign_id date campaign_name currency impressions clicks spend revenue "
    "conversions ctr cpc cpa roas spend_reporting revenue_reporting platform_metrics synced_at",
    "analytics_ad_group_metrics": "platform account_id campaign_id ad_group_id ad_group_name date campaign_name "
    "currency impressions clicks spend revenue conversions ctr cpc cpa roas spend_reporting revenue_reporting "
    "platform_metrics synced_at",
    "analytics_metric_revisions": "platform campaign_id date pulled_at lag_days impressions clicks spend conversions "
    "revenue",
    "analytics_rejects": "reject_id platform report account_id date reason raw pulled_at",
    "raw_pulls": "pull_id platform report account_id range_start range_end pulled_at path rows sha256 state",
    "fx_rates": "date currency rate_to_reporting",
    "analytics_budgets": "platform campaign_id as_of campaign_name currency period_start period_end daily_budget "
    "monthly_budget budget spent_to_date pacing_target seasonal_target pacing_ratio seasonal_ratio status "
    "projected_total projected_low projected_high overspend_probability required_daily_spend max_possible_spend "
    "days_elapsed days_remaining recommendation created_at",
    "analytics_benchmarks": "platform campaign_id metric period period_start baseline_value current_value change_pct "
    "z_score status peer_p25 peer_median peer_p75 created_at",
    "analytics_anomalies": "platform campaign_id date metric observed expected low high score direction severity "
    "explanation",
    "budget_recommendations": "as_of platform campaign_id current_daily suggested_daily change_pct "
    "expected_revenue_change low high marginal_roas method rationale",
    "ab_tests": "id campaign_id platform agent_id name variant_a variant_b metric status results min_sample_size "
    "max_days started_at completed_at",
    "ab_test_results": "test_id evaluated_at metric value_a value_b sample_a sample_b lift ci_low ci_high p_value "
    "always_valid_p srm_p probability_b_beats_a days_to_decision verdict reason",
    "projects": "id name monthly_budget currency status rules",
    "workflow_executions": "id workflow_id parameters status requested_by started_at finished_at run_id stages result "
    "error",
    "events": "seq id type happened_at subject data",
    "activity": "id happened_at title",
    "webhooks": "id name workflow_id active",
    "notification_configs": "id name channel event_filter min_severity platforms project_id active",
    "alerts": "fingerprint source name severity status summary fired_at",
    "agent_memory": "id agent_id memory_type context action outcome score tags created_at",
}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, str | None]]:
    found = con.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ?", [table]
    ).fetchall()
    return {name: (data_type, comment) for name, data_type, comment in found}


@pytest.mark.parametrize("table", PROMISED)
def test_every_promised_column_is_in_the_registry(table: str) -> None:
    assert set(PROMISED[table].split()) <= set(TABLES[table].column_names)


def test_the_registry_names_each_table_and_column_once() -> None:
    for name, table in TABLES.items():
        assert table.name == name
        assert len(set(table.column_names)) == len(table.columns)
        assert set(table.key) <= set(table.column_names)
        assert table.history_column is None or table.history_column in table.column_names
        assert all(column.required for column in table.columns if column.name in table.key), name


def test_money_is_decimal_and_has_a_unit() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.name in {"spend", "revenue", "budget", "daily_budget", "lifetime_budget", "spend_reporting"}:
                assert (column.type, bool(column.unit)) == ("DECIMAL(18,6)", True), (table.name, column.name)


def test_every_table_exists_as_the_registry_says_with_comments(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    for table in TABLES.values():
        assert columns_of(con, table.name) == {c.name: (c.type, c.comment) for c in table.columns}
    comments = dict(con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert comments == {table.name: table.description for table in TABLES.values()} | {"schema_fingerprint": None}


def test_creating_again_leaves_rows_alone(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.08, DATE '2026-11-01')")
    create_tables(con)
    assert con.execute("SELECT count(*) FROM fx_rates").fetchall() == [(1,)]


def test_an_older_file_gets_the_columns_and_comments_that_it_lacks(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE ad_accounts (platform VARCHAR, account_id VARCHAR)")
    con.execute("INSERT INTO ad_accounts VALUES ('pinterest', '111')")
    con.execute("COMMENT ON TABLE ad_accounts IS 'what it was called before'")
    create_tables(con)
    assert set(columns_of(con, "ad_accounts")) == set(TABLES["ad_accounts"].column_names)
    assert con.execute("SELECT account_id, name FROM ad_accounts").fetchall() == [("111", None)]
    found = con.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'ad_accounts'").fetchall()
    assert found == [(TABLES["ad_accounts"].description,)]


def test_a_column_of_another_type_is_refused_with_the_way_out(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE ad_accounts (platform VARCHAR, account_id BIGINT)")
    with pytest.raises(WarehouseError, match=r"ad_accounts\.account_id is BIGINT .* VARCHAR.*adops raw rebuild"):
        create_tables(con)


def test_a_file_that_was_brought_up_is_taken_at_its_word_until_a_table_is_gone(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("COMMENT ON TABLE campaigns IS 'changed by hand'")
    create_tables(con)
    query = "SELECT comment FROM duckdb_tables() WHERE table_name = 'campaigns'"
    assert con.execute(query).fetchone() == ("changed by hand",)
    con.execute("DROP TABLE ad_groups")
    create_tables(con)
    assert con.execute(query).fetchone() == (TABLES["campaigns"].description,)
    assert con.execute("SELECT count(*) FROM ad_groups").fetchone() == (0,)


def test_a_file_of_another_registry_is_brought_up(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("UPDATE schema_fingerprint SET fingerprint = 'of another version'")
    con.execute('ALTER TABLE campaigns DROP COLUMN "objective"')
    create_tables(con)
    assert "objective" in columns_of(con, "campaigns")
