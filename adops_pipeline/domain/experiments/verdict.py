"""The verdict on an A/B test: decided, without a winner, or not to be trusted, and the sentence about it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from adops_pipeline.domain.figures import pct
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import Verdict

_SEVERITIES = {"completed": Severity.INFO, "inconclusive": Severity.INFO, "invalid": Severity.WARNING}


def with_newest_results(tests: pl.DataFrame, results: pl.DataFrame, end: date | None = None) -> pl.DataFrame:
    """``tests`` (rows of ab_tests) with the figures of each one's newest evaluation up to ``end`` (None: of all).

    ``results`` has rows of ab_test_results; of a column in both, the test's own value counts.
    """
    known = results if end is None else results.filter(pl.col("evaluated_at") <= end)
    newest = known.sort("evaluated_at").unique("test_id", keep="last", maintain_order=True)
    further = newest.drop([name for name in tests.columns if name in newest.columns])
    return tests.join(further, left_on="id", right_on="test_id", how="left", maintain_order="left")


def judge_test(row: Mapping[str, Any]) -> Verdict:
    """The verdict on a row of ab_tests joined with its newest result.

    A decision is news and no trouble: info. A test that cannot be trusted is a warning: it goes on costing traffic. No
    severity: the test still runs.
    """
    status = row["status"]
    sentence = f"Test {row['name'] or row['id']!r}: {_outcome(row)}"
    return Verdict(f"experiment-{status}", _SEVERITIES.get(status), sentence)


def _outcome(row: Mapping[str, Any]) -> str:
    metric, winner, why = (row["metric"] or "").upper(), row["winner"], row["explanation"] or ""
    if row["status"] != "completed":
        return f"{'it cannot be trusted' if row['status'] == 'invalid' else 'no winner'}. {why}".strip()
    if winner is None or row["lift"] is None:
        return f"decided. {why}".strip()
    arms = {arm: _variant(row[f"variant_{arm.lower()}"]) for arm in ("A", "B")}
    said = f"{winner}{arms[winner]} wins; {metric} of B against A"
    if is_of_two_periods(row):
        said = f"{metric} in the second period{arms['B']} against the first{arms['A']}"
    text = f"{said} {pct(100 * row['lift'])}"
    if row["ci_low"] is not None and row["ci_high"] is not None:
        text += f" ({pct(100 * row['ci_low'])} to {pct(100 * row['ci_high'])})"
    is_observational = row.get("assignment") == "observational"
    return f"{text}, observational, not randomised." if is_observational else f"{text}."


def is_of_two_periods(row: Mapping[str, Any]) -> bool:
    """Whether a row of ab_tests compares the same ad groups in two periods, as a budget test does.

    No variant wins there: a lower budget nearly always has the better return, and that is what the test measures.
    """
    first, second = (sorted(_content(row[f"variant_{arm}"]).get("ad_group_ids") or ()) for arm in ("a", "b"))
    return bool(first) and first == second


def _variant(document: str | None) -> str:
    """`` (New headline)`` from a variant's JSON; empty where it has no name."""
    name = _content(document).get("name")
    return f" ({name})" if name else ""


def _content(document: str | None) -> dict[str, Any]:
    try:
        content = json.loads(document or "")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
