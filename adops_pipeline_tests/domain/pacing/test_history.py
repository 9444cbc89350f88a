"""From which days on which daily budgets apply."""

from datetime import date
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.pacing.history import budget_changes
from adops_pipeline.domain.tables.budgets import CAMPAIGN_BUDGET_HISTORY

SCHEMA = CAMPAIGN_BUDGET_HISTORY.polars_schema("platform", "campaign_id", "valid_from", "daily_budget")


def changes(*budgets: tuple[int, str | None]) -> list[tuple[date, Decimal]]:
    rows = [("meta-ads", "c", date(2026, 11, day), amount and Decimal(amount)) for day, amount in budgets]
    history = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return list(budget_changes(history).select("changed_on", "daily_budget").iter_rows())


def test_a_daily_budget_is_a_change_where_it_differs_from_the_one_before() -> None:
    found = changes((3, "100"), (5, "150"), (7, "150"))
    assert found == [(date(2026, 11, 3), Decimal(100)), (date(2026, 11, 5), Decimal(150))]


def test_the_order_of_rows_and_days_without_a_daily_budget_do_not_matter() -> None:
    assert changes((5, "150"), (4, None), (3, "150")) == [(date(2026, 11, 3), Decimal(150))]
