"""Composes the SQL files: the landed lines, each platform's fields, and the checks that all platforms share.

Only texts of this package are joined here; every value (files, options, ids, dates) is bound by whoever executes.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import duckdb

from adops_pipeline.domain.platforms import FACTS
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.keys import (
    DAYS_OF_GOOGLE,
    GOOGLE_OBJECTS,
    METRICS,
    PARTS,
    aliases,
    campaign_wide,
    exact_names,
    plain,
)
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.shapes import (
    DAILY_ROWS,
    column_types,
    json_structure,
    packed_columns,
)
from adops_pipeline.warehouse.normalize.spelling import retold

Bound = dict[str, object]

MACROS = ("numbers", "sums", "keys", "entity_words")
"""Files of macros; a later one uses those of earlier ones."""

_CREATED = "SELECT coalesce(getvariable('created_macros'), '')"


@cache
def sql(name: str) -> str:
    """Text of ``sql/<name>.sql``."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def _staged(name: str) -> str:
    """The end of a statement that stages rows, with the columns that both ways of reading take alike."""
    return sql(name).replace("__taken__", sql("taken"))


def create_macros(con: duckdb.DuckDBPyConnection, *files_of_macros: str) -> None:
    """Create the temporary macros of the named files in this connection, unless it has them. Call outside transactions.

    DuckDB plans each macro as it is created: a dozen milliseconds for all of them, so the connection notes what it has.
    """
    (noted,) = con.execute(_CREATED).fetchone() or ("",)
    created = noted.split()
    missing = [macros for macros in files_of_macros if macros not in created]
    for macros in missing:
        con.execute(sql(macros))
    if missing:
        con.execute(f"SET VARIABLE created_macros = '{' '.join([*created, *missing])}'")


def create_own_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the private tables of normalization if they are missing."""
    con.execute(sql("own_tables"))


@cache
def quick_query(platform: Platform) -> str:
    """The SELECT that reads landed files of a daily report into typed, judged rows, at the speed of `read_json`.

    It fails on a row that is not JSON of the known shape, and gives no row's text and place: where a row is refused,
    repeated, or holds a number that the parser may have rounded (``reason`` is not NULL), read the pull carefully.
    """
    shape = DAILY_ROWS[platform]
    wire = sql("quick_wire").replace("__columns__", column_types(shape)).replace("__packed__", packed_columns(shape))
    return f"WITH {wire},\n{_fields(platform)},\n{sql('judged')}\n{_staged('quick_stage')}"


@cache
def careful_query(platform: Platform) -> str:
    """Like `quick_query`, but accepts any text as a row: each keeps its position and, if rejected, its text."""
    shape = DAILY_ROWS[platform]
    is_google = platform is Platform.GOOGLE_ADS
    values = {
        "__structure__": json_structure(shape),
        "__told__": f"CASE WHEN {_TOLD_OTHERWISE} THEN TRY({retold(shape)}) ELSE line END" if is_google else "line",
        "__parts__": _google_parts() if is_google else f"named_parts(given, {_texts(PARTS[platform])})",
        "__known__": campaign_wide(platform),
        "__names__": _texts(exact_names(platform)),
    }
    wire = sql("careful_wire")
    for place, text in values.items():
        wire = wire.replace(place, text)
    return f"WITH {sql('lines')},\n{wire},\n{_fields(platform)},\n{sql('judged')},\n{_staged('stage')}"


_TOLD_OTHERWISE = r"""regexp_matches(line, '"[a-z]+[._][a-zA-Z._]*"\s*:') OR NOT contains(line, '"metrics"')"""
"""Whether a row of Google has names with underscores or points, or no objects."""


def _google_parts() -> str:
    days, objects = (_texts(map(plain, names)) for names in (DAYS_OF_GOOGLE, GOOGLE_OBJECTS))
    return f"google_parts(given, segments, {days}, {_texts(PARTS[Platform.GOOGLE_ADS])}, {objects})"


def _texts(names: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


def _fields(platform: Platform) -> str:
    named = ", ".join(f"'{metric}': {_texts(aliases(platform, metric))}" for metric in METRICS[platform])
    return sql(platform.slug).replace("__aliases__", f"{{{named}}}")


@cache
def entities_query(platform: Platform) -> str:
    """The SELECT that reads landed files of a platform's accounts, campaigns or ad groups into judged rows."""
    return f"WITH {sql('lines')},\n{sql(f'{platform.slug}_entities')},\n{sql('stage_entities')}"


@cache
def changes_query(platform: Platform) -> str:
    """The SELECT that reads landed files of a platform's log of changes into judged changes."""
    return f"WITH {sql('lines')},\n{sql(f'{platform.slug}_changes')},\n{sql('stage_changes')}"


@cache
def totals_query() -> str:
    """The SELECT that reads landed files of totals of any platform into judged totals."""
    return f"WITH {sql('lines')},\n{sql('period_totals')}"


def unified_values(platform: Platform) -> Bound:
    """The values that `unified` binds."""
    return {"platform": platform.value, "restatement_days": FACTS[platform].restatement_days}


def platform_options(platform: Platform, options: NormalizeOptions) -> Bound:
    """The options that a platform's SQL binds."""
    match platform:
        case Platform.META_ADS:
            return {
                "purchase_priority": list(options.meta_purchase_priority),
                "purchase_types": list(options.meta_purchase_types),
                "meta_clicks": options.meta_clicks,
            }
        case Platform.PINTEREST:
            return {"pinterest_traffic": options.pinterest_traffic}
        case Platform.GOOGLE_ADS:
            return {}
