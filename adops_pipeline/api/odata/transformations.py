"""The `$apply` option: filter, groupby and aggregate, in a row. What else the standard has is refused as not served."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from odata_query import ast

from adops_pipeline.api.odata.syntax import parse, split
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.warehouse.queries.odata.source import METHODS, Aggregate, Source
from adops_pipeline.warehouse.queries.odata.values import ODataError

_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*")
_WITH = re.compile(r"(.+)\swith\s+([\w.]+)\s+as\s+(\w+)", re.DOTALL)
_COUNT = re.compile(r"\$count\s+as\s+(\w+)")
_KNOWN = ("filter", "groupby", "aggregate")
_NOT_SERVED = (
    "compute", "concat", "expand", "search", "identity", "orderby", "skip", "top", "topcount", "topsum", "toppercent",
    "bottomcount", "bottomsum", "bottompercent", "join", "outerjoin", "nest", "addnested", "ancestors", "descendants",
    "traverse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps rows."""

    condition: ast._Node

    def apply(self, source: Source) -> None:
        """Change ``source``. Raises ODataError."""
        source.filter(self.condition)


@dataclass(frozen=True, slots=True)
class Group:
    """Makes one row for each combination of values; one row in all without ``names``."""

    names: Sequence[str]
    aggregates: Sequence[Aggregate]

    def apply(self, source: Source) -> None:
        """Change ``source``. Raises ODataError."""
        source.group(self.names, self.aggregates)


def transformations(text: str) -> list[Filter | Group]:
    """The steps of `$apply`, in order. Raises ODataError."""
    return [_transformation(part) for part in split(text, "/")]


def _transformation(text: str) -> Filter | Group:
    found = _CALL.fullmatch(text)
    name = found.group(1) if found else (_NAME.match(text) or [""])[0]
    if name in _NOT_SERVED:
        raise ODataError(f"$apply: {name} is not served; {', '.join(_KNOWN)} are", is_unsupported=True)
    if found is None or name not in _KNOWN:
        raise ODataError(f"$apply: {text[:80]!r} is no transformation{did_you_mean(name, _KNOWN)}")
    inner = found.group(2)
    match name:
        case "filter":
            return Filter(parse(inner.strip()))
        case "aggregate":
            return Group((), _aggregates(inner))
        case _:
            return _group(inner)


def _group(text: str) -> Group:
    listed, *then = split(text, ",")
    listed = listed.strip()
    if not (listed.startswith("(") and listed.endswith(")") and len(then) <= 1):
        raise ODataError("$apply: write groupby((name,…)) or groupby((name,…),aggregate(…))")
    names = [name.strip() for name in listed[1:-1].split(",")]
    if not then:
        return Group(names, ())
    inner = _CALL.fullmatch(then[0].strip())
    if inner is None or inner.group(1) != "aggregate":
        raise ODataError("$apply: within groupby only aggregate is served", is_unsupported=True)
    return Group(names, _aggregates(inner.group(2)))


def _aggregates(text: str) -> list[Aggregate]:
    return [_aggregate(part.strip()) for part in split(text, ",")]


def _aggregate(text: str) -> Aggregate:
    if counted := _COUNT.fullmatch(text):
        return Aggregate(counted.group(1))
    found = _WITH.fullmatch(text)
    if found is None:
        raise ODataError(f"$apply: write `<name> with <method> as <alias>` or `$count as <alias>`, not {text[:80]!r}")
    expression, method, alias = found.groups()
    for known in METHODS:
        if known == method:
            return Aggregate(alias, parse(expression.strip()), known)
    raise ODataError(
        f"$apply: the method {method[:80]} is not served{did_you_mean(method, METHODS)}", is_unsupported="." in method
    )
