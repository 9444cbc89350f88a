"""Functions of OData's expressions: the kinds of their arguments, the kind of their result, and their SQL.

`LIKE` is not used: contains, startswith and endswith take every character of a value literally.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adops_pipeline.warehouse.queries.odata.values import NUMBERS, Kind

_SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""White space of Unicode; there is no quote among it."""
_TEXT = frozenset({Kind.STRING})
_WHOLE = frozenset({Kind.INT64})
_DAYS = frozenset({Kind.DATE, Kind.MOMENT})
_MOMENTS = frozenset({Kind.MOMENT})


@dataclass(frozen=True, slots=True)
class Function:
    """A function. ``result`` None: the kind of the first argument. ``optional``: arguments that may be left out."""

    arguments: Sequence[frozenset[Kind]]
    result: Kind | None
    sql: Callable[..., str]
    optional: int = 0


def _substring(text: str, start: str, length: str | None = None) -> str:
    """Positions count from 0; a negative one is the beginning, a negative length is none."""
    first = f"CAST(greatest({start}, 0) AS BIGINT) + 1"
    if length is None:
        return f"substring({text}, {first})"
    return f"substring({text}, {first}, CAST(greatest({length}, 0) AS BIGINT))"


FUNCTIONS: Mapping[str, Function] = {
    "contains": Function((_TEXT, _TEXT), Kind.BOOLEAN, lambda text, part: f"contains({text}, {part})"),
    "startswith": Function((_TEXT, _TEXT), Kind.BOOLEAN, lambda text, part: f"starts_with({text}, {part})"),
    "endswith": Function((_TEXT, _TEXT), Kind.BOOLEAN, lambda text, part: f"ends_with({text}, {part})"),
    "matchesPattern": Function((_TEXT, _TEXT), Kind.BOOLEAN, lambda text, what: f"regexp_matches({text}, {what})"),
    "length": Function((_TEXT,), Kind.INT64, lambda text: f"length({text})"),
    "indexof": Function((_TEXT, _TEXT), Kind.INT64, lambda text, part: f"(instr({text}, {part}) - 1)"),
    "substring": Function((_TEXT, _WHOLE, _WHOLE), Kind.STRING, _substring, optional=1),
    "concat": Function((_TEXT, _TEXT), Kind.STRING, lambda one, other: f"({one} || {other})"),
    "tolower": Function((_TEXT,), Kind.STRING, lambda text: f"lower({text})"),
    "toupper": Function((_TEXT,), Kind.STRING, lambda text: f"upper({text})"),
    "trim": Function((_TEXT,), Kind.STRING, lambda text: f"trim({text}, '{_SPACES}')"),
    "year": Function((_DAYS,), Kind.INT64, lambda day: f"year({day})"),
    "month": Function((_DAYS,), Kind.INT64, lambda day: f"month({day})"),
    "day": Function((_DAYS,), Kind.INT64, lambda day: f"day({day})"),
    "hour": Function((_MOMENTS,), Kind.INT64, lambda moment: f"hour({moment})"),
    "minute": Function((_MOMENTS,), Kind.INT64, lambda moment: f"minute({moment})"),
    "second": Function((_MOMENTS,), Kind.INT64, lambda moment: f"second({moment})"),
    "fractionalseconds": Function(
        (_MOMENTS,),
        Kind.DECIMAL,
        lambda moment: f"CAST(CAST(microsecond({moment}) % 1000000 AS DOUBLE) / 1000000 AS DECIMAL(18,6))",
    ),
    "date": Function((_DAYS,), Kind.DATE, lambda moment: f"CAST({moment} AS DATE)"),
    "totaloffsetminutes": Function(
        (_MOMENTS,), Kind.INT64, lambda moment: f"CASE WHEN {moment} IS NOT NULL THEN 0 END"
    ),
    "mindatetime": Function((), Kind.MOMENT, lambda: "TIMESTAMP '0001-01-01 00:00:00'"),
    "maxdatetime": Function((), Kind.MOMENT, lambda: "TIMESTAMP '9999-12-31 23:59:59.999999'"),
    "round": Function((NUMBERS,), None, lambda number: f"round({number})"),
    "floor": Function((NUMBERS,), None, lambda number: f"floor({number})"),
    "ceiling": Function((NUMBERS,), None, lambda number: f"ceil({number})"),
}
