"""The words that tables are written in: one MetaData, and a column in a line."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, Text
from sqlalchemy.schema import SchemaItem

from adops_pipeline.operations.tables.types import Document, Money, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Every operational table."""


def key(name: str, comment: str, *items: SchemaItem) -> Column[str]:
    """A text column of the primary key."""
    return Column(name, Text, *items, primary_key=True, comment=comment)


def text(name: str, comment: str, *items: SchemaItem, required: bool = False) -> Column[str]:
    """Text."""
    return Column(name, Text, *items, nullable=not required, comment=comment)


def number(name: str, comment: str, *, required: bool = False) -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=not required, comment=comment)


def flag(name: str, comment: str) -> Column[bool]:
    """Yes or no."""
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
