"""Pacing: is a budget spent at the speed it should be, where will it end, and what number to set."""

from adops_pipeline.domain.pacing.campaigns import pace_campaigns
from adops_pipeline.domain.pacing.linear import LinearPacing, linear_pacing, weekday_expected
from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingError, PacingRules, PacingStatus, last_complete_day

__all__ = [
    "SCHEMA",
    "LinearPacing",
    "MonthlyTarget",
    "PacingError",
    "PacingRules",
    "PacingStatus",
    "last_complete_day",
    "linear_pacing",
    "pace_campaigns",
    "weekday_expected",
]
