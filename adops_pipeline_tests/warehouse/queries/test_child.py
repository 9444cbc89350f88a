"""A query in a process of its own ends at its bounds of time, memory and rows, whatever it does."""

import os
import time
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.queries.child import query_in_child
from adops_pipeline.warehouse.queries.read_only import Bound, BoundError, Bounds, QueryError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot with one table."""
    found = tmp_path_factory.mktemp("child") / "adops.duckdb"
    with duckdb.connect(str(found)) as con:
        con.execute("CREATE TABLE t AS SELECT 1.5::DECIMAL(4,2) AS amount, DATE '2026-11-29' AS day, 'NaN'::FLOAT AS x")
    return found


def test_values_are_json(path: Path) -> None:
    answer = query_in_child(path, "FROM t", Bounds(threads=1))
    assert (answer.columns, answer.rows) == (["amount", "day", "x"], [["1.50", "2026-11-29", None]])


def test_without_a_snapshot_it_is_not_the_query_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="does not exist yet; `adops run` publishes it"):
        query_in_child(tmp_path / "adops.duckdb", "SELECT 1", Bounds())


@pytest.mark.parametrize(
    ("sql", "bound"),
    [
        ("SELECT count(*) FROM range(1000000000000)", Bound.TIME),
        ("SELECT length(repeat('x', 3000000000))", Bound.MEMORY),
        ("FROM range(11)", Bound.ROWS),
    ],
)
def test_a_query_beyond_a_bound_is_refused_by_its_name(path: Path, sql: str, bound: Bound) -> None:
    began = time.monotonic()
    with pytest.raises(BoundError) as raised:
        query_in_child(path, sql, Bounds(seconds=0.3 if bound is Bound.TIME else 60, memory_mb=64, rows=10, threads=1))
    assert raised.value.bound is bound
    assert time.monotonic() - began < 60


def test_a_refused_query_gives_the_guards_words_and_no_variable_of_this_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "ADOPS_API_TOKEN", "secret")
    with pytest.raises(QueryError, match="getenv"):
        query_in_child(path, "SELECT getenv('ADOPS_API_TOKEN')", Bounds(threads=1))
