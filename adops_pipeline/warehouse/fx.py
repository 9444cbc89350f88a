"""Exchange rates: a CSV of `date,currency,rate_to_usd` becomes one rate a day and currency in `fx_rates`.

A rate holds until the next one of its currency, at most so many days. A rate that is not known is absent, never 1.
"""

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from adops_pipeline.warehouse.sql import statement

_HEADER = ["date", "currency", "rate_to_usd"]
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_HUB = "USD"


class FxError(ValueError):
    """The rates file cannot be used; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of ``currency`` is worth in US dollars from ``date`` on."""

    date: date
    currency: str
    rate_to_usd: Decimal


def read_rates(path: Path) -> list[Rate]:
    """Read and validate the CSV; FxError names the first line that is wrong."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        raise FxError(
            f"{path} is not there; it holds date,currency,rate_to_usd (setting ADOPS_FX_RATES_FILE)"
        ) from None
    if not rows or [name.strip() for name in rows[0]] != _HEADER:
        raise FxError(f"{path}, line 1: the header must be {','.join(_HEADER)}")
    rates = [_rate(path, number, row) for number, row in enumerate(rows[1:], 2) if any(row)]
    seen: set[tuple[date, str]] = set()
    for number, rate in enumerate(rates, 2):
        if (rate.date, rate.currency) in seen:
            raise FxError(f"{path}, line {number}: {rate.currency} has two rates on {rate.date}")
        seen.add((rate.date, rate.currency))
    return rates


def _rate(path: Path, number: int, row: list[str]) -> Rate:
    try:
        day, currency, value = (cell.strip() for cell in row)
        rate = Rate(date.fromisoformat(day), currency, Decimal(value))
    except (ValueError, InvalidOperation):
        raise FxError(f"{path}, line {number}: {','.join(row)!r} is not a line like 2026-01-01,EUR,1.0842") from None
    if not _CURRENCY.match(currency):
        raise FxError(f"{path}, line {number}: {currency!r} is not an ISO 4217 code like EUR")
    if not rate.rate_to_usd.is_finite() or rate.rate_to_usd <= 0:
        raise FxError(f"{path}, line {number}: the rate {value} is not above zero")
    return rate


def load_fx(con: duckdb.DuckDBPyConnection, csv_path: Path, reporting_currency: str, max_age_days: int) -> int:
    """Fill `fx_rates` for every day that holds metrics or is covered by a pull; gives the number of rows.

    The reporting currency itself is worth 1 every day. Rows that did not change are left alone.
    """
    rates = read_rates(csv_path)
    con.execute("CREATE OR REPLACE TEMP TABLE given_rates (date DATE, currency VARCHAR, rate_to_usd DECIMAL(18,10))")
    con.executemany("INSERT INTO given_rates VALUES (?, ?, ?)", [[r.date, r.currency, r.rate_to_usd] for r in rates])
    bound = {"reporting": reporting_currency, "hub": _HUB, "max_age_days": max_age_days}
    con.execute(statement("fx_rates"), bound)
    con.begin()
    con.execute("DELETE FROM fx_rates WHERE (date, currency) NOT IN (SELECT (date, currency) FROM new_rates)")
    con.execute(
        "DELETE FROM fx_rates USING new_rates AS new WHERE fx_rates.date = new.date AND fx_rates.currency = new.currency"
        " AND (fx_rates.rate_to_reporting, fx_rates.source_date) <> (new.rate_to_reporting, new.source_date)"
    )
    con.execute(
        "INSERT INTO fx_rates BY NAME SELECT new.* FROM new_rates AS new ANTI JOIN fx_rates USING (date, currency)"
        " ORDER BY date, currency"
    )
    con.commit()
    (count,) = con.execute("SELECT count(*) FROM fx_rates").fetchone() or (0,)
    return int(count)
