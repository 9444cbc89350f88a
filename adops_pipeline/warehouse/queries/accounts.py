"""Whether there is an ad account. Read-only."""

import duckdb


def is_account(con: duckdb.DuckDBPyConnection, platform: str, account_id: str) -> bool:
    """Whether the account has been pulled."""
    query = "SELECT 1 FROM ad_accounts WHERE platform = $platform AND account_id = $account"
    return con.execute(query, {"platform": platform, "account": account_id}).fetchone() is not None
