"""Literals of OData's expressions as bound values."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from odata_query import ast

from adops_pipeline.warehouse.queries.conditions import Statement
from adops_pipeline.warehouse.queries.odata.values import Kind, ODataError, Typed

LITERALS = (
    ast.Null, ast.Integer, ast.Float, ast.Boolean, ast.String, ast.Date, ast.Time, ast.DateTime, ast.Duration, ast.GUID,
    ast.Geography,
)  # fmt: skip
"""Nodes that are literals of one value."""
_LARGEST_WHOLE = 2**63
_EXACT_NUMBER = re.compile(r"[+-]?\d{1,18}\.\d{1,12}")
_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


def literal(node: ast._Node, statement: Statement) -> Typed:
    """The bound value of a literal. Raises ODataError for one that is wrong or of a type that is not served."""
    kind: Kind
    value: object
    try:
        match node:
            case ast.Null():
                return Typed("NULL", None)
            case ast.String(val=text):
                kind, value = Kind.STRING, text
            case ast.Boolean(val="true" | "false" as text):
                kind, value = Kind.BOOLEAN, text == "true"
            case ast.Integer(val=text):
                kind, value = _whole(text)
            case ast.Float(val=text):
                kind, value = _fraction(text)
            case ast.Date(val=text):
                kind, value = Kind.DATE, date.fromisoformat(text)
            case ast.DateTime(val=text):
                kind, value = Kind.MOMENT, _moment(text)
            case _:
                word = type(node).__name__
                raise ODataError(f"literals of the type {word} are not served here", is_unsupported=True)
    except (ValueError, OverflowError) as error:
        if isinstance(error, ODataError):
            raise
        raise ODataError(f"a literal has no such value: {getattr(node, 'val', '')[:80]}") from None
    return Typed(statement.bind(value), kind, is_literal=True)


def _whole(text: str) -> tuple[Kind, object]:
    number = int(text)
    return (Kind.INT64, number) if abs(number) < _LARGEST_WHOLE else (Kind.DOUBLE, float(text))


def _fraction(text: str) -> tuple[Kind, object]:
    return (Kind.DECIMAL, Decimal(text)) if _EXACT_NUMBER.fullmatch(text) else (Kind.DOUBLE, float(text))


def _moment(text: str) -> datetime:
    """Naive, in UTC, which is what a time without a zone is taken for. Digits beyond microseconds are dropped."""
    found = datetime.fromisoformat(_MICROSECONDS.sub(r"\1", text.upper()))
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
