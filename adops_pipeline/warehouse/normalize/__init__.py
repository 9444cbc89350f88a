"""Landed rows of any platform -> the unified tables. DuckDB reads and computes; nothing here loops over rows."""

from adops_pipeline.warehouse.normalize.options import NormalizeOptions

__all__ = ["NormalizeOptions"]
