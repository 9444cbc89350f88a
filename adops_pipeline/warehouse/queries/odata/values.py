"""Types of the OData service and its properties: each column of the registry as OData sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from adops_pipeline.domain.tables.column import Column, DuckType, Table


class Kind(StrEnum):
    """A primitive type, by its name in the Entity Data Model."""

    BOOLEAN = "Edm.Boolean"
    INT64 = "Edm.Int64"
    DECIMAL = "Edm.Decimal"
    DOUBLE = "Edm.Double"
    STRING = "Edm.String"
    DATE = "Edm.Date"
    MOMENT = "Edm.DateTimeOffset"


NUMBERS = frozenset({Kind.INT64, Kind.DECIMAL, Kind.DOUBLE})
KINDS: Mapping[DuckType, Kind] = {
    "VARCHAR": Kind.STRING,
    "VARCHAR[]": Kind.STRING,
    "JSON": Kind.STRING,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.MOMENT,
    "BOOLEAN": Kind.BOOLEAN,
    "INTEGER": Kind.INT64,
    "BIGINT": Kind.INT64,
    "DOUBLE": Kind.DOUBLE,
    "DECIMAL(18,6)": Kind.DECIMAL,
    "DECIMAL(18,10)": Kind.DECIMAL,
}
"""The kind of each type of the registry. Nested values are texts that hold JSON."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An SQL expression and its kind; None is the kind of NULL. ``is_literal``: one bound value that is not NULL."""

    sql: str
    kind: Kind | None
    is_literal: bool = False


class ODataError(ValueError):
    """The request cannot be answered. ``is_unsupported``: it is valid OData that this service does not serve."""

    def __init__(self, message: str, *, is_unsupported: bool = False) -> None:
        self.is_unsupported = is_unsupported
        super().__init__(message)


def properties_of(table: Table) -> dict[str, Typed]:
    """The properties of an entity, by name."""
    return {column.name: Typed(_read(column), KINDS[column.type]) for column in table.columns}


def _read(column: Column) -> str:
    name = f'"{column.name}"'
    return f"CAST(to_json({name}) AS VARCHAR)" if column.type in ("JSON", "VARCHAR[]") else name
