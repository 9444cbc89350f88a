"""Workflows that are due after an analysis, each requested once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from adops_pipeline.domain.pacing.verdict import newest_rows


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A workflow that is due. ``key`` is the same for the same occasion, so that it is requested once."""

    key: str
    workflow_id: str
    parameters: Mapping[str, Any]


def ready_tests(tests: pl.DataFrame, results: pl.DataFrame) -> list[FollowUp]:
    """Running tests whose two arms have reached the minimum sample size; once per test.

    ``tests``: ab_tests (id, status, min_sample_size); ``results``: ab_test_results (test_id, evaluated_at, sample_a,
    sample_b).
    """
    if tests.is_empty() or results.is_empty():
        return []
    newest = results.sort("evaluated_at").unique("test_id", keep="last")
    running = tests.filter(pl.col("status") == "running").join(newest, left_on="id", right_on="test_id", how="inner")
    reached = running.filter(pl.min_horizontal("sample_a", "sample_b") >= pl.col("min_sample_size"))
    return [
        FollowUp(f"test-reached-its-sample:{test_id}", "ab-test-evaluation", {"testIds": [test_id]})
        for test_id in reached["id"].sort().to_list()
    ]


def budgets_to_check(budgets: pl.DataFrame, ratio: float) -> list[FollowUp]:
    """Budgets that overpace or over-deliver by at least ``ratio`` times their target; once per budget and period.

    ``budgets``: analytics_budgets, history included.
    """
    newest = newest_rows(budgets)
    is_over = pl.col("verdict").is_in(["overpacing", "over-delivering"])
    over = newest.filter(is_over & (pl.col("seasonal_ratio") >= ratio))
    return [
        FollowUp(
            f"overpacing:{row['platform']}:{row['campaign_id']}:{row['period_start']}",
            "pacing-check",
            {"platforms": [row["platform"]], "campaignIds": [row["campaign_id"]]},
        )
        for row in over.iter_rows(named=True)
    ]
