"""Money in whole steps (cents, or units of a zero-decimal currency): bounds, exact division. No curves here."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import AllocationError, Floats
from adops_pipeline.domain.money import NO_MINOR_UNIT

Amount = Decimal | int | float
Bounds = Mapping[str, tuple[Amount | None, Amount | None]]
"""Floor and ceiling per name; None leaves a side open, a floor is then 0."""
Units = npt.NDArray[np.int64]

_MOST_UNITS = 2**53


def as_decimal(value: Amount, what: str) -> Decimal:
    """``value`` as it is written (a float by its shortest form); AllocationError unless finite and at least 0."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as error:
        raise AllocationError(f"{what} must be an amount of money, got {value!r}") from error
    if isinstance(value, bool) or not number.is_finite() or number < 0:
        raise AllocationError(f"{what} must be a finite amount of at least 0, got {value}")
    return number


def as_units(value: Decimal, step: Decimal, rounding: str, what: str) -> int:
    """``value`` in steps; raises AllocationError beyond 2^53 steps, where a step no longer has a float of its own."""
    units = int((value / step).to_integral_value(rounding=rounding))
    if units > _MOST_UNITS:
        raise AllocationError(f"{what} of {value} is more than {_MOST_UNITS} steps of {step}")
    return units


def total_units(total: Amount, step: Decimal) -> int:
    """The total in steps; raises AllocationError when it is not a whole number of them."""
    if not step.is_finite() or step <= 0:
        raise AllocationError(f"step must be above 0, got {step}")
    exact = as_decimal(total, "total")
    if exact % step:
        raise AllocationError(f"total {exact} is not a whole number of steps of {step}")
    return as_units(exact, step, ROUND_FLOOR, "total")


def bound_units(names: Sequence[str], bounds: Bounds, total: int, step: Decimal) -> tuple[Units, Units]:
    """Floors and ceilings in steps, rounded inwards; an open ceiling is what ``total`` leaves above all floors.

    Raises AllocationError for a bound on an unknown name, a floor above its ceiling, and floors that ask for more
    than ``total``.
    """
    unknown = sorted(set(bounds) - set(names))
    if unknown:
        raise AllocationError(f"bounds are given for unknown names: {', '.join(map(repr, unknown))}")
    floors, ceilings = [], []
    for name in names:
        low, high = bounds.get(name, (None, None))
        wish = as_decimal(0 if low is None else low, f"floor of {name!r}")
        floor = as_units(wish, step, ROUND_CEILING, f"floor of {name!r}")
        exact = None if high is None else as_decimal(high, f"ceiling of {name!r}")
        ceiling = None if exact is None else int((exact / step).to_integral_value(rounding=ROUND_FLOOR))
        if ceiling is not None and floor > ceiling:
            raise AllocationError(f"floor {low} of {name!r} is above its ceiling {high} in steps of {step}")
        floors.append(floor)
        ceilings.append(total if ceiling is None else min(ceiling, total))
    fixed = np.array(floors, dtype=np.int64)
    return fixed, limit_units(fixed, np.array(ceilings, dtype=np.int64), total, step)


def limit_units(low: Units, high: Units, total: int, step: Decimal) -> Units:
    """Ceilings ``high``, lowered to what ``total`` leaves above all floors.

    Raises AllocationError for floors that ask for more than ``total``, and for a total of more than 2^53 steps.
    """
    if total > _MOST_UNITS:
        raise AllocationError(f"total of {total * step} is more than {_MOST_UNITS} steps of {step}")
    needed = sum_units(low)
    if needed > total:
        raise AllocationError(f"the floors add up to {needed * step}, more than the total of {total * step}")
    return np.minimum(high, total - needed + low)


def share_out(total: int, weights: Floats, low: Units, high: Units) -> Units:
    """Divide ``total`` steps in proportion to ``weights`` (above 0) within bounds.

    The sum is ``min(total, sum(high))`` exactly. A part that hits a bound stays there and the rest is divided again;
    left-over steps go to the largest remainders, the first in order on ties.
    """
    total = min(total, sum_units(high))
    small, large = 0.0, max(float(np.max(high / weights, initial=0.0)), 1.0)
    for _ in range(200):
        middle = (small + large) / 2
        if not small < middle < large:
            break
        if float(np.clip(middle * weights, low, high).sum()) >= total:
            large = middle
        else:
            small = middle
    return round_to_total(np.clip(large * weights, low, high), total, low, high)


def round_to_total(amounts: Floats, total: int, low: Units, high: Units) -> Units:
    """Whole steps near ``amounts`` that add up to ``total``, within ``sum(low)`` and ``sum(high)``; ties in order."""
    units = np.clip(np.floor(amounts).astype(np.int64), low, high)
    order = np.argsort(-(amounts - units), kind="stable")
    missing = total - sum_units(units)
    while missing:
        sign = 1 if missing > 0 else -1
        movable = order[(units < high)[order]] if sign > 0 else order[::-1][(units > low)[order[::-1]]]
        room = (high - units if sign > 0 else units - low)[movable]
        each = np.minimum(max(abs(missing) // movable.size, 1), room)
        within = np.cumsum(each) <= abs(missing)
        units[movable] += sign * np.where(within, each, 0)
        missing = total - sum_units(units)
    return units


def sum_units(units: Iterable[np.int64] | Units) -> int:
    """Exact sum as a Python integer."""
    return int(sum(np.asarray(units).tolist()))


# ISO 4217 currencies without a minor unit.
def currency_step(currency: str) -> Decimal:
    """The smallest amount a budget in ``currency`` moves by: 1 where it has no minor unit (ISO 4217), else 0.01."""
    return Decimal(1) if currency in NO_MINOR_UNIT else Decimal("0.01")
