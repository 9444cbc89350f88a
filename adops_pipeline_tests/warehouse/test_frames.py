"""Frames in and out of tables: exact, repeatable, all or nothing."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.frames import read_frame, replace_rows


def rates(*rows: tuple[date, str, str | None]) -> pl.DataFrame:
    values = [(day, currency, rate and Decimal(rate)) for day, currency, rate in rows]
    schema = {"date": pl.Date(), "currency": pl.String(), "rate_to_reporting": pl.Decimal(18, 8)}
    return pl.DataFrame(values, schema=schema, orient="row").with_columns(
        pl.lit(None, pl.Date).alias(name) for name in _others()
    )


def _others() -> list[str]:
    return [name for name in TABLES["fx_rates"].column_names if name not in {"date", "currency", "rate_to_reporting"}]


FIRST, SECOND = date(2026, 10, 1), date(2026, 10, 2)


def stands(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with warehouse.reading() as con:
        found = read_frame(con, "SELECT date, currency, rate_to_reporting FROM fx_rates ORDER BY ALL")
    return list(found.iter_rows())


def test_a_frame_replaces_what_it_speaks_of_and_nothing_else(warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.1"), (FIRST, "GBP", "1.3"), (SECOND, "EUR", "1.2")))
        scope = pl.DataFrame({"date": [FIRST]})
        assert replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.15000001")), scope) == 1
    assert stands(warehouse) == [(FIRST, "EUR", Decimal("1.15000001")), (SECOND, "EUR", Decimal("1.2"))]


def test_an_empty_frame_empties_its_scope(warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.1"), (SECOND, "EUR", "1.2")))
        replace_rows(con, "fx_rates", rates(), pl.DataFrame({"date": [SECOND], "currency": ["EUR"]}))
    assert stands(warehouse) == [(FIRST, "EUR", Decimal("1.1"))]


def test_written_twice_it_stands_once(warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        for _ in range(2):
            replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.1")))
    assert stands(warehouse) == [(FIRST, "EUR", Decimal("1.1"))]


def test_columns_the_table_does_not_have_are_refused_by_name(warehouse: Warehouse) -> None:
    with warehouse.writing() as con, pytest.raises(WarehouseError, match=r"not in the table \['colour'\]"):
        replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.1")).with_columns(pl.lit("red").alias("colour")))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_refused_and_nothing_is_lost(warehouse: Warehouse, value: float) -> None:
    broken = rates((FIRST, "EUR", "1.1")).with_columns(pl.lit(value).alias("rate_to_reporting"))
    with warehouse.writing() as con:
        replace_rows(con, "fx_rates", rates((FIRST, "EUR", "1.1")))
        with pytest.raises(WarehouseError, match="rate_to_reporting holds numbers that are not finite"):
            replace_rows(con, "fx_rates", broken)
    assert stands(warehouse) == [(FIRST, "EUR", Decimal("1.1"))]


def test_values_are_bound(warehouse: Warehouse) -> None:
    with warehouse.reading() as con:
        assert read_frame(con, "SELECT $text AS text", {"text": "'; DROP"}).item() == "'; DROP"
