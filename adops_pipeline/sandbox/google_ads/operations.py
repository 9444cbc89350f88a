"""Reads the body of a mutate request: operations, options, and names and types of the fields. Nothing is applied here.

JSON form: https://developers.google.com/google-ads/api/rest/reference/rest/v26/customers.googleAds/mutate
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adops_pipeline.sandbox.google_ads.errors import ApiError, PayloadError
from adops_pipeline.sandbox.google_ads.fields import FIELDS, Kind, snake

Action = Literal["create", "update", "remove"]

SERVICES = {
    "campaigns": "campaign",
    "campaignBudgets": "campaign_budget",
    "adGroups": "ad_group",
    "adGroupAds": "ad_group_ad",
}
"""Collection in a path or a resource name → resource."""
_JOINT = {
    "campaignOperation": "campaigns",
    "campaignBudgetOperation": "campaignBudgets",
    "adGroupOperation": "adGroups",
    "adGroupAdOperation": "adGroupAds",
}
_JOINT_PATHS = {
    "campaigns": "campaign_operation",
    "campaignBudgets": "campaign_budget_operation",
    "adGroups": "ad_group_operation",
    "adGroupAds": "ad_group_ad_operation",
}
_BIDDING = ("manualCpc", "maximizeConversions", "maximizeConversionValue", "targetSpend")
_MESSAGES = {
    "campaign": frozenset({*_BIDDING, "networkSettings"}),
    "campaign_budget": frozenset[str](),
    "ad_group": frozenset[str](),
    "ad_group_ad": frozenset({"ad"}),
}
_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``values`` of a create or update by JSON name, ``name`` of the resource, ``mask`` of an update."""

    index: int
    collection: str
    action: Action
    values: Mapping[str, Any]
    name: str
    mask: tuple[str, ...] | None
    is_joint: bool

    def fault(self, family: str, code: str, message: str, *path: str, trigger: str | None = None) -> ApiError:
        """An error of this operation; ``path`` leads on from the operation to the field at fault (JSON names)."""
        root = "mutate_operations" if self.is_joint else "operations"
        steps: list[tuple[str, int | None]] = [(root, self.index)]
        if self.is_joint:
            steps.append((_JOINT_PATHS[self.collection], None))
        steps += [(snake(step), None) for step in path]
        return ApiError(400, family, code, message, trigger, location=tuple(steps))


@dataclass(frozen=True, slots=True)
class MutateRequest:
    """A change as asked for."""

    operations: tuple[Operation, ...]
    is_partial: bool
    is_dry: bool
    is_joint: bool


def mutate_request(collection: str, body: bytes) -> MutateRequest:
    """Read a request to change one collection, or with ``googleAds`` any. Raises ApiError if it is invalid."""
    is_joint = collection == "googleAds"
    listed = "mutateOperations" if is_joint else "operations"
    fields = _object(body)
    _check_names(fields, {listed, "partialFailure", "validateOnly", "responseContentType"})
    for option in ("partialFailure", "validateOnly"):
        if not isinstance(fields.get(option, False), bool):
            raise PayloadError(f"Invalid value at '{snake(option)}' (TYPE_BOOL), \"{fields[option]}\"")
    given = fields.get(listed) or []
    if not isinstance(given, list):
        raise PayloadError(f"Invalid value at '{listed}': a list is expected.")
    if not given:
        message = "Required field is missing: operations"
        raise ApiError(400, "requestError", "OPERATION_REQUIRED", message)
    operations = tuple(_operation(index, collection, one) for index, one in enumerate(given))
    return MutateRequest(operations, bool(fields.get("partialFailure")), bool(fields.get("validateOnly")), is_joint)


def bidding_strategies(values: Mapping[str, Any]) -> list[str]:
    """Bidding strategies that a campaign sets, as constants of bidding_strategy_type."""
    return [snake(name).upper() for name in _BIDDING if name in values]


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        raise PayloadError("Unexpected token.") from None
    if not isinstance(fields, dict):
        raise PayloadError("Root element must be a message.")
    return fields


def _operation(index: int, collection: str, given: Any) -> Operation:  # noqa: ANN401  any JSON
    is_joint = collection == "googleAds"
    if not isinstance(given, dict):
        raise PayloadError(f"Invalid value at 'operations[{index}]': a message is expected.")
    if is_joint:
        _check_names(given, set(_JOINT))
        if len(given) != 1:
            raise PayloadError(f"Invalid value at 'mutate_operations[{index}]': exactly one operation is expected.")
        ((kind, given),) = given.items()
        collection = _JOINT[kind]
    _check_names(given, {"create", "update", "remove", "updateMask"})
    actions: list[Action] = [action for action in ("create", "update", "remove") if action in given]
    if len(actions) != 1:
        raise PayloadError(f"Invalid value at 'operations[{index}]': exactly one of create, update and remove.")
    action = actions[0]
    values = {} if action == "remove" else _values(SERVICES[collection], given[action])
    name = given["remove"] if action == "remove" else values.get("resourceName", "")
    mask = given.get("updateMask")
    fields = None if mask is None else tuple(part for part in str(mask).split(",") if part)
    return Operation(index, collection, action, values, str(name), fields, is_joint)


def _values(resource: str, given: object) -> dict[str, Any]:
    """The fields of a resource, each of the type that Google's message has."""
    if not isinstance(given, dict):
        raise PayloadError(f"Invalid value at '{resource}': a message is expected.")
    for name, value in given.items():
        if name in _MESSAGES[resource] and isinstance(value, dict):
            continue
        field = FIELDS.get(f"{resource}.{snake(name)}")
        if field is None:
            raise PayloadError(f"Unknown name \"{name}\" at '{resource}': Cannot find field.")
        is_right = {
            Kind.INT64: isinstance(value, int | str) and bool(_WHOLE.fullmatch(str(value))),
            Kind.BOOL: isinstance(value, bool),
            Kind.ENUM: value in field.words,
            Kind.DOUBLE: isinstance(value, int | float),
        }.get(field.kind, isinstance(value, str))
        if not is_right:
            raise PayloadError(f"Invalid value at '{resource}.{snake(name)}', \"{value}\"")
    return given


def _check_names(fields: Mapping[str, object], known: set[str]) -> None:
    for name in fields:
        if name not in known:
            raise PayloadError(f'Unknown name "{name}": Cannot find field.')
