"""Values of a query's answer as JSON has them."""

from datetime import date
from decimal import Decimal
from math import inf, nan

import pytest

from adops_pipeline.domain.json_values import json_value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.50"), "1.50"),
        (date(2026, 11, 1), "2026-11-01"),
        (b"\x00\xff", "00ff"),
        ([nan, inf, 1.5, True, None], [None, None, 1.5, True, None]),
        ({1: (Decimal(2), {"a": [date(2026, 11, 1)]})}, {"1": ["2", {"a": ["2026-11-01"]}]}),
    ],
)
def test_values_keep_their_meaning_within_lists_and_objects_too(value: object, expected: object) -> None:
    assert json_value(value) == expected
