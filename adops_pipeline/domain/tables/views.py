"""Views of the newest state: what people and programs read first. Percentages are rounded here, never in a table.

A view is a `Table` whose rows are computed when it is read, from `warehouse/sql/views/<name>.sql`.
"""

from dataclasses import replace
from typing import Final

from adops_pipeline.domain.tables.allocation import BUDGET_RECOMMENDATIONS
from adops_pipeline.domain.tables.campaigns import CAMPAIGNS
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_CURRENCY
from adops_pipeline.domain.tables.experiments import AB_TEST_RESULTS, AB_TESTS
from adops_pipeline.domain.tables.maturity import ANALYTICS_MATURITY
from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS
from adops_pipeline.domain.tables.operations import ALERTS
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS
from adops_pipeline.domain.tables.todo import TODO

_PERCENT: Final = "percent"
_A_DAY = f"{ACCOUNT_CURRENCY} a day"


def _of(table: Table, *names: str) -> tuple[Column, ...]:
    """Columns of a table, as they are there."""
    by_name = {column.name: column for column in table.columns}
    return tuple(by_name[name] for name in names)


def _named(column: Column, name: str) -> Column:
    """A column under another name."""
    return replace(column, name=name)


def _percent(name: str, description: str) -> Column:
    return Column(name, "DOUBLE", description, _PERCENT)


def _label(name: str, description: str) -> Column:
    return Column(name, "VARCHAR", description)


(_PROJECT_ID,) = _of(CAMPAIGNS, "project_id")
BUDGETS_NOW = Table(
    "budgets_now",
    "Pacing of each budget on its account's newest day, of accounts that were pulled in the last week.",
    "pacing",
    ("platform", "campaign_id"),
    (
        *_of(ANALYTICS_BUDGETS, "platform", "account_id", "campaign_id", "campaign_name", "campaign_status"),
        _PROJECT_ID,
        *_of(
            ANALYTICS_BUDGETS, "as_of", "severity", "verdict", "status", "recommendation", "currency",
            "is_shared_budget", "basis", "daily_budget", "current_daily", "required_daily_spend", "budget",
            "spent_to_date",
        ),
        _percent("of_budget_pct", "Spend so far over the budget of the period."),
        _percent("of_target_pct", "Spend so far over the seasonal target."),
        *_of(ANALYTICS_BUDGETS, "projected_total", "projected_low", "projected_high"),
        _percent("overspend_probability_pct", "Probability of ending over the budget, between 1 and 99."),
        *_of(ANALYTICS_BUDGETS, "money_at_stake", "roas_to_date", "roas_nowcast", "period_start", "period_end",
             "days_elapsed", "days_remaining", "created_at"),
    ),
)  # fmt: skip
RECOMMENDATIONS_NOW = Table(
    "recommendations_now",
    "The newest plan: the suggested budget of each running campaign beside the budget that is set.",
    "allocation",
    ("platform", "campaign_id"),
    (
        *_of(BUDGET_RECOMMENDATIONS, "platform", "account_id", "campaign_id", "campaign_name"),
        _PROJECT_ID,
        *_of(BUDGET_RECOMMENDATIONS, "as_of", "currency"),
        *_of(ANALYTICS_BUDGETS, "daily_budget"),
        *_of(BUDGET_RECOMMENDATIONS, "current_daily", "suggested_daily", "change_pct", "expected_revenue_change"),
        Column("expected_revenue_change_low", "DOUBLE", "Lower end of its 80 % interval.", _A_DAY),
        Column("expected_revenue_change_high", "DOUBLE", "Upper end of its 80 % interval.", _A_DAY),
        *_of(BUDGET_RECOMMENDATIONS, "marginal_roas"),
        _percent(
            "credibility_pct",
            "Probability that the change returns more than the same money elsewhere, between 1 and 99.",
        ),
        *_of(BUDGET_RECOMMENDATIONS, "identification", "method", "flags", "rationale"),
        _label("do_first", "What today's list puts before this change, which waits until then; NULL where nothing."),
        *_of(BUDGET_RECOMMENDATIONS, "created_at"),
    ),
)
TESTS_NOW = Table(
    "tests_now",
    "Every declared A/B test with its newest evaluation.",
    "experiments",
    ("test_id",),
    (
        *_of(AB_TEST_RESULTS, "test_id"),
        *_of(AB_TESTS, "name", "platform", "campaign_id"),
        _label("campaign_name", "The campaign's name."),
        _PROJECT_ID,
        *_of(AB_TESTS, "metric", "status"),
        replace(_of(AB_TEST_RESULTS, "verdict")[0], required=False),
        *_of(AB_TESTS, "winner"),
        _label("winner_name", "Name of the better arm of a completed test."),
        *_of(AB_TESTS, "started_at", "completed_at", "evaluated_at"),
        replace(_of(AB_TEST_RESULTS, "days")[0], required=False),
        *_of(AB_TEST_RESULTS, "days_to_decision", "currency", "value_a", "value_b", "sample_a", "sample_b"),
        _percent("lift_pct", "B over A, less one."),
        _percent("lift_pct_low", "Lower end of its interval at level 1 - alpha."),
        _percent("lift_pct_high", "Upper end of its interval at level 1 - alpha."),
        *_of(AB_TEST_RESULTS, "p_value", "always_valid_p"),
        _percent("b_is_better_pct", "Probability that B's true value is the better one, between 1 and 99."),
        *_of(AB_TEST_RESULTS, "unit", "dependence", "effective_sample_size", "assignment"),
        *_of(AB_TESTS, "reason", "explanation"),
    ),
)
ALERTS_NOW = Table(
    "alerts_now",
    "Alerts that fire, as evaluated right before the snapshot was published.",
    "operations",
    ("fingerprint",),
    (
        *_of(ALERTS, "fingerprint", "severity", "name", "source", "platform"),
        _label("account_id", "Account concerned; NULL where none is."),
        _label("campaign_id", "Campaign concerned; NULL where none is."),
        _label("campaign_name", "The campaign's name."),
        _label("project_id", "Project concerned; NULL where none is."),
        *_of(ALERTS, "summary", "fired_at"),
        _label("acknowledged_by", "Person who takes care of it."),
    ),
)
TODO_TODAY = Table(
    "todo_today",
    "What to do today, by account: at most a handful of actions, one per campaign, the most money first.",
    "todo",
    ("platform", "campaign_id"),
    (
        *_of(TODO, "platform", "account_id"),
        _label("account_name", "Name of the account."),
        *_of(TODO, "rank", "severity", "action", "campaign_id", "campaign_name"),
        _PROJECT_ID,
        *_of(
            TODO,
            "instruction",
            "currency",
            "money_at_stake",
        ),
        Column(
            "money_at_stake_reporting",
            "DOUBLE",
            "The same in the reporting currency, at the rate of `as_of`; NULL if no rate is known.",
            "reporting currency",
        ),
        *_of(ANALYTICS_BUDGETS, "daily_budget"),
        *_of(
            TODO,
            "current_daily",
            "suggested_daily",
            "change_pct",
            "supersedes",
            "as_of",
            "created_at",
        ),
    ),
)


