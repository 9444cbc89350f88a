"""Daily budgets in force on past days, per entity and day, from a history of budgets. No judgement.

The amount of a day before an entity's first known one is unknown: such days are left out where spend is held against
budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.pacing.basis import Basis
from adops_pipeline.domain.pacing.limits import GOOGLE_MONTH
from adops_pipeline.domain.vocabulary import Platform

_KEY = ("platform", "entity_id")


@dataclass(frozen=True, slots=True)
class BudgetDays:
    """``amounts`` are entities x days from ``first_day`` on: the daily budget in force, NaN where it is not known.

    ``is_changed`` marks days on which the amount became another one: part of such a day had the old one.
    """

    first_day: date
    amounts: Floats
    is_changed: Mask

    def scale(self, now: Floats) -> Floats:
        """The budget in force over the budget ``now``; days before the first known amount count as that amount."""
        known = np.isfinite(self.amounts)
        first = np.take_along_axis(self.amounts, known.argmax(axis=1)[:, None], axis=1)
        filled = np.where(known, self.amounts, first)
        share = np.divide(filled, now[:, None], out=np.ones_like(filled), where=(now > 0)[:, None] & (filled > 0))
        return np.asarray(np.where(np.isfinite(share), share, 1.0))


def budget_days(
    entities: pl.DataFrame, daily_budget: Floats, history: pl.DataFrame | None, first_day: date, days: int
) -> BudgetDays:
    """The budgets in force on ``days`` days from ``first_day`` on, in the order of ``entities``.

    ``history`` has platform, campaign_id (or a shared budget's id), changed_on and daily_budget; of one day the last
    row counts. Without a history the present daily budget is taken for every day.
    """
    shape = (entities.height, days)
    if history is None:
        return BudgetDays(first_day, np.broadcast_to(daily_budget[:, None], shape), np.zeros(shape, dtype=np.bool_))
    rows = _steps(entities, history, first_day, days)
    row, column = rows["row"].to_numpy().astype(np.intp), rows["column"].to_numpy().astype(np.intp)
    values = np.append(rows["amount"].to_numpy(), np.nan)
    # Each day takes the number of the step in force on it; -1, the NaN at the end, before the first one.
    step = np.full(shape, -1, dtype=np.intp)
    step[row, column] = np.arange(len(row))
    step = np.maximum.accumulate(step, axis=1)
    amounts = values[step]
    before = np.pad(amounts[:, :-1], ((0, 0), (1, 0)), constant_values=np.nan)
    return BudgetDays(first_day, amounts, np.isfinite(before) & (amounts != before))


def _steps(entities: pl.DataFrame, history: pl.DataFrame, first_day: date, days: int) -> pl.DataFrame:
    """row, column, amount of every step, in order; what was set before the first day stands on it."""
    column = (pl.col("changed_on").cast(pl.Date()) - first_day).dt.total_days()
    numbered = entities.select(*(pl.col(name).cast(pl.String) for name in _KEY)).with_row_index("row")
    return (
        history.select(
            pl.col("platform").cast(pl.String),
            pl.col("campaign_id").cast(pl.String).alias("entity_id"),
            column.clip(lower_bound=0).alias("column"),
            column.alias("order"),
            pl.col("daily_budget").cast(pl.Float64).alias("amount"),
        )
        .drop_nulls()
        .filter(pl.col("column") < days)
        .join(numbered, on=_KEY, how="inner")
        .sort("row", "order", maintain_order=True)
        .unique(["row", "column"], keep="last", maintain_order=True)
        .select("row", "column", "amount")
    )


@dataclass(frozen=True, slots=True)
class MonthBudgets:
    """Per entity with daily budgets: their sum over the month's known days so far, and over these and the days ahead.

    ``cap`` is Google's 30.4 × mean daily budget (NaN elsewhere); it ``is_cap_firm`` where the budget is known not to
    have moved in the period. ``is_whole`` says that every day so far is among the known ones.
    """

    so_far: Floats
    total: Floats
    cap: Floats
    is_cap_firm: Mask
    is_whole: Mask
    is_inside: Mask
    """Entities x days of the panel: whether the day is one of the period whose budget is known."""


def month_budgets(
    entities: pl.DataFrame, bases: Sequence[Basis], days: BudgetDays, daily_budget: Floats, day: date
) -> MonthBudgets:
    """The sums of ``days`` in each basis' period, as of ``day``, the last day of the arrays."""
    ordinals = days.first_day.toordinal() + np.arange(days.amounts.shape[1])
    first = np.array([basis.period_start.toordinal() for basis in bases])
    last = np.array([basis.period_end.toordinal() for basis in bases])
    known = np.isfinite(days.amounts)
    is_period = (ordinals >= first[:, None]) & (ordinals <= last[:, None])
    inside = is_period & known
    so_far = np.where(inside, days.amounts, 0.0).sum(axis=1)
    elapsed: Indices = np.clip(day.toordinal() - first + 1, 0, last - first + 1)
    ahead = (last - first + 1) - elapsed
    counted = inside.sum(axis=1)
    total = so_far + np.where(ahead > 0, ahead * daily_budget, 0.0)
    is_whole = counted == elapsed
    is_google = entities["platform"].to_numpy() == Platform.GOOGLE_ADS.value
    cap = np.where(is_google, float(GOOGLE_MONTH) * total / np.maximum(counted + ahead, 1), np.nan)
    has_moved = (inside & (days.amounts != daily_budget[:, None])).any(axis=1)
    return MonthBudgets(so_far, np.fmin(total, cap), cap, is_whole & ~has_moved, is_whole, inside)
