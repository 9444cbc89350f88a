"""Walk-forward: at each origin, the forecasts that would have been made, beside the actual values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args

import numpy as np

from adops_pipeline.domain.allocation.panel import Panel
from adops_pipeline.domain.calendar.effects import Effects
from adops_pipeline.domain.forecasting.calibration import LEARNING_DAYS, PastForecasts, Singles, summed_losses
from adops_pipeline.domain.forecasting.outlook import (
    VARIANTS,
    WINDOW_DAYS,
    Floats,
    Indices,
    Mask,
    Outlook,
    expected_sums,
    look_ahead,
    pauses,
    window,
)
from adops_pipeline.domain.forecasting.weeks import MOST_WEEKS, Weeks, by_week
from adops_pipeline.domain.forecasting.yearly import Season
from adops_pipeline.domain.tables.forecasting import ForecastMetric

METRICS: tuple[ForecastMetric, ...] = get_args(ForecastMetric)
_FIRST_ORIGIN = 13
"""Index of the first day after which forecasts are judged: two weeks are seen."""
_MANY_CAMPAIGNS = 30
SAMPLE_CAMPAIGNS = 400
_STEADY_HORIZONS = (1, 3, 7, 14)
_FULLY_KNOWN = 0.97


@dataclass(frozen=True, slots=True)
class Histories:
    """A panel prepared for forecasting; arrays are campaigns x days."""

    values: dict[str, Floats]
    ordinary: dict[str, Floats]
    """``values`` without what events did to them, as it was known at the end of each day."""
    maturity: dict[str, Floats]
    in_pause: Mask
    member: Floats
    """Platforms x campaigns, 1 where a campaign belongs."""
    neighbours: Floats
    """The same for platform and currency: their prices can be compared."""
    group: Indices
    first_day: date
    known_through: dict[str, int]
    """Per metric, the index of the last day whose values are practically final."""
    effects: Effects
    units: tuple[str, ...]
    """Distinct units of the calendar; ``unit`` says which is a campaign's."""
    unit: Indices
    season: Season | None = None
    """How levels moved a year ago; None where less than that is known."""

    @property
    def first_weekday(self) -> int:
        """Weekday of the first day, Monday 0."""
        return self.first_day.weekday()

    def past_factors(self, metric: str) -> Floats:
        """What events did to each day, campaigns x days."""
        days = self.values[metric].shape[1]
        return self.effects.past(metric, self.units, self.first_day, days)[self.unit]

    def ahead(self, metric: str, origin: int, days: int) -> tuple[Floats, Floats]:
        """What events will do to the days after day ``origin``: factors, and relative errors of their running sums.

        Both are units x days, as known at the origin.
        """
        return self.effects.ahead(metric, self.units, self.first_day + timedelta(days=origin), days)


def prepare(
    panel: Panel, effects: Effects | None = None, units: Sequence[str] = (), season: Season | None = None
) -> Histories:
    """Series, pauses and platforms of ``panel``. Spend is taken as final from the first day.

    ``units`` names the unit of each campaign whose days ``effects`` of events concern.
    """
    pairs = [f"{platform}/{currency}" for platform, currency in panel.keys.select("platform", "currency").iter_rows()]
    _, neighbours = np.unique(pairs, return_inverse=True)
    final = np.ones_like(panel.maturity)
    last = panel.spend.shape[1] - 1
    # Days without a row have no maturity of their own; they are as mature as the least mature row of their day.
    has_row = panel.spend > 0
    known = np.where(has_row, panel.maturity, 1.0)
    young = np.flatnonzero(known.min(axis=0, initial=1.0) < _FULLY_KNOWN)
    through = int(young[0]) - 1 if young.size else last
    maturity = np.where(has_row, panel.maturity, np.where(np.arange(last + 1) > through, known.min(axis=0), 1.0))
    names, unit = np.unique(np.array(units, dtype=str), return_inverse=True) if units else (["*"], np.zeros(len(known)))
    prepared = Histories(
        {"spend": panel.spend, "conversions": panel.conversions, "revenue": panel.revenue},
        {},
        {"spend": final, "conversions": maturity, "revenue": maturity},
        pauses(panel.spend),
        _membership(panel.group),
        _membership(neighbours.astype(np.intp)),
        panel.group,
        panel.first_day,
        {"spend": last, "conversions": through, "revenue": through},
        effects or Effects(),
        tuple(str(name) for name in names),
        unit.astype(np.intp),
        season,
    )
    if not prepared.effects.courses:
        return replace(prepared, ordinary=prepared.values)
    return replace(prepared, ordinary={m: v / prepared.past_factors(m) for m, v in prepared.values.items()})


