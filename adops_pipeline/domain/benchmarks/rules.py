"""Metrics, periods and thresholds of benchmarks."""

from dataclasses import dataclass
from typing import get_args

from adops_pipeline.domain.tables.benchmarks import BenchmarkMetric

METRICS: tuple[BenchmarkMetric, ...] = get_args(BenchmarkMetric)

PARTS: dict[BenchmarkMetric, tuple[str, str]] = {
    "ctr": ("clicks", "impressions"),
    "cpc": ("spend", "clicks"),
    "cpa": ("spend", "conversions"),
    "roas": ("revenue", "spend"),
}
"""Numerator and denominator of each ratio."""
COUNTED: dict[BenchmarkMetric, str] = {"ctr": "clicks", "cpc": "clicks", "cpa": "conversions", "roas": "conversions"}
"""The rare events behind each ratio: its error cannot be below that of their Poisson counts."""
EXPOSURE: dict[BenchmarkMetric, str] = {"ctr": "impressions", "cpc": "spend", "cpa": "spend", "roas": "spend"}
"""What brings these events: where they stop, their count is compared with what it should have brought."""
LOWER_IS_BETTER: frozenset[BenchmarkMetric] = frozenset({"cpc", "cpa"})
IN_MONEY: frozenset[BenchmarkMetric] = frozenset({"cpc", "cpa"})
"""Peers of these share a currency."""
NEEDS_CONVERSIONS: frozenset[BenchmarkMetric] = frozenset({"cpa", "roas"})


@dataclass(frozen=True, slots=True)
class BenchmarkRules:
    """Whole weeks, so that weekdays have equal weight: (days now, days before that) per period. ValueError on nonsense.

    A change is ``better`` or ``worse`` where |z| is at least ``threshold``, the change is at least ``least_change``
    (relative) and its q-value among the ratios of its period is at most ``false_discovery_rate``. A side needs
    ``least_day_share`` of its days with delivery and ``least_events`` of the events that the ratio counts, else the
    status is ``insufficient-data``; except that fewer events now, where at least as many were expected, are compared by
    their count. Quartiles need ``least_peers`` campaigns.
    """

    week: tuple[int, int] = (7, 28)
    month: tuple[int, int] = (28, 84)
    threshold: float = 1.96
    least_change: float = 0.05
    false_discovery_rate: float = 0.1
    least_day_share: float = 0.5
    least_events: float = 10.0
    least_peers: int = 4
    default_mature_after_days: int = 30

    def __post_init__(self) -> None:
        for name, (now, before) in (("week", self.week), ("month", self.month)):
            if now < 3 or before < now:
                raise ValueError(f"{name} must compare at least 3 days with at least as many before them")
        if self.threshold <= 0 or not 0 <= self.least_day_share <= 1 or self.least_peers < 1:
            raise ValueError("threshold must be above 0, least_day_share within [0, 1], least_peers at least 1")
        if not 0 < self.false_discovery_rate <= 1:
            raise ValueError("false_discovery_rate must be above 0 and at most 1")
