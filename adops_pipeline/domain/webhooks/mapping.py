"""Maps a payload to the parameters of a workflow: paths of the payload, constants, defaults and conversions.

A mapping is a JSON object: names of parameters (``thresholds.overRatio`` for one of a group) to a path or a rule
``{path | value, type, default, optional}``. It is checked against the workflow when it is registered.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from adops_pipeline.domain.webhooks.coercion import CoercionError, Kind, coerce
from adops_pipeline.domain.webhooks.json_path import MISSING, JsonPath, PathError, parse_path
from adops_pipeline.domain.workflows import ParameterError
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.requests import WorkflowRequest, resolve_request

_FIELDS = ("path", "value", "type", "default", "optional")
_KINDS: tuple[Kind, ...] = get_args(Kind)
_MOST_RULES = 100
_MOST_GROUPS = 2
_LONGEST_CONSTANTS = 20_000
_UNSTORABLE = re.compile(r"\\u0000|[\ud800-\udfff]")
"""A NUL character in JSON, and half of a surrogate pair: no database can store them."""


class MappingError(ValueError):
    """A mapping is wrong, or a payload does not fit it; ``lines`` name each parameter concerned."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(dict.fromkeys(lines))
        super().__init__("; ".join(self.lines))


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the value of one parameter comes from: ``path``, or the constant ``value``."""

    name: str
    path: JsonPath | None = None
    value: Any = None
    kind: Kind | None = None
    default: Any = None
    is_optional: bool = False

    def apply(self, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The parameter's value; None leaves the parameter out. Raises MappingError."""
        if self.path is None:
            return self.value
        found = self.path.find(payload)
        if found is MISSING or found is None:
            if self.default is None and not self.is_optional:
                raise MappingError([f"{self.name}: the payload has nothing at {self.path.text}"])
            return self.default
        try:
            return found if self.kind is None else coerce(self.kind, found)
        except CoercionError as error:
            raise MappingError([f"{self.name}: {self.path.text} {error}"]) from None


@dataclass(frozen=True, slots=True)
class ParamsMapping:
    """A checked mapping to the parameters of a workflow or template."""

    target: str
    rules: Sequence[Rule]

    def request(self, payload: Mapping[str, Any]) -> WorkflowRequest:
        """The request that a payload makes. Raises MappingError with a line for each parameter that is wrong."""
        values: dict[str, Any] = {}
        lines: list[str] = []
        for rule in self.rules:
            try:
                value = rule.apply(payload)
            except MappingError as error:
                lines += error.lines
            else:
                # A null would replace the template's value by the workflow's default.
                values |= {} if value is None else {rule.name: value}
        if lines:
            raise MappingError(lines)
        return _resolved(self.target, values)


def read_mapping(target: str, document: Mapping[str, Any]) -> ParamsMapping:
    """The mapping to the workflow or template called ``target``.

    Raises UnknownWorkflowError, and MappingError that names each unknown parameter with the nearest one, each malformed
    rule, and each constant or default that the workflow does not accept.
    """
    if len(document) > _MOST_RULES:
        raise MappingError([f"the mapping has more than {_MOST_RULES} parameters"])
    text = json.dumps(document, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_CONSTANTS:
        raise MappingError([f"the mapping is longer than {_LONGEST_CONSTANTS:,} characters"])
    if _UNSTORABLE.search(text):
        raise MappingError(["the mapping must not contain a NUL character or half of a surrogate pair"])
    rules: list[Rule] = []
    lines: list[str] = []
    for name, raw in document.items():
        try:
            rules.append(_rule(name, raw))
        except MappingError as error:
            lines += error.lines
    known = {rule.name: rule.default if rule.value is None else rule.value for rule in rules}
    try:
        # None stands for a value that only the payload knows: an unknown name is found without it.
        _resolved(target, known)
    except MappingError as error:
        lines += error.lines
    if lines:
        raise MappingError(lines)
    return ParamsMapping(target, tuple(rules))


def _rule(name: str, raw: object) -> Rule:
    if name.count(".") > _MOST_GROUPS:
        raise MappingError([f"{name}: no parameter is nested so deeply"])
    try:
        if isinstance(raw, str):
            return Rule(name, parse_path(raw))
        if not isinstance(raw, Mapping):
            raise MappingError([f'{name}: must be a path such as "$.id", or an object such as {{"value": 7}}'])
        _check_fields(name, raw)
        if "path" not in raw:
            return Rule(name, value=raw["value"])
        kind: Kind | None = raw.get("type")
        default = raw.get("default")
        if kind is not None and default is not None:
            default = coerce(kind, default)
        return Rule(name, parse_path(raw["path"]), None, kind, default, raw.get("optional", False))
    except PathError as error:
        raise MappingError([f"{name}: {error}"]) from None
    except CoercionError as error:
        raise MappingError([f"{name}: default {error}"]) from None


def _check_fields(name: str, raw: Mapping[str, Any]) -> None:
    """Raise MappingError unless ``raw`` has the fields of a rule, with the right types."""
    lines = [
        f"{name}: a rule has no field {field!r}; it has {', '.join(_FIELDS)}{did_you_mean(str(field), _FIELDS)}"
        for field in raw
        if field not in _FIELDS
    ]
    if ("path" in raw) == ("value" in raw):
        lines.append(f"{name}: give either path or value")
    if "value" in raw and raw.keys() & {"type", "default", "optional"}:
        lines.append(f"{name}: type, default and optional belong to a path, not to a constant value")
    if "value" in raw and raw["value"] is None:
        lines.append(f"{name}: value must not be null; leave the parameter out instead")
    if "path" in raw and not isinstance(raw["path"], str):
        lines.append(f"{name}: path must be text such as $.id")
    if "type" in raw and raw["type"] not in _KINDS:
        lines.append(f"{name}: type must be one of {', '.join(_KINDS)}{did_you_mean(str(raw['type']), _KINDS)}")
    if not isinstance(raw.get("optional", False), bool):
        lines.append(f"{name}: optional must be true or false")
    if lines:
        raise MappingError(lines)


def _resolved(target: str, values: Mapping[str, Any]) -> WorkflowRequest:
    try:
        return resolve_request(target, _nested(values))
    except ParameterError as error:
        raise MappingError(error.lines) from None


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """``{"thresholds.overRatio": 2}`` as ``{"thresholds": {"overRatio": 2}}``. Raises MappingError for clashes."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        if any(".".join(groups[:depth]) in values for depth in range(1, len(groups) + 1)):
            raise MappingError([f"{name}: its group is mapped as a whole, too"])
        place = found
        for group in groups:
            place = place.setdefault(group, {})
        # A key of an amount by currency has no model that would ignore a null.
        if value is not None or len(groups) <= 1:
            place[last] = value
    return found
