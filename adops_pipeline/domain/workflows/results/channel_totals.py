"""Sums and ratios over campaign days, per platform and in one currency, and their change. No words.

Days of which a part is known count with their nowcast, so that both periods of a comparison are equally complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, hypot, log, sqrt
from typing import Literal

import polars as pl

from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS

Metric = Literal["impressions", "clicks", "spend", "conversions", "revenue", "ctr", "cpc", "cpa", "roas"]

_MONEY = pl.Decimal(38, 6)
AGES = {
    **dict.fromkeys(("maturity", "revenue_maturity", "maturity_low", "maturity_high"), pl.Float64()),
    "maturity_basis": pl.String(),
}
"""What is known of a day's conversions, as from ``MaturityCurves.with_ages``; all of it where they are missing."""
COLUMNS = (
    ANALYTICS_METRICS.polars_schema(
        "platform", "account_id", "campaign_id", "campaign_name", "currency", "date", "impressions", "clicks",
        "conversions",
    )
    | dict.fromkeys(("spend", "revenue", "spend_reporting", "revenue_reporting"), _MONEY)
    | AGES
)  # fmt: skip
"""Money in the account's currency and, where a rate is known, in the reporting currency."""

BY_CONVERSIONS: frozenset[Metric] = frozenset({"conversions", "revenue", "cpa", "roas"})
_SETTLED = 0.02
"""Conversions to come that are no more than this share of a period's change nothing worth a word."""
_Z = 1.2816
"""Half width of an 80 % interval in standard deviations."""
_ORDER_VARIATION = 0.5
"""Standard deviation of order values over their mean."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """What is still to be reported of a period, by the maturity curves; zeros where everything is known.

    ``variance`` is that of the number of conversions to come; ``fewer`` and ``more`` are what the ends of the curves'
    80 % intervals would make of it.
    """

    conversions: float = 0.0
    revenue: float = 0.0
    priced_conversions: float = 0.0
    variance: float = 0.0
    fewer: float = 0.0
    more: float = 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of campaign days. Money in one currency; ``priced_...`` are of the days whose money is known in it.

    Conversions and revenue are those known so far.
    """

    impressions: int
    clicks: int
    conversions: float
    spend: Decimal
    revenue: Decimal
    priced_clicks: int
    priced_conversions: float
    arriving: Arriving

    def value(self, metric: Metric) -> float | None:
        """The metric's value, nowcast where a part is still to come; a ratio is None where its denominator is zero."""
        spend, revenue = float(self.spend), float(self.revenue) + self.arriving.revenue
        quotients: dict[Metric, tuple[float, float]] = {
            "ctr": (self.clicks, self.impressions),
            "cpc": (spend, self.priced_clicks),
            "cpa": (spend, self.priced_conversions + self.arriving.priced_conversions),
            "roas": (revenue, spend),
        }
        if metric in quotients:
            numerator, denominator = quotients[metric]
            return numerator / denominator if denominator > 0 else None
        if metric in ("conversions", "revenue"):
            return revenue if metric == "revenue" else self.conversions + self.arriving.conversions
        return float(getattr(self, metric))

    @property
    def is_nowcast(self) -> bool:
        """Whether a part worth a word is still to come."""
        return self.arriving.conversions > _SETTLED * (self.conversions + self.arriving.conversions)

    @property
    def known_share(self) -> float:
        """The share of the final conversions that is known."""
        final = self.conversions + self.arriving.conversions
        return self.conversions / final if final > 0 else 1.0

    def log_errors(self, metric: Metric) -> tuple[float, float]:
        """How far below and above the nowcast the final conversions or revenue may be (80 %), as logarithms."""
        final = self.conversions + self.arriving.conversions
        if final <= 0:
            return 0.0, 0.0
        orders = 1.0 + _ORDER_VARIATION**2 if metric in ("revenue", "roas") else 1.0
        chance = _Z * sqrt(self.arriving.variance * orders)
        below = min(hypot(chance, self.arriving.fewer), self.arriving.conversions)
        return -log(1.0 - below / final), log(1.0 + hypot(chance, self.arriving.more) / final)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both periods of one platform, or of all."""

    name: str
    now: Totals
    before: Totals

    @property
    def is_nowcast(self) -> bool:
        """Whether a part of either period's conversions is still to come."""
        return self.now.is_nowcast or self.before.is_nowcast

    def change_pct(self, metric: Metric) -> float | None:
        """Change against the period before in percent; None where there was nothing before."""
        now, before = self.now.value(metric), self.before.value(metric)
        return 100 * (now / before - 1) if now is not None and before else None

    def change_range_pct(self, metric: Metric) -> tuple[float, float] | None:
        """80 % interval of the change for what is still to come; None where the change is final."""
        change = self.change_pct(metric)
        if change is None or metric not in BY_CONVERSIONS or not self.is_nowcast:
            return None
        (now_below, now_above), (past_below, past_above) = self.now.log_errors(metric), self.before.log_errors(metric)
        below, above = hypot(now_below, past_above), hypot(now_above, past_below)
        if metric == "cpa":
            below, above = above, below
        ratio = 1 + change / 100
        return 100 * (ratio * exp(-below) - 1), 100 * (ratio * exp(above) - 1)

    def least_change_pct(self, metric: Metric) -> float | None:
        """The change that is certain: the end of its interval nearest to none, 0 where the interval includes it."""
        change, interval = self.change_pct(metric), self.change_range_pct(metric)
        if change is None or interval is None:
            return change
        low, high = interval
        return low if low > 0 else min(high, 0.0)


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


def _share(name: str) -> pl.Expr:
    """A share above 0; 1 where none is known, as of a day that is not over."""
    return pl.when(pl.col(name) > 0).then(pl.col(name)).otherwise(1.0)


def _arriving() -> list[pl.Expr]:
    share, conversions = _share("maturity"), pl.col("conversions")
    to_come = conversions * (1 / share - 1)
    sums = {
        "conversions": to_come,
        "revenue": pl.col("revenue").cast(pl.Float64) * (1 / _share("revenue_maturity") - 1),
        "priced_conversions": to_come.filter(_IS_PRICED),
        "variance": (conversions + 0.5) * (1 - share) / share**2,
        "fewer": conversions * (1 / share - 1 / _share("maturity_high")),
        "more": conversions * (1 / _share("maturity_low") - 1 / share),
    }
    return [expression.sum().alias(f"arriving_{name}") for name, expression in sums.items()]


_IS_PRICED = pl.col("spend").is_not_null()
_SUMS = [
    pl.col("impressions").sum(),
    pl.col("clicks").sum(),
    pl.col("conversions").sum(),
    pl.col("spend").sum(),
    pl.col("revenue").sum(),
    pl.col("clicks").filter(_IS_PRICED).sum().alias("priced_clicks"),
    pl.col("conversions").filter(_IS_PRICED).sum().alias("priced_conversions"),
    *_arriving(),
]


def _totals(row: Mapping[str, object]) -> Totals:
    numbers = {name: value or 0 for name, value in row.items()}
    of_arriving = ("conversions", "revenue", "priced_conversions", "variance", "fewer", "more")
    return Totals(
        impressions=int(str(numbers["impressions"])),
        clicks=int(str(numbers["clicks"])),
        conversions=float(str(numbers["conversions"])),
        spend=Decimal(str(numbers["spend"])),
        revenue=Decimal(str(numbers["revenue"])),
        priced_clicks=int(str(numbers["priced_clicks"])),
        priced_conversions=float(str(numbers["priced_conversions"])),
        arriving=Arriving(**{name: max(float(str(numbers[f"arriving_{name}"])), 0.0) for name in of_arriving}),
    )
