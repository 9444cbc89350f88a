"""The data dictionary: every table and column with its meaning, from the registry alone. No database is opened."""

from dataclasses import dataclass

from adops_pipeline.warehouse.schema import TABLES


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """A column as a person wants it explained."""

    table: str
    column: str
    type: str
    unit: str | None
    is_key: bool
    is_required: bool
    allowed: tuple[str, ...]
    description: str


def data_dictionary() -> list[DictionaryRow]:
    """Every column of every public table, in table order."""
    return [
        DictionaryRow(
            table=table.name,
            column=column.name,
            type=column.type,
            unit=column.unit,
            is_key=column.name in table.key,
            is_required=column.required,
            allowed=column.allowed,
            description=column.description,
        )
        for table in TABLES.values()
        for column in table.columns
    ]
