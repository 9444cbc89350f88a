"""Helpers of the rules: rows, labels, links and figures. No thresholds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from urllib.parse import urlencode

import polars as pl

from adops_pipeline.domain.alerts.alert import Figure
from adops_pipeline.domain.severity import Severity

Row = Mapping[str, object]
_LABELS = ("platform", "account_id", "campaign_id", "campaign_name", "project_id", "currency")


_CAMPAIGN_METRIC = ("platform", "campaign_id", "metric")


def most_severe(
    frame: pl.DataFrame, least: Severity, *then: pl.Expr, by: Sequence[str] = _CAMPAIGN_METRIC
) -> pl.DataFrame:
    """Per campaign and metric, or per what ``by`` names, the most severe row from ``least`` on; then the last."""
    if frame.is_empty():
        return frame
    key = list(by)
    ranks = {severity.value: severity.rank for severity in Severity}
    rank = pl.col("severity").replace_strict(ranks, default=-1, return_dtype=pl.Int32)
    ranked = frame.with_columns(rank.alias("severity_rank")).filter(pl.col("severity_rank") >= least.rank)
    last = ranked.sort("severity_rank", *then).unique(key, keep="last", maintain_order=True)
    return last.drop("severity_rank").sort(key)


def rows_of(frame: pl.DataFrame) -> Iterator[Row]:
    """Rows by column name; figures that are not finite are None."""
    for row in frame.iter_rows(named=True):
        yield {name: None if isinstance(v, float) and not isfinite(v) else v for name, v in row.items()}


def text(row: Row, name: str) -> str:
    """The value as text; empty where the column or the value is missing."""
    value = row.get(name)
    return "" if value is None else str(value)


def number(row: Row, name: str) -> float | None:
    """The value as a number; None where it is missing. Money keeps its exact type elsewhere."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float | Decimal) else None


def labels_of(row: Row, **more: str) -> dict[str, str]:
    """What the row is about, as far as its columns say, and ``more``."""
    return {name: text(row, name) for name in _LABELS if text(row, name)} | more


def details_of(row: Row, *names: str) -> dict[str, Figure]:
    """The figures by name; money and dates as text, so that nothing is rounded."""
    details: dict[str, Figure] = {}
    for name in names:
        value = row.get(name)
        if isinstance(value, date | Decimal):
            details[name] = str(value)
        elif isinstance(value, str | int | float):
            details[name] = value
    return details


def link_to(page: str, **query: str) -> str:
    """A path of the dashboard: ``/pacing?platform=meta-ads&campaign_id=17``."""
    given = {name: value for name, value in query.items() if value}
    return f"/{page}?{urlencode(given)}" if given else f"/{page}"


def campaign_link(page: str, row: Row) -> str:
    """The page as it shows the row's campaign."""
    return link_to(page, platform=text(row, "platform"), campaign_id=text(row, "campaign_id"))
