"""Decides which statements are answered: one SELECT by DuckDB's own parser, without functions that act or reveal.

DuckDB serializes nothing but SELECT statements (DESCRIBE, SHOW, SUMMARIZE, VALUES, FROM and TABLE are some) to JSON,
which contains every function that they name. Table functions are allowed by name, because some of them write
(`enable_logging`, `enable_profiling`) or read memory (`arrow_scan`), and new versions of DuckDB add others.
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from adops_pipeline.warehouse.queries.errors import QueryError

_TABLE_FUNCTIONS = frozenset(
    (
        *("range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "summary"),
        *("duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_indexes", "duckdb_keywords"),
        *("duckdb_schemas", "duckdb_tables", "duckdb_types", "duckdb_views"),
        *("pragma_collations", "pragma_database_size", "pragma_show", "pragma_table_info", "pragma_version"),
        *("icu_calendar_names", "pg_timezone_names", "test_all_types"),
    )
)
_REFUSED_FUNCTIONS = frozenset(
    ("current_setting", "getenv", "write_log", "nextval", "currval", "finalize", "combine", "json_serialize_plan")
)
_REFUSED_TABLES = frozenset(
    (
        *("duckdb_databases", "duckdb_logs", "duckdb_secrets", "duckdb_settings", "duckdb_external_file_cache"),
        *("pragma_database_list", "pg_settings", "pg_prepared_statements"),
    )
)
"""Views of DuckDB that name files of this machine, settings or other people's queries."""

_MOST_CHARACTERS = 200_000
_EXPLAIN_WORDS = frozenset((b"analyze", b"analyse", b"verbose"))


def select_statements(con: duckdb.DuckDBPyConnection, sql: str) -> list[duckdb.Statement]:
    """The statements to execute in this order, the last of which answers: one, or several for a PIVOT.

    ``con`` may not reach any file, because parsing alone reads files (IMPORT DATABASE). Raises QueryError for anything
    else than one SELECT, and duckdb.Error for what cannot be parsed.
    """
    if len(sql) > _MOST_CHARACTERS:
        raise QueryError(f"the query has {len(sql):,} characters; at most {_MOST_CHARACTERS:,} are accepted")
    if "\0" in sql or not _is_text(sql):
        raise QueryError("the query has a NUL or bytes that are not UTF-8; remove them")
    trees = _trees(con, sql)
    if trees is not None and len(trees) == 1:
        _check_names(trees[0])
        return con.extract_statements(sql)
    statements = con.extract_statements(sql)
    kinds = [str(statement.type).rpartition(".")[2] for statement in statements]
    if _is_pivot(statements, kinds):
        _check_words(con, sql)
        return statements
    if len(statements) != 1:
        raise QueryError(f"give one statement at a time; this has {len(statements)}")
    explained = _explained(con, sql) if kinds == ["EXPLAIN"] else None
    if explained is None:
        raise QueryError(
            f"{_kind(kinds[0])} is not answered: the snapshot is read-only. Give one SELECT, FROM, WITH, VALUES, "
            "PIVOT, DESCRIBE, SUMMARIZE or SHOW, or EXPLAIN of one of them"
        )
    _check_names(explained)
    return statements


def without_end(sql: str) -> str:
    """The text of one statement without a semicolon and what follows it, as a subquery is written."""
    places = [place for place, _ in duckdb.tokenize(sql)]
    words = _words(sql)
    while words and words[-1] == b";":
        words.pop()
    return sql if len(words) == len(places) else sql.encode()[: places[len(words)]].decode()


def _is_text(sql: str) -> bool:
    try:
        sql.encode()
    except UnicodeEncodeError:
        return False
    return True


def _trees(con: duckdb.DuckDBPyConnection, sql: str) -> list[object] | None:
    """The syntax tree of each statement; None unless all are SELECT statements that can be parsed."""
    (text,) = con.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone() or ("",)
    try:
        found = json.loads(text)
    except RecursionError:
        raise QueryError("the query is nested too deeply; write it with fewer levels") from None
    return None if found["error"] else list(found["statements"])


def _check_names(tree: object) -> None:
    """Raise QueryError for a function or a view that is not answered."""
    for node in _nodes(tree):
        kind = node.get("type")
        called = str(node.get("function_name", "")).lower()
        if called in _REFUSED_FUNCTIONS:
            raise _refused_function(called)
        if kind == "TABLE_FUNCTION":
            name = str(node["function"].get("function_name", "")).lower()
            if name not in _TABLE_FUNCTIONS:
                raise _refused_function(name)
        elif kind in ("BASE_TABLE", "SHOW_REF"):
            name = str(node.get("table_name", "")).lower().strip('"')
            if name in _REFUSED_TABLES:
                raise _refused_function(name)


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _refused_function(name: str) -> QueryError:
    return QueryError(
        f"{name} is not answered: queries read the snapshot's tables and no file, setting or other query; "
        "`adops tables` lists the tables"
    )


def _is_pivot(statements: list[duckdb.Statement], kinds: list[str]) -> bool:
    """Whether they are what DuckDB makes of one PIVOT without a list of values: a type for these, then the SELECT.

    Statements that DuckDB makes have no text; those that somebody typed have theirs.
    """
    *before, last = kinds or [""]
    has_no_text = not any(statement.query for statement in statements)
    return bool(before) and set(before) == {"CREATE"} and last == "SELECT" and has_no_text


def _check_words(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise QueryError for a refused name anywhere: a PIVOT without a list of values has no syntax tree in JSON."""
    known = con.execute("SELECT function_name FROM duckdb_functions() WHERE function_type LIKE 'table%'").fetchall()
    refused = ({str(name) for (name,) in known} - _TABLE_FUNCTIONS) | _REFUSED_FUNCTIONS | _REFUSED_TABLES
    for word in _words(sql):
        text = word.decode(errors="replace").lower()
        if text.startswith(("e'", "$")):
            raise QueryError("write texts of a PIVOT in single quotes, without escapes or dollars")
        if text.strip("'\"") in refused:
            raise _refused_function(text.strip("'\""))


def _explained(con: duckdb.DuckDBPyConnection, sql: str) -> object | None:
    """Syntax tree of the SELECT that an EXPLAIN explains; None where it explains anything else."""
    text = sql.encode()
    places = [place for place, _ in duckdb.tokenize(sql)]
    words = _words(sql)
    at = 1
    while at < len(words) and words[at].lower() in _EXPLAIN_WORDS:
        at += 1
    for first in (at, _after_options(words, at)):
        trees = _trees(con, text[places[first] :].decode()) if first < len(words) else None
        if trees is not None and len(trees) == 1:
            return trees[0]
    return None


def _after_options(words: list[bytes], at: int) -> int:
    """Index of the word behind EXPLAIN's options in parentheses."""
    ends = [index for index in range(at, len(words)) if words[index].startswith(b")")]
    return ends[0] + 1 if ends and words[at].startswith(b"(") else len(words)


def _words(sql: str) -> list[bytes]:
    """The words of the text, without comments and space, as DuckDB separates them."""
    text = sql.encode()
    places = [place for place, _ in duckdb.tokenize(sql)]
    found = [text[place:end] for place, end in zip(places, [*places[1:], len(text)], strict=True)]
    return [word.split(b"--")[0].split(b"/*")[0].strip() for word in found]


def _kind(kind: str) -> str:
    """What to call a statement of DuckDB's kind; those without a name are of kinds that its Python client lacks."""
    names = {"SELECT": "PRAGMA", "???": "this statement", "EXPLAIN": "EXPLAIN of a statement that is no SELECT"}
    return names.get(kind, kind.replace("_", " "))
