"""Changes of daily budgets, from stored pacings of earlier days. Frames only."""

import polars as pl


def budget_changes(earlier: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """A row per day on which a campaign (or shared budget) was first seen with another daily budget.

    ``earlier`` has rows of former pacings: platform, account_id, campaign_id, as_of, daily_budget. What was in force on
    the morning after ``as_of`` holds from that day on. Rows of an account's current day (``days``: platform,
    account_id, as_of) and later are left out, so that judging a day twice gives the same.
    """
    key = ["platform", "campaign_id"]
    before = (
        earlier.join(days.rename({"as_of": "current"}), on=["platform", "account_id"], how="inner")
        .filter(pl.col("daily_budget").is_not_null() & (pl.col("as_of") < pl.col("current")))
        .sort(*key, "as_of")
    )
    moved = pl.col("daily_budget").ne_missing(pl.col("daily_budget").shift(1).over(key))
    return before.filter(moved).select(
        *key, pl.col("as_of").dt.offset_by("1d").alias("changed_on"), pl.col("daily_budget")
    )
