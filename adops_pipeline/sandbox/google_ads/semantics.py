"""Validates a parsed query against the known fields, and finds the days and values that match."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt

from adops_pipeline.sandbox.google_ads.fields import FIELDS, MEASURED, SELECTABLE, Kind, resource_of
from adops_pipeline.sandbox.google_ads.gaql import Condition, GaqlError, Query
from adops_pipeline.sandbox.google_ads.records import Value

DATE = "segments.date"
KEPT_MONTHS = 37
"""Months of daily results."""

Predicate = Callable[[Value], bool]
_Comparable = tuple[Decimal, str]
"""A number, or a text behind a 0: values of one field always compare."""

_ORDER: Mapping[str, Callable[[_Comparable, _Comparable], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_ISO_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_ORDERED = frozenset({">", ">=", "<", "<=", "BETWEEN"})
_DAY = timedelta(days=1)


def check_fields(query: Query) -> None:
    """Reject unknown fields and resources, and fields that are incompatible with the resource."""
    if query.resource not in SELECTABLE:
        message = f"Error in query: '{query.resource}' is not a valid resource in the FROM clause."
        raise GaqlError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", message)
    for clause, fields in (
        ("SELECT", query.fields),
        ("WHERE", [c.field for c in query.conditions]),
        ("ORDER_BY", [o.field for o in query.orderings]),
    ):
        for field in fields:
            _check_field(query, field, clause)
    for ordering in query.orderings:
        if resource_of(ordering.field) in MEASURED and ordering.field not in query.fields:
            message = f"The following field must be present in SELECT clause: '{ordering.field}'."
            raise GaqlError("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", message)


def _check_field(query: Query, field: str, clause: str) -> None:
    if field not in FIELDS:
        raise GaqlError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")
    resource = resource_of(field)
    if resource in SELECTABLE[query.resource]:
        return
    place = clause.replace("_", " ")
    if clause == "ORDER_BY":
        code, what = "PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE", f"The field '{field}'"
    elif resource in MEASURED:
        code, what = f"PROHIBITED_{resource.upper()[:-1]}_IN_SELECT_OR_WHERE_CLAUSE", f"The field '{field}'"
    else:
        code, what = f"PROHIBITED_RESOURCE_TYPE_IN_{clause}_CLAUSE", f"The resource '{resource}'"
    raise GaqlError(code, f"{what} cannot be in the {place} clause of a query from '{query.resource}'.")


def is_measured(query: Query) -> bool:
    """Whether the query asks for results, not for settings alone."""
    return any(resource_of(field) in MEASURED for field in query.named_fields)


@dataclass(frozen=True, slots=True)
class Window:
    """The days a query asks for; None: open on that side."""

    start: date | None = None
    end: date | None = None

    def within(self, first: date, today: date) -> tuple[date, date] | None:
        """The requested days from ``first`` to ``today`` that are still available; None if there are none."""
        start = max(self.start or first, first, earliest_kept_day(today) if self.start else first)
        end = min(self.end or today, today)
        return (start, end) if start <= end else None


def earliest_kept_day(today: date) -> date:
    """The first day with daily results."""
    months = today.year * 12 + today.month - 1 - KEPT_MONTHS
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def date_window(query: Query, today: date) -> Window:
    """Days from the conditions on the date; a query by day has to name both ends."""
    start, end = None, None
    for condition in query.conditions:
        if condition.field == DATE:
            low, high = _bounds(condition, today)
            start = low if start is None else max(start, low or start)
            end = high if end is None else min(end, high or end)
    if DATE in query.fields and (start is None or end is None):
        message = f"A finite date range in the WHERE clause is required when '{DATE}' is in the SELECT clause."
        raise GaqlError("EXPECTED_FILTERS_ON_DATE_RANGE", message)
    return Window(start, end)


def _bounds(condition: Condition, today: date) -> tuple[date | None, date | None]:
    if condition.operator == "DURING":
        return _during(condition.values[0], today)
    if condition.operator not in _ORDER and condition.operator not in ("=", "BETWEEN"):
        raise GaqlError("OPERATOR_FIELD_MISMATCH", f"Operator {condition.operator} cannot be used with '{DATE}'.")
    first, last = _day(condition.values[0]), _day(condition.values[-1])
    if first > last:
        raise GaqlError("INVALID_VALUE_WITH_BETWEEN_OPERATOR", f"Invalid date range: {first} is after {last}.")
    bounds: Mapping[str, tuple[date | None, date | None]] = {
        ">=": (first, None),
        ">": (first + _DAY, None),
        "<=": (None, first),
        "<": (None, first - _DAY),
    }
    return bounds.get(condition.operator, (first, last))


def _day(text: str) -> date:
    match = _ISO_DATE.fullmatch(text)
    year, month, day = (int(part) for part in match.groups()) if match else (0, 0, 0)
    try:
        return date(year, month, day)
    except ValueError:
        message = f"Invalid date literal supplied for '{DATE}': '{text}'. Expected YYYY-MM-DD."
        raise GaqlError("INVALID_DATE_FORMAT", message) from None


def _during(word: str, today: date) -> tuple[date, date]:
    yesterday = today - _DAY
    first = today.replace(day=1)
    windows = {
        "TODAY": (today, today),
        "YESTERDAY": (yesterday, yesterday),
        "LAST_7_DAYS": (today - 7 * _DAY, yesterday),
        "LAST_14_DAYS": (today - 14 * _DAY, yesterday),
        "LAST_30_DAYS": (today - 30 * _DAY, yesterday),
        "THIS_MONTH": (first, today),
        "LAST_MONTH": ((first - _DAY).replace(day=1), first - _DAY),
    }
    if word not in windows:
        message = f"Invalid date range '{word}' with the DURING operator."
        raise GaqlError("INVALID_VALUE_WITH_DURING_OPERATOR", message)
    return windows[word]


def predicate(condition: Condition) -> Predicate:
    """A test for a field's value; refuses values and operators that do not fit the field's type."""
    field = FIELDS[condition.field]
    operator = condition.operator
    if operator.startswith("IS "):
        wants_none = operator == "IS NULL"
        return lambda value: (value is None) == wants_none
    is_unordered = operator in _ORDERED and field.kind in (Kind.ENUM, Kind.BOOL)
    if operator == "DURING" or is_unordered or field.kind is Kind.MESSAGE:
        raise GaqlError("OPERATOR_FIELD_MISMATCH", f"Operator {operator} cannot be used with '{condition.field}'.")
    wanted = [_literal(condition.field, text) for text in condition.values]
    return lambda value: value is not None and _holds(operator, comparable(value), wanted)


def comparable(value: Value) -> _Comparable:
    """``value`` as something that sorts with other values of its field."""
    if isinstance(value, Mapping | Sequence):
        return Decimal(0), str(value)
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value or 0), ""


def _literal(name: str, text: str) -> _Comparable:
    field = FIELDS[name]
    match field.kind:
        case Kind.INT64 | Kind.DOUBLE:
            return _number(name, text), ""
        case Kind.BOOL:
            if text.upper() not in ("TRUE", "FALSE"):
                raise GaqlError("BAD_VALUE", f"Error in query: invalid value '{text}' for '{name}'.")
            return comparable(text.upper() == "TRUE")
        case Kind.ENUM if text not in field.words:
            message = f"Invalid enum value cannot be included in WHERE clause: '{text}'."
            raise GaqlError("BAD_ENUM_CONSTANT", message)
    return comparable(text)


def _number(name: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise GaqlError("BAD_NUMBER", f"Error in query: invalid number '{text}' for '{name}'.")
    return Decimal(text)


def _holds(operator: str, value: _Comparable, wanted: Sequence[_Comparable]) -> bool:
    match operator:
        case "=" | "IN":
            return value in wanted
        case "!=" | "NOT IN":
            return value not in wanted
        case "BETWEEN":
            return _ORDER[">="](value, wanted[0]) and _ORDER["<="](value, wanted[1])
        case _:
            return _ORDER[operator](value, wanted[0])
