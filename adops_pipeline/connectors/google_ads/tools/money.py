"""Money of Google Ads: micros (millionths of the account's currency unit), converted exactly in both directions."""

from decimal import Decimal

from adops_pipeline.connectors.tools import RefusedInputError

MICROS = 1_000_000
_ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies whose smallest unit is the unit itself (ISO 4217); of the others Google accepts hundredths."""


def to_micros(field: str, amount: Decimal, currency: str) -> str:
    """Micros as Google's JSON has them. Raises RefusedInputError for a fraction of the currency's smallest unit."""
    smallest = Decimal(1) if currency in _ZERO_DECIMAL else Decimal("0.01")
    if amount % smallest:
        nearest = max(amount.quantize(smallest), smallest)
        raise RefusedInputError(
            f"{field}: {plain(amount)} {currency} is not a whole multiple of {smallest} {currency}, the smallest amount"
            f" that Google accepts in this currency; give {plain(nearest)} instead"
        )
    return str(int(amount * MICROS))


def from_micros(micros: object) -> Decimal | None:
    """Currency units of micros as Google's JSON has them; None where Google gives none."""
    return None if micros is None else Decimal(str(micros)) / MICROS


def plain(amount: Decimal) -> str:
    """Decimal text without exponent and without trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
