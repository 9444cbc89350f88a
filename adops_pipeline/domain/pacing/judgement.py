"""The pacing of one day's entities: how far each period is, where it will end, its status. Rows are made in `table`."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Mask
from adops_pipeline.domain.pacing.delivery import Delivery, measure_delivery
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.levels import SILENT_DAYS
from adops_pipeline.domain.pacing.linear import LinearPacing, linear_pacing
from adops_pipeline.domain.pacing.outlook import Outlook, project
from adops_pipeline.domain.pacing.periods import Periods, measure_periods
from adops_pipeline.domain.pacing.rules import PacingRules
from adops_pipeline.domain.pacing.weights import estimate_weights
from adops_pipeline.domain.tables.pacing import PacingStatus


@dataclass(frozen=True, slots=True)
class Judgement:
    """All figures of the rows of analytics_budgets, in the order of ``inputs``.

    ``weights`` (entities x 7, Monday to Sunday) average 1; ``tolerances`` are NaN where no sum is paced.
    """

    inputs: Inputs
    weights: Floats
    periods: Periods
    linear: LinearPacing
    outlook: Outlook
    delivery: Delivery
    statuses: list[PacingStatus]
    tolerances: Floats

    @property
    def required_daily_spend(self) -> Floats:
        """Spend a day, from tomorrow on, that ends the period on budget; NaN without a sum that somebody set."""
        remaining = self.periods.remaining
        left = np.maximum(self.inputs.budget - self.inputs.spent, 0.0)
        is_set = (remaining > 0) & ~self.inputs.is_kind("daily", "cap")
        return np.where(is_set, left / np.maximum(remaining, 1), np.nan)


def judge(inputs: Inputs, rules: PacingRules) -> Judgement:
    """Pace the entities of ``inputs``."""
    weights = _estimated_weights(inputs, rules) if inputs.weights is None else inputs.weights
    periods = measure_periods(inputs, weights)
    outlook = project(inputs, periods, weights, rules)
    delivery = measure_delivery(inputs, weights, outlook.noise, outlook.level_since)
    is_paced = inputs.is_kind("target", "lifetime")
    tolerances = np.where(is_paced, [rules.tolerance(share) for share in periods.elapsed_share.tolist()], np.nan)
    return Judgement(
        inputs=inputs,
        weights=weights,
        periods=periods,
        linear=linear_pacing(periods.even_target, inputs.spent, rules),
        outlook=outlook,
        delivery=delivery,
        statuses=_statuses(inputs, outlook.level, delivery, periods.seasonal_target, tolerances),
        tolerances=tolerances,
    )


def _estimated_weights(inputs: Inputs, rules: PacingRules) -> Floats:
    recent = inputs.ordinary_spend[:, -rules.weekday_days :]
    weekdays = inputs.panel.weekday[-rules.weekday_days :]
    return estimate_weights(recent, weekdays, inputs.platforms, rules.weekday_prior_weeks)


def _statuses(
    inputs: Inputs, level: Floats, delivery: Delivery, targets: Floats, tolerances: Floats
) -> list[PacingStatus]:
    has_rows: Mask = np.asarray(inputs.panel.has_row.any(axis=1) | (inputs.spent > 0))
    # That nothing is delivered takes days of which it is known.
    is_silence_known: Mask = np.asarray(inputs.is_known[:, -SILENT_DAYS:].all(axis=1))
    is_known = has_rows & np.isfinite(level) & (np.isfinite(inputs.spent) | inputs.is_kind("daily"))
    silence = zip((has_rows | ~is_silence_known).tolist(), is_known.tolist(), strict=True)
    reasons = [
        _unpaced(life, inputs.day, budget, *known)
        for life, budget, known in zip(
            inputs.entities.select("status", "start_date", "end_date").iter_rows(),
            inputs.budget.tolist(),
            silence,
            strict=True,
        )
    ]
    paced = np.select(
        [inputs.spent > targets * (1.0 + tolerances), inputs.spent < targets * (1.0 - tolerances)],
        ["overpacing", "underpacing"],
        "on-track",
    ).tolist()
    paced = np.where(inputs.is_kind("cap") & (inputs.spent >= inputs.budget), "limited", paced).tolist()
    rated = np.where(inputs.is_kind("daily"), delivery.statuses, paced).tolist()
    return [reason or status for reason, status in zip(reasons, rated, strict=True)]


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
