"""Raw input → a workflow's parameters, or lines that a person can act on; and the parameters' JSON schema.

Wherever parameters come from (command line, API, launchpad, webhook, agent) they pass through `validate`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adops_pipeline.domain.workflows.catalogue import find_workflow
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import Block, Parameters
from adops_pipeline.domain.workflows.schemas import allowed_values, describe, schema_at
from adops_pipeline.domain.workflows.words import in_words

Document = dict[str, Any]
"""JSON-able parameters, camelCase."""
Path = tuple[str | int, ...]

_LONGEST_SHOWN = 60


class ParameterError(ValueError):
    """Parameters that a workflow cannot run with; ``lines`` name each field as it was typed."""

    def __init__(self, workflow_id: str, lines: Sequence[str]) -> None:
        self.workflow_id = workflow_id
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def validate(workflow_id: str, raw: object) -> Parameters:
    """The workflow's parameters from what somebody typed: camelCase or snake_case; null means not given.

    Raises UnknownWorkflowError, and ParameterError with one line for each field that is wrong.
    """
    workflow = find_workflow(workflow_id)
    if not isinstance(raw, Mapping):
        line = f'parameters: {_shown(raw)} is not allowed; give them by name, e.g. {{"platforms": ["google-ads"]}}'
        raise ParameterError(workflow_id, [line])
    reading = _Reading()
    document = reading.canonical(workflow.parameters, raw, ())
    lines = list(reading.doubled)
    try:
        parameters = workflow.parameters.model_validate(document)
    except ValidationError as error:
        schema = parameter_schema(workflow_id)
        lines += [_line(workflow_id, schema, reading.typed, detail) for detail in error.errors()]
    if lines:
        raise ParameterError(workflow_id, list(dict.fromkeys(lines)))
    return parameters


def parameter_schema(workflow_id: str) -> Document:
    """JSON schema (2020-12) of the workflow's parameters: camelCase, limits, defaults, descriptions."""
    workflow = find_workflow(workflow_id)
    schema = workflow.parameters.model_json_schema(by_alias=True)
    return {**schema, "title": workflow.name, "description": workflow.description}


def to_document(parameters: Parameters) -> Document:
    """JSON-able and complete; ``validate`` reads it back to equal parameters."""
    return parameters.model_dump(mode="json", by_alias=True, exclude_none=True)


class _Reading:
    """Turns typed names into the model's own, and remembers what was typed where."""

    def __init__(self) -> None:
        self.typed: dict[Path, str] = {}
        self.doubled: list[str] = []

    def canonical(self, model: type[Block], raw: Mapping[Any, Any], path: Path) -> Document:
        """``raw`` with camelCase names; nulls of known fields are left out, unknown names stay as they are."""
        document: Document = {}
        for key, value in raw.items():
            known = model.canonical_name(str(key))
            name = known or str(key)
            here = (*path, name)
            if here in self.typed:
                owner = _spell(path, self.typed)
                twice = f"{owner}.{key}" if owner else str(key)
                self.doubled.append(f"{twice}: given twice, also as {self.typed[here]}")
                continue
            self.typed[here] = str(key)
            group = model.group(name)
            if group is not None and isinstance(value, Mapping):
                document[name] = self.canonical(group, value, here)
            elif known is None or value is not None:
                document[name] = value
        return document


def _line(workflow_id: str, schema: Document, typed: Mapping[Path, str], detail: ErrorDetails) -> str:
    is_unknown = detail["type"] == "extra_forbidden"
    is_key = not is_unknown and detail["loc"][-1:] == ("[key]",)
    path = detail["loc"][:-1] if is_key else detail["loc"]
    name, value = _spell(path, typed), detail["input"]
    if is_unknown:
        owner = _spell(path[:-1], typed) or workflow_id
        known = list(schema_at(schema, path[:-1]).get("properties", {}))
        return f"{name}: {owner} has no such parameter; it has {in_words(known)}{did_you_mean(str(path[-1]), known)}"
    if detail["type"] == "value_error":
        message = str(detail.get("ctx", {}).get("error", detail["msg"]))
        return f"{name}: {message}" if name else message
    node = schema_at(schema, detail["loc"])
    near = did_you_mean(value, allowed_values(node)) if isinstance(value, str) else ""
    return f"{name}: {_shown(value)} is not allowed; it must be {describe(node, schema)}{near}"


def _spell(path: Path, typed: Mapping[Path, str]) -> str:
    """``thresholds.least_money.EUR``, ``platforms[1]``: each part as it was typed."""
    text = ""
    for depth, part in enumerate(path, start=1):
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{_printable(typed.get(path[:depth], part))}"
    return text.removeprefix(".")


def _printable(name: str) -> str:
    """A name as it is; quoted and escaped where it holds what would break a line or not be seen."""
    return name if name.strip() and name.isprintable() else json.dumps(name)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
