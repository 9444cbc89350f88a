"""Pacing: is a budget spent at the speed it should be, where will it end, and what number to set."""

from adops_pipeline.domain.pacing.campaigns import pace_campaigns
from adops_pipeline.domain.pacing.linear import LinearPacing, linear_pacing, weekday_expected
from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingError, PacingRules, PacingStatus, last_complete_day
from adops_pipeline.domain.pacing.single import Pace, pace

__all__ = [
    "SCHEMA",
    "LinearPacing",
    "MonthlyTarget",
    "Pace",
    "PacingError",
    "PacingRules",
    "PacingStatus",
    "last_complete_day",
    "linear_pacing",
    "pace",
    "pace_campaigns",
    "weekday_expected",
]
