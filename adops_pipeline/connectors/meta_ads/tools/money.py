"""Amounts in Meta's whole minor units and in currency units, converted exactly.

Offsets: developers.facebook.com/docs/marketing-api/currencies. They differ from ISO 4217's minor units.
"""

from decimal import Decimal

from adops_pipeline.connectors.tools import RefusedInputError

_WITHOUT_MINOR_UNIT = frozenset({"CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"})
_DIGITS_ELSEWHERE = 2


def to_minor_units(amount: Decimal, currency: str, name: str) -> str:
    """``amount`` in minor units as Meta takes it. Raises RefusedInputError if it is not a whole number of them."""
    digits = _digits(currency)
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        step = format(Decimal(1).scaleb(-digits), "f")
        raise RefusedInputError(
            f"{name}: {format(amount, 'f')} {currency} cannot be set on Meta; give a multiple of {step} {currency}."
        )
    return format(minor.to_integral_value(), "f")


def from_minor_units(minor: object, currency: str) -> Decimal:
    """Minor units as Meta returns them (text or number), in currency units."""
    digits = _digits(currency)
    return Decimal(str(minor)).scaleb(-digits).quantize(Decimal(1).scaleb(-digits))


def amount_text(amount: Decimal | None, currency: str) -> str | None:
    """An amount as decimal text, with the digits that Meta keeps of the currency; None for none."""
    return None if amount is None else format(amount.quantize(Decimal(1).scaleb(-_digits(currency))), "f")


def _digits(currency: str) -> int:
    return 0 if currency in _WITHOUT_MINOR_UNIT else _DIGITS_ELSEWHERE
