"""When daily budgets moved."""

from datetime import date
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.pacing.history import budget_changes

SCHEMA = {
    "platform": pl.String(),
    "account_id": pl.String(),
    "campaign_id": pl.String(),
    "as_of": pl.Date(),
    "daily_budget": pl.Decimal(18, 6),
}


def seen(*budgets: tuple[int, str | None]) -> pl.DataFrame:
    rows = [("meta-ads", "1", "c", date(2026, 11, day), amount and Decimal(amount)) for day, amount in budgets]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def changes(earlier: pl.DataFrame, current: int) -> list[tuple[date, Decimal]]:
    days = pl.DataFrame({"platform": ["meta-ads"], "account_id": ["1"], "as_of": [date(2026, 11, current)]})
    return list(budget_changes(earlier, days).select("changed_on", "daily_budget").iter_rows())


def test_a_budget_holds_from_the_day_on_which_it_was_first_seen() -> None:
    found = changes(seen((3, "100"), (4, "100"), (5, "150"), (6, "150")), current=9)
    assert found == [(date(2026, 11, 4), Decimal(100)), (date(2026, 11, 6), Decimal(150))]


def test_judging_a_day_again_gives_the_same() -> None:
    earlier = seen((3, "100"), (5, "150"))
    assert changes(earlier, current=5) == changes(seen((3, "100")), current=5)


def test_the_order_of_rows_and_days_without_a_budget_do_not_matter() -> None:
    assert changes(seen((5, "150"), (4, None), (3, "150")), current=9) == [(date(2026, 11, 4), Decimal(150))]
