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
    name = _variant(row["variant_b" if winner == "B" else "variant_a"])
    text = f"{winner}{name} wins; {metric} of B against A {pct(100 * row['lift'])}"
    if row["ci_low"] is not None and row["ci_high"] is not None:
        text += f" ({pct(100 * row['ci_low'])} to {pct(100 * row['ci_high'])})"
    is_observational = row.get("assignment") == "observational"
    return f"{text}, observational, not randomised." if is_observational else f"{text}."


def _variant(document: str | None) -> str:
    """`` (New headline)`` from a variant's JSON; empty where it has no name."""
    try:
        content = json.loads(document or "")
    except ValueError:
        return ""
    name = content.get("name") if isinstance(content, dict) else None
    return f" ({name})" if name else ""
