"""Results as data: JSON, ranking, severities."""

import json
from datetime import date
from decimal import Decimal

import pytest

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows.results import Check, Finding, ResultTable, Subject, WorkflowResult
from adops_pipeline.domain.workflows.results.result import at_least, rank

_RESULT = WorkflowResult(
    "pacing-check",
    "Of 2 budgets 1 overpaces.",
    (Check("budgets", 2, date(2026, 11, 23)), Check("campaigns", 3)),
    (
        Finding(
            Severity.CRITICAL,
            Subject("meta-ads", "1", "8", "Autumn"),
            "Overpacing.",
            {"budget": Decimal("3000.10"), "ratio": 1.25, "as_of": date(2026, 11, 23), "days": 3, "low": None},
            "overpacing",
        ),
    ),
    ("Nothing was set.",),
    ("1 budget is old.",),
    (ResultTable("Budgets", ("platform", "spend"), (("meta-ads", Decimal("0.5")),)),),
)


def test_a_result_survives_the_way_through_json() -> None:
    document = json.loads(json.dumps(_RESULT.to_document()))
    assert WorkflowResult.from_document(document).to_document() == document
    assert document["found"][0] == {
        "kind": "overpacing",
        "severity": "critical",
        "subject": {"platform": "meta-ads", "account_id": "1", "campaign_id": "8", "campaign_name": "Autumn"},
        "sentence": "Overpacing.",
        "numbers": {"budget": "3000.10", "ratio": 1.25, "as_of": "2026-11-23", "days": 3, "low": None},
    }
    assert document["checked"] == [
        {"what": "budgets", "count": 2, "through": "2026-11-23"},
        {"what": "campaigns", "count": 3, "through": None},
    ]
    assert document["tables"][0]["rows"] == [["meta-ads", "0.5"]]


def test_what_was_done_can_be_added_to() -> None:
    result = _RESULT.with_done("2 alerts were raised.")
    assert result.done == ("Nothing was set.", "2 alerts were raised.")
    assert result.found == _RESULT.found


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="must be finite: ratio"):
        Finding(Severity.INFO, Subject(), "x", {"ratio": float("nan")})


def test_the_gravest_come_first_then_the_weightiest_then_in_a_fixed_order() -> None:
    pairs = [
        (9.0, Finding(Severity.INFO, Subject("a"), "1")),
        (1.0, Finding(Severity.CRITICAL, Subject("b"), "2")),
        (1.0, Finding(Severity.CRITICAL, Subject("a"), "3")),
        (2.0, Finding(Severity.CRITICAL, Subject("c"), "4")),
        (5.0, Finding(Severity.WARNING, Subject("a"), "5")),
    ]
    assert [finding.sentence for finding in rank(pairs)] == ["4", "3", "2", "5", "1"]
    assert rank(reversed(pairs)) == rank(pairs)


def test_milder_findings_are_counted() -> None:
    found = [
        Finding(Severity.CRITICAL, Subject(), "a"),
        Finding(Severity.INFO, Subject(), "b"),
        Finding(Severity.INFO, Subject(), "c"),
    ]
    assert at_least(found, Severity.WARNING) == ((found[0],), ("2 findings below warning not listed.",))
    assert at_least(found, Severity.INFO) == (tuple(found), ())
