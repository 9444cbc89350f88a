"""The yearly season of CPA and ROAS: how conversions and revenue per spend moved over the same weeks a year ago.

All campaigns of a season share it, but a period before it does not. Click rates and prices have none that was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.benchmarks.comparison import Allowance, Span
from adops_pipeline.domain.benchmarks.occasions import EventDays
from adops_pipeline.domain.benchmarks.rules import LOWER_IS_BETTER, NEEDS_CONVERSIONS
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, build_panel, numbered
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS, Season, season_of_days, weeks_of
from adops_pipeline.domain.tables.benchmarks import BenchmarkMetric

_EVENTS: Mapping[BenchmarkMetric, str] = {"cpa": "conversions", "roas": "revenue"}
_DOUBT = 0.25
"""Standard deviation of a season's change, as a share of it."""


@dataclass(frozen=True, slots=True)
class RatioSeason:
    """The season of the campaigns of a panel of ``days`` days."""

    season: Season
    days: int

    def allowance(self, rows: Indices, metric: BenchmarkMetric, span: Span) -> Allowance | None:
        """What the season does to the change of the ratio; None of a metric without one."""
        if metric not in NEEDS_CONVERSIONS:
            return None
        last = self.season.days - 1
        columns = np.arange(span.start, span.end) + self.season.days - self.days
        factors = np.exp(self.season.logs(metric, last, columns)[rows])
        baseline = span.middle - span.start
        change = np.log(factors[:, baseline:].mean(axis=1)) - np.log(factors[:, :baseline].mean(axis=1))
        return Allowance.of(-change if metric in LOWER_IS_BETTER else change, (_DOUBT * change) ** 2)


def learn_ratio_season(
    daily: pl.DataFrame, panel: DayPanel, accounts: pl.Series, mature_lag: Indices, calendar: pl.DataFrame | None
) -> RatioSeason | None:
    """The season of a panel's campaigns from ``daily`` rows; None below a year and eight weeks.

    ``mature_lag`` is the number of each campaign's last days whose conversions are not known yet. Days with events in
    ``calendar`` tell nothing of the season.
    """
    days = panel.has_row.shape[1]
    as_of = panel.day(days - 1)
    latest_start = as_of - timedelta(days=LEAST_DAYS - 1)
    oldest = daily["date"].min()
    if panel.keys.is_empty() or not isinstance(oldest, date) or oldest > latest_start:
        return None
    length = 7 * weeks_of(days)
    columns = ("spend", *_EVENTS.values())
    year = build_panel(daily, columns, as_of - timedelta(days=length - 1), as_of, panel.keys)
    if not year["spend"][:, : length - LEAST_DAYS + 1].any():
        return None
    counts = np.arange(length) < (length - mature_lag)[:, None]
    events = None if calendar is None else EventDays.read(calendar, year, accounts)
    if events is not None:
        who, which = np.nonzero(events.event[events.account] >= 0)
        counts[who, events.columns[which]] = False
    spend = np.where(counts, year["spend"], 0.0)
    delivered = (spend > 0).sum(axis=1)
    # In days of the usual spend, as the course of the weeks takes it.
    exposure = spend / np.where(delivered > 0, spend.sum(axis=1) / np.maximum(delivered, 1), 1.0)[:, None]
    parts: dict[str, tuple[Floats, Floats]] = {
        metric: (np.where(spend > 0, year[name], 0.0), exposure) for metric, name in _EVENTS.items()
    }
    names = panel.keys.select(pl.concat_str("platform", pl.lit("/"), accounts.fill_null("").alias("account_id")))
    return RatioSeason(season_of_days(parts, numbered(names.to_series())), days)