def _membership(group: Indices) -> Floats:
    belongs = np.arange(int(group.max(initial=-1)) + 1)[:, None] == group
    return np.asarray(belongs, dtype=np.float64)


def sample_stride(campaigns: int) -> int:
    """Every how manieth of so many campaigns is looked at: some hundred are enough to learn how wrong forecasts are."""
    return -(-campaigns // SAMPLE_CAMPAIGNS)


def sampled(panel: Panel) -> Panel:
    """At most ``SAMPLE_CAMPAIGNS`` campaigns of ``panel``, evenly picked."""
    stride = sample_stride(panel.keys.height)
    if stride <= 1:
        return panel
    columns = {name: getattr(panel, name)[::stride] for name in ("spend", "revenue", "conversions", "maturity")}
    return replace(panel, keys=panel.keys.gather_every(stride), group=panel.group[::stride], **columns)


def outlooks(histories: Histories, origin: int) -> Iterator[tuple[ForecastMetric, Outlook]]:
    """The outlook of every metric after day ``origin``; uses nothing later than that day."""
    view = window(histories.values["spend"], histories.in_pause, origin, histories.first_weekday)
    start = origin + 1 - view.live.shape[1]
    spend: Outlook | None = None
    for metric in METRICS:
        values = histories.ordinary[metric][:, start : origin + 1]
        maturity = histories.maturity[metric][:, start : origin + 1]
        unit = np.zeros(len(values)) if spend is None else _platform_rate(values, view.live, spend, histories)
        before = _weeks_before(histories, metric, start)
        found = look_ahead(values, maturity, view, histories.member, unit, spend, before)
        spend = spend or found
        yield metric, found


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one metric after an origin."""

    outlook: Outlook
    sums: Floats
    """Campaigns x forecasts x horizons: all of VARIANTS, then, where a year is known, all of them with the season."""
    errors: Floats
    """Units x days: relative errors of running sums by events whose effect is uncertain."""


def expectations(histories: Histories, origin: int, horizons: Indices) -> Iterator[tuple[ForecastMetric, Expected]]:
    """Sums of every metric over each of ``horizons`` after day ``origin``, by what was known at its end."""
    days = int(horizons.max())
    first_weekday = (histories.first_weekday + origin + 1) % 7
    season = histories.season
    rested = outlooks(_without_season(histories, season, origin), origin) if season else None
    for metric, seen in outlooks(histories, origin):
        factors, errors = histories.ahead(metric, origin, days)
        ahead = factors[histories.unit]
        sums = expected_sums(seen, first_weekday, horizons, ahead)
        if season and rested:
            _, plain = next(rested)
            ahead = ahead * np.exp(season.logs(metric, origin, np.arange(origin + 1, origin + 1 + days)))
            sums = np.concatenate((sums, expected_sums(plain, first_weekday, horizons, ahead)), axis=1)
        yield metric, Expected(seen, sums, errors)


def _without_season(histories: Histories, season: Season, origin: int) -> Histories:
    """``histories`` to day ``origin`` as they would be if every day had that day's season."""
    days = np.arange(origin + 1)
    ordinary = {
        m: values[:, : origin + 1] / np.exp(season.logs(m, origin, days)) for m, values in histories.ordinary.items()
    }
    return replace(histories, ordinary=ordinary)


def _weeks_before(histories: Histories, metric: str, end: int) -> Weeks | None:
    """The weeks before day ``end``, the first of the window, so far as thirty weeks go back; None where none is whole.

    What days were pauses is known by then: each is over, or so long that it counts as one.
    """
    start = end - 7 * min(end // 7, MOST_WEEKS - WINDOW_DAYS // 7)
    if start == end:
        return None
    span = slice(start, end)
    begun = np.logical_or.accumulate(histories.values["spend"][:, :end] > 0, axis=1)[:, span]
    known = (begun & ~histories.in_pause[:, span]) * histories.maturity[metric][:, span]
    return by_week(histories.ordinary[metric][:, span] * (known > 0), known)


def plan_walk(
    histories: Histories, wanted: tuple[int, ...], look_back: int | None = LEARNING_DAYS
) -> tuple[Indices, tuple[int, ...]]:
    """Origins to look back to, oldest first, and the horizons to judge: those wanted and some shorter ones.

    Every sixth day, so that all weekdays occur; every second one where there are few campaigns to learn from; so far
    back that ``look_back`` days of outcomes are judged over the longest horizon (None: all there are).
    """
    campaigns, days = histories.values["spend"].shape
    longest = max(wanted)
    horizons = tuple(sorted({*wanted, *(h for h in _STEADY_HORIZONS if h < longest)}))
    stride = 6 if campaigns >= _MANY_CAMPAIGNS else 2
    first = _FIRST_ORIGIN if look_back is None else max(_FIRST_ORIGIN, days - 1 - longest - look_back)
    return np.arange(days - 2, first - 1, -stride)[::-1].astype(np.intp), horizons


def walk(histories: Histories, origins: Indices, horizons: tuple[int, ...]) -> dict[ForecastMetric, PastForecasts]:
    """Forecasts at each of ``origins`` over each of ``horizons``; sums that are not known yet are NaN."""
    campaigns, days = histories.values["spend"].shape
    forecasts = len(VARIANTS) * (2 if histories.season else 1)
    shape = (len(origins), len(horizons), forecasts, campaigns)
    forecast: dict[ForecastMetric, Singles] = {m: np.zeros(shape, dtype=np.float32) for m in METRICS}
    actual: dict[ForecastMetric, Singles] = {
        m: np.full((*shape[:2], campaigns), np.nan, dtype=np.float32) for m in METRICS
    }
    variance: dict[ForecastMetric, Singles] = {
        m: np.zeros((len(origins), campaigns), dtype=np.float32) for m in METRICS
    }
    doubt: dict[ForecastMetric, Singles] = {m: np.zeros((*shape[:2], campaigns), dtype=np.float32) for m in METRICS}
    running = np.zeros((len(origins), campaigns), dtype=bool)
    totals = {m: np.cumsum(histories.values[m], axis=1) for m in METRICS}
    for n, origin in enumerate(origins.tolist()):
        for metric, expected in expectations(histories, origin, np.array(horizons)):
            running[n], variance[metric][n] = expected.outlook.is_running, expected.outlook.variance
            for at, horizon in enumerate(horizons):
                forecast[metric][n, at] = expected.sums[:, :, at].T
                doubt[metric][n, at] = expected.errors[histories.unit, horizon - 1]
                if origin + horizon <= min(histories.known_through[metric], days - 1):
                    actual[metric][n, at] = totals[metric][:, origin + horizon] - totals[metric][:, origin]
    return {
        m: PastForecasts(
            origins, horizons, forecast[m], actual[m], variance[m], running, doubt[m],
            *summed_losses(forecast[m], actual[m], variance[m], running, horizons),
        )
        for m in METRICS
    }  # fmt: skip


def _platform_rate(values: Floats, live: Floats, spend: Outlook, histories: Histories) -> Floats:
    """What a campaign's spend of one day brings at its platform's and its neighbours' average rate."""
    level = spend.levels[:, 1]
    worth = (values * live).sum(axis=1) / np.maximum(live.sum(axis=1), 1.0)
    rate = (histories.neighbours @ worth) / np.maximum(histories.neighbours @ spend.levels[:, 3], 1e-9)
    return np.asarray(level * (histories.neighbours.T @ rate), dtype=np.float64)
