"""Stored form of dataclasses: JSON values by field name, moments in ISO 8601. Reading calls the class, with its checks.

A field that a class no longer has is ignored, one that it has gained takes its default: older documents stay readable.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

_Class = TypeVar("_Class")


def to_document(value: object) -> dict[str, Any]:
    """The dataclass as JSON values."""
    document: dict[str, Any] = msgspec.to_builtins(value, enc_hook=_plain)
    return document


def from_document(kind: type[_Class], document: Mapping[str, Any]) -> _Class:
    """The instance that the document describes. Raises ValueError with the place of what cannot be read."""
    return msgspec.convert(document, kind)


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(f"a {type(value).__name__} has no stored form")
