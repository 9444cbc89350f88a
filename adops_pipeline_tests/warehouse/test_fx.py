"""Rates hold until the next one, at most so long; crossed exactly; a bad file is named line by line."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.warehouse.fx import FxError, Rate, held_rates, load_fx, newest_rate, read_rates

HEADER = "date,currency,rate_to_usd\n"
PLANNING_RATES = Path(__file__).parents[2] / "data" / "fx_rates.csv"


def csv(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def rate_on(con: duckdb.DuckDBPyConnection, currency: str, day: str) -> tuple[Decimal, date] | None:
    query = "SELECT rate_to_reporting, source_date FROM fx_rates WHERE currency = ? AND date = ?::DATE"
    found = con.execute(query, [currency, day]).fetchone()
    return None if found is None else (found[0], found[1])


def test_a_rate_holds_until_the_next_one_of_its_currency(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.10", "2026-10-03,EUR,1.20", "2026-10-02,GBP,1.30"), "USD", 35)
    assert rate_on(con, "EUR", "2026-09-30") is None
    assert rate_on(con, "EUR", "2026-10-02") == (Decimal("1.10"), date(2026, 10, 1))
    assert rate_on(con, "EUR", "2026-10-03") == (Decimal("1.20"), date(2026, 10, 3))


def test_a_rate_that_grew_too_old_is_absent_never_one(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.10"), "USD", 7)
    assert rate_on(con, "EUR", "2026-10-08") == (Decimal("1.10"), date(2026, 10, 1))
    assert rate_on(con, "EUR", "2026-10-09") is None
    assert rate_on(con, "KRW", "2026-10-01") is None


def test_the_reporting_currency_is_worth_one_on_every_day_whatever_the_file_holds(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load_fx(con, csv(tmp_path, "2026-10-01,GBP,1.30"), "EUR", 35)
    for day in ("2010-01-01", "2026-11-30", "2049-12-31"):
        assert rate_on(con, "EUR", day) == (Decimal(1), date.fromisoformat(day))
    assert rate_on(con, "GBP", "2026-10-01") is None


def test_rates_are_crossed_through_the_dollar_in_exact_decimals(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.2", "2026-10-05,GBP,1.5", "2026-10-05,JPY,0.0069"), "EUR", 35)
    assert rate_on(con, "GBP", "2026-10-05") == (Decimal("1.25"), date(2026, 10, 1))
    assert rate_on(con, "USD", "2026-10-05") == (Decimal("0.8333333333"), date(2026, 10, 1))
    assert rate_on(con, "JPY", "2026-10-05") == (Decimal("0.00575"), date(2026, 10, 1))
    assert rate_on(con, "GBP", "2026-10-04") is None


def test_loading_again_writes_only_what_changed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = csv(tmp_path, "2026-10-01,EUR,1.10", "2026-10-02,EUR,1.20")
    rows = load_fx(con, file, "USD", 35)
    assert con.execute("SELECT count(*) FROM fx_rates").fetchall() == [(rows,)]
    con.execute("CREATE TABLE before AS SELECT rowid AS id, * FROM fx_rates")
    assert load_fx(con, file, "USD", 35) == rows
    load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.15", "2026-10-02,EUR,1.20"), "USD", 35)
    changed = con.execute(
        "SELECT DISTINCT date, rate_to_reporting FROM fx_rates WHERE rowid NOT IN (SELECT id FROM before)"
    ).fetchall()
    assert changed == [(date(2026, 10, 1), Decimal("1.15"))]
    assert load_fx(con, csv(tmp_path, "2026-10-02,EUR,1.20"), "USD", 35) == rows - 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-13-01,EUR,1.1", "is not like 2026-01-01,EUR,1.0842"),
        ("2026-10-01,EUR", "is not like"),
        ("2026-10-01,EUR,1.1,extra", "is not like"),
        ("2026-10-01,EUR,one", "is not like"),
        ("2026-10-01,eur,1.1", "'eur' is not an ISO 4217 code"),
        ("2026-10-01,EUR,0", "is not above 0"),
        ("2026-10-01,EUR,-1", "is not above 0"),
        ("2026-10-01,EUR,NaN", "is not above 0"),
        ("2026-10-01,EUR,Infinity", "is not above 0"),
        ("2026-10-01,USD,1.1", "a US dollar is worth 1 US dollar"),
        ("2026-09-01,EUR,1.3", "EUR has a second rate on 2026-09-01"),
    ],
)
def test_a_bad_line_is_named_with_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    file = csv(tmp_path, "2026-09-01,EUR,1.1", "", line, "2026-09-02,EUR,1.2")
    with pytest.raises(FxError, match=rf"rates\.csv, line 4: .*{reason}") as raised:
        read_rates(file)
    assert len(str(raised.value).splitlines()) == 1


def test_every_bad_line_is_named_up_to_twenty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 2:") as raised:
        read_rates(csv(tmp_path, *["nonsense"] * 23))
    lines = str(raised.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 3 more"


def test_a_file_that_is_not_there_or_has_other_columns_is_named(tmp_path: Path) -> None:
    with pytest.raises(FxError, match=r"missing\.csv does not exist"):
        read_rates(tmp_path / "missing.csv")
    file = tmp_path / "other.csv"
    file.write_text("day,iso,rate\n", encoding="utf-8")
    with pytest.raises(FxError, match="line 1: the header must be date,currency,rate_to_usd"):
        read_rates(file)
    file.write_bytes(b"date,currency,rate_to_usd\n2026-10-01,\xff,1\n")
    with pytest.raises(FxError, match="is not UTF-8"):
        read_rates(file)


def test_a_bad_file_leaves_the_stored_rates_as_they_were(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.10"), "USD", 35)
    with pytest.raises(FxError):
        load_fx(con, csv(tmp_path, "2026-10-01,EUR,1.20", "broken"), "USD", 35)
    assert rate_on(con, "EUR", "2026-10-01") == (Decimal("1.10"), date(2026, 10, 1))


def test_the_planning_rates_cover_every_currency_on_every_day_of_2024_through_2027(
    con: duckdb.DuckDBPyConnection,
) -> None:
    load_fx(con, PLANNING_RATES, "USD", 35)
    found = con.execute(
        "SELECT currency, count(*) FROM fx_rates WHERE year(date) BETWEEN 2024 AND 2027 GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    currencies = ("AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "KRW", "USD")
    assert found == [(currency, 3 * 365 + 366) for currency in currencies]


_FIRST = date(2026, 1, 1)
_QUOTES = st.dictionaries(
    st.tuples(st.integers(0, 60), st.sampled_from(["EUR", "GBP", "JPY"])),
    st.decimals("0.0001", "1000", places=4),
    max_size=12,
)


@given(quotes=_QUOTES, max_age=st.integers(1, 20), reporting=st.sampled_from(["USD", "EUR", "KRW"]))
def test_each_days_rate_is_the_quotient_of_the_newest_quotes_that_are_young_enough(
    quotes: dict[tuple[int, str], Decimal], max_age: int, reporting: str
) -> None:
    rates = [Rate(_FIRST + timedelta(days=day), currency, value) for (day, currency), value in quotes.items()]

    def in_usd(currency: str, day: date) -> Decimal | None:
        if currency == "USD":
            return Decimal(1)
        own = [r for r in rates if r.currency == currency and day - timedelta(days=max_age) <= r.date <= day]
        return max(own, key=lambda rate: rate.date).rate_to_usd if own else None

    held = held_rates(rates, reporting, max_age)
    for day in (_FIRST + timedelta(days=n) for n in range(85)):
        for currency in ("USD", "EUR", "GBP", "JPY", "KRW"):
            found = [h.rate_to_reporting for h in held if h.currency == currency and h.first <= day <= h.last]
            value, base = in_usd(currency, day), in_usd(reporting, day)
            if currency == reporting:
                expected = [Decimal(1)]
            else:
                expected = [(value / base).quantize(Decimal("0.0000000001"))] if value and base else []
            assert found == expected


def test_the_newest_rate_is_by_the_quotes_of_the_day_whatever_their_age() -> None:
    rates = [
        Rate(date(2026, 1, 1), "EUR", Decimal("1.10")),
        Rate(date(2026, 2, 1), "EUR", Decimal("1.20")),
        Rate(date(2025, 1, 1), "GBP", Decimal("1.50")),
    ]
    day = date(2026, 1, 31)
    assert newest_rate(rates, "EUR", "USD", day) == Decimal("1.10")
    assert newest_rate(rates, "EUR", "USD", date(2026, 2, 1)) == Decimal("1.20")
    assert newest_rate(rates, "USD", "EUR", date(2026, 2, 1)) == Decimal("0.8333333333")
    assert newest_rate(rates, "GBP", "EUR", date(2026, 2, 1)) == Decimal("1.25")
    assert newest_rate([], "JPY", "JPY", day) == 1
    assert newest_rate(rates, "JPY", "USD", day) is None
    assert newest_rate(rates, "GBP", "USD", date(2024, 1, 1)) is None
