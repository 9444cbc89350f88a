"""Errors of the warehouse."""

import re
from pathlib import Path

_DAMAGED_BLOCK = re.compile(r"(?i)could not read enough bytes|corrupt database file")


class WarehouseError(Exception):
    """The warehouse file cannot be used; the message names the file or table and what to do."""


class DamagedSnapshotError(WarehouseError):
    """The published file is there and cannot be read; the next publication replaces it."""


def no_snapshot(path: Path) -> WarehouseError:
    """Nothing was published yet."""
    return WarehouseError(f"{path} does not exist yet; `adops run` publishes it")


def shows_damage(error: Exception) -> bool:
    """Whether a block of a file cannot be read. DuckDB reads them when they are needed: a damaged file may open."""
    return _DAMAGED_BLOCK.search(str(error)) is not None


def of_snapshot(error: Exception) -> str:
    """The message of an error while the snapshot was read, with the way out where it is damaged."""
    return f"{error}; the snapshot is damaged, `adops run` replaces it" if shows_damage(error) else str(error)
