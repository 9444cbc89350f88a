"""Builds operational tables: one MetaData, tables derived from the registry, and private columns.

Columns of the registry (`domain.tables.operations`) are public: they are copied into the published snapshot. All other
columns are private.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, MetaData, Table, Text
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from adops_pipeline.domain import tables as registry
from adops_pipeline.domain.tables.column import DuckType
from adops_pipeline.operations.tables.types import Document, Money, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Every operational table."""
PUBLISHED, PUBLISHED_AS = "published", "published_as"
"""Keys of ``info``: a table's entry in the registry, and the name of a column there."""
_TYPES: Mapping[DuckType, type[TypeEngine[Any]] | TypeEngine[Any]] = {
    "VARCHAR": Text, "JSON": Document, "TIMESTAMP": UtcDateTime, "BOOLEAN": Boolean, "INTEGER": Integer,
    "BIGINT": BigInteger, "DOUBLE": Double, "DECIMAL(18,6)": Money,
}  # fmt: skip


def published(
    entry: registry.Table,
    *private: SchemaItem,
    name: str | None = None,
    renamed: Mapping[str, str] | None = None,
    generated: Mapping[str, tuple[TypeEngine[Any], SchemaItem]] | None = None,
    **options: Any,  # noqa: ANN401 - of the database
) -> Table:
    """The store's table of a published one: the columns of ``entry``, then ``private`` columns and indexes.

    ``renamed`` gives the store's names of columns that differ from ``entry``; ``generated`` the type and
    the generator of columns that the database fills.
    """
    names, generators = renamed or {}, generated or {}
    columns = []
    for column in entry.columns:
        kind, *generator = generators.get(column.name, (_TYPES[column.type],))
        columns.append(
            Column(
                names.get(column.name, column.name), kind, *generator, nullable=not column.required,
                primary_key=column.name in entry.key, comment=column.comment, info={PUBLISHED_AS: column.name},
            )
        )  # fmt: skip
    return Table(
        name or entry.name, metadata, *columns, *private, comment=entry.description, info={PUBLISHED: entry}, **options
    )


def key(name: str, comment: str, *items: SchemaItem) -> Column[str]:
    """A text column of the primary key."""
    return Column(name, Text, *items, primary_key=True, comment=comment)


def text(name: str, comment: str, *items: SchemaItem, required: bool = False) -> Column[str]:
    """Text."""
    return Column(name, Text, *items, nullable=not required, comment=comment)


def number(name: str, comment: str, *, required: bool = False) -> Column[int]:
    """An integer column."""
    return Column(name, Integer, nullable=not required, comment=comment)


def flag(name: str, comment: str) -> Column[bool]:
    """A boolean column."""
    return Column(name, Boolean, nullable=False, comment=comment)


def moment(name: str, comment: str, *, required: bool = False) -> Column[datetime]:
    """A UTC instant."""
    return Column(name, UtcDateTime, nullable=not required, comment=comment)


def money(name: str, comment: str) -> Column[Decimal]:
    """An amount in the row's currency."""
    return Column(name, Money, nullable=True, comment=comment)


def document(name: str, comment: str, *, required: bool = False) -> Column[Any]:
    """JSON."""
    return Column(name, Document, nullable=not required, comment=comment)


def extra() -> Column[Any]:
    """What an imported record had and the product has no column for."""
    return document("extra", "Fields of an imported record that have no column of their own.")
