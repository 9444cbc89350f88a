"""Errors of the warehouse."""

from pathlib import Path


class WarehouseError(Exception):
    """The warehouse file cannot be used; the message names the file or table and what to do."""


class DamagedSnapshotError(WarehouseError):
    """The published file is there and cannot be read; the next publication replaces it."""


def no_snapshot(path: Path) -> WarehouseError:
    """Nothing was published yet."""
    return WarehouseError(f"{path} does not exist yet; `adops run` publishes it")
