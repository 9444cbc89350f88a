"""Changes of daily budgets, from the history of budgets. Frames only."""

import polars as pl


def budget_changes(history: pl.DataFrame) -> pl.DataFrame:
    """Days from which another daily budget applies: platform, campaign_id (or shared budget), changed_on, daily_budget.

    ``history`` is the table `campaign_budget_history`. A campaign's first row is the first day whose budget is known.
    """
    key = ["platform", "campaign_id"]
    before = history.filter(pl.col("daily_budget").is_not_null()).sort(*key, "valid_from")
    moved = pl.col("daily_budget").ne_missing(pl.col("daily_budget").shift(1).over(key))
    return before.filter(moved).select(*key, pl.col("valid_from").alias("changed_on"), pl.col("daily_budget"))
