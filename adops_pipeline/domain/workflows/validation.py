"""Raw input → a workflow's parameters, or lines that a person can act on; and the parameters' JSON schema.

Wherever parameters come from (command line, API, launchpad, webhook, agent) they pass through `validate`. What is wrong
is said by pydantic; here it becomes one line per parameter, with the nearest known word.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adops_pipeline.domain.workflows.catalogue import find_workflow
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import Block, Parameters
from adops_pipeline.domain.workflows.words import in_words

Document = dict[str, Any]
"""JSON-able parameters, camelCase."""
Path = tuple[str | int, ...]

_LONGEST_SHOWN = 60
_PLAIN_WORDS = {
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_type": "must be text",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), "must be a number"),
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing"), "must be a date such as 2026-11-23"),
}
"""In place of pydantic's words that name Python's types."""


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
    model = find_workflow(workflow_id).parameters
    if not isinstance(raw, Mapping):
        line = f'parameters: must be given by name, e.g. {{"platforms": ["google-ads"]}}, not {_shown(raw)}'
        raise ParameterError(workflow_id, [line])
    try:
        return model.model_validate({str(name): value for name, value in raw.items()})
    except ValidationError as error:
        lines = [_line(workflow_id, model, detail) for detail in error.errors(include_url=False)]
        raise ParameterError(workflow_id, list(dict.fromkeys(lines))) from None


def parameter_schema(workflow_id: str) -> Document:
    """JSON schema (2020-12) of the workflow's parameters: camelCase, limits, defaults, descriptions."""
    workflow = find_workflow(workflow_id)
    schema = workflow.parameters.model_json_schema(by_alias=True)
    return {**schema, "title": workflow.name, "description": workflow.description}


def to_document(parameters: Parameters) -> Document:
    """JSON-able and complete; ``validate`` reads it back to equal parameters."""
    return parameters.model_dump(mode="json", by_alias=True, exclude_none=True)


def _line(workflow_id: str, model: type[Block], detail: ErrorDetails) -> str:
    kind, path = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        return _unknown(workflow_id, model, path)
    if path[-1:] == ("[key]",):
        path = path[:-1]
    name, value, context = _spell(path), detail["input"], detail.get("ctx", {})
    if kind == "value_error":
        return f"{name}: {context['error']}" if name else str(context["error"])  # of several fields, which it names
    words = _PLAIN_WORDS.get(kind) or re.sub(r"^\w+ should ", "must ", detail["msg"])
    near = did_you_mean(value, re.findall("'([^']*)'", context.get("expected", ""))) if isinstance(value, str) else ""
    return f"{name}: {words}, not {_shown(value)}{near}"


def _unknown(workflow_id: str, model: type[Block], path: Path) -> str:
    """The line for a name that no parameter has, or that repeats one in its other spelling."""
    *groups, typed = (str(part) for part in path)
    block = model
    for group in groups:
        block = block.group(block.canonical_name(group) or group) or block
    known, twice = block.names(), block.canonical_name(typed)
    if twice is not None:
        return f"{_spell(path)}: given twice, also as {twice}"
    owner = _spell(path[:-1]) or workflow_id
    return f"{_spell(path)}: {owner} has no such parameter; it has {in_words(known)}{did_you_mean(typed, known)}"


def _spell(path: Path) -> str:
    """``thresholds.least_money.EUR``, ``platforms[1]``: each part as it was typed, escaped where it cannot be seen."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_printable(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def _printable(name: str) -> str:
    return name if name.strip() and name.isprintable() else json.dumps(name)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
