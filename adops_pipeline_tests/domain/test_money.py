"""Amounts in words."""

from decimal import Decimal

import pytest

from adops_pipeline.domain.money import format_amount, format_money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.5"), "EUR", "EUR 1,234.50"),
        (1234567.891, "USD", "USD 1,234,567.89"),
        (Decimal("98765.4"), "JPY", "JPY 98,765"),
        (-0.001, "EUR", "EUR 0.00"),
        (12.0, "", "12.00"),
    ],
)
def test_an_amount_has_its_currency_and_its_minor_unit(amount: Decimal | float, currency: str, text: str) -> None:
    assert format_money(amount, currency) == text


def test_a_change_shows_its_sign() -> None:
    assert format_amount(120.5, "GBP", sign=True) == "+120.50"
    assert format_amount(-3, "JPY", sign=True) == "-3"


def test_an_amount_of_any_size_is_written_out() -> None:
    assert format_amount(1.5e125, "EUR") == f"{15 * 10**124:,}.00"
