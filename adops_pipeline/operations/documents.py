"""JSON as the store keeps it: no NaN, no infinity, nothing that only one of the two databases could keep."""

import json
from collections.abc import Mapping
from typing import Any

from adops_pipeline.operations.errors import InvalidError


def dumps(value: object) -> str:
    """The JSON text of a document; ValueError for what JSON has no word for."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def as_stored(value: object) -> object:
    """What a document will be when it is read again: tuples are lists, keys are text."""
    return json.loads(dumps(value))


def document(field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping, when it can be kept; InvalidError names the field otherwise."""
    try:
        dumps(value)
    except (TypeError, ValueError) as error:
        raise InvalidError(field, f"cannot be kept as JSON: {error}") from None
    return dict(value)
