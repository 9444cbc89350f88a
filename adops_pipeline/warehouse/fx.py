"""Exchange rates: a CSV of ``date,currency,rate_to_usd`` becomes one rate a day and currency in ``fx_rates``.

A rate holds from its day until the next one of its currency, at most so many days. A rate that is not known is absent,
never 1. Exact decimals throughout: rates are crossed here, for DuckDB divides decimals as floats.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path

import duckdb
import polars as pl

from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.transaction import transaction

_HEADER = ["date", "currency", "rate_to_usd"]
_CURRENCY = re.compile(r"[A-Z]{3}")
_HUB = "USD"
_PLACES = Decimal("0.0000000001")
_LARGEST = Decimal(10**8)
_LONGEST_REPORT = 20
_HELD = "held_rates"
# The reporting currency is worth 1 on every day that platforms may report, whether or not the file has rates.
_FIRST_DAY, _LAST_DAY = date(2010, 1, 1), date(2049, 12, 31)


class FxError(ValueError):
    """The rates file cannot be used; the message names the file and each bad line with its reason."""


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """Value of one unit of ``currency`` in US dollars from ``date`` on."""

    date: date
    currency: str
    rate_to_usd: Decimal


@dataclass(frozen=True, slots=True)
class HeldRate:
    """Value of one unit of ``currency`` in the reporting currency on every day from ``first`` through ``last``.

    ``source_date`` is the day of the older of the two quotes it was crossed from; None: worth 1 by definition.
    """

    currency: str
    first: date
    last: date
    rate_to_reporting: Decimal
    source_date: date | None


def read_rates(path: Path) -> list[Rate]:
    """Read and validate the CSV, in file order. Raises FxError naming the wrong lines (at most 20)."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(enumerate(csv.reader(file), 1))
    except FileNotFoundError:
        raise FxError(
            f"{path} does not exist; it must have the columns {','.join(_HEADER)}, see fx_rates_file"
        ) from None
    except UnicodeDecodeError as error:
        raise FxError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from None
    if not lines or [name.strip() for name in lines[0][1]] != _HEADER:
        raise FxError(f"{path}, line 1: the header must be {','.join(_HEADER)}")
    rates: dict[tuple[date, str], Rate] = {}
    problems: list[str] = []
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            rate = _rate(cells)
        except FxError as problem:
            problems.append(f"{path}, line {number}: {problem}")
            continue
        if rates.setdefault((rate.date, rate.currency), rate) is not rate:
            problems.append(f"{path}, line {number}: {rate.currency} has a second rate on {rate.date}")
    if problems:
        more = len(problems) - _LONGEST_REPORT
        raise FxError("\n".join(problems[:_LONGEST_REPORT]) + (f"\nand {more} more" if more > 0 else ""))
    return list(rates.values())


def _rate(cells: Sequence[str]) -> Rate:
    """One line. Raises FxError if it is wrong."""
    try:
        day, currency, value = (cell.strip() for cell in cells)
        rate = Rate(date.fromisoformat(day), currency, Decimal(value))
    except (ValueError, InvalidOperation):
        raise FxError(f"{','.join(cells)!r} is not like 2026-01-01,EUR,1.0842") from None
    if not _CURRENCY.fullmatch(currency):
        raise FxError(f"{currency!r} is not an ISO 4217 code like EUR")
    if not rate.rate_to_usd.is_finite() or not 0 < rate.rate_to_usd < _LARGEST:
        raise FxError(f"the rate {value} is not above 0 and below {_LARGEST}")
    if currency == _HUB and rate.rate_to_usd != 1:
        raise FxError(f"a US dollar is worth 1 US dollar, not {value}")
    return rate


def held_rates(rates: Iterable[Rate], reporting_currency: str, max_age_days: int) -> list[HeldRate]:
    """Rates of each currency in the reporting currency, as date ranges that do not overlap.

    Quoted to 10 places. The reporting currency itself is worth 1 from 2010 through 2049, whatever the file holds.
    """
    quoted: dict[str, list[Rate]] = {}
    for rate in sorted(rates):
        quoted.setdefault(rate.currency, []).append(rate)
    stretches = {currency: list(_stretches(own, max_age_days)) for currency, own in quoted.items()}
    # A currency is worth 1 of itself without a quote, so the other currency's quote is always the older one.
    stretches[_HUB] = [(_FIRST_DAY, _LAST_DAY, Rate(date.max, _HUB, Decimal(1)))]
    reporting = stretches.pop(reporting_currency, [])
    crossed = [
        _crossed(max(first, since), min(last, until), rate, base)
        for own in stretches.values()
        for first, last, rate in own
        for since, until, base in reporting
        if max(first, since) <= min(last, until)
    ]
    itself = HeldRate(reporting_currency, _FIRST_DAY, _LAST_DAY, Decimal(1), None)
    return [itself, *(held for held in crossed if 0 < held.rate_to_reporting < _LARGEST)]


def newest_rate(rates: Iterable[Rate], currency: str, reporting_currency: str, day: date) -> Decimal | None:
    """Value of one unit of a currency by the newest quotes on ``day``, whatever their age; None without a quote.

    For bounds, which need no exact rate; amounts are converted by `held_rates`.
    """
    quoted = {rate.currency: rate.rate_to_usd for rate in sorted(rates) if rate.date <= day} | {_HUB: Decimal(1)}
    if currency == reporting_currency:
        return Decimal(1)
    if currency not in quoted or reporting_currency not in quoted:
        return None
    return (quoted[currency] / quoted[reporting_currency]).quantize(_PLACES)


def _stretches(rates: Sequence[Rate], max_age_days: int) -> Iterator[tuple[date, date, Rate]]:
    """First and last day on which each of ``rates`` (one currency, oldest first) holds."""
    for rate, following in zip_longest(rates, rates[1:]):
        last = rate.date + timedelta(days=max_age_days)
        yield rate.date, min(last, following.date - timedelta(days=1)) if following else last, rate


def _crossed(first: date, last: date, rate: Rate, base: Rate) -> HeldRate:
    value = (rate.rate_to_usd / base.rate_to_usd).quantize(_PLACES)
    return HeldRate(rate.currency, first, last, value, min(rate.date, base.date))


def load_fx(con: duckdb.DuckDBPyConnection, csv_path: Path, reporting_currency: str, max_age_days: int) -> int:
    """Bring ``fx_rates`` up to date with the file; its number of rows. Unchanged rates are not written.

    Raises FxError if the file cannot be used; the table then stays unchanged.
    """
    held = held_rates(read_rates(csv_path), reporting_currency, max_age_days)
    # As a frame: to bind thousands of values takes ten times as long.
    con.register(_HELD, _frame(held))
    con.execute(statement("given_rates"))
    con.unregister(_HELD)
    with transaction(con):
        con.execute("DELETE FROM fx_rates AS old WHERE NOT EXISTS (FROM given_rates AS given WHERE given = old)")
        con.execute(
            "INSERT INTO fx_rates BY NAME FROM given_rates ANTI JOIN fx_rates USING (date, currency) ORDER BY ALL"
        )
    (rows,) = con.execute("SELECT count(*) FROM fx_rates").fetchone() or (0,)
    return int(rows)


def _frame(held: Sequence[HeldRate]) -> pl.DataFrame:
    return pl.DataFrame(
        [(one.currency, one.first, one.last, str(one.rate_to_reporting), one.source_date) for one in held],
        schema={
            "currency": pl.String,
            "first": pl.Date,
            "last": pl.Date,
            "rate_to_reporting": pl.String,
            "source_date": pl.Date,
        },
        orient="row",
    )
