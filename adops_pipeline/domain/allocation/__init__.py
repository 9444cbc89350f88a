"""Budget allocation: response curves, the best plan for a total, curves fitted to daily data, recommendations."""

from adops_pipeline.domain.allocation.curves import AllocationError, Curve
from adops_pipeline.domain.allocation.documents import parse_curves
from adops_pipeline.domain.allocation.plan import Allocation, allocate
from adops_pipeline.domain.allocation.recommendations import Recommended, recommend, recommend_with_curves
from adops_pipeline.domain.allocation.rules import AllocationRules

__all__ = [
    "Allocation",
    "AllocationError",
    "AllocationRules",
    "Curve",
    "Recommended",
    "allocate",
    "parse_curves",
    "recommend",
    "recommend_with_curves",
]