def _nowcast(metric: str, what: str, unit: str) -> tuple[Column, ...]:
    """The expected final value of a metric, with its interval."""
    return (
        Column(f"{metric}_nowcast", "DOUBLE", f"Expected final {what}; NULL while the day is not over.", unit),
        Column(f"{metric}_nowcast_low", "DOUBLE", "Lower end of its 80 % interval.", unit),
        Column(f"{metric}_nowcast_high", "DOUBLE", "Upper end of its 80 % interval.", unit),
    )


METRICS_MATURE = Table(
    "metrics_mature",
    "Days of campaigns with the final values that are expected of them: of settled days those that are known.",
    "metrics",
    ("platform", "account_id", "campaign_id", "date"),
    (
        *_of(ANALYTICS_METRICS, "platform", "account_id", "campaign_id", "campaign_name", "date", "is_complete_day"),
        Column("lag_days", "INTEGER", "Age of the day when it was last pulled; NULL once it is settled.", "days"),
        *_of(ANALYTICS_METRICS, "conversions_share_known"),
        replace(_of(ANALYTICS_MATURITY, "basis")[0], required=False),
        *_of(ANALYTICS_METRICS, "currency", "spend", "conversions"),
        *_nowcast("conversions", "conversions", "count"),
        *_of(ANALYTICS_METRICS, "revenue"),
        *_nowcast("revenue", "revenue", ACCOUNT_CURRENCY),
        *_of(ANALYTICS_METRICS, "cpa"),
        *_nowcast("cpa", "spend over conversions", "account currency per conversion"),
        *_of(ANALYTICS_METRICS, "roas"),
        *_nowcast("roas", "revenue over spend", "ratio"),
        *_of(ANALYTICS_METRICS, "synced_at"),
    ),
)
VIEWS = (TODO_TODAY, BUDGETS_NOW, RECOMMENDATIONS_NOW, TESTS_NOW, ALERTS_NOW, METRICS_MATURE)
