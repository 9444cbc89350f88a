"""Numbers in sentences."""

from decimal import Decimal

import pytest

from adops_pipeline.domain.figures import figure, pct, plural
from adops_pipeline.domain.workflows.results.figures import money, moneys


@pytest.mark.parametrize(
    ("amount", "currency", "signed", "text"),
    [
        ("1234.5", "EUR", False, "EUR 1,234.50"),
        ("1234.5", "JPY", False, "JPY 1,234"),
        ("-3.005", "USD", True, "USD -3.00"),
        ("3", "USD", True, "USD +3.00"),
        ("-0.001", "USD", True, "USD 0.00"),
        ("123456789012.345678", "EUR", False, "EUR 123,456,789,012.35"),
    ],
)
def test_money_is_shown_to_the_currency_s_step(amount: str, currency: str, signed: bool, text: str) -> None:
    assert money(Decimal(amount), currency, signed=signed) == text


def test_currencies_are_named_one_by_one() -> None:
    assert moneys({"USD": Decimal(5), "EUR": Decimal(1), "GBP": Decimal(0)}) == "EUR 1.00 and USD 5.00"
    assert moneys({}) == ""


def test_counts_and_percentages_read_well() -> None:
    assert [plural(1, "day"), plural(1200, "day"), plural(0, "entry", "entries")] == [
        "1 day",
        "1,200 days",
        "0 entries",
    ]
    assert [pct(12.345), pct(-250.0), pct(10.0, signed=False)] == ["+12.3 %", "-250 %", "10.0 %"]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [("cpc", 0.5, "EUR 0.50"), ("ctr", 0.0123, "1.23%"), ("roas", 3.456, "3.46"), ("conversions", 12.5, "12.5")],
)
def test_a_metric_is_shown_in_its_unit(metric: str, value: float, text: str) -> None:
    assert figure(metric, value, "EUR") == text
