"""What is known of campaigns besides their days: their end, and the unit of the calendar that they belong to."""

import polars as pl


def campaign_units(keys: pl.DataFrame, campaigns: pl.DataFrame | None) -> tuple[str, ...]:
    """The unit of each campaign of ``keys`` (platform, campaign_id); none where ``campaigns`` does not say."""
    if campaigns is None or "unit" not in campaigns.columns:
        return ()
    return tuple(by_campaign(campaigns, keys, "unit").cast(pl.String).fill_null("").to_list())


def by_campaign(campaigns: pl.DataFrame, keys: pl.DataFrame, column: str) -> pl.Series:
    """``column`` of ``campaigns`` in the order of ``keys``."""
    on = ["platform", "campaign_id"]
    own = campaigns.select(*(pl.col(name).cast(pl.String) for name in on), column).unique(on, keep="first")
    return keys.join(own, on=on, how="left", maintain_order="left")[column]
