"""Validates the arguments of a call; what is wrong is said in our words, with the nearest name and how to mend it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from adops_pipeline.domain.untrusted import clean_text
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.documents.models import models_within
from adops_pipeline.services.tools.errors import ArgumentError, ToolError, invalid_argument

_LISTED_WORDS = 12
_MOST_ERRORS = 20
_LONGEST_SHOWN = 40
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_NEEDED: Mapping[str, str] = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be an amount such as 12.50",
    "decimal_parsing": "must be an amount such as 12.50",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": 'must be a list, such as ["…"]',
    "tuple_type": 'must be a list, such as ["…"]',
    "dict_type": 'must be an object, such as {"…": …}',
    "model_type": 'must be an object, such as {"…": …}',
    "model_attributes_type": 'must be an object, such as {"…": …}',
    "date_type": "must be a date such as 2026-11-30",
    "date_parsing": "must be a date such as 2026-11-30",
    "date_from_datetime_parsing": "must be a date such as 2026-11-30",
    "date_from_datetime_inexact": "must be a date such as 2026-11-30, without a time",
    "datetime_type": "must be a time such as 2026-11-30T12:00:00Z",
    "datetime_parsing": "must be a time such as 2026-11-30T12:00:00Z",
    "datetime_from_date_parsing": "must be a time such as 2026-11-30T12:00:00Z",
}
"""What a value of a wrong type should have been, by pydantic's name of the error."""


def validated(tool: str, model: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel:
    """The arguments as ``model``. Raises ToolError with a line for each wrong one."""
    for name, value in arguments.items():
        if not _is_text_throughout(value):
            raise invalid_argument(
                clean_text(name, 60), "has a NUL or half a surrogate pair, which is no text; remove it"
            )
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        count = error.error_count()
        found = [_argument_error(one, model) for one in error.errors(include_url=False)[:_MOST_ERRORS]]
    lines = "; ".join(f"{one.field}: {one.message}" for one in found)
    if count > len(found):
        lines += f"; and {count - len(found):,} more"
    raise ToolError("invalid-arguments", f"{tool} was not called: {lines}", found)


def _is_text_throughout(value: object) -> bool:
    """Whether every text within the JSON value can be stored: JSON can escape what no database takes."""
    if isinstance(value, str):
        return not _NO_TEXT.search(value)
    if isinstance(value, Mapping):
        return all(_is_text_throughout(part) for pair in value.items() for part in pair)
    return all(map(_is_text_throughout, value)) if isinstance(value, list) else True


def _argument_error(error: Mapping[str, Any], model: type[BaseModel]) -> ArgumentError:
    path = [str(part) for part in error["loc"]]
    field = clean_text(".".join(path), 120) or "arguments"
    kind, value = error["type"], error.get("input")
    match kind:
        case "extra_forbidden":
            message = "there is no such field" + _known(path[-1], model)
        case "missing":
            message = "is required" + _meaning(path, model)
        case "literal_error" | "enum":
            message = _wrong_word(value, str(error["ctx"]["expected"]))
        case _ if kind in _NEEDED:
            message = f"{_NEEDED[kind]}, not {_shown(value)}"
        case _:
            message = _own_words(str(error["msg"]))
    return ArgumentError(field, message)


def _own_words(text: str) -> str:
    """Pydantic's words for a bound, as a clause about the field."""
    text = text.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return re.sub(r"^(Input|String|List|Value|Decimal input|Date) should", "must", text)


def _known(name: str, model: type[BaseModel]) -> str:
    names = sorted({known for one in models_within(model) for known in one.model_fields})
    near = did_you_mean(name, names)
    own = sorted(model.model_fields)
    return near or f"; the fields are {', '.join(own)}" if own else "; this tool takes no arguments"


def _meaning(path: Sequence[str], model: type[BaseModel]) -> str:
    field = model.model_fields.get(path[0]) if len(path) == 1 else None
    return f": {field.description.rstrip('.')}" if field is not None and field.description else ""


def _wrong_word(value: object, expected: str) -> str:
    known = re.findall(r"'([^']*)'", expected)
    near = did_you_mean(str(value), known)
    if len(known) <= _LISTED_WORDS:
        return f"must be one of {', '.join(known)}, not {_shown(value)}{near}"
    return f"{_shown(value)} is not one of the {len(known)} known values{near}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "null" if value is None else repr(clean_text(str(value), _LONGEST_SHOWN))
