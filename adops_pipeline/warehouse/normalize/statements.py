"""Puts the SQL files together: the landed lines, a platform's reading of them, the checks every platform shares.

Only texts of this package are joined here; every value (files, options, ids, dates) is bound by whoever executes.
"""

from functools import cache
from importlib.resources import files

import duckdb

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.options import NormalizeOptions

Bound = dict[str, object]


@cache
def sql(name: str) -> str:
    """Text of ``sql/<name>.sql``."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the number and list macros known to this connection; they are temporary."""
    for macros in ("numbers", "sums", "entity_words"):
        con.execute(sql(macros))


def create_own_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables in which normalization remembers things for itself, where they are missing."""
    con.execute(sql("own_tables"))


@cache
def staging_query(platform: Platform, *, keep_lines: bool) -> str:
    """The SELECT that reads landed files of a platform's daily report into typed, judged rows.

    With ``keep_lines`` every row keeps its text and its number in the pull, which costs time: for pulls with repeats.
    """
    lines = sql("lines_numbered" if keep_lines else "lines")
    return f"WITH {lines},\n{sql(platform.slug)},\n{sql('stage')}"


@cache
def entities_query(platform: Platform) -> str:
    """The SELECT that reads landed files of a platform's accounts, campaigns or ad groups into judged rows."""
    return f"WITH {sql('lines_numbered')},\n{sql(f'{platform.slug}_entities')},\n{sql('stage_entities')}"


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
