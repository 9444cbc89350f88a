"""Returns of a period's spend: known so far, and the nowcast that includes late conversions. Frames only."""

from datetime import date

import polars as pl

from adops_pipeline.domain.maturity.curves import MaturityCurves
from adops_pipeline.domain.pacing.entities import members_of
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS, RETURN_COLUMNS

_RETURNS = ANALYTICS_BUDGETS.polars_schema(*RETURN_COLUMNS)
_KEY = ["platform", "campaign_id"]


def with_returns(
    paced: pl.DataFrame, daily: pl.DataFrame, campaigns: pl.DataFrame, curves: MaturityCurves
) -> pl.DataFrame:
    """``paced`` (as of ``pace_campaigns``) with revenue and ROAS of its period: known so far, and nowcast.

    ``daily`` has platform, campaign_id, date, revenue and conversions. The nowcast adds what a day of that age usually
    still gains; ROAS is NULL where nothing was spent.
    """
    members = members_of(campaigns).select("platform", "campaign_id", "entity_id")
    periods = paced.select("platform", pl.col("campaign_id").alias("entity_id"), "as_of", "period_start")
    spans = members.join(periods, on=["platform", "entity_id"], how="inner")
    rows = _of_periods(daily.with_columns(pl.col(name).cast(pl.String) for name in _KEY), spans)
    inside = pl.col("date").is_between("period_start", "as_of")
    # Sorted, so that sums of floats do not depend on the order of the rows.
    counted = rows.join(spans, on=_KEY, how="inner").filter(inside).sort(*_KEY, "date")
    sums = []
    for (day,), group in counted.group_by("as_of", maintain_order=True):
        assert isinstance(day, date)
        sums.append(
            curves.nowcast(group, day, with_interval=False)
            .group_by("platform", pl.col("entity_id").alias("campaign_id"))
            .agg(
                pl.col("revenue").sum().cast(_RETURNS["revenue_to_date"]).alias("revenue_to_date"),
                pl.col("revenue_final").sum().round(6).cast(_RETURNS["revenue_nowcast"]).alias("revenue_nowcast"),
            )
        )
    empty = pl.DataFrame(schema=ANALYTICS_BUDGETS.polars_schema(*_KEY, "revenue_to_date", "revenue_nowcast"))
    table = paced.join(pl.concat([empty, *sums]), on=_KEY, how="left", maintain_order="left")
    spent = pl.col("spent_to_date").cast(pl.Float64)
    return table.with_columns(
        pl.when(spent > 0).then(pl.col("revenue_to_date").cast(pl.Float64) / spent).alias("roas_to_date"),
        pl.when(spent > 0).then(pl.col("revenue_nowcast").cast(pl.Float64) / spent).alias("roas_nowcast"),
    )


def _of_periods(daily: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``daily`` that may belong to a period; a cheap filter, because most periods are one month of a year."""
    if spans.is_empty():
        return daily.clear()
    usual = spans["period_start"].sort()[spans.height // 2]
    longer = spans.filter(pl.col("period_start") < usual)["campaign_id"].implode()
    return daily.filter((pl.col("date") >= usual) | pl.col("campaign_id").is_in(longer))
