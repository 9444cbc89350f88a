"""Events of the past and the days by which their effects are known, before anything is learnt from them."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from adops_pipeline.domain.calendar.units import AccountCalendar, learn_calendar
from adops_pipeline.domain.maturity import MaturityCurves


@dataclass(frozen=True)
class PastEvents:
    """``days``: rows of `calendar_days`; ``totals``: of accounts and projects on complete days up to ``as_of``."""

    days: pl.DataFrame
    totals: pl.DataFrame
    as_of: date
    curves: MaturityCurves

    @property
    def inputs(self) -> tuple[object, ...]:
        """What ``learnt`` depends on."""
        return self.days, self.totals, self.as_of, self.curves.table

    def learnt(self) -> AccountCalendar:
        """What the events did to each account."""
        return learn_calendar(self.days, self.curves.with_maturity(self.totals, self.as_of), self.as_of)
