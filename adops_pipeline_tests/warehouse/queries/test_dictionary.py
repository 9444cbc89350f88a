"""The data dictionary explains every column."""

from adops_pipeline.warehouse.queries.dictionary import data_dictionary
from adops_pipeline.warehouse.schema import TABLES


def test_every_column_of_every_table_is_explained_in_a_sentence() -> None:
    rows = data_dictionary()
    assert [(row.table, row.column) for row in rows] == [
        (table.name, column.name) for table in TABLES.values() for column in table.columns
    ]
    for row in rows:
        assert row.description.strip().endswith("."), (row.table, row.column)
        assert row.type


def test_keys_units_and_allowed_words_are_told() -> None:
    rows = {(row.table, row.column): row for row in data_dictionary()}
    spend, status = rows["analytics_metrics", "spend"], rows["campaigns", "status"]
    assert (spend.type, spend.unit, spend.is_required, spend.is_key) == (
        "DECIMAL(18,6)",
        "account currency",
        True,
        False,
    )
    assert status.allowed == ("draft", "active", "paused", "ended", "removed")
    assert {row.column for row in rows.values() if row.table == "analytics_metrics" and row.is_key} == {
        "platform", "account_id", "campaign_id", "date",
    }  # fmt: skip
