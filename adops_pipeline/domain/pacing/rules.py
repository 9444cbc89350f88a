"""Vocabulary, thresholds and targets of pacing. No estimation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo


class PacingError(ValueError):
    """An invalid figure, rule or target; the message names it."""


@dataclass(frozen=True, slots=True)
class PacingRules:
    """How pacing is judged. Raises PacingError where a value makes no sense.

    Linear baseline: over ``linear_over``, under ``linear_under`` (ratios to the linear target). The status allows
    ``tolerance_start`` round the seasonal target at the period's start, narrowing linearly to ``tolerance_end``.
    Weekday weights come from ``weekday_days`` days and are shrunk towards the platform's as if those were
    ``weekday_prior_weeks`` weeks of the campaign's own. The level is a mean of ``level_days`` days with
    ``half_life_days``; forecast errors are measured over ``backtest_days`` days. ``interval`` is the probability of the
    projection's interval. ``max_step_change`` is the largest relative change of a daily budget that is advised at once
    (None: no limit), the same as in budget recommendations.
    """

    linear_over: Decimal = Decimal("1.1")
    linear_under: Decimal = Decimal("0.9")
    tolerance_start: float = 0.25
    tolerance_end: float = 0.01
    weekday_days: int = 84
    weekday_prior_weeks: float = 8.0
    level_days: int = 28
    half_life_days: float = 7.0
    backtest_days: int = 210
    interval: float = 0.80
    max_step_change: float | None = 0.20

    def __post_init__(self) -> None:
        if not 0 < self.linear_under <= 1 <= self.linear_over:
            raise PacingError("linear_under must lie in (0, 1] and linear_over be at least 1")
        if not 0 <= self.tolerance_end <= self.tolerance_start:
            raise PacingError("tolerance_end must lie between 0 and tolerance_start")
        if min(self.weekday_days, self.level_days, self.backtest_days) < 7:
            raise PacingError("weekday_days, level_days and backtest_days must be at least 7")
        if self.max_step_change is not None and not self.max_step_change >= 0:
            raise PacingError(f"max_step_change must be at least 0, got {self.max_step_change}")
        if not 0 < self.interval < 1 or self.half_life_days <= 0 or self.weekday_prior_weeks <= 0:
            raise PacingError("interval must lie in (0, 1); half_life_days and weekday_prior_weeks must be above 0")

    def tolerance(self, elapsed_share: float) -> float:
        """Allowed relative distance from the seasonal target when ``elapsed_share`` of the period's days are over."""
        return self.tolerance_start + (self.tolerance_end - self.tolerance_start) * min(max(elapsed_share, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class MonthlyTarget:
    """A user's target per calendar month, for one campaign or a named group across platforms.

    ``members`` are ``platform:campaign_id``; a Google shared budget is named by its id in place of its campaigns. A
    group's amount is split by the members' spend of the last four weeks.
    """

    name: str
    amount: Decimal
    currency: str
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise PacingError(f"monthly target {self.name!r} must be an amount of at least 0, got {self.amount}")
        if not self.members:
            raise PacingError(f"monthly target {self.name!r} names no campaign")


def last_complete_day(now: datetime, timezone: str) -> date:
    """The last day that is over in ``timezone`` (IANA) at ``now``, an aware time; PacingError for a naive one."""
    if now.tzinfo is None:
        raise PacingError("the time of pacing must have a time zone")
    return now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)
