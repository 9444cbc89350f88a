"""Types of the API's JSON: camelCase names; the rows of a table get their model from the registry of tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.tables.column import Column, Table

CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
"""A code of ISO 4217. Lower case is refused: it would find nothing."""
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


class ApiModel(BaseModel):
    """Base of request and response bodies: camelCase in JSON, unknown fields are refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def row_model(table: Table, columns: Sequence[Column], name: str) -> type[BaseModel]:
    """The model of a row of ``table`` with these columns; ``name`` is its schema's."""
    fields: dict[str, Any] = {}
    for column in columns:
        kind = Literal[column.allowed] if column.allowed and column.type == "VARCHAR" else _TYPES[column.type]
        is_needed = column.required or column.name in table.key
        fields[to_camel(column.name)] = (kind if is_needed else kind | None, Field(description=column.comment))
    return create_model(name, __config__=ConfigDict(extra="forbid", title=name), __doc__=table.description, **fields)


class _Page(ApiModel):
    """What a page says besides its rows."""

    next_cursor: str | None = Field(description="Value of `cursor` for the next page; null on the last one.")
    total: int = Field(description="Number of rows on all pages.", ge=0)
    snapshot_at: datetime = Field(description="When the data was published.")


@cache
def page_model(row: type[BaseModel]) -> type[BaseModel]:
    """The model of one page of rows."""
    rows = (GenericAlias(list, (row,)), Field(description="The rows of this page."))
    fields: dict[str, Any] = {"items": rows}
    return create_model(f"{row.__name__}Page", __base__=_Page, __doc__="One page of rows.", **fields)


def models_within(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type
    """The models within a type, and those of their fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_within(field.annotation)
    for part in get_args(annotation):
        yield from models_within(part)
