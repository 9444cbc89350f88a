"""The campaigns' own forecasts of the days after a change, as they stood on the eve of it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import log, sqrt

import numpy as np
import polars as pl
from scipy.special import ndtri

from adops_pipeline.domain.forecasting import forecast_to
from adops_pipeline.domain.outcomes.changes import Change
from adops_pipeline.domain.outcomes.measure import METRICS
from adops_pipeline.domain.outcomes.windows import POST_DAYS

MOST_DATES = 4
"""Days that one run makes forecasts of, the newest: with a run a day there is one."""
_EXAMPLES = 24
"""Other campaigns from which the forecast learns its errors."""
_COVERAGE = 0.80
_Z = float(ndtri(0.5 + _COVERAGE / 2))


def own_forecasts(daily: pl.DataFrame, changes: Sequence[Change]) -> dict[str, dict[str, tuple[float, float]]]:
    """By id of an applied proposal and metric: the forecast of a day of the two weeks from then on, and its log error.

    ``daily`` has platform, campaign_id, currency, date, spend, conversions and revenue, mature.
    """
    proposed = sorted((one for one in changes if one.source == "proposal"), key=_day, reverse=True)
    by_day = {day: list(group) for day, group in groupby(proposed, key=_day)}
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for day in list(by_day)[:MOST_DATES]:
        found |= _of_day(daily, day, by_day[day])
    return found


def _day(change: Change) -> date:
    return change.changed_on


def _of_day(daily: pl.DataFrame, day: date, changes: Sequence[Change]) -> dict[str, dict[str, tuple[float, float]]]:
    eve = day - timedelta(days=1)
    wanted = {change.campaign_id for change in changes}
    others = daily["campaign_id"].unique().sort()
    examples = others.gather_every(max(len(others) // _EXAMPLES, 1)).to_list()
    rows = daily.filter((pl.col("date") <= eve) & pl.col("campaign_id").is_in([*wanted, *examples]))
    if rows.is_empty():
        return {}
    table = forecast_to(rows, eve, day, eve + timedelta(days=POST_DAYS), coverage=_COVERAGE)
    totals: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    columns = ("platform", "campaign_id", "metric", "total", "total_low", "total_high")
    for platform, campaign, metric, total, low, high in table.select(columns).iter_rows():
        if total > 0 and low > 0:
            totals.setdefault((platform, campaign), {})[metric] = (total / POST_DAYS, log(high / low) / 2 / _Z)
    return {change.id: _metrics(totals.get(change.campaign, {})) for change in changes}


def _metrics(sums: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Forecasts of the metrics; a ratio's parts are taken as independent."""
    found: dict[str, tuple[float, float]] = {}
    for metric, (top, below) in METRICS.items():
        if top in sums and below is None:
            found[metric] = sums[top]
        elif below is not None and top in sums and below in sums:
            ends = sums[top], sums[below]
            found[metric] = (ends[0][0] / ends[1][0], sqrt(np.square([ends[0][1], ends[1][1]]).sum()))
    return found
