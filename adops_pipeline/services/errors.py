"""Errors that every front reports to its user: invalid requests, and requests that cannot be fulfilled now."""

from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError, StoreError
from adops_pipeline.warehouse.errors import DamagedSnapshotError, WarehouseError

__all__ = ["DamagedSnapshotError", "InvalidError", "NotFoundError", "RefusedError", "StoreError", "WarehouseError"]
