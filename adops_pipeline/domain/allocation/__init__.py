"""Budget allocation: response curves, the best plan for a total, curves fitted to daily data, recommendations."""

from adops_pipeline.domain.allocation.curves import AllocationError, Curve
from adops_pipeline.domain.allocation.documents import parse_curves
from adops_pipeline.domain.allocation.plan import Allocation, allocate

__all__ = ["Allocation", "AllocationError", "Curve", "allocate", "parse_curves"]
