"""The pacing of one day's entities: how far each period is, where it will end, its status. Rows are made in `table`."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Mask
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.linear import LinearPacing, linear_pacing
from adops_pipeline.domain.pacing.outlook import Outlook, project
from adops_pipeline.domain.pacing.periods import Periods, measure_periods
from adops_pipeline.domain.pacing.rules import PacingRules
from adops_pipeline.domain.pacing.weights import estimate_weights
from adops_pipeline.domain.tables.pacing import PacingStatus

_SILENT_DAYS = 3
"""As many known days without spend say that nothing is delivered."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Expected spend so far, per entity: at an even pace, and on the weekday curve. NaN without a budget."""

    linear: LinearPacing
    seasonal: Floats


@dataclass(frozen=True, slots=True)
class Judgement:
    """All figures of the rows of analytics_budgets, in the order of ``inputs``."""

    inputs: Inputs
    periods: Periods
    targets: Targets
    outlook: Outlook
    statuses: list[PacingStatus]
    tolerances: list[float]

    @property
    def required_daily_spend(self) -> Floats:
        """Spend a day, from tomorrow on, that ends the period on budget; NaN without a budget or a day left."""
        remaining = self.periods.remaining
        left = np.maximum(self.inputs.budget - self.inputs.spent, 0.0)
        return np.where(remaining > 0, left / np.maximum(remaining, 1), np.nan)


def judge(inputs: Inputs, rules: PacingRules) -> Judgement:
    """Pace the entities of ``inputs``."""
    weights = _estimated_weights(inputs, rules) if inputs.weights is None else inputs.weights
    periods = measure_periods(inputs, weights)
    linear = linear_pacing(inputs.budget, inputs.spent, periods.even_share, rules)
    targets = Targets(linear, inputs.budget * periods.seasonal_share)
    tolerances = [rules.tolerance(share) for share in periods.elapsed_share.tolist()]
    outlook = project(inputs, periods, weights, rules)
    return Judgement(
        inputs=inputs,
        periods=periods,
        targets=targets,
        outlook=outlook,
        statuses=_statuses(inputs, outlook.level, targets.seasonal, tolerances),
        tolerances=tolerances,
    )


def _estimated_weights(inputs: Inputs, rules: PacingRules) -> Floats:
    recent = inputs.panel["spend"][:, -rules.weekday_days :]
    weekdays = inputs.panel.weekday[-rules.weekday_days :]
    return estimate_weights(recent, weekdays, inputs.platforms, rules.weekday_prior_weeks)


def _statuses(inputs: Inputs, level: Floats, targets: Floats, tolerances: list[float]) -> list[PacingStatus]:
    has_rows: Mask = np.asarray(inputs.panel.has_row.any(axis=1) | (inputs.spent > 0))
    # That nothing is delivered takes days of which it is known.
    is_silence_known: Mask = np.asarray(inputs.is_known[:, -_SILENT_DAYS:].all(axis=1))
    is_known = has_rows & np.isfinite(inputs.spent) & np.isfinite(level)
    silence = zip((has_rows | ~is_silence_known).tolist(), is_known.tolist(), strict=True)
    budgets = zip(inputs.budget.tolist(), silence, strict=True)
    spending = zip(inputs.spent.tolist(), targets.tolist(), tolerances, strict=True)
    lives = inputs.entities.select("status", "start_date", "end_date").iter_rows()
    return [
        _unpaced(life, inputs.day, budget, *known) or _paced(*spent)
        for life, (budget, known), spent in zip(lives, budgets, spending, strict=True)
    ]


def _unpaced(
    life: tuple[str, date | None, date | None], day: date, budget: float, may_deliver: bool, is_known: bool
) -> PacingStatus | None:
    """Why the spend cannot be judged; None where it can."""
    status, start, end = life
    if status == "draft" or (start is not None and start > day):
        return "not-started"
    if status in ("ended", "removed") or (end is not None and end <= day):
        return "ended"
    if not budget > 0:
        return "no-budget"
    if not may_deliver:
        return "no-data"
    return None if is_known else "unknown"


def _paced(spent: float, target: float, tolerance: float) -> PacingStatus:
    if spent > target * (1.0 + tolerance):
        return "overpacing"
    return "underpacing" if spent < target * (1.0 - tolerance) else "on-track"
