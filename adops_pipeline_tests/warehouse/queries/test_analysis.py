"""What the analyses read: only what tells them something, and exactly."""

from datetime import UTC, datetime, timedelta

from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.analysis import account_pulls


def test_every_account_comes_with_its_own_newest_pull_of_campaign_days_that_succeeded(warehouse: Warehouse) -> None:
    at = datetime(2026, 10, 2, 6, tzinfo=UTC).replace(tzinfo=None)
    accounts = [("meta-ads", "1"), ("meta-ads", "2"), ("pinterest", "1"), ("pinterest", "3")]
    pulls = [
        ("meta-ads", "1", "campaign_daily", 1, "applied"), ("meta-ads", "1", "campaign_daily", 2, "pruned"),
        ("meta-ads", "1", "campaign_daily", 3, "damaged"), ("meta-ads", "1", "campaigns", 4, "applied"),
        ("meta-ads", "2", "campaign_daily", 5, "applied"), ("pinterest", "1", "campaign_daily", 6, "applied"),
    ]  # fmt: skip
    with warehouse.writing() as con:
        for platform, account in accounts:
            con.execute(
                "INSERT INTO ad_accounts BY NAME SELECT ? AS platform, ? AS account_id, 'EUR' AS currency,"
                " 'UTC' AS timezone, 'Shop' AS name",
                [platform, account],
            )
        for platform, account, report, hours, state in pulls:
            con.execute(
                "INSERT INTO raw_pulls BY NAME SELECT ? AS platform, ? AS account_id, ? AS report, ? AS pulled_at,"
                " ? AS state, ? AS pull_id, ? AS path, 'EUR' AS currency, 'UTC' AS timezone, 1 AS rows, 1 AS bytes,"
                " '0' AS sha256",
                [platform, account, report, at + timedelta(hours=hours), state, str(hours), str(hours)],
            )
        found = account_pulls(con).select("platform", "account_id", "pulled_at").rows()
    expected = {("meta-ads", "1"): 2, ("meta-ads", "2"): 5, ("pinterest", "1"): 6}
    assert found == [
        (*account, at + timedelta(hours=expected[account]) if account in expected else None) for account in accounts
    ]
