"""Measured outcomes and finished A/B tests as memories: the pipeline writes them, people need not."""

from collections.abc import Mapping
from math import expm1
from typing import Any

from adops_pipeline.domain.experiments.metrics import METRICS
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.evidence import OUTCOME_LEVEL, log_effect
from adops_pipeline.domain.memory.vocabulary import LOWER_IS_BETTER

PIPELINE = "pipeline"
"""Agent of what no agent requested."""
_LEAST_SCORE = 0.01
"""Score of a tiny effect, so that its sign is never lost."""
_DONE = ("completed", "inconclusive")
Row = Mapping[str, Any]


def memory_of_test(test: Row, result: Row | None) -> Draft | None:
    """The memory of a finished A/B test: a row of ``ab_tests`` and its deciding one of ``ab_test_results``.

    ``lift`` is the winner's improvement in percent, a lower cost being an improvement; of an undecided test it is that
    of B over A. None while the test runs.
    """
    if test["status"] not in _DONE:
        return None
    metric = METRICS[test["metric"]]
    lift = None if result is None else result["lift"]
    centre, error = (None, None)
    if result is not None and lift is not None:
        level = 1 - float(_agreed(test).get("alpha", 0.05))
        centre, error = log_effect(
            lift, result["ci_low"], result["ci_high"], level, is_lower_better=not metric.is_higher_better
        )
    winner = test["winner"]
    return Draft(
        agent_id=test["agent_id"] or PIPELINE,
        type="ab_test_result",
        context={"campaign": test["campaign_id"], "platform": test["platform"]},
        action={"variantA": _name(test["variant_a"]), "variantB": _name(test["variant_b"])},
        outcome={"winner": winner, "lift": _percent(centre, winner), "metric": test["metric"]},
        score=0.0 if winner is None else min((_percent(centre, winner) or 0.0) / 100, 1.0),
        tags=(test["platform"], test["metric"], "ab_test"),
        effect=centre,
        effect_error=error,
        evidence={
            "test": test["id"],
            "rows": [
                {"table": "ab_tests", "key": {"id": test["id"]}},
                *([] if result is None else [_result_row(result)]),
            ],
        },
    )


def _result_row(result: Row) -> dict[str, Any]:
    return {
        "table": "ab_test_results",
        "key": {"test_id": result["test_id"], "evaluated_at": result["evaluated_at"].isoformat()},
    }


def _agreed(test: Row) -> Mapping[str, Any]:
    agreement = test.get("agreement")
    return agreement if isinstance(agreement, Mapping) else {}


def _name(variant: Mapping[str, Any]) -> str:
    return str(variant["name"])


def _percent(centre: float | None, winner: str | None) -> float | None:
    """The improvement of the winner over the other in percent."""
    if centre is None:
        return None
    return round(100 * expm1(-centre if winner == "A" else centre), 4)


def memory_of_outcome(row: Row, features: Mapping[str, Any]) -> Draft:
    """The memory of a change: a row of ``action_outcomes``, with ``features`` of its campaign at the time.

    It is pending until the change is measured. The score is the effect on the goal, 0 where the verdict is unclear;
    there is none where it is not measurable.
    """
    verdict, metric, platform = row["verdict"], str(row["metric"]), str(row["platform"])
    context = {
        "platform": platform, "account": row["account_id"], "campaign": row["campaign_id"],
        "condition": row["condition"] or None,
    }  # fmt: skip
    known = {name: value for name, value in (dict(features) | context).items() if value is not None}
    reference = "change" if row["proposal_id"] is None else "proposal"
    is_measured = verdict not in ("pending", "not-measurable")
    return Draft(
        agent_id=row["agent_id"] or PIPELINE,
        type="campaign_outcome",
        context=known,
        action={"kind": row["action"], reference: row["change_id"], "on": row["changed_on"].isoformat()},
        outcome=None if verdict == "pending" else _outcome(row, is_measured=is_measured),
        score=_score(verdict, metric, row["effect_ratio"]) if is_measured else None,
        tags=tuple(dict.fromkeys((platform, metric, str(row["action"])))),
        effect_error=row["effect_error"] if is_measured else None,
        evidence=_rows_of_outcome(row),
    )


def _outcome(row: Row, *, is_measured: bool) -> dict[str, Any]:
    outcome = {"metric": row["metric"], "verdict": row["verdict"], "reason": _short(row["reason"])}
    if is_measured:
        outcome |= {"effect": row["effect_ratio"], "effectLow": row["effect_low"], "effectHigh": row["effect_high"]}
    return {name: value for name, value in outcome.items() if value is not None}


def _rows_of_outcome(row: Row) -> dict[str, Any]:
    key = {"change_id": row["change_id"], "metric": row["metric"]}
    rows: list[dict[str, Any]] = [{"table": "action_outcomes", "key": key}]
    found: dict[str, Any] = {}
    if row.get("run_id"):
        found["run"] = row["run_id"]
    if row.get("partitions"):
        found["partitions"] = row["partitions"].split(",")
    if row["proposal_id"] is not None:
        found["proposal"] = row["proposal_id"]
        rows.append({"table": "proposals", "key": {"id": row["proposal_id"]}})
    return {**found, "rows": rows}


def _score(verdict: str, metric: str, effect: float | None) -> float:
    """The improvement as a share, with the sign of the verdict, at most 1 either way."""
    if verdict == "unclear":
        return 0.0
    centre, _ = log_effect(effect, None, None, OUTCOME_LEVEL, is_lower_better=metric in LOWER_IS_BETTER)
    size = max(min(abs(expm1(centre or 0.0)), 1.0), _LEAST_SCORE)
    return round(size if verdict == "helped" else -size, 4)


def _short(reason: str | None) -> str | None:
    return reason[:200] if reason else None
