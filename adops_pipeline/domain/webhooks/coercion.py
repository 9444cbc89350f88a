"""Converts values of a payload to what a parameter needs: senders write numbers as text and dates as seconds."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["text", "int", "float", "bool", "date", "list"]
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST_WHOLE = 10**15
_TRUTH: Mapping[str, bool] = MappingProxyType(
    dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
)


class CoercionError(ValueError):
    """A value cannot be converted; the message says what was expected and shows the value."""


def coerce(kind: Kind, value: Any) -> Any:  # noqa: ANN401 - JSON
    """The value as ``kind``. Raises CoercionError."""
    return COERCIONS[kind](value)


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    raise _refused(value, "text")


def _int(value: Any) -> int:  # noqa: ANN401
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and abs(value) <= _LARGEST_WHOLE and value == int(value):
        return int(value)
    raise _refused(value, "a whole number")


def _float(value: Any) -> float:  # noqa: ANN401
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and math.isfinite(float(value)):
        return float(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_WHOLE
    if is_whole or isinstance(value, float):
        return float(value)
    raise _refused(value, "a number")


def _bool(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in _TRUTH:
        return _TRUTH[word]
    raise _refused(value, "true or false")


def _date(value: Any) -> str:  # noqa: ANN401
    """ISO 8601, as written; a number is Unix seconds, whose day is UTC's."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip()).date().isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        pass
    raise _refused(value, "a date such as 2026-11-23, a time such as 2026-11-23T08:00:00Z, or Unix seconds")


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    """A list as it is; text is split at its commas, any other value becomes a list of one."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, dict):
        raise _refused(value, "a list")
    return [value]


def _refused(value: Any, expected: str) -> CoercionError:  # noqa: ANN401
    text = json.dumps(value, ensure_ascii=False, default=str)
    return CoercionError(f"must be {expected}, not {text if len(text) <= 60 else text[:59] + '…'}")


COERCIONS: Mapping[Kind, Callable[[Any], Any]] = MappingProxyType(
    {"text": _text, "int": _int, "float": _float, "bool": _bool, "date": _date, "list": _list}
)
"""The conversion to each kind of value."""
