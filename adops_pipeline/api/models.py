"""Types of the API's JSON: camelCase names; the rows of a table get their model from the registry of tables."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from adops_pipeline.domain.tables.column import Column, Table

Row = TypeVar("Row")

_TYPES: Mapping[str, Any] = {
    "VARCHAR": str,
    "VARCHAR[]": list[str],
    "JSON": JsonValue,
    "DATE": date,
    "TIMESTAMP": datetime,
    "BOOLEAN": bool,
    "INTEGER": int,
    "BIGINT": int,
    "DOUBLE": float,
    "DECIMAL(18,6)": float,
    "DECIMAL(18,10)": float,
}
"""JSON types of columns. Amounts are JSON numbers, written with all their decimals."""


class Page(BaseModel, Generic[Row]):
    """One page of rows."""

    items: Sequence[Row] = Field(description="The rows of this page.")
    nextCursor: str | None = Field(description="Value of `cursor` for the next page; null on the last one.")  # noqa: N815
    total: int = Field(description="Number of rows on all pages.", ge=0)
    snapshotAt: datetime = Field(description="When the data was published.")  # noqa: N815


def camel_case(name: str) -> str:
    """``spent_to_date`` → ``spentToDate``."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


class ApiModel(BaseModel):
    """Base of request and response bodies: camelCase in JSON, unknown fields are refused."""

    model_config = ConfigDict(alias_generator=camel_case, populate_by_name=True, extra="forbid")


def row_model(table: Table, columns: Sequence[Column], name: str) -> type[BaseModel]:
    """The model of a row of ``table`` with these columns; ``name`` is its schema's."""
    fields: dict[str, Any] = {}
    for column in columns:
        kind = Literal[column.allowed] if column.allowed and column.type == "VARCHAR" else _TYPES[column.type]
        is_needed = column.required or column.name in table.key
        fields[camel_case(column.name)] = (kind if is_needed else kind | None, Field(description=column.comment))
    return create_model(name, __config__=ConfigDict(extra="forbid", title=name), __doc__=table.description, **fields)
