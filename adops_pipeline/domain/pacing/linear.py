"""The plain rules, exact and one campaign at a time: linear pacing, and expected spend on a weekday curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from adops_pipeline.domain.pacing.rules import PacingError, PacingRules, PacingStatus

Amount = Decimal | int | float


@dataclass(frozen=True, slots=True)
class LinearPacing:
    """``expected`` and ``projected`` in the budget's currency, ``ratio`` is spent / expected; None where undefined."""

    expected: Decimal | None
    ratio: float | None
    status: PacingStatus
    projected: Decimal | None


def linear_pacing(
    budget: Amount, spent: Amount, days_elapsed: int, total_days: int, rules: PacingRules | None = None
) -> LinearPacing:
    """Expected = budget / total_days × days_elapsed; projected = spent / days_elapsed × total_days.

    A ratio over 1.1 is overpacing, under 0.9 underpacing. Without a budget the status is ``no-budget``, without days in
    the period ``no-data``, before its first complete day ``not-started``. Days beyond the period count as its end.
    Raises PacingError for negative or non-finite figures.
    """
    rules = rules or PacingRules()
    whole, used = as_amount(budget, "budget"), as_amount(spent, "spent")
    if days_elapsed < 0 or total_days < 0:
        raise PacingError(f"days must be at least 0, got {days_elapsed} of {total_days}")
    if total_days == 0:
        return LinearPacing(None, None, "no-data", None)
    elapsed = min(days_elapsed, total_days)
    projected = None if elapsed == 0 else used / elapsed * total_days
    if whole == 0:
        return LinearPacing(None, None, "no-budget", projected)
    if elapsed == 0:
        return LinearPacing(Decimal(0), None, "not-started", None)
    expected = whole * elapsed / total_days
    status: PacingStatus = "on-track"
    if used > rules.linear_over * expected:
        status = "overpacing"
    elif used < rules.linear_under * expected:
        status = "underpacing"
    return LinearPacing(expected, float(used / expected), status, projected)


def weekday_expected(
    budget: Amount, weights: Sequence[Amount], period_start: date, period_end: date, through: date
) -> Decimal:
    """Spend to expect by the end of ``through``: budget × Σ weights(days so far) / Σ weights(all days of the period).

    ``weights`` run Monday to Sunday, at least 0 and not all 0 within the period. 0 before the period, the budget after
    it. Decimals stay exact up to one division.
    """
    whole = as_amount(budget, "budget")
    if len(weights) != 7:
        raise PacingError(f"there are 7 weekday weights, Monday to Sunday; got {len(weights)}")
    if period_end < period_start:
        raise PacingError(f"the period ends ({period_end}) before it starts ({period_start})")
    exact = [as_amount(w, "weekday weight") for w in weights]
    total = _weight_between(exact, period_start, period_end)
    if total == 0:
        raise PacingError("the weights of the period's days add up to 0")
    if through < period_start:
        return Decimal(0)
    return whole * _weight_between(exact, period_start, min(through, period_end)) / total


def as_amount(value: Amount, what: str) -> Decimal:
    """``value`` as it is written (a float by its shortest form); PacingError unless finite and at least 0."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as error:
        raise PacingError(f"{what} must be a number, got {value!r}") from error
    if not number.is_finite() or number < 0:
        raise PacingError(f"{what} must be finite and at least 0, got {value}")
    return number


def _weight_between(weights: Sequence[Decimal], first: date, last: date) -> Decimal:
    weeks, rest = divmod((last - first).days + 1, 7)
    days = (first + timedelta(days=n) for n in range(rest))
    return weeks * sum(weights, Decimal(0)) + sum((weights[d.weekday()] for d in days), Decimal(0))
