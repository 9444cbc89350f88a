"""Amounts as people read them: currency first, thousands apart, to the currency's minor unit. Words only, no sums."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

NO_MINOR_UNIT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"}
    | {"XPF"}
)
"""Currencies without minor units, as ISO 4217 lists them."""
_WIDE = Context(prec=400)
"""Digits for every amount that a float can hold: a price per hardly any conversion is one."""


def format_amount(amount: Decimal | float, currency: str, *, sign: bool = False) -> str:
    """``1,234.50``, or ``1,235`` where the currency has no minor unit; with ``sign`` a plus where it is above 0."""
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(float(amount)))
    step = Decimal(1) if currency in NO_MINOR_UNIT else Decimal("0.01")
    rounded = _WIDE.add(exact.quantize(step, ROUND_HALF_EVEN, _WIDE), 0)  # no minus before a zero
    return f"{rounded:+,}" if sign else f"{rounded:,}"


def format_money(amount: Decimal | float, currency: str, *, sign: bool = False) -> str:
    """``EUR 1,234.50``."""
    return f"{currency} {format_amount(amount, currency, sign=sign)}".strip()
