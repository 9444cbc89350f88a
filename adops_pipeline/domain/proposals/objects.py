"""State of an object on a platform as a JSON document, and what differs between two states."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

MONEY_FIELDS = ("daily_budget", "lifetime_budget", "bid")
"""Values in units of the account's currency."""
_OWN_AMOUNTS = ("daily_budget", "lifetime_budget")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of an object in two states; None where it has no value. Money has its currency before it."""

    field: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        name = self.field.replace("_", " ")
        return f"{name}: {self.new}" if self.old is None else f"{name}: {self.old} → {self.new or 'none'}"


def object_document(state: AdObject) -> dict[str, Any]:
    """The state as JSON; amounts are decimal text."""
    return {
        "platform": state.platform.value,
        "account_id": state.account_id,
        "kind": state.kind,
        "object_id": state.object_id,
        "name": state.name,
        "status": state.status.value,
        "currency": state.currency,
        "campaign_id": state.campaign_id,
        "daily_budget": _text(state.daily_budget),
        "lifetime_budget": _text(state.lifetime_budget),
        "fields": {name: _plain(value) for name, value in state.fields.items()},
    }


def read_object(document: Mapping[str, Any]) -> AdObject:
    """The state that ``object_document`` has written."""
    given = dict(document)
    amounts = {name: None if given[name] is None else Decimal(given[name]) for name in _OWN_AMOUNTS}
    return AdObject(
        **(
            given
            | amounts
            | {"platform": Platform(given["platform"]), "status": CampaignStatus(given["status"])}
        )
    )  # fmt: skip


def values_of(state: AdObject) -> dict[str, object]:
    """Every value that can be changed, by name; amounts are Decimal."""
    values: dict[str, object] = {name: _plain(value) for name, value in state.fields.items()}
    own = {"name": state.name, "status": state.status.value}
    return {**own, "daily_budget": state.daily_budget, "lifetime_budget": state.lifetime_budget, **values}


def differences(before: AdObject | None, after: AdObject) -> tuple[Difference, ...]:
    """What differs between two states, in the order of the fields; of a new object every value that it has.

    Fields that ``after`` does not state are unchanged: a tool states what it sets.
    """
    old, new = {} if before is None else values_of(before), values_of(after)
    return tuple(
        Difference(name, _shown(name, old.get(name), after.currency), _shown(name, value, after.currency))
        for name, value in new.items()
        if not _equal(old.get(name), value)
    )


def drift(earlier: AdObject, now: AdObject, *, only_shared: bool = False) -> tuple[Difference, ...]:
    """What has changed since an earlier look, also what has gone or come.

    ``only_shared`` compares values that both states tell, where they were read in different ways.
    """
    old, new = values_of(earlier), values_of(now)
    names = [name for name in old | new if not only_shared or (name in old and name in new)]
    return tuple(
        Difference(name, *(_shown(name, state.get(name), now.currency) for state in (old, new)))
        for name in names
        if not _equal(old.get(name), new.get(name))
    )


def as_intended(now: AdObject, before: AdObject | None, intended: AdObject) -> tuple[Difference, ...]:
    """What the change should have set and has not; empty where the object is as intended.

    Only values that the change sets are compared: somebody else may have changed others.
    """
    set_fields = {difference.field for difference in differences(before, intended)}
    return tuple(difference for difference in differences(now, intended) if difference.field in set_fields)


def amounts_of(before: AdObject | None, intended: AdObject) -> dict[str, tuple[Decimal, Decimal]]:
    """Amounts that a change of an existing object moves, old and new, by field; only those that had a value."""
    if before is None:
        return {}
    old, new = values_of(before), values_of(intended)
    pairs = {name: (_amount(old.get(name)), _amount(new.get(name))) for name in MONEY_FIELDS if name in new}
    return {name: (a, b) for name, (a, b) in pairs.items() if a and b is not None and a != b}


def _equal(old: object, new: object) -> bool:
    if old == new:
        return True
    first, second = _amount(old), _amount(new)
    return first is not None and second is not None and first == second


def _amount(value: object) -> Decimal | None:
    """The number that a value is, if it is one: platforms write 50, 50.0 and "50.00"."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shown(name: str, value: object, currency: str) -> str | None:
    if value is None:
        return None
    amount = _amount(value) if name in MONEY_FIELDS else None
    return str(value) if amount is None else format_money(amount, currency)


def _plain(value: object) -> object:
    """The value as JSON holds it."""
    if isinstance(value, Decimal):
        return _text(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
