"""Numbers in every form a platform may write them: exact, or refused; never rounded through a float."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeVar

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.warehouse.normalize.statements import MACROS, create_macros
from adops_pipeline_tests.profiles import examples

T = TypeVar("T")
MICRO = Decimal("0.000001")
LARGEST = Decimal("999999999999.999999")
WIDE = Context(prec=80)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_macros(connection, *MACROS)
        yield connection


def read(con: duckdb.DuckDBPyConnection, macro: str, text: str | None) -> object:
    (value,) = con.execute(f"SELECT {macro}($text::VARCHAR)", {"text": text}).fetchone() or (None,)
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6789000", "6.789"),
        ("0", "0"),
        ("1", "0.000001"),
        ("9007199254740993", "9007199254.740993"),
        ("999999999999999999", "999999999999.999999"),
        ("1000000000000000000", None),
        ("123456789012345678901234567890", None),
        ("1.5e6", "1.5"),
        ("1E+2", "0.0001"),
        ("30000000.0", "30"),
        ("0.5", "0.000001"),
        ("0.4999999999", "0"),
        ("-1", "-0.000001"),
        (" 7 ", "0.000007"),
    ],
)
def test_micros_become_money_to_the_micro_unit(con: duckdb.DuckDBPyConnection, text: str, value: str | None) -> None:
    assert read(con, "money_from_micros", text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14.35", "14.35"),
        ("0.1", "0.1"),
        ("120.25", "120.25"),
        ("1e2", "100"),
        ("123456789012.123456", "123456789012.123456"),
        ("999999999999.999999", "999999999999.999999"),
        ("999999999999.9999999", None),
        ("1000000000000", None),
        ("1e400", None),
        ("33.333333333333336", "33.333333"),
        ("0.0000005", "0.000001"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+5", "5"),
        ("-0.01", "-0.01"),
    ],
)
def test_units_become_money_exactly(con: duckdb.DuckDBPyConnection, text: str, value: str | None) -> None:
    assert read(con, "money_from_units", text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("345", 345),
        ("345.0", 345),
        ("1e3", 1000),
        ("9007199254740993", 9007199254740993),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", None),
        ("1e30", None),
        ("12.5", None),
        ("-3", -3),
    ],
)
def test_counts_are_whole_numbers_or_nothing(con: duckdb.DuckDBPyConnection, text: str, value: int | None) -> None:
    assert read(con, "whole_number", text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "abc", "1,000", "1_000", "0x10", "NaN", "nan", "inf", "-Infinity", "true", "null", "1e", "--1",
        "\uff11\uff12", '{"a":1}', "[1]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("macro", ["money_from_micros", "money_from_units", "whole_number", "real_number"])
def test_what_is_no_number_is_refused(con: duckdb.DuckDBPyConnection, macro: str, text: str) -> None:
    assert read(con, macro, text) is None


@pytest.mark.parametrize("macro", ["money_from_micros", "money_from_units", "whole_number", "real_number"])
def test_absent_stays_absent(con: duckdb.DuckDBPyConnection, macro: str) -> None:
    assert read(con, macro, None) is None


def test_no_infinity_and_no_negative_zero_become_conversions(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "real_number", "1e400") is None
    assert str(read(con, "real_number", "-0.0")) == "0.0"
    assert read(con, "real_number", "1.5") == 1.5


NUMBER_TEXTS = st.builds(
    lambda sign, whole, fraction, exponent: sign + whole + fraction + exponent,
    st.sampled_from(["", "-", "+"]),
    st.text("0123456789", min_size=1, max_size=20),
    st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=10).map(lambda digits: "." + digits)),
    st.one_of(st.just(""), st.integers(-8, 8).map(lambda power: f"e{power}")),
)


def exact(text: str, shift: int) -> Decimal | None:
    """What arithmetic on paper gives: rounded once, half away from zero, and refused when it does not fit."""
    value = WIDE.scaleb(Decimal(text), shift).quantize(MICRO, ROUND_HALF_UP, WIDE)
    return value if abs(value) <= LARGEST else None


def read_all(con: duckdb.DuckDBPyConnection, macro: str, texts: list[str]) -> list[object]:
    """Many values in one statement, which costs no more than one value."""
    found = con.execute(f"SELECT {macro}(text) FROM unnest($texts::VARCHAR[]) AS given (text)", {"texts": texts})
    return [value for (value,) in found.fetchall()]


def several(values: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(values, min_size=40, max_size=40)


@examples(10)
@given(texts=several(NUMBER_TEXTS))
def test_money_equals_arithmetic_on_paper(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert read_all(con, "money_from_units", texts) == [exact(text, 0) for text in texts]
    assert read_all(con, "money_from_micros", texts) == [exact(text, -6) for text in texts]


@examples(5)
@given(written=several(st.tuples(st.integers(-(2**70), 2**70), st.sampled_from(["{}", "{}.0", "{}.000", "{}e0"]))))
def test_counts_equal_the_integer_that_was_written(
    con: duckdb.DuckDBPyConnection, written: list[tuple[int, str]]
) -> None:
    expected = [value if -(2**63) <= value < 2**63 else None for value, _ in written]
    assert read_all(con, "whole_number", [style.format(value) for value, style in written]) == expected


@examples(10)
@given(texts=several(st.text(max_size=12)))
def test_any_text_gives_a_value_or_nothing_and_never_an_error(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for macro in ("money_from_micros", "money_from_units", "whole_number", "real_number"):
        assert len(read_all(con, macro, texts)) == len(texts)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [(1, 4, 0.25), (1, 0, None), (0, 0, None), (1, 5e-324, None), (Decimal("6.5"), 2, 3.25)],
)
def test_ratios_are_null_on_a_zero_denominator_and_never_infinite(
    con: duckdb.DuckDBPyConnection, numerator: object, denominator: object, value: float | None
) -> None:
    (found,) = con.execute("SELECT ratio($n, $d)", {"n": numerator, "d": denominator}).fetchone() or (0,)
    assert found == value
