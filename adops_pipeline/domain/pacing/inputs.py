"""Inputs of one day's pacing: entities, budgets and spend, in one order. No computation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask
from adops_pipeline.domain.pacing.basis import Basis


@dataclass(frozen=True, slots=True)
class Inputs:
    """Entities paced through the same ``day``; all in the entities' order. ``weights`` are campaigns x 7, if given.

    ``is_known`` (entities x days of the panel) is False on days that were never pulled. ``spent_to_date`` is NULL where
    part of the period is not known.
    """

    day: date
    entities: pl.DataFrame
    bases: Sequence[Basis]
    spent_to_date: pl.Series
    panel: DayPanel
    is_known: Mask
    weights: Floats | None

    @property
    def platforms(self) -> Indices:
        """The number of each entity's platform: estimates of one platform's entities inform each other."""
        return self.entities["platform"].rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1

    @property
    def budget(self) -> Floats:
        """Budget of each period; NaN where none is known."""
        return np.array([np.nan if basis.budget is None else float(basis.budget) for basis in self.bases])

    @property
    def spent(self) -> Floats:
        """Spend of each period so far; NaN where it is not known."""
        return self.spent_to_date.cast(pl.Float64).fill_null(np.nan).to_numpy()

    @property
    def daily_budget(self) -> Floats:
        """The daily budget that is set now; NaN where there is none."""
        return self.entities["daily_budget"].cast(pl.Float64).fill_null(np.nan).to_numpy()

    @property
    def is_lifetime(self) -> Mask:
        """Whether the budget is one sum for the whole flight."""
        return np.array([basis.kind == "lifetime" for basis in self.bases])
