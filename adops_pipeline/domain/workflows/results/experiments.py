"""ab-test-evaluation: who won, what is broken, how long the rest needs. Rows of ab_tests and ab_test_results in."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from adops_pipeline.domain.experiments.verdict import judge_test, with_newest_results
from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.probability import format_probability
from adops_pipeline.domain.tables.experiments import AB_TEST_RESULTS, AB_TESTS
from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import TestParameters
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    ResultTable,
    Value,
    WorkflowResult,
    at_least,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform, last_day, subject_of, within
from adops_pipeline.domain.workflows.words import in_words

WORKFLOW = "ab-test-evaluation"
TEST_COLUMNS = AB_TESTS.polars_schema(
    "id", "name", "platform", "campaign_id", "metric", "status", "winner", "explanation", "variant_a", "variant_b",
    "started_at", "completed_at",
) | ANALYTICS_METRICS.polars_schema("campaign_name")  # fmt: skip
OPTIONAL = ("campaign_name",)
"""Not in ab_tests itself: findings are named by it where the caller has joined it."""
_NUMBERS = (
    "value_a", "value_b", "sample_a", "sample_b", "lift", "ci_low", "ci_high", "p_value", "always_valid_p",
    "adjusted_p", "probability_b_beats_a", "days_to_decision",
)  # fmt: skip
RESULT_COLUMNS = AB_TEST_RESULTS.polars_schema("test_id", "evaluated_at", *_NUMBERS)
"""``lift`` and its bounds are relative; ``value`` in the metric's unit, ``sample`` in its denominator."""
_WEIGHT = {"completed": 1.0, "inconclusive": 0.5}


def review_tests(
    tests: pl.DataFrame, results: pl.DataFrame, parameters: TestParameters, project: Campaigns | None = None
) -> WorkflowResult:
    """Each test by its newest evaluation; finished ones only where they ended within the days looked at."""
    scope = Scope(parameters, project)
    known = conform(tests, TEST_COLUMNS, OPTIONAL)
    mine = scope.select(known)
    if parameters.test_ids:
        mine = mine.filter(pl.col("id").is_in(list(parameters.test_ids)))
    missing = _unknown(parameters, known)
    looks = conform(results, RESULT_COLUMNS)
    end = last_day(looks, "evaluated_at", parameters.as_of) or last_day(known, "started_at", None)
    if end is None or mine.is_empty():
        nothing = scope.nothing(WORKFLOW, "A/B test", is_empty=known.is_empty())
        return WorkflowResult(WORKFLOW, nothing.summary, left_out=tuple(missing))
    rows = _standing(mine, looks, end, parameters.lookback_days)
    running = [row for row in rows if row["status"] == "running"]
    ended = rank(_finding(row) for row in rows if row["status"] != "running")
    found, hidden = at_least(ended, parameters.min_severity)
    old = mine.height - len(rows)
    days = plural(parameters.lookback_days, "day")
    earlier = [f"{plural(old, 'test')} finished before the {days} up to {end}."] if old else []
    return WorkflowResult(
        WORKFLOW,
        _summary(rows, end),
        (Check("tests", len(rows), end),),
        found,
        ("No campaign was changed: a winner is for a person to roll out.",),
        (*missing, *scope.unmatched(known), *earlier, *hidden),
        (_running_table(running),),
    )


def _unknown(parameters: TestParameters, known: pl.DataFrame) -> list[str]:
    ids = known["id"].to_list()
    missing = [wanted for wanted in parameters.test_ids if wanted not in ids]
    return [f"There is no test {wanted}{did_you_mean(wanted, ids) or '.'}" for wanted in missing]


def _standing(mine: pl.DataFrame, looks: pl.DataFrame, end: date, days: int) -> list[dict[str, Any]]:
    """Tests with their newest evaluation as of ``end``; one that was decided later was running then."""
    rows = with_newest_results(mine, looks, end)
    ended = pl.coalesce("completed_at", "evaluated_at")
    then = rows.with_columns(
        ended.alias("ended"),
        pl.when(pl.col("completed_at") > end).then(pl.lit("running")).otherwise("status").alias("status"),
    )
    lately = then.filter(
        (pl.col("status") == "running") | within("ended", end, days).fill_null(value=True),
        pl.col("started_at").is_null() | (pl.col("started_at") <= end),
    )
    return lately.sort("id").to_dicts()


def _finding(row: Mapping[str, Any]) -> tuple[float, Finding]:
    numbers: dict[str, Value] = {"test_id": row["id"], "metric": row["metric"], "status": row["status"]}
    numbers |= {name: row[name] for name in ("winner", *_NUMBERS) if row[name] is not None}
    verdict = judge_test(row)
    assert verdict.severity is not None  # tests that still run are no findings
    finding = Finding(verdict.severity, subject_of(row), verdict.sentence, numbers, verdict.kind)
    return _WEIGHT.get(row["status"], 0.0), finding


def _summary(rows: list[dict[str, Any]], end: date) -> str:
    counts = Counter(row["status"] for row in rows)
    words = {
        "completed": "decided", "inconclusive": "without a winner", "invalid": "not to be trusted",
        "running": "still running",
    }  # fmt: skip
    parts = [f"{counts[status]:,} {word}" for status, word in words.items() if counts[status]]
    return (
        f"Of {plural(len(rows), 'test')} as of {end}, {in_words(parts)}."
        if parts
        else f"No test is running or was decided lately as of {end}."
    )


def _running_table(running: list[dict[str, Any]]) -> ResultTable:
    columns = ("test", "metric", "lift %", "probability that B is better", "days to decision")
    rows = tuple(
        (
            row["name"] or row["id"],
            row["metric"],
            None if row["lift"] is None else round(100 * row["lift"], 2),
            None if row["probability_b_beats_a"] is None else format_probability(row["probability_b_beats_a"]),
            row["days_to_decision"],
        )
        for row in running
    )
    return ResultTable("Tests still running", columns, rows)
