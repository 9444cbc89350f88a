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

    @property
    def comment(self) -> str:
        """What DuckDB says about the column: meaning and unit."""
        return self.description + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``key`` is unique (a check proves it; no index is kept), ``concept`` is its group everywhere.

    ``history_column`` is the day by which a table grows: checks and previews can leave older days out.
    """

    name: str
    description: str
    concept: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    history_column: str | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in table order."""
        return tuple(column.name for column in self.columns)

    def ddl(self) -> str:
        """CREATE TABLE IF NOT EXISTS."""
        columns = ", ".join(f'"{column.name}" {column.type}' for column in self.columns)
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({columns})'

    def comments(self) -> dict[str | None, str]:
        """The text of each column's comment by name; under None, the table's own."""
        return {None: self.description} | {column.name: column.comment for column in self.columns}
