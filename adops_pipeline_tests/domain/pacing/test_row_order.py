"""Rows come in whatever order the warehouse keeps them: no figure may depend on it, to the last digit."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.pacing import pace_campaigns
from adops_pipeline.domain.pacing.returns import with_returns

AS_OF = date(2026, 10, 20)
CAMPAIGNS = [str(n) for n in range(8)]
"""The first five draw on one shared budget."""


def daily() -> pl.DataFrame:
    days = [AS_OF - timedelta(days=n) for n in range(120)]
    rows = [
        (c, day, Decimal((7919 * int(c) + 104729 * n) % 9973) / 97, (31 * int(c) + n) % 7 / 3, n % 11 * 13.37)
        for c in CAMPAIGNS
        for n, day in enumerate(days)
    ]
    schema = {"campaign_id": pl.String(), "date": pl.Date(), "spend": pl.Decimal(18, 6), "conversions": pl.Float64(),
              "revenue": pl.Float64()}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(platform=pl.lit("google-ads"))


def campaigns() -> pl.DataFrame:
    pot = pl.col("campaign_id").cast(pl.Int64) < 5
    words = {"platform": "google-ads", "account_id": "1", "status": "active", "currency": "EUR"}
    return pl.DataFrame({"campaign_id": CAMPAIGNS}).with_columns(
        **{name: pl.lit(word) for name, word in words.items()},
        name=pl.col("campaign_id"),
        is_shared_budget=pot,
        shared_budget_id=pl.when(pot).then(pl.lit("pot")),
        daily_budget=pl.lit(Decimal(400)),
    )


def paced(rows: pl.DataFrame) -> pl.DataFrame:
    table = pace_campaigns(rows, campaigns(), pl.DataFrame(), (), AS_OF)
    curves = MaturityCurves(pl.DataFrame(schema={"platform": pl.String(), "lag_days": pl.Int32()}))
    return with_returns(table, rows, campaigns(), curves)


def test_pacing_is_the_same_to_the_last_digit_in_whatever_order_rows_come() -> None:
    expected = paced(daily())
    assert expected.filter(pl.col("campaign_id") == "pot")["spent_to_date"].item() > 0
    for seed in range(5):
        assert paced(daily().sample(fraction=1.0, shuffle=True, seed=seed)).equals(expected)
