"""Random OData expressions, each with what it means in Python: NULL is None, as the standard defines it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from adops_pipeline_tests.api.odata.hostile import HOSTILE

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Expression:
    """The text of an expression and its value for a row."""

    text: str
    value: Callable[[Row], Any]


def quoted(text: str) -> str:
    """A text as OData's literal."""
    return "'" + text.replace("'", "''") + "'"


def _property(name: str) -> Expression:
    return Expression(name, lambda row: row[name])


def _function(name: str, *arguments: Expression, of: Callable[..., Any]) -> Expression:
    def value(row: Row) -> Any:
        given = [argument.value(row) for argument in arguments]
        return None if None in given else of(*given)

    return Expression(f"{name}({','.join(argument.text for argument in arguments)})", value)


def _operation(word: str, one: Expression, other: Expression, of: Callable[[Any, Any], Any]) -> Expression:
    def value(row: Row) -> Any:
        left, right = one.value(row), other.value(row)
        return None if left is None or right is None else of(left, right)

    return Expression(f"({one.text} {word} {other.text})", value)


def _literals(values: st.SearchStrategy[Any], write: Callable[[Any], str]) -> st.SearchStrategy[Expression]:
    return values.map(lambda value: Expression(write(value), lambda _: value))


def _whole_division(one: int, other: int) -> int | None:
    """Towards zero."""
    return None if other == 0 else abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)


def _remainder(one: int, other: int) -> int | None:
    return None if other == 0 else abs(one) % abs(other) * (-1 if one < 0 else 1)


_PARTS = ("year", "month", "day")
_NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - naive, in UTC
_PLACES = _literals(st.integers(-2, 6), str)
_SMALL = _literals(st.integers(-5, 5), str)
_TEXT_LITERALS = _literals(st.sampled_from(HOSTILE) | st.text("ab'%_\\ é", max_size=4), quoted)
_TEXTS = st.recursive(
    st.sampled_from([_property("campaign_name"), _property("campaign_name"), _property("platform")]) | _TEXT_LITERALS,
    lambda inner: (
        st.builds(lambda text: _function("trim", text, of=str.strip), inner)
        | st.builds(lambda one, two: _function("concat", one, two, of=lambda a, b: a + b), inner, inner)
        | st.builds(
            lambda text, place: _function("substring", text, place, of=lambda a, b: a[max(b, 0) :]), inner, _PLACES
        )
        | st.builds(
            lambda text, place, size: _function(
                "substring", text, place, size, of=lambda a, b, c: a[max(b, 0) : max(b, 0) + max(c, 0)]
            ),
            inner,
            _PLACES,
            _PLACES,
        )
    ),
    max_leaves=3,
)
_ASCII = st.sampled_from([_property("platform"), Expression("'Meta-ADS'", lambda _: "Meta-ADS")])
_CASED = st.builds(lambda text: _function("tolower", text, of=str.lower), _ASCII) | st.builds(
    lambda text: _function("toupper", text, of=str.upper), _ASCII
)
_WHOLE_LITERALS = _literals(st.integers(-3, 300) | st.integers(-(2**62), 2**62), str)
_WHOLES = st.recursive(
    st.sampled_from([_property("clicks"), _property("impressions")])
    | _WHOLE_LITERALS
    | st.builds(lambda text: _function("length", text, of=len), _TEXTS)
    | st.builds(lambda one, two: _function("indexof", one, two, of=str.find), _TEXTS, _TEXT_LITERALS)
    | st.sampled_from([
        _function(word, _property("date"), of=lambda day, word=word: getattr(day, word)) for word in _PARTS
    ])
    | st.sampled_from([
        _function(word, _property("synced_at"), of=lambda moment, word=word: getattr(moment, word))
        for word in ("hour", "minute", "second")
    ]),
    lambda inner: (
        st.builds(lambda one, two: _operation("add", one, two, lambda a, b: a + b), inner, inner)
        | st.builds(lambda one, two: _operation("sub", one, two, lambda a, b: a - b), inner, inner)
        | st.builds(lambda one, two: _operation("div", one, two, _whole_division), inner, _SMALL)
        | st.builds(lambda one, two: _operation("mod", one, two, _remainder), inner, _SMALL)
    ),
    max_leaves=3,
)  # fmt: skip
_DECIMALS = st.sampled_from([_property("spend"), _property("revenue"), _property("spend_reporting")]) | _literals(
    st.decimals(0, 10**7, places=6), lambda value: format(value, "f")
)
_MONEY = _DECIMALS | st.builds(
    lambda one, two: _operation("add", one, two, lambda a, b: a + b), _DECIMALS, _DECIMALS
)  # fmt: skip
_DOUBLES = st.sampled_from([_property("ctr"), _property("roas")]) | _literals(
    st.floats(1e-3, 100), lambda value: f"{value:.17e}"
)
_DATES = st.sampled_from([_property("date"), _function("date", _property("synced_at"), of=datetime.date)]) | _literals(
    st.dates(date(2026, 10, 20), date(2026, 11, 22)), date.isoformat
)
_MOMENTS = st.just(_property("synced_at")) | _literals(
    st.datetimes(_NOON, _NOON + timedelta(hours=9)),
    lambda value: f"{value.isoformat()}Z",
)
_NULL = Expression("null", lambda _: None)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def _comparison(word: str, one: Expression, other: Expression) -> Expression:
    def value(row: Row) -> bool:
        left, right = one.value(row), other.value(row)
        if word in ("eq", "ne"):
            return bool((left == right) is (word == "eq"))
        return left is not None and right is not None and _ORDERS[word](left, right)

    return Expression(f"({one.text} {word} {other.text})", value)


