"""The forecast to a period's end, per campaign and metric: known values, expected ones, and an interval."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.panel import Panel, build_panel, clean_daily
from adops_pipeline.domain.calendar.effects import Effects
from adops_pipeline.domain.forecasting.calibration import Calibration, calibrate
from adops_pipeline.domain.forecasting.campaigns import by_campaign, campaign_units
from adops_pipeline.domain.forecasting.outlook import Floats, Indices, Outlook
from adops_pipeline.domain.forecasting.walk import (
    METRICS,
    Expected,
    Histories,
    expectations,
    plan_walk,
    prepare,
    sample_stride,
    sampled,
    walk,
)
from adops_pipeline.domain.forecasting.yearly import learn_season
from adops_pipeline.domain.tables.forecasting import ANALYTICS_FORECASTS

HISTORY_DAYS = 210
_MOST_HORIZONS = 6
_KNOWN_ENOUGH = 0.3
_LEVEL = 2
"""The variant that fills in results which arrive late."""

SCHEMA = ANALYTICS_FORECASTS.polars_schema(without=("account_id", "campaign_name", "created_at"))


def forecast_to(
    daily: pl.DataFrame,
    as_of: date,
    period_start: date,
    period_end: date,
    *,
    coverage: float = 0.80,
    campaigns: pl.DataFrame | None = None,
    effects: Effects | None = None,
) -> pl.DataFrame:
    """Spend, conversions and revenue of the period per campaign, with an interval of the given coverage.

    ``daily`` has platform, campaign_id, currency, date, spend, revenue, conversions; if known ``maturity`` (share of
    the day's conversions that has arrived: what is still missing is added to the total). ``campaigns`` (platform,
    campaign_id) may have ``end_date`` (last day, null for none), ``known_from`` (first day from which the days are
    complete, null for all: its period begins no earlier) and ``unit`` (whose days ``effects`` of events are; an
    account or a project in it). ``as_of`` is the last complete day. A campaign without spend in the last four
    days counts as stopped: nothing more is expected of it. Columns as in ``SCHEMA``, one row per campaign and metric.
    Raises ValueError for a period that ends before it starts or starts after tomorrow, and a coverage that is no share.
    """
    _check(as_of, period_start, period_end, coverage)
    history = max(HISTORY_DAYS, (as_of - period_start).days + 1)
    rows = clean_daily(daily, as_of, 0)
    panel = trimmed(build_panel(rows, as_of, history))
    if panel.keys.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    ahead = _days_ahead(campaigns, panel, as_of, period_end)
    units = campaign_units(panel.keys, campaigns)
    season = learn_season(rows, as_of, panel, effects, campaigns)
    histories = prepare(panel, effects, units, season)
    last = panel.spend.shape[1] - 1
    wanted = _horizons(ahead)
    learnable, stride = sampled(panel), sample_stride(panel.keys.height)
    examples = prepare(learnable, effects, units[::stride], season and season.of_every(stride))
    past = walk(examples, *plan_walk(examples, wanted))
    starts = _starts(campaigns, panel, as_of, period_start)
    first = (starts - panel.first_day).dt.total_days().to_numpy()
    in_period = (np.arange(last + 1) >= first[:, None]).astype(np.float64)
    frames = []
    days = np.arange(1, max(int(ahead.max()), 1) + 1)
    for metric, expected in expectations(histories, last, days):
        learnt = {h: c for h, c in calibrate(past[metric], last, coverage, learnable.group).items() if h in wanted}
        columns = _totals(histories, metric, expected, learnt, ahead, in_period)
        names = pl.lit(metric).alias("metric"), starts.alias("period_start"), pl.Series("days_ahead", ahead)
        frames.append(panel.keys.with_columns(*names, *columns))
    dates = {"period_end": period_end, "as_of": as_of}
    table = pl.concat(frames).with_columns(**{name: pl.lit(day) for name, day in dates.items()})
    order = pl.col("metric").cast(pl.Enum(METRICS))
    return table.sort("platform", "campaign_id", "currency", order).select(*SCHEMA).cast(SCHEMA)  # type: ignore[arg-type]


def _check(as_of: date, period_start: date, period_end: date, coverage: float) -> None:
    if period_end < period_start:
        raise ValueError(f"the period ends ({period_end}) before it starts ({period_start})")
    if period_start > as_of + timedelta(days=1):
        raise ValueError(f"the period starts ({period_start}) later than the day after {as_of}")
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")


def trimmed(panel: Panel) -> Panel:
    """``panel`` without the days before anybody spent anything."""
    spent = np.flatnonzero(panel.spend.any(axis=0))
    first = int(spent[0]) if spent.size else 0
    columns = {name: getattr(panel, name)[:, first:] for name in ("spend", "revenue", "conversions", "maturity")}
    return replace(panel, first_day=panel.first_day + timedelta(days=first), **columns)


def _starts(campaigns: pl.DataFrame | None, panel: Panel, as_of: date, period_start: date) -> pl.Series:
    """First day of the period that is known of each campaign; tomorrow where none is."""
    if campaigns is None or "known_from" not in campaigns.columns:
        return pl.Series([period_start], dtype=pl.Date()).new_from_index(0, panel.keys.height)
    known = by_campaign(campaigns, panel.keys, "known_from").cast(pl.Date).fill_null(period_start)
    return known.clip(period_start, as_of + timedelta(days=1))


def _days_ahead(campaigns: pl.DataFrame | None, panel: Panel, as_of: date, period_end: date) -> Indices:
    """Days from tomorrow to the period's end per campaign, or to the campaign's own end if that is earlier."""
    remaining = max((period_end - as_of).days, 0)
    if campaigns is None or "end_date" not in campaigns.columns:
        return np.full(panel.keys.height, remaining, dtype=np.intp)
    ends = by_campaign(campaigns, panel.keys, "end_date").cast(pl.Date)
    days = (ends - as_of).dt.total_days().fill_null(remaining).clip(0, remaining)
    return days.to_numpy().astype(np.intp)


def _horizons(ahead: Indices) -> tuple[int, ...]:
    """The horizons to learn: all that occur, or a few that stand for them."""
    occurring = np.unique(np.maximum(ahead, 1))
    if len(occurring) > _MOST_HORIZONS:
        occurring = np.unique(np.geomspace(occurring[0], occurring[-1], _MOST_HORIZONS).round()).astype(np.intp)
    return tuple(int(h) for h in occurring)


def _totals(
    histories: Histories,
    metric: str,
    expected: Expected,
    learnt: dict[int, Calibration],
    ahead: Indices,
    in_period: Floats,
) -> list[pl.Series]:
    """What is known of the period, its likely total with its interval, and what is said of the days ahead."""
    known = (histories.values[metric] * in_period).sum(axis=1)
    point, low, high, change = _rest(histories, metric, expected, learnt, ahead, in_period)
    return [
        pl.Series("actual_to_date", known),
        pl.Series("total", known + point),
        pl.Series("total_low", known + low),
        pl.Series("total_high", known + high),
        pl.Series("season_change_pct", 100.0 * change, nan_to_null=True),
        pl.Series("is_running", expected.outlook.is_running),
    ]


def _rest(
    histories: Histories,
    metric: str,
    expected: Expected,
    learnt: dict[int, Calibration],
    ahead: Indices,
    in_period: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """What is still to come of the period per campaign: days ahead, and results of past days that arrive late.

    Likely value, low and high end, and what the yearly season changes of the days ahead: NaN where none is known.
    """
    seen, sums, errors = expected.outlook, expected.sums, expected.errors
    missing, missing_days = _late(histories, metric, seen, in_period)
    horizons = np.array(sorted(learnt))
    nearest = np.abs(np.log(horizons[None, :] / np.maximum(ahead, 1)[:, None])).argmin(axis=1)
    point, low, high = np.zeros(len(ahead)), np.zeros(len(ahead)), np.zeros(len(ahead))
    change = np.full(len(ahead), np.nan)
    span = ahead + missing_days
    for n, horizon in enumerate(horizons.tolist()):
        who = np.flatnonzero(nearest == n)
        calibration = learnt[horizon]
        variance, group = seen.variance[who], histories.group[who]
        own = sums[who, :, np.maximum(ahead[who], 1) - 1]
        coming = calibration.point(own, variance, ahead[who])
        coming *= ahead[who] > 0
        if histories.season:
            change[who] = np.where((ahead[who] > 0) & seen.is_running[who], calibration.season_change(own), np.nan)
        point[who] = coming + missing[who]
        doubt = errors[histories.unit[who], np.maximum(ahead[who], 1) - 1]
        if histories.season:
            doubt = np.hypot(doubt, calibration.season_doubt(own))
        doubt = doubt * coming / np.maximum(point[who], 1e-12)
        low[who], high[who] = calibration.interval(point[who], variance, span[who], group, doubt)
    return point, low, high, change


def _late(histories: Histories, metric: str, seen: Outlook, in_period: Floats) -> tuple[Floats, Floats]:
    """Results of past days of the period that have not arrived yet, and how many days' worth they are."""
    maturity, values = histories.maturity[metric], histories.values[metric]
    open_share = (1.0 - maturity) * in_period * (histories.values["spend"] > 0)
    weekday = (np.arange(values.shape[1]) + histories.first_weekday) % 7
    shape = seen.factors[:, weekday] * histories.past_factors(metric)
    by_level = seen.levels[:, _LEVEL] * (open_share * shape).sum(axis=1)
    by_share = (open_share * values / np.maximum(maturity, _KNOWN_ENOUGH)).sum(axis=1)
    return np.where(seen.is_running, by_level, by_share), open_share.sum(axis=1)
