"""The words of memories: their types, verdicts of outcomes, and what people say about a memory."""

from typing import Literal, get_args

MemoryType = Literal["campaign_outcome", "optimization", "preference", "ab_test_result", "observation"]
MEMORY_TYPES: tuple[MemoryType, ...] = get_args(MemoryType)
OutcomeVerdict = Literal["helped", "hurt", "unclear", "not-measurable"]
FeedbackVerdict = Literal["useful", "wrong", "outdated"]
FEEDBACK: tuple[FeedbackVerdict, ...] = get_args(FeedbackVerdict)
Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)
Trend = Literal["falling", "flat", "rising"]
TRENDS: tuple[Trend, ...] = get_args(Trend)
Season = Literal["winter", "spring", "summer", "autumn"]
LOWER_IS_BETTER = frozenset({"cpa", "cpc", "cpm"})
"""Metrics of which less is better; of every other metric, more is."""
ANY = "any"
"""Objective or condition of evidence that states none."""
