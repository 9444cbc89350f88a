"""The registry's tables in DuckDB: types, comments, files of older versions."""

import duckdb
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.schema import create_tables


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


@pytest.fixture(scope="module")
def every_table() -> duckdb.DuckDBPyConnection:
    """All tables, for reading."""
    con = duckdb.connect(":memory:")
    create_tables(con)
    return con


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, str | None]]:
    found = con.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ?", [table]
    ).fetchall()
    return {name: (data_type, comment) for name, data_type, comment in found}


def test_every_table_exists_as_the_registry_says_with_comments(every_table: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES.values():
        assert columns_of(every_table, table.name) == {c.name: (c.type, c.comment) for c in table.columns}
    comments = dict(every_table.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert comments == {table.name: table.described for table in TABLES.values()} | {"schema_fingerprint": None}


def test_polars_reads_every_table_with_the_types_that_the_registry_derives(
    every_table: duckdb.DuckDBPyConnection,
) -> None:
    for name, table in TABLES.items():
        assert every_table.execute(f'FROM "{name}"').pl().schema == table.polars_schema(), name


def test_creating_again_leaves_rows_alone(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.08, DATE '2026-11-01')")
    create_tables(con)
    assert con.execute("SELECT count(*) FROM fx_rates").fetchall() == [(1,)]


def test_an_older_file_gets_the_columns_and_comments_that_it_lacks(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE ad_accounts (platform VARCHAR, account_id VARCHAR)")
    con.execute("INSERT INTO ad_accounts VALUES ('pinterest', '111')")
    con.execute("COMMENT ON TABLE ad_accounts IS 'what it was called before'")
    create_tables(con)
    assert set(columns_of(con, "ad_accounts")) == set(TABLES["ad_accounts"].column_names)
    assert con.execute("SELECT account_id, name FROM ad_accounts").fetchall() == [("111", None)]
    found = con.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'ad_accounts'").fetchall()
    assert found == [(TABLES["ad_accounts"].described,)]


def test_an_older_file_keeps_its_values_under_the_new_name_of_a_renamed_column(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("UPDATE schema_fingerprint SET fingerprint = 'of another version'")
    con.execute("ALTER TABLE analytics_forecasts RENAME COLUMN total_low TO low")
    con.execute("INSERT INTO analytics_forecasts (campaign_id, low) VALUES ('1', 20.5)")
    create_tables(con)
    assert con.execute("SELECT total_low FROM analytics_forecasts").fetchall() == [(20.5,)]
    assert set(columns_of(con, "analytics_forecasts")) == set(TABLES["analytics_forecasts"].column_names)


def test_a_column_of_another_type_is_refused_with_the_way_out(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE ad_accounts (platform VARCHAR, account_id BIGINT)")
    with pytest.raises(WarehouseError, match=r"ad_accounts\.account_id is BIGINT .* VARCHAR.*adops raw rebuild"):
        create_tables(con)


def test_a_file_that_was_brought_up_is_taken_at_its_word_until_a_table_is_gone(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("COMMENT ON TABLE campaigns IS 'changed by hand'")
    create_tables(con)
    query = "SELECT comment FROM duckdb_tables() WHERE table_name = 'campaigns'"
    assert con.execute(query).fetchone() == ("changed by hand",)
    con.execute("DROP TABLE ad_groups")
    create_tables(con)
    assert con.execute(query).fetchone() == (TABLES["campaigns"].described,)
    assert con.execute("SELECT count(*) FROM ad_groups").fetchone() == (0,)


def test_a_file_of_another_registry_is_brought_up(con: duckdb.DuckDBPyConnection) -> None:
    create_tables(con)
    con.execute("UPDATE schema_fingerprint SET fingerprint = 'of another version'")
    con.execute('ALTER TABLE campaigns DROP COLUMN "objective"')
    create_tables(con)
    assert "objective" in columns_of(con, "campaigns")


@pytest.mark.parametrize("name", TABLES)
def test_the_polars_schema_of_a_table_is_what_duckdb_returns(every_table: duckdb.DuckDBPyConnection, name: str) -> None:
    assert dict(read_frame(every_table, f'SELECT * FROM "{name}"').schema) == TABLES[name].polars_schema()
