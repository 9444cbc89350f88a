"""Promises of imported fields: numbers stay what they say."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.operations.importing.fields import plain
from adops_pipeline.operations.importing.records import EventRecord, ExecutionRecord, ProjectRecord
from adops_pipeline_tests.operations.conftest import NOW


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_kept_exactly_as_number_or_as_its_digits(number: Decimal) -> None:
    kept = plain(number)
    assert Decimal(repr(kept) if isinstance(kept, float) else kept) == number
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_json_wrote_stays_a_number(number: float) -> None:
    assert plain(Decimal(repr(number))) == number


@pytest.mark.parametrize("name", ["monthlyBudget", "monthly_budget"])
def test_both_spellings_are_known(name: str) -> None:
    record = ProjectRecord.model_validate({"id": 7, "name": "x", name: Decimal("1.10")})
    row = record.row(NOW)
    assert (row["id"], row["monthly_budget"], row["extra"]) == ("7", Decimal("1.10"), None)


@pytest.mark.parametrize("name", ["parameters", "params", "inputs"])
def test_parameters_of_an_execution_are_found_under_the_names_they_had(name: str) -> None:
    record = ExecutionRecord.model_validate({"id": "e", "workflow": "w", "status": "failed", name: {"days": 7}})
    assert record.row(NOW)["parameters"] == {"days": 7}


def test_a_second_spelling_of_a_field_is_kept_beside() -> None:
    fields = {"id": "e", "type": "x", "timestamp": Decimal("1735700645.5"), "createdAt": "2025-01-01"}
    row = EventRecord.model_validate(fields | {"deep": {"n": Decimal("0.1")}}).row(NOW)
    assert row["at"].isoformat() == "2025-01-01T03:04:05.500000+00:00"
    assert row["extra"] == {"createdAt": "2025-01-01", "deep": {"n": 0.1}}
