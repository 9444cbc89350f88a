"""Errors that every front reports to its user: invalid requests, and requests that cannot be fulfilled now."""

from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError, StoreError
from adops_pipeline.warehouse.errors import WarehouseError

__all__ = ["InvalidError", "NotFoundError", "RefusedError", "StoreError", "WarehouseError"]
