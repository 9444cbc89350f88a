"""Parses OData expressions with odata-query's grammar, whose tokens are put right where it departs from the standard.

Only the parser is used: its SQL visitor leaves quotes of texts unescaped.
"""

import re
from collections.abc import Iterator, Sequence

from odata_query import ast, exceptions
from odata_query.grammar import ODATA_FUNCTIONS, ODataLexer, ODataParser
from sly.lex import Token

from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.warehouse.queries.odata.expressions import DivBy
from adops_pipeline.warehouse.queries.odata.values import ODataError

_LONGEST = 20_000
_WORD = re.compile(r"\w+")
_NOT_SERVED = ("cast", "isof", "case", "isdefined")
_KEYWORDS = ("ANY", "ALL", "NULL", "BOOLEAN")


def parse(text: str) -> ast._Node:
    """The tree of an expression. Raises ODataError."""
    if not text:
        raise ODataError("an expression is empty")
    if len(text) > _LONGEST:
        raise ODataError(f"an expression has {_LONGEST:,} characters at most")
    try:
        found: ast._Node | None = ODataParser().parse(iter(_corrected(text, list(ODataLexer().tokenize(text)))))
    except ODataError:
        raise
    except exceptions.UnknownFunctionException as error:
        name = error.function_name[:80]
        if name in _NOT_SERVED:
            raise ODataError(f"the function {name} is not served", is_unsupported=True) from None
        raise ODataError(f"there is no function {name}{did_you_mean(name, ODATA_FUNCTIONS)}") from None
    except exceptions.ArgumentCountException as error:
        raise ODataError(str(error)) from None
    except exceptions.ODataException as error:
        raise ODataError(f"{_place(text, getattr(error, 'token', None))} of {text[:200]!r}") from None
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise ODataError(f"the expression cannot be read: {text[:200]!r}") from None
    if found is None:
        raise ODataError(f"the expression cannot be read: {text[:200]!r}")
    return found


def split(text: str, separator: str) -> list[str]:
    """The parts of ``text`` between separators that are in no quotes and no parentheses. Raises ODataError."""
    parts, depth, is_quoted, begun = [], 0, False, 0
    for place, letter in enumerate(text):
        if letter == "'":
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth < 0:
                break
        elif not depth and letter == separator:
            parts.append(text[begun:place])
            begun = place + 1
    if depth or is_quoted:
        raise ODataError(f"quotes or parentheses do not match in {text[:200]!r}")
    return [*parts, text[begun:]]


def _place(text: str, token: Token | None) -> str:
    """Where the parser stopped."""
    if token is None:
        return "the end is missing"
    place = token.index
    return f"syntax error at character {place + 1} ({text[place : place + 20]!r})"


def _corrected(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The tokens of ``text``: keywords within names, `not(`, `divby`, and lists of one value are recognized."""
    merged = list(_merged(text, tokens))
    if any(token.type == "/" for token in merged):
        raise ODataError("there are no paths: entities have neither parts nor relations", is_unsupported=True)
    spaced = [token for place, token in enumerate(merged) if not _is_padding(merged, place)]
    made: list[Token] = []
    place = 0
    while place < len(spaced):
        token = spaced[place]
        following = [one.type for one in spaced[place + 1 : place + 3]]
        if token.type == "," and following[:1] == [")"]:
            raise ODataError("a list must not end with a comma")
        if token.type == "WS" and following == ["ODATA_IDENTIFIER", "WS"] and spaced[place + 1].value.name == "divby":
            token, place = _token("DIV", DivBy(), token.index), place + 2
        elif token.type == "ODATA_IDENTIFIER" and token.value.name.lower() == "not" and following[:1] == ["("]:
            token = _token("NOT", ast.Not(), token.index)
        made.append(token)
        place += 1
    for place in reversed([place for place, token in enumerate(made) if token.type == "IN"]):
        _complete_list(made, place + 1)
    return made


def _complete_list(tokens: list[Token], begin: int) -> None:
    """Add the comma that the grammar wants in the list of one value that begins at ``begin``."""
    depth, has_comma = 0, False
    for place in range(begin, len(tokens)):
        kind = tokens[place].type
        depth += {"(": 1, ")": -1}.get(kind, 0)
        has_comma = has_comma or (kind == "," and depth == 1)
        if depth == 0:
            if kind == ")" and not has_comma and place > begin + 1:
                tokens.insert(place, _token(",", ",", tokens[place].index))
            return


def _is_padding(tokens: Sequence[Token], place: int) -> bool:
    """Whether a token is white space within parentheses or beside a comma."""
    before = tokens[place - 1].type if place else ""
    after = tokens[place + 1].type if place + 1 < len(tokens) else ""
    return tokens[place].type == "WS" and (before in ("(", ",") or after in (")", ","))


def _token(kind: str, value: object, index: int) -> Token:
    token = Token()
    token.type, token.value, token.index, token.lineno = kind, value, index, 1
    return token


def _merged(text: str, tokens: Sequence[Token]) -> Iterator[Token]:
    """A name such as `all_days` is one token, and not `all` and `_days`."""
    end = 0
    for token in tokens:
        if token.index < end:
            continue
        if token.type in _KEYWORDS:
            word = _WORD.match(text, token.index)
            name = word.group() if word else ""
            if name.lower() not in ("any", "all", "null", "true", "false"):
                end = token.index + len(name)
                yield _token("ODATA_IDENTIFIER", ast.Identifier(name), token.index)
                continue
        yield token
