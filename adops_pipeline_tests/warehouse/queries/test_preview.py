"""A preview counts the whole table and shows its newest rows."""

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline_tests.warehouse.conftest import Rooms


def test_the_newest_rows_are_shown_and_all_are_counted(rooms: Rooms) -> None:
    with rooms.warehouse.writing() as con:
        con.execute(
            "INSERT INTO fx_rates "
            "SELECT DATE '2026-11-01' + n::INTEGER, 'EUR', 1 + n, DATE '2026-11-01' FROM range(20) AS t(n)"
        )
        shown = preview(con, "fx_rates", limit=2)
    assert (shown.total_rows, shown.columns) == (20, TABLES["fx_rates"].column_names)
    assert [str(row[0]) for row in shown.rows] == ["2026-11-20", "2026-11-19"]


def test_every_table_can_be_shown_while_it_is_empty(rooms: Rooms) -> None:
    with rooms.warehouse.reading() as con:
        for name, table in TABLES.items():
            shown = preview(con, name)
            assert (shown.total_rows, shown.rows, shown.columns) == (0, (), table.column_names)
