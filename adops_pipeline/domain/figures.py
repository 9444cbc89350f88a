"""Numbers as people read them in a sentence: counts, percentages, a metric in its unit. No judgement here."""

from decimal import Decimal

from adops_pipeline.domain.money import format_money


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
        return format_money(Decimal(repr(value)), currency)
    if metric in ("ctr", "cvr"):
        return f"{value:.2%}"
    if metric == "roas":
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}".removesuffix(".0")
