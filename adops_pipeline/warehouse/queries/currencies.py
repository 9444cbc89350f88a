"""Currencies of the ad accounts, for `adops doctor`."""

import duckdb


def account_currencies(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Accounts (``platform:account_id``) by their currency."""
    rows = con.execute(
        "SELECT currency, list(platform || ':' || account_id ORDER BY platform, account_id) FROM ad_accounts"
        " GROUP BY currency ORDER BY currency"
    ).fetchall()
    return {str(currency): list(accounts) for currency, accounts in rows}
