"""GAQL of the tools: field names checked against Google's list (v26), literals, and the clauses of a given query.

``gaql_fields.json`` lists each resource's fields; a name that ends with a dot is a message whose own fields follow.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from adops_pipeline.connectors.tools import RefusedInputError

_LISTED = 3
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_FIELD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_FROM = re.compile(r"\bFROM\s+([A-Za-z_]\w*)", re.IGNORECASE)
_SELECT = re.compile(r"\s*SELECT\s", re.IGNORECASE)
_LIMIT = re.compile(r"\bLIMIT\s+(\d+)", re.IGNORECASE)
_PARAMETERS = re.compile(r"\bPARAMETERS\b", re.IGNORECASE)


@cache
def fields_by_resource() -> Mapping[str, Mapping[str, bool]]:
    """Resource → field → whether it is a message with fields of its own."""
    listed = json.loads(files(__package__).joinpath("gaql_fields.json").read_bytes())
    return {
        resource: {name.removesuffix("."): name.endswith(".") for name in names.split()}
        for resource, names in listed.items()
    }


def check_fields(names: Iterable[str], resources: Collection[str] | None = None) -> None:
    """Raise RefusedInputError at the first name that is no field of ``resources`` (None: of any resource)."""
    known = fields_by_resource()
    for name in names:
        resource, _, rest = name.partition(".")
        field, _, inner = rest.partition(".")
        is_allowed = resource in known and (resources is None or resource in resources)
        if is_allowed and field in known[resource] and bool(inner) <= known[resource][field]:
            continue
        raise RefusedInputError(_unknown_field(name, resources))


def _unknown_field(name: str, resources: Collection[str] | None) -> str:
    known = fields_by_resource()
    among = [f"{r}.{f}" for r in (resources or known) for f in known[r]]
    near = get_close_matches(name, among, _LISTED)
    if not near:
        endings = dict.fromkeys(one.rpartition(".")[2] for one in among)
        last = get_close_matches(name.rpartition(".")[2], endings, _LISTED)
        near = [one for one in among if one.rpartition(".")[2] in last][:_LISTED]
    where = f" here (resources: {', '.join(sorted(resources))})" if resources is not None else ""
    hint = f"; nearest names: {', '.join(near)}" if near else ""
    return f"fields: {name!r} is not a field of Google Ads v26{where}{hint}"


def literal(text: str) -> str:
    """``text`` as a literal of GAQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def one_of(field: str, values: Iterable[str]) -> str:
    """A condition: the field has one of the values, which are ids or constants of an enum."""
    return f"{field} IN ({', '.join(literal(value) for value in values)})"


def select(fields: Iterable[str], resource: str, conditions: Iterable[str] = (), order: Iterable[str] = ()) -> str:
    """A query. Fields and resource come from Google's list; values in the conditions are literals."""
    text = f"SELECT {', '.join(dict.fromkeys(fields))} FROM {resource}"  # noqa: S608
    where, ordered = " AND ".join(conditions), ", ".join(order)
    return text + (f" WHERE {where}" if where else "") + (f" ORDER BY {ordered}" if ordered else "")


def checked_query(query: str) -> str:
    """A query that a caller wrote, if it is one SELECT of fields that exist. Raises RefusedInputError."""
    bare = _without_texts(query)
    if ";" in bare or not _SELECT.match(bare):
        raise RefusedInputError("query: only one SELECT statement of GAQL is accepted; use the other tools for changes")
    found = _FROM.search(bare)
    if found is None:
        raise RefusedInputError("query: FROM is missing; write SELECT <fields> FROM <resource>, e.g. FROM campaign")
    resource = found.group(1)
    if resource not in fields_by_resource() or resource in ("metrics", "segments"):
        near = get_close_matches(resource, fields_by_resource(), _LISTED)
        hint = f"; nearest names: {', '.join(near)}" if near else ""
        raise RefusedInputError(f"query: {resource!r} is not a resource of Google Ads v26{hint}")
    check_fields(_FIELD.findall(bare))
    return query


def selected_fields(query: str) -> list[str]:
    """The fields in the SELECT clause of a checked query, in order."""
    bare = _without_texts(query)
    found = _FROM.search(bare)
    return list(dict.fromkeys(_FIELD.findall(bare[: found.start()] if found else bare)))


def with_limit(query: str, rows: int) -> str:
    """The query with a LIMIT of at most ``rows``: its own where that is lower."""
    bare = _without_texts(query)
    given = _LIMIT.search(bare)
    if given is not None:
        lower = min(int(given.group(1)), rows)
        return f"{query[: given.start()]}LIMIT {lower}{query[given.end() :]}"
    parameters = _PARAMETERS.search(bare)
    end = parameters.start() if parameters else len(query)
    return f"{query[:end].rstrip()} LIMIT {rows} {query[end:]}".rstrip()


def _without_texts(query: str) -> str:
    """The query with its quoted texts blanked out, everything else in its place."""
    return _TEXT.sub(lambda match: " " * len(match.group()), query)
