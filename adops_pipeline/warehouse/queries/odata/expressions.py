"""OData expressions as SQL over known properties. Every literal is a bound value; names come from the properties alone.

OData compares with NULL as with a value: `eq` and `ne` are never unknown, and `gt`, `ge`, `lt`, `le` with it are false.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from odata_query import ast

from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.warehouse.queries.conditions import Statement
from adops_pipeline.warehouse.queries.odata.functions import FUNCTIONS
from adops_pipeline.warehouse.queries.odata.literals import LITERALS, literal
from adops_pipeline.warehouse.queries.odata.values import NUMBERS, Kind, ODataError, Typed

_DEEPEST = 100
_ORDERED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_WORDS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
_EXACT = "DECIMAL(38,12)"
_DAYS = frozenset({Kind.DATE, Kind.MOMENT})


@dataclass(frozen=True)
class DivBy(ast._BinOpToken):  # noqa: SLF001 - the operator that odata-query's grammar lacks
    """Division whose result is not rounded."""


@dataclass(frozen=True, slots=True)
class Expressions:
    """Compiles expressions over ``properties``; values are bound to ``statement``. ``now``: naive, in UTC."""

    properties: Mapping[str, Typed]
    statement: Statement
    now: datetime

    def condition(self, node: ast._Node) -> str:
        """A boolean expression for WHERE. Raises ODataError."""
        found = self._typed(node, 0, is_exact=False)
        if found.kind not in (Kind.BOOLEAN, None):
            raise ODataError(f"a filter must be true or false; this is {found.kind}")
        return found.sql

    def value(self, node: ast._Node) -> Typed:
        """Any expression. Raises ODataError."""
        return self._typed(node, 0, is_exact=True)

    def _typed(self, node: ast._Node, depth: int, *, is_exact: bool) -> Typed:
        """``is_exact``: NULL and false must differ, because what is around it is not only a filter."""
        if depth > _DEEPEST:
            raise ODataError(f"the expression is nested more than {_DEEPEST} deep")
        deeper = depth + 1
        match node:
            case ast.Compare(comparator=ast.In(), left=left, right=ast.List(val=items)):
                return self._within(self._typed(left, deeper, is_exact=True), items)
            case ast.Compare(comparator=comparator, left=left, right=right):
                one, other = (self._typed(side, deeper, is_exact=True) for side in (left, right))
                return _comparison(comparator, one, other, is_exact=is_exact)
            case ast.BoolOp(op=op):
                parts = [_boolean(self._typed(side, deeper, is_exact=is_exact)) for side in _chain(node, type(op))]
                return Typed(f"({(' AND ' if isinstance(op, ast.And) else ' OR ').join(parts)})", Kind.BOOLEAN)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Typed(f"(NOT {_boolean(self._typed(operand, deeper, is_exact=True))})", Kind.BOOLEAN)
        return self._operand(node, deeper)

    def _operand(self, node: ast._Node, depth: int) -> Typed:
        """What is not logic: properties, literals, arithmetic, functions."""
        match node:
            case ast.Identifier(name=name, namespace=()):
                return self._property(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _negative(self._typed(operand, depth, is_exact=True))
            case ast.BinOp(op=op, left=left, right=right):
                one, other = (self._typed(side, depth, is_exact=True) for side in (left, right))
                return _arithmetic(op, one, other)
            case ast.Call(func=func, args=args):
                name = ".".join((*func.namespace, func.name))
                return self._call(name, [self._typed(argument, depth, is_exact=True) for argument in args])
            case _ if isinstance(node, LITERALS):
                return literal(node, self.statement)
        raise ODataError("paths, collections, lambda expressions and types are not served", is_unsupported=True)

    def _property(self, name: str) -> Typed:
        if name not in self.properties:
            raise unknown_property(name, self.properties)
        return self.properties[name]

    def _within(self, one: Typed, items: Sequence[ast._Node]) -> Typed:
        if not all(isinstance(item, LITERALS) for item in items):
            raise ODataError("`in` takes a list of literals")
        values = [literal(item, self.statement) for item in items]
        known = [_alike(one, value, "in")[1] for value in values if value.kind is not None]
        if not known:
            return Typed(f"({one.sql} IS NULL)", Kind.BOOLEAN)
        listed = ", ".join(value.sql for value in known)
        left = _alike(one, known[0], "in")[0]
        # It is unknown for NULL alone. The left side stands once, so that nesting does not multiply it.
        has_null = "true" if len(known) < len(values) else "false"
        return Typed(f"coalesce({left.sql} IN ({listed}), {has_null})", Kind.BOOLEAN)

    def _call(self, name: str, given: list[Typed]) -> Typed:
        if name == "now" and not given:
            return Typed(self.statement.bind(self.now), Kind.MOMENT, is_literal=True)
        function = FUNCTIONS.get(name)
        if function is None:
            raise ODataError(f"the function {name} is not served{did_you_mean(name, FUNCTIONS)}", is_unsupported=True)
        if not len(function.arguments) - function.optional <= len(given) <= len(function.arguments):
            raise ODataError(f"{name} takes {len(function.arguments)} arguments, not {len(given)}")
        for argument, kinds in zip(given, function.arguments, strict=False):
            if argument.kind is not None and argument.kind not in kinds:
                raise ODataError(f"{name} takes {' or '.join(sorted(kinds))}, not {argument.kind}")
        result = function.result or (given[0].kind if given else None)
        if any(argument.kind is None for argument in given):
            return Typed("NULL", result)
        return Typed(function.sql(*(argument.sql for argument in given)), result)


def unknown_property(name: str, known: Mapping[str, object]) -> ODataError:
    """The refusal of a name that is no property."""
    return ODataError(f"there is no property {name[:80]}{did_you_mean(name, known)}")


def _comparison(comparator: ast._Comparator, left: Typed, right: Typed, *, is_exact: bool) -> Typed:
    word = _WORDS.get(type(comparator))
    if word is None:
        raise ODataError("`in` takes a list of literals")
    one, other = _alike(left, right, word)
    if one.kind is None or other.kind is None:
        return _comparison_with_null(word, one, other)
    has_literal = one.is_literal or other.is_literal
    match word:
        case "eq" if has_literal:
            # A plain comparison can be checked against the ranges that DuckDB keeps for each block of rows.
            found = f"({one.sql} = {other.sql})"
        case "eq":
            return Typed(f"({one.sql} IS NOT DISTINCT FROM {other.sql})", Kind.BOOLEAN)
        case "ne":
            return Typed(f"({one.sql} IS DISTINCT FROM {other.sql})", Kind.BOOLEAN)
        case _ if one.kind is Kind.BOOLEAN:
            raise ODataError(f"`{word}` compares numbers, texts and times, not Edm.Boolean")
        case _:
            found = f"({one.sql} {_ORDERED[type(comparator)]} {other.sql})"
    return Typed(f"coalesce({found}, false)" if is_exact else found, Kind.BOOLEAN)


def _comparison_with_null(word: str, one: Typed, other: Typed) -> Typed:
    """NULL equals NULL alone, and is neither less nor greater than anything."""
    if word not in ("eq", "ne"):
        return Typed("false", Kind.BOOLEAN)
    known = one if other.kind is None else other
    return Typed(f"({known.sql} IS {'' if word == 'eq' else 'NOT '}NULL)", Kind.BOOLEAN)


def _alike(one: Typed, other: Typed, word: str) -> tuple[Typed, Typed]:
    """Both values as they can be compared. Raises ODataError where they cannot."""
    kinds = {one.kind, other.kind}
    if None in kinds or len(kinds) == 1 or kinds <= NUMBERS:
        return one, other
    if kinds == _DAYS:
        return _as_moment(one), _as_moment(other)
    hint = ""
    if Kind.STRING in kinds and (one.is_literal or other.is_literal):
        hint = "; dates, times and numbers have no quotes, texts have single quotes"
    raise ODataError(f"`{word}` cannot compare {one.kind} with {other.kind}{hint}")


def _as_moment(one: Typed) -> Typed:
    if one.kind is Kind.MOMENT:
        return one
    return Typed(f"CAST({one.sql} AS TIMESTAMP)", Kind.MOMENT, one.is_literal)


def _chain(node: ast._Node, kind: type[ast._BoolOpToken]) -> list[ast._Node]:
    """The operands of `a and b and c`: the parser nests them to the left, however many there are."""
    operands: list[ast._Node] = []
    while isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


def _boolean(one: Typed) -> str:
    if one.kind not in (Kind.BOOLEAN, None):
        raise ODataError(f"`and`, `or` and `not` take Edm.Boolean, not {one.kind}")
    return one.sql


def _negative(one: Typed) -> Typed:
    if one.kind is None:
        return one
    if one.kind not in NUMBERS:
        raise ODataError(f"`-` takes a number, not {one.kind}")
    whole = f"CAST({one.sql} AS HUGEINT)" if one.kind is Kind.INT64 else one.sql
    return Typed(f"(-{whole})", one.kind)


def _arithmetic(op: ast._BinOpToken, one: Typed, other: Typed) -> Typed:
    """Whole numbers stay whole; sums of decimals are exact; products and quotients of others are Edm.Double.

    Division by zero gives NULL.
    """
    kinds = {one.kind, other.kind} - {None}
    if not kinds <= NUMBERS:
        raise ODataError("arithmetic takes numbers; durations are not served", is_unsupported=True)
    if None in (one.kind, other.kind):
        return Typed("NULL", None)
    is_whole, is_exact = kinds == {Kind.INT64}, Kind.DOUBLE not in kinds
    match op:
        case ast.Add() | ast.Sub() | ast.Mult() if is_whole:
            kind, of, sign = Kind.INT64, "HUGEINT", {ast.Add: "+", ast.Sub: "-"}.get(type(op), "*")
        case ast.Div() | ast.Mod() if is_whole:
            kind, of, sign = Kind.INT64, "HUGEINT", "//" if isinstance(op, ast.Div) else "%"
        case ast.Add() | ast.Sub() | ast.Mod() if is_exact:
            kind, of, sign = Kind.DECIMAL, _EXACT, {ast.Add: "+", ast.Sub: "-"}.get(type(op), "%")
        case _:
            signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Mod: "%"}
            kind, of, sign = Kind.DOUBLE, "DOUBLE", signs.get(type(op), "/")
    left, right = (f"CAST({side.sql} AS {of})" for side in (one, other))
    if sign in ("/", "//", "%"):
        right = f"nullif({right}, 0)"
    return Typed(f"({left} {sign} {right})", kind)
