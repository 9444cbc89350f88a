"""What an address names: the service, its metadata, an entity set, its count, or one entity by its key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from odata_query import ast

from adops_pipeline.api.odata.syntax import parse, split
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.domain.tables.column import Table
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.warehouse.queries.odata.literals import LITERALS
from adops_pipeline.warehouse.queries.odata.values import ODataError

SETS = TABLES | VIEWS
"""Entity sets by name."""
_ADDRESS = re.compile(r"(\w+)(?:\((.*)\))?(/\$count)?", re.DOTALL)
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*)", re.DOTALL)


class NoResourceError(LookupError):
    """There is nothing at this address."""


@dataclass(frozen=True, slots=True)
class Resource:
    """An entity set; ``key``: the condition of one entity; ``is_count``: only the number of entities."""

    table: Table
    key: ast._Node | None = None
    is_count: bool = False


def resource(path: str) -> Resource:
    """The resource at ``path``, relative to the service. Raises NoResourceError and ODataError."""
    found = _ADDRESS.fullmatch(path)
    if found is None:
        first = path.partition("/")[0].partition("(")[0]
        if first in SETS:
            raise ODataError("properties, casts and functions in addresses are not served", is_unsupported=True)
        raise _nothing(first)
    name, key, count = found.groups()
    if name not in SETS:
        raise _nothing(name)
    table = SETS[name]
    if key is None:
        return Resource(table, is_count=count is not None)
    if count is not None:
        raise ODataError("$count is of an entity set, not of one entity")
    return Resource(table, _key(table, key))


def _nothing(name: str) -> NoResourceError:
    return NoResourceError(f"there is no entity set {name[:80]}{did_you_mean(name, SETS)}")


def _key(table: Table, text: str) -> ast._Node:
    """The condition that the key's values are those in ``text``. Raises ODataError."""
    parts = split(text, ",")
    if len(table.key) == 1 and len(parts) == 1 and not _NAMED.fullmatch(parts[0]):
        return _is(table.key[0], parts[0])
    given: dict[str, str] = {}
    for part in parts:
        named = _NAMED.fullmatch(part)
        if named is None or named.group(1) in given:
            raise _wrong_key(table)
        given[named.group(1)] = named.group(2)
    if given.keys() != set(table.key):
        raise _wrong_key(table)
    return _all([_is(name, value) for name, value in given.items()])


def _all(conditions: Sequence[ast._Node]) -> ast._Node:
    found = conditions[0]
    for condition in conditions[1:]:
        found = ast.BoolOp(ast.And(), found, condition)
    return found


def _is(name: str, text: str) -> ast._Node:
    value = parse(text.strip())
    if not isinstance(value, LITERALS) or isinstance(value, ast.Null):
        raise ODataError(f"{name}: the value of a key must be a literal")
    return ast.Compare(ast.Eq(), ast.Identifier(name), value)


def _wrong_key(table: Table) -> ODataError:
    names = ",".join(f"{name}=…" for name in table.key)
    return ODataError(f"write the key as {table.name}({names}), texts in single quotes")
