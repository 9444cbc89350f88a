"""The yearly season of the days ahead, learnt from the spend of the same weeks a year ago.

The course of the weeks, and how much of it is expected to come back, are those of `forecasting.yearly`. A campaign
whose spend does not move with the others' has a course of its own that undoes theirs.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, build_panel, numbered
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS, Season, season_of_days, weeks_of
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.levels import Level
from adops_pipeline.domain.pacing.periods import Periods
from adops_pipeline.domain.pacing.rules import PacingRules

_WEEK = 7
_ORIGIN_STEP = 28
_DOUBT = 0.5
"""Of a season that changes spend more than it did in the past: the part that is its standard deviation."""


@dataclass(frozen=True, slots=True)
class SeasonAhead:
    """Per entity: what the season makes of the spend of the days that remain, over the present level, and its doubt."""

    factor: Floats
    deviation: Floats


def year_panel(rows: pl.DataFrame, keys: pl.DataFrame, day: date, rules: PacingRules) -> DayPanel | None:
    """Spend of ``keys`` on the days that a season is learnt from; None below a year and eight weeks.

    ``rows`` and ``keys`` have platform and campaign_id. The season has to be known on each day of the past errors, too.
    """
    latest_start = day - timedelta(days=LEAST_DAYS - 1)
    if not rows["date"].le(latest_start).any():
        return None
    days = _WEEK * weeks_of(rules.backtest_days)
    panel = build_panel(rows, ("spend",), day - timedelta(days=days - 1), day, keys)
    return panel if panel["spend"][:, : days - LEAST_DAYS + 1].any() else None


def season_ahead(
    inputs: Inputs, periods: Periods, weights: Floats, level: Level, rules: PacingRules
) -> SeasonAhead | None:
    """What the season does to the remaining days of each period; None where no year is known."""
    most = int(periods.remaining.max(initial=0))
    if inputs.year is None or most == 0:
        return None
    season = _learnt(inputs, inputs.year, weights)
    last, ahead = season.days - 1, np.minimum(periods.remaining, most)
    coming = (np.arange(most) + inputs.day.toordinal()) % _WEEK
    logs = season.logs("spend", last, last + 1 + np.arange(most))
    factor = _mean_factor(logs, weights[:, coming], ahead) * _since_level(inputs, season, level, rules)
    seen = [
        _mean_factor(season.logs("spend", origin, origin + 1 + np.arange(most)), weights[:, coming], ahead)
        for origin in range(last - _ORIGIN_STEP, last - rules.backtest_days, -_ORIGIN_STEP)
    ]
    usual = np.sqrt(np.mean([(past - 1.0) ** 2 for past in seen], axis=0)) if seen else np.zeros(len(factor))
    return SeasonAhead(factor, _DOUBT * np.maximum(np.abs(factor - 1.0) - usual, 0.0))


def _learnt(inputs: Inputs, panel: DayPanel, weights: Floats) -> Season:
    """The season of spend without weekdays; days of the calendar's events come back by their own dates."""
    spend, days = panel["spend"], panel.has_row.shape[1]
    counts = spend > 0
    column = inputs.occasions.ordinals - panel.first_day.toordinal()
    inside = np.flatnonzero((column >= 0) & (column < days))
    who, which = np.nonzero(inputs.occasions.member[:, inside])
    counts[who, column[inside[which]]] = False
    free = np.where(counts, spend / weights[:, panel.weekday], 0.0)
    names = inputs.entities.select(pl.concat_str("platform", pl.lit("/"), pl.col("account_id").fill_null("")))
    account = numbered(names.to_series())
    return season_of_days({"spend": (free, counts.astype(np.float64))}, account)


def _mean_factor(logs: Floats, weights: Floats, ahead: Indices) -> Floats:
    """The mean factor of the first ``ahead`` days, weighted by weekday; 1 where there are none."""
    shares = weights * (np.arange(logs.shape[1]) < ahead[:, None])
    total = shares.sum(axis=1)
    mean = (shares * np.exp(logs)).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, mean, 1.0))


def _since_level(inputs: Inputs, season: Season, level: Level, rules: PacingRules) -> Floats:
    """The season of today over that of the days that the level rests on.

    A level that is carried over from one daily budget to another is already that of today: the changes of the budget
    are then taken for the season's.
    """
    age = np.arange(rules.level_days)
    share = np.power(0.5, age / rules.half_life_days)
    mean_age = np.cumsum(age * share) / np.cumsum(share)
    columns = inputs.panel.has_row.shape[1]
    counted = np.clip(columns - level.since, 1, rules.level_days)
    before = np.rint(mean_age[counted - 1]).astype(np.intp)
    last = season.days - 1
    logs = season.logs("spend", last, last - np.arange(rules.level_days))
    is_moved = (inputs.scale[:, -rules.level_days :] != 1.0).any(axis=1)
    return np.where(is_moved, 1.0, np.exp(-logs[np.arange(len(before)), before]))
