"""The tables of a cross-channel-report. Numbers only: what is worth a sentence is decided in `channels`."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.domain.workflows.results.channel_totals import Comparison, Metric, Totals, total, totals_by
from adops_pipeline.domain.workflows.results.figures import rounded
from adops_pipeline.domain.workflows.results.result import ResultTable, Value

_METRICS: tuple[Metric, ...] = (
    "impressions", "clicks", "spend", "conversions", "revenue", "ctr", "cpc", "cpa", "roas",
)  # fmt: skip
_IN_MONEY = ("spend", "revenue", "cpc", "cpa")


def values_table(comparisons: Sequence[Comparison], currency: str, period: DateRange) -> ResultTable:
    """Every metric of the period; a ratio without a denominator is empty."""
    names = [f"{metric} {currency}" if metric in _IN_MONEY else metric for metric in _METRICS]
    rows = tuple((c.name, *(_shown(c.now, metric, currency) for metric in _METRICS)) for c in comparisons)
    return ResultTable(f"{period.start} to {period.end}", ("platform", *names), rows)


def _shown(totals: Totals, metric: Metric, currency: str) -> Value:
    if metric in ("impressions", "clicks"):
        return int(getattr(totals, metric))
    if metric in ("spend", "revenue"):
        to_come = Decimal(repr(totals.arriving.revenue)) if metric == "revenue" else Decimal(0)
        amount: Decimal = getattr(totals, metric)
        return rounded(amount + to_come, currency)
    return _brief(totals.value(metric), 4)


def changes_table(comparisons: Sequence[Comparison]) -> ResultTable:
    """Every metric's change in percent; empty where there was nothing before."""
    rows = tuple((c.name, *(_brief(c.change_pct(metric), 2) for metric in _METRICS)) for c in comparisons)
    return ResultTable("Change against the period before, %", ("platform", *_METRICS), rows)


def known_table(comparisons: Sequence[Comparison], currency: str) -> tuple[ResultTable, ...]:
    """What is known so far of conversions and revenue that the other tables nowcast; none where all is known."""
    rows = tuple(
        (c.name, _brief(c.now.conversions, 2), round(100 * c.now.known_share, 1), rounded(c.now.revenue, currency))
        for c in comparisons
        if c.now.is_nowcast
    )
    columns = ("platform", "conversions", "of those expected, %", f"revenue {currency}")
    return (ResultTable("Known so far", columns, rows),) if rows else ()


def campaigns_table(now: pl.DataFrame, before: pl.DataFrame, currency: str, top: int) -> ResultTable:
    """The ``top`` campaigns by spend, with the change of their spend; rows as from ``in_currency``."""
    key = pl.concat_str("platform", pl.lit(":"), "campaign_id").alias("id")
    mine, past = (totals_by(rows.with_columns(key), "id") for rows in (now, before))
    names = dict(now.sort("date").with_columns(key).select("id", "campaign_name").iter_rows())
    nothing = total(now.clear())
    rows = []
    for name in sorted(mine, key=lambda name: (-mine[name].spend, name))[:top]:
        compared = Comparison(name, mine[name], past.get(name, nothing))
        change, roas = _brief(compared.change_pct("spend"), 2), _brief(compared.now.value("roas"), 4)
        spend = rounded(compared.now.spend, currency)
        conversions = _brief(compared.now.value("conversions"), 2)
        rows.append((name, names[name], spend, change, conversions, roas))
    columns = ("campaign", "name", f"spend {currency}", "change %", "conversions", "roas")
    return ResultTable("Campaigns by spend", columns, tuple(rows))


def _brief(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
