"""What the analyses read: only what tells them something, and exactly."""

from datetime import UTC, date, datetime, timedelta

from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.analysis import account_pulls, daily_rows
from adops_pipeline.warehouse.queries.currencies import account_currencies


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


def test_a_metric_that_could_not_be_taken_counts_as_zero(warehouse: Warehouse) -> None:
    columns = ("impressions", "clicks", "spend", "conversions", "revenue")
    with warehouse.writing() as con:
        con.execute(
            "INSERT INTO analytics_metrics BY NAME SELECT 'pinterest' AS platform, '1' AS account_id,"
            " '7' AS campaign_id, DATE '2026-11-01' AS date, 'EUR' AS currency, 5 AS spend, now() AS synced_at"
        )
        row = daily_rows(con, columns, date(2026, 11, 1)).row(0, named=True)
    assert [row[name] for name in columns] == [0, 0, 5, 0, 0]


def test_accounts_are_listed_by_their_currency(warehouse: Warehouse) -> None:
    accounts = [("pinterest", "3", "EUR"), ("meta-ads", "1", "EUR"), ("meta-ads", "2", "CHF")]
    with warehouse.writing() as con:
        for platform, account, currency in accounts:
            con.execute(
                "INSERT INTO ad_accounts BY NAME SELECT ? AS platform, ? AS account_id, ? AS currency,"
                " 'UTC' AS timezone, 'Shop' AS name",
                [platform, account, currency],
            )
        found = account_currencies(con)
    assert found == {"CHF": ["meta-ads:2"], "EUR": ["meta-ads:1", "pinterest:3"]}
    assert list(found) == ["CHF", "EUR"]
