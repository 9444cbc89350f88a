"""Rows as the product's tables have them, made for the rules."""

from datetime import UTC, date, datetime

import polars as pl

from adops_pipeline.domain.anomalies.report import SCHEMA as ANOMALIES
from adops_pipeline.domain.benchmarks.table import SCHEMA as BENCHMARKS
from adops_pipeline_tests.domain.pacing.rows import budget as paced_budget
from adops_pipeline_tests.domain.pacing.rows import paced

NOW = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
_CAMPAIGN = {"platform": "meta-ads", "account_id": "act_1", "campaign_id": "7", "campaign_name": "Sale"}
_NAMED: dict[str, pl.DataType] = {
    "account_id": pl.String(), "campaign_name": pl.String(), "currency": pl.String(), "project_id": pl.String(),
}  # fmt: skip


def budget(**changed: object) -> dict[str, object]:
    """A campaign exactly on pace, halfway through its period, in project p1."""
    return paced_budget(**{"project_id": "p1", **changed})


def budgets(*rows: dict[str, object]) -> pl.DataFrame:
    """analytics_budgets."""
    return paced(*rows, project_id=pl.String())


def anomaly(**changed: object) -> dict[str, object]:
    """A critical one of yesterday."""
    row: dict[str, object] = {
        **_CAMPAIGN, "date": date(2026, 3, 15), "metric": "spend", "observed": 300.0, "expected": 100.0, "low": 80.0,
        "high": 120.0, "score": 8.0, "direction": "up", "severity": "critical", "money_effect": 200.0,
        "explanation": "Spend of EUR 300.00 is 200% above.", "currency": "EUR",
    }  # fmt: skip
    return row | changed


def anomalies(*rows: dict[str, object]) -> pl.DataFrame:
    """analytics_anomalies."""
    return pl.DataFrame(rows, schema={**ANOMALIES, **_NAMED})


def benchmark(**changed: object) -> dict[str, object]:
    """A CPA that clearly rose last week."""
    row: dict[str, object] = {
        **_CAMPAIGN, "metric": "cpa", "period": "week", "period_start": date(2026, 3, 9),
        "period_end": date(2026, 3, 15), "baseline_value": 10.0, "current_value": 15.0, "change_pct": 50.0,
        "z_score": 5.0, "status": "worse", "peer_median": 11.0, "currency": "EUR", "severity": "warning",
        "q_value": 0.001, "money_at_stake": 700.0,
    }  # fmt: skip
    return row | changed


def benchmarks(*rows: dict[str, object]) -> pl.DataFrame:
    """analytics_benchmarks."""
    return pl.DataFrame(rows, schema={**BENCHMARKS, **_NAMED})
