"""Sums and ratios over campaign days, per platform and in one currency, and their change. No words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import polars as pl

from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS

Metric = Literal["impressions", "clicks", "spend", "conversions", "revenue", "ctr", "cpc", "cpa", "roas"]

_MONEY = pl.Decimal(38, 6)
COLUMNS = ANALYTICS_METRICS.polars_schema(
    "platform", "account_id", "campaign_id", "campaign_name", "currency", "date", "impressions", "clicks", "conversions"
) | dict.fromkeys(("spend", "revenue", "spend_reporting", "revenue_reporting"), _MONEY)
"""Money in the account's currency and, where a rate is known, in the reporting currency."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of campaign days. Money in one currency; ``priced_...`` are of the days whose money is known in it."""

    impressions: int
    clicks: int
    conversions: float
    spend: Decimal
    revenue: Decimal
    priced_clicks: int
    priced_conversions: float

    def value(self, metric: Metric) -> float | None:
        """The metric's value; a ratio is None where its denominator is zero."""
        spend, revenue = float(self.spend), float(self.revenue)
        quotients: dict[Metric, tuple[float, float]] = {
            "ctr": (self.clicks, self.impressions),
            "cpc": (spend, self.priced_clicks),
            "cpa": (spend, self.priced_conversions),
            "roas": (revenue, spend),
        }
        if metric in quotients:
            numerator, denominator = quotients[metric]
            return numerator / denominator if denominator > 0 else None
        return float(getattr(self, metric))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both periods of one platform, or of all."""

    name: str
    now: Totals
    before: Totals

    def change_pct(self, metric: Metric) -> float | None:
        """Change against the period before in percent; None where there was nothing before."""
        now, before = self.now.value(metric), self.before.value(metric)
        return 100 * (now / before - 1) if now is not None and before else None


def in_currency(rows: pl.DataFrame, currency: str, reporting_currency: str) -> pl.DataFrame:
    """``rows`` with ``spend`` and ``revenue`` in ``currency``; NULL where they are not known in it.

    Amounts in that very currency stay as they are; others count by their rate, and only into the reporting currency.
    """
    is_own = pl.col("currency") == currency
    known = {name: pl.col(name) for name in ("spend", "revenue")}
    by_rate = {name: pl.col(f"{name}_reporting") for name in known}
    if currency != reporting_currency:
        by_rate = {name: pl.lit(None, dtype=_MONEY) for name in known}
    return rows.with_columns(
        pl.col("spend").alias("own_spend"),
        *(pl.when(is_own).then(known[name]).otherwise(by_rate[name]).alias(name) for name in known),
    )


def totals_by(rows: pl.DataFrame, key: str) -> dict[str, Totals]:
    """Totals per value of ``key``; ``rows`` as from ``in_currency``."""
    parts = rows.group_by(key, maintain_order=True).agg(_SUMS)
    return {str(row[key]): _totals(row) for row in parts.sort(key).iter_rows(named=True)}


def total(rows: pl.DataFrame) -> Totals:
    """Totals of all ``rows``, zeros without any."""
    return _totals(rows.select(_SUMS).row(0, named=True))


def unpriced(rows: pl.DataFrame) -> dict[str, tuple[Decimal, int]]:
    """Spend and campaign days by account currency of the rows whose money is not known in the requested currency."""
    lost = rows.filter(pl.col("spend").is_null()).group_by("currency").agg(pl.col("own_spend").sum(), pl.len())
    return {str(currency): (spend, days) for currency, spend, days in lost.sort("currency").iter_rows()}


_IS_PRICED = pl.col("spend").is_not_null()
_SUMS = [
    pl.col("impressions").sum(),
    pl.col("clicks").sum(),
    pl.col("conversions").sum(),
    pl.col("spend").sum(),
    pl.col("revenue").sum(),
    pl.col("clicks").filter(_IS_PRICED).sum().alias("priced_clicks"),
    pl.col("conversions").filter(_IS_PRICED).sum().alias("priced_conversions"),
]


def _totals(row: Mapping[str, object]) -> Totals:
    numbers = {name: value or 0 for name, value in row.items()}
    return Totals(
        impressions=int(str(numbers["impressions"])),
        clicks=int(str(numbers["clicks"])),
        conversions=float(str(numbers["conversions"])),
        spend=Decimal(str(numbers["spend"])),
        revenue=Decimal(str(numbers["revenue"])),
        priced_clicks=int(str(numbers["priced_clicks"])),
        priced_conversions=float(str(numbers["priced_conversions"])),
    )
