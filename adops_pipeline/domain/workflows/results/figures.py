"""Amounts of money in the sentences of results: signed, and several currencies side by side."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from adops_pipeline.domain.allocation.amounts import currency_step
from adops_pipeline.domain.workflows.words import in_words


def rounded(amount: Decimal, currency: str) -> Decimal:
    """``amount`` to the smallest step of ``currency``."""
    return amount.quantize(currency_step(currency), ROUND_HALF_EVEN)


def money(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """``EUR 1,234.50``; no decimals for currencies without a minor unit; with a sign on request."""
    exact = rounded(amount, currency)
    sign = "+" if signed and exact > 0 else "-" if exact < 0 else ""
    return f"{currency} {sign}{abs(exact):,f}"


def moneys(amounts: Mapping[str, Decimal]) -> str:
    """``EUR 10.00 and USD 5.00``: each currency on its own, in the alphabet's order; zeros left out."""
    return in_words(money(amount, currency) for currency, amount in sorted(amounts.items()) if amount)
