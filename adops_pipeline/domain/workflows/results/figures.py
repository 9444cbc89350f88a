"""Numbers as people read them in a sentence: money, counts, percentages. No judgement here."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from adops_pipeline.domain.allocation.amounts import currency_step
from adops_pipeline.domain.workflows.words import in_words


def rounded(amount: Decimal, currency: str) -> Decimal:
    """``amount`` to the smallest step of ``currency``."""
    return amount.quantize(currency_step(currency), ROUND_HALF_EVEN)


def money(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """``EUR 1,234.50``; no decimals for currencies without a minor unit; with a sign where asked for."""
    exact = rounded(amount, currency)
    sign = "+" if signed and exact > 0 else "-" if exact < 0 else ""
    return f"{currency} {sign}{abs(exact):,f}"


def moneys(amounts: Mapping[str, Decimal]) -> str:
    """``EUR 10.00 and USD 5.00``: each currency on its own, in the alphabet's order; zeros left out."""
    return in_words(money(amount, currency) for currency, amount in sorted(amounts.items()) if amount)


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """``1 budget``, ``1,200 budgets``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def pct(value: float, *, signed: bool = True) -> str:
    """``+12.3 %`` from a value in percent; whole from 100 on."""
    digits = 0 if abs(value) >= 100 else 1
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    return f"{text} %"


def figure(metric: str, value: float, currency: str = "") -> str:
    """A metric's value in its unit: money for prices and amounts, a percentage for rates, else a number."""
    if metric in ("spend", "revenue", "cpc", "cpa", "cpm"):
        return money(Decimal(repr(value)), currency).strip()
    if metric in ("ctr", "cvr"):
        return f"{value:.2%}"
    if metric == "roas":
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}".removesuffix(".0")
