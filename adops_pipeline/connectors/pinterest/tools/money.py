"""Exact conversion between units of a currency and Pinterest's micros (millionths, for every currency)."""

from decimal import Decimal

from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.money import NO_MINOR_UNIT

_MICROS = Decimal(1_000_000)


def to_micros(amount: Decimal) -> int:
    """An amount in units of the account's currency as micros."""
    return int(amount * _MICROS)


def from_micros(micros: object) -> Decimal | None:
    """Micros as an amount in units of the currency; None for none, which Pinterest also writes as 0."""
    if not isinstance(micros, int) or isinstance(micros, bool) or micros == 0:
        return None
    return Decimal(micros) / _MICROS


def as_text(amount: Decimal | None) -> str | None:
    """An amount as decimal text without an exponent."""
    return None if amount is None else f"{amount.normalize():f}"


def check_amounts(currency: str, **amounts: Decimal | None) -> None:
    """Refuse amounts with more decimals than the currency has; the keyword is the name of the field."""
    most = 0 if currency in NO_MINOR_UNIT else 2
    for name, amount in amounts.items():
        if amount is not None and amount != round(amount, most):
            decimals = f"{most} decimals" if most else "no decimals"
            raise RefusedInputError(f"{name}: {amount} is not an amount of {currency}, which has {decimals}")
