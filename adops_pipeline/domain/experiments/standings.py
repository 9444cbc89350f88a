"""Where a test stands, as rows of ``ab_tests`` and ``ab_test_results``: columns and words, nothing is computed here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from adops_pipeline.domain.experiments.decisions import ExperimentInput, ExperimentResult
from adops_pipeline.domain.experiments.definitions import TestDefinition, Variant
from adops_pipeline.domain.experiments.results import finite
from adops_pipeline.domain.tables.experiments import AB_TEST_RESULTS, AB_TESTS
from adops_pipeline.domain.vocabulary import DateRange

TESTS = AB_TESTS.polars_schema(without=("created_at",))
RESULTS = AB_TEST_RESULTS.polars_schema(without=("created_at",))
_SHOWN = (
    "metric", "method", "value_a", "value_b", "lift", "ci_low", "ci_high", "p_value", "always_valid_p", "adjusted_p",
    "srm_p", "probability_b_beats_a", "verdict", "unit", "dependence", "effective_sample_size", "assignment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """One evaluation of a test. ``window`` and ``test_input`` are None before there is a day to judge."""

    test: TestDefinition
    evaluated_at: date | None
    window: DateRange | None
    test_input: ExperimentInput | None
    result: ExperimentResult
    is_look: bool
    """Whether the stopping rule was applied to these data."""
    adjusted_p: float | None = None
    """The deciding p after the family's correction; None without a family or without a p."""


def result_row(look: Standing) -> dict[str, Any]:
    """A row of ``ab_test_results``."""
    test, measured, result = look.test, look.test_input, look.result
    numbers = {name: value for name, value in result.comparison.as_dict().items() if name in RESULTS}
    return dict.fromkeys(RESULTS) | numbers | _samples(test, measured) | {
        "test_id": test.id,
        "evaluated_at": look.evaluated_at,
        "window_start": look.window.start if look.window else None,
        "window_end": look.window.end + timedelta(days=test.period_days or 0) if look.window else None,
        "days": measured.days if measured else 0,
        "is_look": look.is_look,
        "adjusted_p": look.adjusted_p,
        "days_to_decision": result.days_to_decision,
        "status": result.status,
        "reason": result.reason,
        "explanation": result.explanation,
    }  # fmt: skip


def declared_row(test: TestDefinition, look: Standing | None, decided: Mapping[str, Any] | None) -> dict[str, Any]:
    """A row of ``ab_tests``: as defined today, and as decided once or else as evaluated today."""
    row = {
        "id": test.id,
        "campaign_id": test.campaign_id,
        "platform": test.platform.value,
        "agent_id": test.agent_id,
        "name": test.name,
        "variant_a": _variant(test.variant_a),
        "variant_b": _variant(test.variant_b),
        "metric": test.metric,
        "min_sample_size": test.min_sample_size,
        "max_days": test.max_days,
        "started_at": test.started_on,
        "family": test.family,
        "agreement": test.agreement,
    }
    if decided is not None:
        kept = ("status", "winner", "results", "reason", "explanation", "completed_at", "evaluated_at")
        return row | {name: decided[name] for name in kept}
    assert look is not None  # evaluated, for no decision stands
    return row | _evaluated(look)


def _evaluated(look: Standing) -> dict[str, Any]:
    result, full = look.result, result_row(look)
    return {
        "status": result.status,
        "winner": result.winner,
        "results": json.dumps({name: full[name] for name in _SHOWN}),
        "reason": result.reason,
        "explanation": result.explanation,
        "completed_at": None if result.status == "running" else look.evaluated_at,
        "evaluated_at": look.evaluated_at,
    }


def _samples(test: TestDefinition, measured: ExperimentInput | None) -> dict[str, Any]:
    if measured is None:
        return {}
    a, b = (finite(arm.sample.size) for arm in (measured.a, measured.b))
    removed = measured.adjusted.variance_reduction_ratio if measured.adjusted else None
    is_one = measured.problem is None and measured.a.currency == measured.b.currency
    has_money = test.measured.has_money and is_one
    return {
        "sample_a": a,
        "sample_b": b,
        "currency": measured.a.currency if has_money else None,
        "variance_reduction_ratio": finite(removed),
    }


def _variant(variant: Variant) -> str:
    return json.dumps({"name": variant.name, "ad_group_ids": list(variant.ad_group_ids)})
