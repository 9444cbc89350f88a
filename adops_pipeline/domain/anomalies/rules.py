"""Thresholds of anomalies. No computation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from adops_pipeline.domain.tables.anomalies import AnomalyMetric

METRICS: tuple[AnomalyMetric, ...] = get_args(AnomalyMetric)


@dataclass(frozen=True, slots=True)
class AnomalyRules:
    """The last ``judge_days`` days are judged on ``training_weeks`` weeks before them. Raises ValueError on nonsense.

    A day is flagged where its robust score is at least ``threshold`` (standard deviations), the value is at least
    ``least_change`` (relative) off, and the money at stake is at least ``least_money_share`` of the campaign's usual
    daily spend and ``least_money`` (by currency, major units). The level is the median of the ``level_days`` days
    before the day; ``conversion_level_days`` for conversions, whose counts are smaller. Weekday habits and noise count
    as ``weekday_prior_weeks`` weeks and ``noise_prior_days`` days of the platform's own. A relative noise below
    ``least_noise`` is not believed. Clicks are judged from ``least_clicks`` expected ones a day. Where days have a
    heavy tail, the threshold rises until only ``heavy_tail_rate`` of usual days exceed it.

    Delivery has stopped where the run of days without it has a probability of at most ``stop_run_probability``;
    conversions have where at most ``stop_share`` of what the clicks would bring came in the last days, up to
    ``stop_window_days``, with a probability of at most ``stop_probability``. What moves at least
    ``shared_campaigns`` and ``shared_share`` of an account's campaigns half of ``threshold`` on a day is one event.
    """

    judge_days: int = 28
    training_weeks: int = 8
    least_training_days: int = 7
    level_days: int = 7
    conversion_level_days: int = 14
    threshold: float = 5.0
    least_change: float = 0.3
    least_money_share: float = 0.1
    least_money: Mapping[str, float] = field(default_factory=dict)
    weekday_prior_weeks: float = 4.0
    noise_prior_days: float = 14.0
    least_noise: float = 0.05
    least_clicks: float = 10.0
    heavy_tail_rate: float = 0.001
    stop_run_probability: float = 0.01
    stop_probability: float = 1e-4
    stop_share: float = 0.1
    stop_window_days: int = 14
    shared_campaigns: int = 3
    shared_share: float = 0.5
    default_mature_after_days: int = 30

    def __post_init__(self) -> None:
        days = ("judge_days", "training_weeks", "least_training_days", "level_days", "conversion_level_days")
        for name in days:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.threshold > 0 or not self.least_noise > 0:
            raise ValueError("threshold and least_noise must be above 0")
