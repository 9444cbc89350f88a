"""Errors that every front turns into an answer: what was asked for wrongly, and what cannot be done now."""

from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError, StoreError
from adops_pipeline.warehouse.errors import WarehouseError

__all__ = ["InvalidError", "NotFoundError", "RefusedError", "StoreError", "WarehouseError"]
