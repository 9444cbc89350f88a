"""The words of the table registry: column and table. What the tables are stands in `tables/`, the whole in `schema`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it promises. ``type`` is DuckDB's; ``allowed`` and ``minimum`` bind values other than NULL."""

    name: str
    type: str
    description: str
    unit: str | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``key`` is unique (a check proves it; no index is kept), ``concept`` is its group everywhere."""

    name: str
    description: str
    concept: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in table order."""
        return tuple(column.name for column in self.columns)

    def ddl(self) -> str:
        """CREATE TABLE IF NOT EXISTS."""
        columns = ", ".join(f'"{column.name}" {column.type}' for column in self.columns)
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({columns})'

    def comments(self) -> list[str]:
        """COMMENT statements for the table and each of its columns."""
        table = f"COMMENT ON TABLE \"{self.name}\" IS '{_quoted(self.description)}'"
        return [table, *(_comment(self.name, column) for column in self.columns)]


def _comment(table: str, column: Column) -> str:
    text = column.description + (f" [{column.unit}]" if column.unit else "")
    return f'COMMENT ON COLUMN "{table}"."{column.name}" IS \'{_quoted(text)}\''


def _quoted(text: str) -> str:
    return text.replace("'", "''")
