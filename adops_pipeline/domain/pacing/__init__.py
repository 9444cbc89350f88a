"""Pacing: whether a budget is spent at the planned rate, where it will end, and what to set."""

from adops_pipeline.domain.pacing.campaigns import pace_campaigns
from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingError, PacingRules, last_complete_day

__all__ = [
    "MonthlyTarget",
    "PacingError",
    "PacingRules",
    "last_complete_day",
    "pace_campaigns",
]
