"""What the rules share: reading a frame's rows, labels, links, figures in words. No thresholds."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from urllib.parse import urlencode

import polars as pl

from adops_pipeline.domain.alerts.alert import Figure
from adops_pipeline.domain.money import format_money

Row = Mapping[str, object]
_LABELS = ("platform", "account_id", "campaign_id", "campaign_name", "project_id", "currency")


def recent(frame: pl.DataFrame, column: str, days: int) -> pl.DataFrame:
    """The rows of each platform's last ``days`` days, counted back from its own newest ``column``."""
    if frame.is_empty():
        return frame
    newest = pl.col(column).max().over("platform")
    return frame.filter(pl.col(column) > newest - timedelta(days=days))


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


def amount(row: Row, name: str) -> Decimal | None:
    """Money as it stands; None where it is missing."""
    value = row.get(name)
    return value if isinstance(value, Decimal) else None


def money(row: Row, name: str) -> str:
    """``EUR 1,234.50`` in the row's currency; ``an unknown amount`` where it is missing."""
    value = amount(row, name)
    return "an unknown amount" if value is None else format_money(value, text(row, "currency"))


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


def days_in_words(days: int) -> str:
    """``1 day``, ``12 days``."""
    return "1 day" if days == 1 else f"{days} days"