def _comparisons(values: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(_comparison, st.sampled_from(["eq", "ne", *_ORDERS]), values, values | st.just(_NULL))


def _within(one: Expression, items: list[Expression]) -> Expression:
    text = f"({one.text} in ({','.join(item.text for item in items)}))"
    return Expression(text, lambda row: one.value(row) in [item.value(row) for item in items])


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda a, b: b in a,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def _not(inner: Expression) -> Expression:
    def value(row: Row) -> bool | None:
        found = inner.value(row)
        return None if found is None else not found

    return Expression(f"not {inner.text}", value)


def _and(one: Expression, other: Expression) -> Expression:
    def value(row: Row) -> bool | None:
        found = {one.value(row), other.value(row)}
        return False if False in found else None if None in found else True

    return Expression(f"({one.text} and {other.text})", value)


def _or(one: Expression, other: Expression) -> Expression:
    def value(row: Row) -> bool | None:
        found = {one.value(row), other.value(row)}
        return True if True in found else None if None in found else False

    return Expression(f"({one.text} or {other.text})", value)


FILTERS: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        *map(_comparisons, (_TEXTS, _CASED, _WHOLES, _MONEY, _DOUBLES, _DATES, _MOMENTS)),
        st.builds(_within, _TEXTS, st.lists(_TEXT_LITERALS | st.just(_NULL), min_size=1, max_size=4)),
        st.builds(_within, _WHOLES, st.lists(_WHOLE_LITERALS, min_size=1, max_size=4)),
        st.builds(
            lambda word, one, two: _function(word, one, two, of=_TESTS[word]),
            st.sampled_from(list(_TESTS)),
            _TEXTS,
            _TEXTS,
        ),
        st.just(_property("is_complete_day")),
    ),
    lambda inner: st.builds(_not, inner) | st.builds(_and, inner, inner) | st.builds(_or, inner, inner),
    max_leaves=4,
)
"""Conditions on the daily metrics."""
VALUES = st.one_of(_TEXTS, _CASED, _WHOLES, _MONEY, _DOUBLES, _DATES, _MOMENTS, FILTERS)
"""Expressions of every kind."""
