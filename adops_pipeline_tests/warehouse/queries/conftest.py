"""A snapshot with one row, published once for all tests that ask it."""

from pathlib import Path

import pytest

from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.publish import publish
from adops_pipeline_tests.templates import copy_into, prepared_on_empty


@pytest.fixture
def snapshot(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """The test's own copy, beside the warehouse that it is the snapshot of."""
    return copy_into(prepared_on_empty(tmp_path_factory, "one-rate", _publish), tmp_path) / "adops.duckdb"


def _publish(folder: Path) -> None:
    warehouse = Warehouse(folder / "warehouse.duckdb")
    with warehouse.writing() as con:
        con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.0800000001, DATE '2026-11-01')")
    publish(warehouse, folder / "adops.duckdb")
