"""Pacing: is a budget spent at the speed it should be, where will it end, and what number to set."""

from adops_pipeline.domain.pacing.campaigns import pace_campaigns
from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingError, PacingRules, last_complete_day

__all__ = [
    "MonthlyTarget",
    "PacingError",
    "PacingRules",
    "last_complete_day",
    "pace_campaigns",
]
