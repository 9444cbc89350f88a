"""Values that follow from the unified rows: amounts in the reporting currency, lifetime totals of campaigns, and the
share of a young day's conversions that is known."""

import duckdb

from adops_pipeline.warehouse.normalize.statements import Bound, create_macros, create_own_tables, sql
from adops_pipeline.warehouse.transaction import transaction

_SUMS_ARE_OF_OTHER_ROWS = """
    SELECT (SELECT coalesce(sum(days), 0) FROM campaign_totals) <> (SELECT count(*) FROM analytics_metrics)
"""
_DAILY_TABLES = ("analytics_metrics", "analytics_ad_group_metrics")


def apply_fx(con: duckdb.DuckDBPyConnection) -> int:
    """Bring `spend_reporting` and `revenue_reporting` up to `fx_rates`; the number of rows that changed.

    New rows get their amounts when they are written, so only days and currencies whose rate changed since the last
    call are looked at; the table `fx_applied`, which is not published, has the rates that were applied.
    """
    create_own_tables(con)
    con.execute(sql("changed_rates"))
    first, last = con.execute("SELECT min(date), max(date) FROM changed_rates").fetchone() or (None, None)
    if first is None:
        return 0
    create_macros(con, "numbers")
    with transaction(con):
        updated = sum(_reprice(con, table, {"first": first, "last": last}) for table in _DAILY_TABLES)
        con.execute(
            "DELETE FROM fx_applied AS stands USING changed_rates AS changed "
            "WHERE stands.date = changed.date AND stands.currency = changed.currency"
        )
        con.execute(
            "INSERT INTO fx_applied FROM changed_rates WHERE rate_to_reporting IS NOT NULL ORDER BY date, currency"
        )
    return updated


def _reprice(con: duckdb.DuckDBPyConnection, table: str, days: Bound) -> int:
    found = con.execute(sql("reprice").replace("daily_metrics", table), days).fetchone()
    return 0 if found is None else int(found[0])


def refresh_campaign_metrics(con: duckdb.DuckDBPyConnection) -> int:
    """Fill `campaigns.metrics` with lifetime totals; the number of campaigns whose totals changed.

    The sums are updated as pulls are applied, and recomputed if they do not match the present rows.
    """
    create_own_tables(con)
    with transaction(con):
        if con.execute(_SUMS_ARE_OF_OTHER_ROWS).fetchone() == (True,):
            con.execute(sql("sum_campaign_totals"))
        found = con.execute(sql("campaign_metrics")).fetchone()
    return 0 if found is None else int(found[0])


def refresh_shares_known(con: duckdb.DuckDBPyConnection) -> int:
    """Bring `is_complete_day` and `conversions_share_known` up to `analytics_maturity`.

    New rows get both when they are written, so only days that may still change are looked at. Returns how many did.
    """
    create_macros(con, "numbers", "entity_words")
    with transaction(con):
        found = con.execute(sql("shares_known")).fetchone()
    return 0 if found is None else int(found[0])
