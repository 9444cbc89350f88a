"""What the analyses read: only what tells them something, and exactly."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.pacing.history import budget_changes
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.frames import replace_rows
from adops_pipeline.warehouse.queries.analysis import account_pulls, earlier_budgets

FIRST = date(2026, 10, 1)


def former_pacing(campaign: str, budgets: Sequence[int | None]) -> pl.DataFrame:
    days = [FIRST + timedelta(days=n) for n in range(len(budgets))]
    amounts = [None if amount is None else Decimal(amount) for amount in budgets]
    words = {"platform": "meta-ads", "account_id": "1", "campaign_id": campaign, "currency": "EUR", "basis": "daily"}
    given = {"as_of": days, "period_start": [FIRST] * len(days), "period_end": days, "daily_budget": amounts}
    frame = pl.DataFrame(given, schema_overrides={"daily_budget": pl.Decimal(18, 6)}).with_columns(
        **{name: pl.lit(word) for name, word in words.items()},
        status=pl.lit("on-track"),
        recommendation=pl.lit("Keep it."),
    )
    others = [name for name in TABLES["analytics_budgets"].column_names if name not in (*frame.columns, "created_at")]
    return frame.with_columns(pl.lit(None).alias(name) for name in others)


def test_of_a_year_of_pacing_only_the_days_on_which_a_budget_moved_are_read(warehouse: Warehouse) -> None:
    rows = pl.concat(
        [former_pacing("a", [50] * 200 + [60] * 100 + [50] * 65), former_pacing("b", [70, None, None, 70])]
    )
    with warehouse.writing() as con:
        replace_rows(con, "analytics_budgets", rows, created_at=datetime(2026, 10, 1, tzinfo=UTC))
        found = earlier_budgets(con)
    moves = [
        (c, (day - FIRST).days, amount)
        for c, day, amount in found.select("campaign_id", "as_of", "daily_budget").iter_rows()
    ]
    assert moves == [("a", 0, 50), ("a", 200, 60), ("a", 300, 50), ("b", 0, 70), ("b", 1, None), ("b", 3, 70)]


def test_changes_found_in_the_moves_are_those_found_in_every_day(warehouse: Warehouse) -> None:
    every = pl.concat(
        [former_pacing("a", [5, 5, 6, 6, 5, None, 5, 7]), former_pacing("b", [None, 3, 3, None, 4, 4, 4, 4])]
    )
    days = pl.DataFrame({"platform": ["meta-ads"], "account_id": ["1"], "as_of": [FIRST + timedelta(days=7)]})
    with warehouse.writing() as con:
        replace_rows(con, "analytics_budgets", every, created_at=datetime(2026, 10, 1, tzinfo=UTC))
        moves = earlier_budgets(con)
    assert budget_changes(moves, days).equals(budget_changes(every, days))
    assert budget_changes(moves, days).height == 5


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
