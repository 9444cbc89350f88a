"""The registry of tables: promised names, units, and the schemas derived from it."""

import subprocess
import sys

import polars as pl
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS
from adops_pipeline_tests.domain.tables.golden import GOLDEN, column_lines

PROMISED = {
    "ad_accounts": "platform account_id name currency timezone synced_at",
    "campaigns": "id platform account_id external_id name status platform_status objective budget budget_period "
    "daily_budget lifetime_budget currency start_date end_date project_id metrics synced_at created_at",
    "ad_groups": "id platform account_id campaign_id external_id name status daily_budget currency synced_at",
    "campaign_changes": "platform account_id campaign_id changed_at change_date field old_value new_value source",
    "campaign_budget_history": "platform account_id campaign_id valid_from daily_budget lifetime_budget currency "
    "source",
    "campaign_earlier_spend": "platform account_id campaign_id period_start period_end spend currency pulled_at",
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
    "proposals": "id agent_id tool platform account_id campaign_id before after status proposed_by proposed_at",
    "agent_memory": "id agent_id memory_type context action outcome score tags created_at",
    "agent_learnings": "id platform objective action condition insight evidence_count confidence lower_bound "
    "effect_ratio effect_low effect_high last_validated_at starts_at ends_at",
}


@pytest.mark.parametrize("table", PROMISED)
def test_every_promised_column_is_in_the_registry(table: str) -> None:
    assert set(PROMISED[table].split()) <= set(TABLES[table].column_names)


def test_public_columns_are_those_of_the_golden_list() -> None:
    """Other programs read these names, types and units, and checks rely on the promises."""
    assert list(column_lines()) == GOLDEN.read_text(encoding="utf-8").splitlines()


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


BARE_ENDS = {"analytics_anomalies", "budget_recommendations"}
"""Tables whose interval is named ``low`` and ``high`` by the specification."""


def test_the_ends_of_every_interval_are_named_low_and_high_after_their_value() -> None:
    ends = {(table.name, column.name) for table in TABLES.values() for column in table.columns
            if column.description.startswith(("Lower end", "Upper end"))}  # fmt: skip
    named = {(table, name) for table, name in ends if name.endswith(("_low", "_high"))}
    assert ends - named == {(table, end) for table in BARE_ENDS for end in ("low", "high")}
    assert all((table, name[: -len("low")] + "high") in ends for table, name in named if name.endswith("_low"))


DAYS_NAMED_AT = {
    ("ab_tests", "started_at"), ("ab_tests", "completed_at"), ("ab_tests", "evaluated_at"),
    ("ab_test_results", "evaluated_at"),
}  # fmt: skip
"""Days by nature under names that the specification gives: see `domain.tables.experiments`."""


def test_a_column_named_at_is_a_utc_timestamp_and_every_timestamp_is_named_at() -> None:
    columns = [(table.name, column) for table in TABLES.values() for column in table.columns]
    named = {(table, column.name): column for table, column in columns if column.name.endswith("_at")}
    assert {place for place, column in named.items() if column.type == "DATE"} == DAYS_NAMED_AT
    assert {column.unit for place, column in named.items() if place in DAYS_NAMED_AT} == {"day"}
    instants = {(table, column.name) for table, column in columns if column.type == "TIMESTAMP"}
    assert instants == named.keys() - DAYS_NAMED_AT
    assert {column.unit for place, column in named.items() if place not in DAYS_NAMED_AT} == {"UTC"}


def test_a_schema_has_the_named_columns_in_order_or_all_but_some() -> None:
    assert list(ANALYTICS_BUDGETS.polars_schema("budget", "as_of").items()) == [
        ("budget", pl.Decimal(18, 6)), ("as_of", pl.Date()),
    ]  # fmt: skip
    most = ANALYTICS_BUDGETS.polars_schema(without=("created_at",))
    assert tuple(most) == ANALYTICS_BUDGETS.column_names[:-1]


@pytest.mark.parametrize(("names", "without"), [(("budgets",), ()), ((), ("budgets",))])
def test_a_schema_of_an_unknown_column_is_an_error(names: tuple[str, ...], without: tuple[str, ...]) -> None:
    with pytest.raises(KeyError, match="analytics_budgets has no column budgets"):
        ANALYTICS_BUDGETS.polars_schema(*names, without=without)


def test_the_registry_is_read_without_polars_or_duckdb() -> None:
    code = "import sys, adops_pipeline.domain.tables; print(sorted({'polars', 'duckdb'} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
