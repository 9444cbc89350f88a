"""JSON that both databases can store: no NaN and no infinity."""

import json
from collections.abc import Mapping
from typing import Any

from adops_pipeline.operations.errors import InvalidError


def dumps(value: object) -> str:
    """The JSON text of a document; raises ValueError for values that JSON cannot represent."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def as_stored(value: object) -> object:
    """The document as it will be read back: tuples become lists, keys become text."""
    return json.loads(dumps(value))


def document(field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping, if it can be stored; otherwise raises InvalidError with the field's name."""
    try:
        dumps(value)
    except (TypeError, ValueError) as error:
        raise InvalidError(field, f"cannot be stored as JSON: {error}") from None
    return dict(value)
