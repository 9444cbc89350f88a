"""The kinds of values that workflow parameters are made of, lenient about how they are typed, strict about what they
mean. No workflow is named here."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from adops_pipeline.domain.vocabulary import Platform

_T = TypeVar("_T")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def _as_list(value: object) -> object:
    """A list as it is; text is cut at its commas, so that a command line needs no brackets."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def _each_once(values: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _as_name(value: object) -> object:
    """A number where an id is meant is that id; a platform's ids look like numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _named(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number_expected", "must be a number")
    return value


def _as_date(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value.strip()):
        return value.strip()
    raise PydanticCustomError("date_expected", "must be a date such as 2026-11-23")


def _as_currency(value: object) -> object:
    code = value.strip().upper() if isinstance(value, str) else ""
    if not _CURRENCY.fullmatch(code):
        raise PydanticCustomError("currency_expected", "must be a three-letter currency code such as EUR")
    return code


NO_TRUTH_VALUE = BeforeValidator(_no_truth_value)
"""For numbers: `true` is none, though Python would take it for 1. It stands after the limits, so that these stay in
the JSON schema."""
Day = Annotated[date, BeforeValidator(_as_date)]
"""A date as ISO 8601 writes it."""
Currency = Annotated[
    str, BeforeValidator(_as_currency), Field(json_schema_extra={"format": "currency", "pattern": "^[A-Za-z]{3}$"})
]
"""A three-letter code of ISO 4217 in capitals."""
Name = Annotated[str, BeforeValidator(_as_name), AfterValidator(_named)]
"""An id or a name, not empty."""
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list), AfterValidator(_each_once)]
"""Ids, each once, in the order given."""
Platforms = Annotated[tuple[Platform, ...], BeforeValidator(_as_list), AfterValidator(_each_once)]
"""Platforms, each once, in the order given."""
ListOf = Annotated[tuple[_T, ...], BeforeValidator(_as_list), AfterValidator(_each_once)]
"""Words, each once, in the order given."""


def in_words(values: Iterable[object], joined_by: Literal["and", "or"] = "and") -> str:
    """``a, b and c``; empty for nothing."""
    *most, last = [*map(str, values)] or [""]
    return f"{', '.join(most)} {joined_by} {last}" if most else last
