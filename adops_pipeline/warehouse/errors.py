"""Errors of the warehouse."""


class WarehouseError(Exception):
    """The warehouse file cannot be used; the message names the file or table and what to do."""


class DamagedSnapshotError(WarehouseError):
    """The published file is there and cannot be read; the next publication replaces it."""
