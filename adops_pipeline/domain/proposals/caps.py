"""Caps of changes: per change, per day and per account, also when a change is split into many small ones.

Changes of a campaign on one day count together, and so do those of an account, whoever proposed them. Raises and cuts
are summed apart: a plan that moves money between campaigns is not counted twice, and alternating does not hide a sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from adops_pipeline.domain.money import format_money


class Limits(Protocol):
    """Caps of an agent, as its permissions state them."""

    @property
    def max_change_per_step_pct(self) -> Decimal | float | None: ...  # noqa: D102 - as in `Caps`

    @property
    def max_money_per_change(self) -> Decimal | None: ...  # noqa: D102

    @property
    def max_money_per_day(self) -> Decimal | None: ...  # noqa: D102

    @property
    def max_changes_per_day(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Caps:
    """Largest changes; None means no cap. Money is spend per day in the reporting currency."""

    max_change_per_step_pct: Decimal | None = None
    max_money_per_change: Decimal | None = None
    max_money_per_day: Decimal | None = None
    max_changes_per_day: int | None = None

    def within(self, other: "Limits | None") -> "Caps":
        """The stricter of both in every respect."""
        if other is None:
            return self
        return Caps(
            _stricter(self.max_change_per_step_pct, other.max_change_per_step_pct),
            _stricter(self.max_money_per_change, other.max_money_per_change),
            _stricter(self.max_money_per_day, other.max_money_per_day),
            min(
                (n for n in (self.max_changes_per_day, other.max_changes_per_day) if n is not None),
                default=None,
            ),
        )


def _stricter(one: Decimal | None, other: Decimal | float | None) -> Decimal | None:
    return min((Decimal(str(limit)) for limit in (one, other) if limit is not None), default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an account. ``per_day`` is signed, in the reporting currency; None where no rate is known.

    ``entity`` is the campaign, or the object itself where it belongs to none; ``amounts`` are old and new by field.
    """

    object_id: str | None
    entity: str | None
    per_day: Decimal | None
    currency: str
    amounts: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


def violations(step: Step, others: Sequence[Step], caps: Caps, reporting_currency: str) -> list[str]:
    """Caps that the step would exceed together with ``others``: those of its account on the same day, oldest first."""
    found = _of_share(step, others, caps.max_change_per_step_pct)
    limit = caps.max_changes_per_day
    if limit is not None and len(others) + 1 > limit:
        found.append(
            f"the account has {len(others)} changes today, applied or waiting, and max_changes_per_day is {limit}"
        )
    return found + _of_money(step, others, caps, reporting_currency)


def _of_money(step: Step, others: Sequence[Step], caps: Caps, reporting_currency: str) -> list[str]:
    if caps.max_money_per_change is None and caps.max_money_per_day is None:
        return []
    found: list[str] = []
    if step.per_day is None:
        why = f"no exchange rate of {step.currency} is known, so the caps in {reporting_currency} cannot be checked"
        return [f"{why}; add it to fx_rates.csv"]
    same_campaign = [one for one in others if step.entity is not None and one.entity == step.entity]
    for name, limit, counted, whose in (
        ("max_money_per_change", caps.max_money_per_change, same_campaign, "campaign"),
        ("max_money_per_day", caps.max_money_per_day, others, "account"),
    ):
        total = _same_direction(step, counted)
        if limit is not None and step.per_day and total > limit:
            before = total - abs(step.per_day)
            shown, cap, used = (format_money(a, reporting_currency) for a in (abs(step.per_day), limit, before))
            found.append(
                f"it moves {shown} a day; changes of the {whose} today, applied or waiting, already move {used}, and "
                f"{name} is {cap}"
            )
    return found


def _same_direction(step: Step, others: Sequence[Step]) -> Decimal:
    """Money per day that the step and the others in its direction move."""
    own = step.per_day or Decimal(0)
    amounts = [own, *(one.per_day or Decimal(0) for one in others)]
    return sum((abs(amount) for amount in amounts if (amount > 0) == (own > 0)), Decimal(0))


def _of_share(step: Step, others: Sequence[Step], limit: Decimal | None) -> list[str]:
    """Amounts that move further from their value at the day's first change than the cap allows."""
    found: list[str] = []
    if limit is None:
        return found
    earlier = [one for one in others if step.object_id is not None and one.object_id == step.object_id]
    for name, (old, new) in step.amounts.items():
        pairs = [one.amounts[name] for one in earlier if name in one.amounts] + [(old, new)]
        base = pairs[0][0]
        moved = sum((abs(b - a) for a, b in pairs if (b > a) == (new > old)), Decimal(0))
        share = 100 * moved / base
        if share > limit:
            found.append(
                f"it moves the {name.replace('_', ' ')} by {share:.1f} % of {base:f}"
                f"{' together with other changes of today' if len(pairs) > 1 else ''}, and max_change_per_step_pct is "
                f"{limit:f}"
            )
    return found
