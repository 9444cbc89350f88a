"""Inputs of one day's pacing: entities, budgets and spend, in one order. No computation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask, numbered
from adops_pipeline.domain.pacing.basis import Basis
from adops_pipeline.domain.pacing.earlier_spans import EarlierSpans
from adops_pipeline.domain.pacing.in_force import BudgetDays, MonthBudgets, budget_days, month_budgets
from adops_pipeline.domain.pacing.occasions import Occasions, read_occasions
from adops_pipeline.domain.tables.pacing import BasisKind


@dataclass(frozen=True, slots=True)
class Inputs:
    """Entities paced through the same ``day``; all in the entities' order. ``weights`` are campaigns x 7, if given.

    ``is_known`` (entities x days of the panel) is False on days that were never pulled. ``spent_to_date`` is NULL where
    part of the period is not known. ``year`` has the days that a yearly season is learnt from, None where they are too
    few.
    """

    day: date
    entities: pl.DataFrame
    bases: Sequence[Basis]
    spent_to_date: pl.Series
    panel: DayPanel
    is_known: Mask
    weights: Floats | None
    daily_budget: Floats
    budget_days: BudgetDays
    month: MonthBudgets
    spans: EarlierSpans
    occasions: Occasions
    year: DayPanel | None = None

    @classmethod
    def of(
        cls,
        day: date,
        entities: pl.DataFrame,
        bases: Sequence[Basis],
        spend: tuple[pl.Series, DayPanel, Mask],
        spans: EarlierSpans,
        weights: Floats | None,
        history: pl.DataFrame | None,
        calendar: pl.DataFrame | None = None,
        year: DayPanel | None = None,
    ) -> "Inputs":
        """The inputs with their daily budgets; ``spend`` is (spent to date, panel, its known days)."""
        daily = entities["daily_budget"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        panel = spend[1]
        days = budget_days(entities, daily, history, panel.first_day, panel.has_row.shape[1])
        month = month_budgets(entities, bases, days, daily, day)
        occasions = read_occasions(calendar, entities)
        return cls(day, entities, bases, *spend, weights, daily, days, month, spans, occasions, year)

    @property
    def platforms(self) -> Indices:
        """The number of each entity's platform: estimates of one platform's entities inform each other."""
        return numbered(self.entities["platform"])

    @property
    def event_factors(self) -> Floats:
        """What events of the calendar are expected to make of each day of the panel: entities x days."""
        return self.occasions.factors(self.panel.first_day.toordinal(), self.panel["spend"].shape[1])

    @property
    def ordinary_spend(self) -> Floats:
        """The panel's spend without what is expected of events: three days of a holiday are no habit or new level."""
        return self.panel["spend"] / self.event_factors

    @property
    def budget(self) -> Floats:
        """Budget of each period, NaN where none is known; of daily budgets, of the known days and those ahead."""
        sums = np.array([np.nan if basis.budget is None else float(basis.budget) for basis in self.bases])
        return np.where(self.is_kind("daily"), self.month.total, sums)

    @property
    def spent(self) -> Floats:
        """Spend of each period so far; NaN where it is not known."""
        return self.spent_to_date.cast(pl.Float64).fill_null(np.nan).to_numpy()

    @property
    def scale(self) -> Floats:
        """Daily budgets in force over the present one: where the budget limits the spend, the spend moves with it.

        1 where past budgets are not known; a flight's spend has no daily budget.
        """
        return np.where(self.is_kind("daily", "target")[:, None], self.budget_days.scale(self.daily_budget), 1.0)

    @property
    def is_running(self) -> Mask:
        """Whether the campaign is active."""
        return np.asarray(self.entities["status"].to_numpy() == "active")

    def is_kind(self, *kinds: BasisKind) -> Mask:
        """Which entities have a basis of one of these kinds."""
        return np.array([basis.kind in kinds for basis in self.bases], dtype=np.bool_)
