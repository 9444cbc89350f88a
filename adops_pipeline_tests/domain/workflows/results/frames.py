"""Small frames with the columns of the product's tables, for the tests of results."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from adops_pipeline.domain.allocation.report import SCHEMA as PLANS
from adops_pipeline.domain.anomalies.report import SCHEMA as ANOMALIES
from adops_pipeline.domain.workflows.results.channel_totals import COLUMNS as METRICS
from adops_pipeline.domain.workflows.results.experiments import RESULT_COLUMNS as LOOKS
from adops_pipeline.domain.workflows.results.experiments import TEST_COLUMNS as TESTS
from adops_pipeline_tests.domain.pacing.rows import budget, paced

END = date(2026, 11, 23)
NAMES = {"account_id": pl.String(), "campaign_name": pl.String(), "currency": pl.String()}


def before(days: int) -> date:
    """``days`` days before the last one."""
    return END - timedelta(days=days)


def frame(rows: list[dict[str, Any]], schema: Mapping[str, pl.DataType], defaults: dict[str, Any]) -> pl.DataFrame:
    """Rows with what they do not name taken from ``defaults``."""
    return pl.DataFrame([{**defaults, **row} for row in rows], schema=dict(schema))


def budgets(*rows: dict[str, Any]) -> pl.DataFrame:
    """analytics_budgets: on track, EUR 2,000 of EUR 3,000 spent, 10 of 30 days left."""
    defaults = {
        "platform": "google-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Brand", "as_of": END,
        "period_start": date(2026, 11, 4), "period_end": date(2026, 12, 3), "spent_to_date": 2000,
        "days_elapsed": 20, "days_remaining": 10, "daily_budget": 130,
    }  # fmt: skip
    return paced(*(budget(**{**defaults, **row}) for row in rows))


def anomalies(*rows: dict[str, Any]) -> pl.DataFrame:
    """analytics_anomalies: spend of EUR 200 where 100 were expected, a warning."""
    return frame(
        list(rows),
        {**ANOMALIES, **NAMES},
        {
            "platform": "google-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Brand", "date": END,
            "currency": "EUR", "metric": "spend", "observed": 200.0, "expected": 100.0, "low": 80.0, "high": 120.0,
            "score": 6.0, "direction": "up", "severity": "warning", "money_effect": 100.0,
            "explanation": "Spend of EUR 200.00 is 100% above the EUR 100.00 expected.",
        },
    )  # fmt: skip


def metrics(*rows: dict[str, Any]) -> pl.DataFrame:
    """analytics_metrics: a day that cost EUR 100 and brought 20 sales of EUR 400 together."""
    return frame(
        list(rows),
        METRICS,
        {
            "platform": "google-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Brand", "date": END,
            "currency": "EUR", "impressions": 10_000, "clicks": 200, "conversions": 20.0, "spend": Decimal(100),
            "revenue": Decimal(400), "spend_reporting": Decimal(100), "revenue_reporting": Decimal(400),
        },
    )  # fmt: skip


def days(count: int, **row: Any) -> list[dict[str, Any]]:
    """The same row for each of the last ``count`` days."""
    return [{**row, "date": before(n)} for n in range(count)]


def plans(*rows: dict[str, Any]) -> pl.DataFrame:
    """budget_recommendations: EUR 100 a day stay EUR 100."""
    return frame(
        list(rows),
        {**PLANS, "account_id": pl.String(), "campaign_name": pl.String()},
        {
            "platform": "google-ads", "account_id": "1", "campaign_id": "7", "campaign_name": "Brand", "as_of": END,
            "currency": "EUR", "current_daily": Decimal(100), "suggested_daily": Decimal(100), "change_pct": 0.0,
            "expected_revenue_change": 5.0, "low": 1.0, "high": 9.0, "plan_revenue_change": 12.0, "plan_low": 4.0,
            "plan_high": 20.0, "marginal_roas": 2.0, "credibility": 0.9, "method": "response-curve",
            "rationale": "Raise it.",
        },
    )  # fmt: skip


def ab_tests(*rows: dict[str, Any]) -> pl.DataFrame:
    """ab_tests: a CTR test that runs since four weeks."""
    return frame(
        list(rows),
        TESTS,
        {
            "id": "t1", "name": "Headline", "platform": "meta-ads", "campaign_id": "9", "metric": "ctr",
            "status": "running", "variant_a": '{"name": "Old"}', "variant_b": '{"name": "New"}',
            "started_at": before(28), "explanation": "No difference is shown yet.",
        },
    )  # fmt: skip


def looks(*rows: dict[str, Any]) -> pl.DataFrame:
    """ab_test_results: B is 10 % better, 4 to 16."""
    return frame(
        list(rows),
        LOOKS,
        {
            "test_id": "t1", "evaluated_at": END, "lift": 0.1, "ci_low": 0.04, "ci_high": 0.16, "p_value": 0.001,
            "probability_b_beats_a": 0.999, "days_to_decision": 0,
        },
    )  # fmt: skip
