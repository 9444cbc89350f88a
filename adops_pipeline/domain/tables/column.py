"""The registry's two types: a column and a table. The tables themselves are in one module for each concept."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

DuckType = Literal[
    "VARCHAR", "VARCHAR[]", "JSON", "DATE", "TIMESTAMP", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL(18,6)",
    "DECIMAL(18,10)",
]  # fmt: skip
"""DuckDB types that columns may have."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the promises that checks verify.

    ``required`` means not NULL; ``allowed`` and ``minimum`` apply to values other than NULL. ``renamed_from`` is the
    column's name in files of older versions, which are migrated. The ends of an interval of ``x`` are named ``x_low``
    and ``x_high``.
    """

    name: str
    type: DuckType
    description: str
    unit: str | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    renamed_from: str | None = None

    @property
    def comment(self) -> str:
        """Meaning and unit, as shown in DuckDB, Dagster and the operational store."""
        return self.description + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``key`` is unique (a check verifies it; no index is kept), ``concept`` is its group in every interface.

    ``history_column`` is the date by which the table grows: checks and previews can leave older days out.
    """

    name: str
    description: str
    concept: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    history_column: str | None = None

    @property
    def described(self) -> str:
        """Description and key, as shown in DuckDB: large tables have no index that would show their key."""
        return f"{self.description} Key: {', '.join(self.key)}."

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in table order."""
        return tuple(column.name for column in self.columns)

    def polars_schema(self, *names: str, without: Collection[str] = ()) -> "dict[str, pl.DataType]":
        """Polars types of the named columns in that order, or of all columns in table order, ``without`` some.

        Raises KeyError for an unknown column.
        """
        by_name = {column.name: column for column in self.columns}
        unknown = {*names, *without} - by_name.keys()
        if unknown:
            raise KeyError(f"{self.name} has no column {', '.join(sorted(unknown))}")
        types = _polars_types()
        return {name: types[by_name[name].type] for name in names or by_name if name not in without}


def _polars_types() -> "dict[DuckType, pl.DataType]":
    # Imported here because `adops tables` and `adops sql` need the registry and not Polars.
    import polars as pl

    return {
        "VARCHAR": pl.String(),
        "VARCHAR[]": pl.List(pl.String()),
        "JSON": pl.String(),
        "DATE": pl.Date(),
        "TIMESTAMP": pl.Datetime("us"),
        "BOOLEAN": pl.Boolean(),
        "INTEGER": pl.Int32(),
        "BIGINT": pl.Int64(),
        "DOUBLE": pl.Float64(),
        "DECIMAL(18,6)": pl.Decimal(18, 6),
        "DECIMAL(18,10)": pl.Decimal(18, 10),
    }
