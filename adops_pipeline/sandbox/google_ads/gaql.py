"""Parses the Google Ads Query Language. Fields and resources are not checked here.

Grammar: https://developers.google.com/google-ads/api/docs/query/grammar, without LIKE, CONTAINS and REGEXP_MATCH.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))"
    r"|(?P<word>\w[\w.]*)"
    r"|(?P<symbol>!=|>=|<=|[=<>(),]))"
)
_ESCAPED = re.compile(r"\\(.)")
_COMPARISONS = frozenset({"=", "!=", ">", ">=", "<", "<="})
_UNSUPPORTED = frozenset({"LIKE", "CONTAINS", "REGEXP_MATCH"})


class GaqlError(ValueError):
    """The query is rejected; ``code`` is the name in the enum of Google's that ``family`` names."""

    def __init__(self, code: str, message: str, family: str = "queryError") -> None:
        super().__init__(message)
        self.family = family
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Condition:
    """``field operator values``; operators in capitals: the comparisons, IN, NOT IN, BETWEEN, DURING, IS [NOT] NULL."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordering:
    """One key of ORDER BY."""

    field: str
    is_descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; ``fields`` in the order selected. PARAMETERS are read and dropped."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...] = ()
    orderings: tuple[Ordering, ...] = ()
    limit: int | None = None

    @property
    def named_fields(self) -> tuple[str, ...]:
        """Every field in the query, each once."""
        everywhere = (*self.fields, *(c.field for c in self.conditions), *(o.field for o in self.orderings))
        return tuple(dict.fromkeys(everywhere))


def parse(text: str) -> Query:
    """Parse ``text``. Raises GaqlError if it is not GAQL."""
    return _Parser(text).query()


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens, position, end = list[_Token](), 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip()
            if rest[0] in "'\"":
                raise GaqlError("STRING_NOT_TERMINATED", "Error in query: string not terminated.")
            raise GaqlError("BAD_SYMBOL", f"Error in query: unexpected symbol '{rest[0]}'.")
        tokens.append(_Token(match.lastgroup or "", match.group(match.lastgroup or 0)))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def query(self) -> Query:
        self._expect("SELECT", "EXPECTED_SELECT")
        fields = self._fields()
        self._expect("FROM", "EXPECTED_FROM")
        resource = self._word("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")
        conditions = self._conditions() if self._accept("WHERE") else ()
        orderings = self._orderings() if self._accept("ORDER") else ()
        limit = self._limit() if self._accept("LIMIT") else None
        if self._accept("PARAMETERS"):
            self._parameters()
        if (rest := self._peek()) is not None:
            raise GaqlError("UNEXPECTED_INPUT", f"Error in query: unexpected input {rest.text}.")
        return Query(fields, resource, conditions, orderings, limit)

    def _fields(self) -> tuple[str, ...]:
        fields = [self._word("BAD_FIELD_NAME")]
        while self._accept(","):
            fields.append(self._word("BAD_FIELD_NAME"))
        return tuple(dict.fromkeys(fields))

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = [self._condition()]
        while self._accept("AND"):
            conditions.append(self._condition())
        return tuple(conditions)

    def _condition(self) -> Condition:
        field = self._word("BAD_FIELD_NAME")
        operator = self._next("BAD_OPERATOR").text.upper()
        if operator in _COMPARISONS:
            return Condition(field, operator, (self._value(),))
        if operator == "NOT":
            operator = f"NOT {self._next('BAD_OPERATOR').text.upper()}"
        match operator:
            case "IN" | "NOT IN":
                return Condition(field, operator, self._list())
            case "BETWEEN":
                low = self._value()
                self._expect("AND", "EXPECTED_VALUE_WITH_BETWEEN_OPERATOR")
                return Condition(field, operator, (low, self._value()))
            case "DURING":
                return Condition(field, operator, (self._value().upper(),))
            case "IS":
                operator = "IS NOT NULL" if self._accept("NOT") else "IS NULL"
                self._expect("NULL", "BAD_OPERATOR")
                return Condition(field, operator, ())
        known = " The sandbox does not emulate it." if operator.removeprefix("NOT ") in _UNSUPPORTED else ""
        raise GaqlError("BAD_OPERATOR", f"Error in query: invalid operator '{operator}'.{known}")

    def _orderings(self) -> tuple[Ordering, ...]:
        self._expect("BY", "EXPECTED_BY")
        orderings = [self._ordering()]
        while self._accept(","):
            orderings.append(self._ordering())
        return tuple(orderings)

    def _ordering(self) -> Ordering:
        field = self._word("BAD_FIELD_NAME")
        is_descending = self._accept("DESC")
        if not is_descending:
            self._accept("ASC")
        return Ordering(field, is_descending)

    def _limit(self) -> int:
        token = self._next("BAD_LIMIT_VALUE")
        if token.kind != "number" or "." in token.text:
            raise GaqlError("BAD_LIMIT_VALUE", f"Error in query: invalid limit value '{token.text}'.")
        if int(token.text) < 1:
            raise GaqlError("LIMIT_VALUE_TOO_LOW", "Limit value must be greater than 0.")
        return int(token.text)

    def _parameters(self) -> None:
        while True:
            self._word("BAD_PARAMETER_NAME")
            self._expect("=", "UNEXPECTED_INPUT")
            self._value()
            if not self._accept(","):
                return

    def _list(self) -> tuple[str, ...]:
        self._expect("(", "EXPECTED_LIST")
        if self._accept(")"):
            raise GaqlError("PROHIBITED_EMPTY_LIST_IN_CONDITION", "Error in query: the list of values is empty.")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")", "EXPECTED_LIST")
        return tuple(values)

    def _value(self) -> str:
        token = self._next("BAD_VALUE")
        if token.kind == "symbol":
            raise GaqlError("BAD_VALUE", f"Error in query: invalid value '{token.text}'.")
        return _ESCAPED.sub(r"\1", token.text[1:-1]) if token.kind == "text" else token.text

    def _word(self, code: str) -> str:
        token = self._next(code)
        if token.kind != "word":
            raise GaqlError(code, f"Error in query: unexpected input {token.text}.")
        return token.text

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, code: str) -> _Token:
        token = self._peek()
        if token is None:
            raise GaqlError("UNEXPECTED_END_OF_QUERY", f"Error in query: unexpected end of query ({code}).")
        self._at += 1
        return token

    def _accept(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind == "text" or token.text.upper() != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str, code: str) -> None:
        if not self._accept(word):
            token = self._peek()
            if token is None:
                raise GaqlError("UNEXPECTED_END_OF_QUERY", f"Error in query: unexpected end of query, expected {word}.")
            raise GaqlError(code, f"Error in query: unexpected input {token.text}, expected {word}.")
