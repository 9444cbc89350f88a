"""Past stops that earlier runs found and a later run cannot find again."""

import polars as pl

from adops_pipeline.domain.anomalies.report import KEY, SCHEMA


def ended_stops(earlier: pl.DataFrame, judged: pl.DataFrame, daily: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``earlier`` (stops of delivery as stored) that are not in ``judged`` and still true.

    ``daily`` (platform, campaign_id, date, spend) has the days as they are known now: one that has spend after all was
    reported late. ``days`` (platform, account_id, as_of): later days than an account's last complete one are left out.
    """
    delivered = daily.filter(pl.col("spend") > 0).select("platform", "campaign_id", "date")
    return (
        earlier.join(judged.select(KEY), on=KEY, how="anti")
        .join(delivered, on=["platform", "campaign_id", "date"], how="anti")
        .join(days, on=["platform", "account_id"], how="inner")
        .filter(pl.col("date") <= pl.col("as_of"))
        .select(list(SCHEMA))
    )
