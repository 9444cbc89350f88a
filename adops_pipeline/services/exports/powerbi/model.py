"""The parts of a semantic model: tables with columns and measures, relationships, parameters. Data without text."""

from dataclasses import dataclass
from typing import Literal

DataType = Literal["string", "int64", "double", "dateTime", "boolean"]


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """A column. ``source`` is its name in the query; ``expression`` is its DAX if it is computed in the model."""

    name: str
    type: DataType
    description: str
    source: str = ""
    expression: str = ""
    format: str = ""
    sort_by: str = ""
    is_hidden: bool = False
    is_key: bool = False
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure in DAX. ``format`` is a format string, ``format_expression`` one that is computed."""

    name: str
    expression: str
    description: str
    folder: str
    format: str = ""
    format_expression: str = ""


@dataclass(frozen=True, slots=True)
class ModelTable:
    """A table; ``query`` is the M that reads it. ``is_dates`` marks it as the model's date table."""

    name: str
    description: str
    query: str
    columns: tuple[ModelColumn, ...]
    measures: tuple[Measure, ...] = ()
    is_dates: bool = False

    def column_of(self, source: str) -> ModelColumn:
        """The column that is read from ``source``. Raises KeyError for an unknown one."""
        for column in self.columns:
            if column.source == source:
                return column
        raise KeyError(f"{self.name} reads no column {source}")


@dataclass(frozen=True, slots=True)
class Relationship:
    """Many rows of one table to one row of another: names of tables and columns in the model."""

    table: str
    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True, slots=True)
class SharedExpression:
    """A parameter or function in M that the tables' queries use; ``kind`` is its type: Text or Function."""

    name: str
    expression: str
    description: str
    kind: Literal["Text", "Function"]


@dataclass(frozen=True, slots=True)
class Model:
    """A semantic model."""

    tables: tuple[ModelTable, ...]
    relationships: tuple[Relationship, ...]
    expressions: tuple[SharedExpression, ...]

    def table(self, name: str) -> ModelTable:
        """The table of that name. Raises KeyError for an unknown one."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"the model has no table {name}")

    @property
    def measures(self) -> dict[str, Measure]:
        """Every measure by name; names are unique in a model."""
        return {measure.name: measure for table in self.tables for measure in table.measures}
