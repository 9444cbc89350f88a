"""The mutations of a SQL statement: the swaps of mutmut's operators in text, because no library mutates SQL."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.mutants.mutation import Mutation

_SWAPS = {
    "<=": "<", ">=": ">", "<": "<=", ">": ">=", "<>": "=", "!=": "=", "=": "<>", "+": "-", "-": "+", "*": "/", "/": "*",
    "and": "or", "or": "and", "min": "max", "max": "min", "asc": "desc", "desc": "asc", "least": "greatest",
    "greatest": "least", "is null": "is not null", "is not null": "is null", "union all": "union", "not": "",
    "true": "false", "false": "true", "left join": "join", "first": "last", "last": "first", "distinct": "",
}  # fmt: skip
_TOKENS = re.compile(
    r"(?P<skip>--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|\{[^}]*\}|[a-z_]\w*\(\*\)|\w+\.\*|->>?|::\w+(?:\([^)]*\))?"
    r"|SELECT\s+(?:DISTINCT\s+)?\*|,\s*\*|AS\s+\w+|OR\s+REPLACE|IF\s+NOT\s+EXISTS|DISTINCT\s+(?:ON|FROM)"
    r"|NULLS\s+(?:FIRST|LAST)|decimal\([^)]*\))"
    r"|(?P<word>\b(?:is not null|is null|union all|left join|[a-z_]\w*)\b)"
    r"|(?P<number>\b\d+(?:\.\d+)?\b)|(?P<sign><=|>=|<>|!=|[<>=+*/-])",
    re.IGNORECASE,
)
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE|MERGE)\b")


def looks_like_sql(text: str) -> bool:
    """Whether a string of Python holds a statement, or a part of one."""
    return _SQL.search(text) is not None


def changes(text: str) -> Iterator[tuple[int, str]]:
    """Every text with one token of ``text`` swapped, and where."""
    for found in _TOKENS.finditer(text):
        kind = found.lastgroup
        if kind == "number":
            swapped: str | None = str(float(found[0]) + 1 if "." in found[0] else int(found[0]) + 1)
        elif kind in ("word", "sign"):
            swapped = _SWAPS.get(re.sub(r"\s+", " ", found[0].lower()))
        else:
            continue
        if swapped is not None:
            yield found.start(), text[: found.start()] + swapped + text[found.end() :]


def sql_mutations(root: Path, path: Path) -> Iterator[Mutation]:
    """Every mutation of the statement in the file at ``path``."""
    text = path.read_text(encoding="utf-8")
    seen: Counter[tuple[str, str]] = Counter()
    for start, changed in changes(text):
        number = text.count("\n", 0, start)
        before, after = text.splitlines()[number].strip(), changed.splitlines()[number].strip()
        seen[before, after] += 1
        yield Mutation(
            path.relative_to(root).as_posix(),
            number + 1,
            "",
            "sql",
            before,
            after,
            seen[before, after],
            partial(str, changed),
        )
