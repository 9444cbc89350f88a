"""The yearly season: how levels moved over the same weeks a year ago.

A campaign's weeks are logarithms of its average day. Their changes from week to week are a sum of what all campaigns
share, what an account adds to that, and what is the campaign's own: a campaign that is too young for a season of its
own has that of its account, an account that is too young that of all. Of the last two only so much is used as came back
in the weeks since, by a regression of this year's changes on last year's. Whether any of it is of use is decided in
calibration.py: forecasts are made with the season and without it, and weighted by their past errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.panel import KEY, Panel
from adops_pipeline.domain.calendar.effects import METRICS, Effects
from adops_pipeline.domain.day_panel import numbered
from adops_pipeline.domain.forecasting.campaigns import campaign_units
from adops_pipeline.domain.forecasting.outlook import Floats, Indices

LEAST_DAYS = 364 + 56
"""Age of the oldest day with spend from which on a season is looked for: eight weeks of last year are before today's
date."""
_YEAR, _YEAR_WEEKS, _WEEK, _MIDDLE = 364, 52, 7, 3
_KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
"""Weights of the weeks round one, with which it is smoothed."""
_REACH = len(_KERNEL) // 2
_MOST_AHEAD = _YEAR - _WEEK * (_REACH + 2)
"""Days ahead whose season is known, smoothed weeks included."""
_LEAST_DAYS_OF_WEEK = 3.0
_SMALLEST_WEEK = 0.05
"""Share of the mean week that a week is at least taken to have: its logarithm is needed."""
_LARGEST_CHANGE, _SHARED_VARIANCE = 1.0, 0.02
"""Of the logarithm, from one week to the next; added to a campaign's own variance where campaigns are weighed."""
_STEP = 4
"""Weeks over which changes of this year and last are compared."""
_PRIOR_SHARE, _PRIOR_WEEKS = 0.5, 12.0
"""The share of what all have in common that is expected to come back, and how many weeks of changes it counts as."""
_DOUBT = 4.0
"""Squared standard errors of the share that came back at which half of it is believed."""


@dataclass(frozen=True, slots=True)
class Course:
    """Smoothed logarithms of one metric by week, oldest first; the last week ends on the panel's last day."""

    common: Floats
    accounts: Floats
    """Accounts x weeks: departures from what is common."""
    campaigns: Floats
    """Campaigns x weeks: departures from the account's."""
    returned: Floats
    """3 x weeks: how much of each of these had come back by the end of a week a year later."""


@dataclass(frozen=True, slots=True)
class Season:
    """The season of the campaigns of a panel of ``days`` days, by metric."""

    courses: Mapping[str, Course]
    account: Indices
    days: int

    def logs(self, metric: str, origin: int, days: Indices) -> Floats:
        """Logarithms of the season on ``days`` of the panel, or after it, over that of day ``origin``.

        Campaigns x days, as known at the end of the origin.
        """
        course = self.courses[metric]
        weeks = len(course.common)
        asked = np.minimum(np.append(days, origin), origin + _MOST_AHEAD)
        middle = weeks - 1 - (self.days - 1 - asked + _YEAR - _MIDDLE) / _WEEK
        middle = np.clip(middle, 0.0, weeks - 1.0)
        ended = weeks - 1 - ceil((self.days - 1 - origin) / _WEEK)
        shared, by_account, own = course.returned[:, max(ended - _REACH, 0)]
        levels = (shared * course.common + by_account * course.accounts)[self.account] + own * course.campaigns
        before = np.minimum(middle.astype(np.intp), weeks - 2)
        share = middle - before
        found = levels[:, before] * (1.0 - share) + levels[:, before + 1] * share
        return np.asarray(found[:, :-1] - found[:, -1:], dtype=np.float64)

    def of_every(self, stride: int) -> "Season":
        """The season of every ``stride``-th campaign."""
        courses = {m: replace(c, campaigns=c.campaigns[::stride]) for m, c in self.courses.items()}
        return Season(courses, self.account[::stride], self.days)


def learn_season(
    rows: pl.DataFrame, as_of: date, panel: Panel, effects: Effects | None, campaigns: pl.DataFrame | None
) -> Season | None:
    """The season of the campaigns of ``panel``, whose last day is ``as_of``; None below a year and eight weeks.

    ``rows`` are cleaned daily rows, older ones than the panel's included, those of stopped campaigns too. ``effects``
    of events on the units of ``campaigns`` are taken out.
    """
    latest_start = as_of - timedelta(days=LEAST_DAYS - 1)
    oldest = rows["date"].min()
    if not isinstance(oldest, date) or oldest > latest_start:
        return None
    if rows.filter(pl.col("date") <= latest_start, pl.col("spend") > 0).is_empty():
        return None
    days = panel.spend.shape[1]
    weeks = weeks_of(days)
    first = as_of - timedelta(days=weeks * _WEEK - 1)
    recent = rows.filter(pl.col("date") >= first)
    inside = recent.filter(pl.col("spend") > 0)
    keys = recent.group_by(KEY).agg(pl.col("account_id").min()).sort(KEY)
    places = keys.select(KEY).with_row_index("row")
    row = inside.join(places, on=KEY, how="left", maintain_order="left")["row"].to_numpy().astype(np.intp)
    day = (inside["date"] - first).dt.total_days().to_numpy()
    cell = row * weeks + day // _WEEK
    accounts = keys.select(pl.concat_str("platform", pl.lit("/"), "account_id")).to_series()
    account = numbered(accounts)
    shape = (keys.height, weeks)
    names, unit = np.unique(campaign_units(keys, campaigns), return_inverse=True)
    own = panel.keys.join(places, on=KEY, how="left", maintain_order="left")["row"].to_numpy().astype(np.intp)
    courses = {}
    for metric in METRICS:
        values = inside[metric].cast(pl.Float64).to_numpy()
        if effects and effects.courses and len(names):
            values = values / effects.past(metric, [str(n) for n in names], first, weeks * _WEEK)[unit[row], day]
        known = inside["maturity"].to_numpy() if metric != "spend" else np.ones(inside.height)
        counted = (np.bincount(cell, part, shape[0] * weeks).reshape(shape) for part in (values, known))
        sums, number = (np.asarray(part, dtype=np.float64) for part in counted)
        course = _course(sums, number, account)
        courses[metric] = replace(course, campaigns=course.campaigns[own])
    return Season(courses, account[own], days)


def weeks_of(days: int) -> int:
    """Weeks from which the season of each of the last ``days`` days is learnt."""
    return -(-(days + _YEAR) // _WEEK) + 2 * _REACH


def season_of_days(parts: Mapping[str, tuple[Floats, Floats]], account: Indices) -> Season:
    """The season of each name's ratio of two sums by week: of values, and of the days (or exposure) they are known of.

    Arrays are campaigns x days, whole weeks whose last ends today; ``account`` numbers the campaigns' accounts.
    """
    courses, days = {}, 0
    for name, both in parts.items():
        days = both[0].shape[1]
        sums, known = (part.reshape(len(part), -1, _WEEK).sum(axis=2) for part in both)
        courses[name] = _course(sums, known, account)
    return Season(courses, account, days)


def _course(sums: Floats, days: Floats, account: Indices) -> Course:
    """What the weeks of campaigns have in common and of their own; ``days`` is how many days a sum is known of."""
    usable = days >= _LEAST_DAYS_OF_WEEK
    mean = np.where(usable, sums, 0.0).sum(axis=1) / np.maximum(np.where(usable, days, 0.0).sum(axis=1), 1e-9)
    usable &= mean[:, None] > 0
    least = _SMALLEST_WEEK * mean[:, None] + 1e-300
    logs = np.log(np.maximum(sums / np.maximum(days, 1e-9), least))
    both = usable[:, 1:] & usable[:, :-1]
    change = np.where(both, np.clip(np.diff(logs, axis=1), -_LARGEST_CHANGE, _LARGEST_CHANGE), 0.0)
    variance = (change**2).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    weight = both / (variance + _SHARED_VARIANCE)[:, None]
    common = _mean_change(change, weight, np.zeros(len(account), dtype=np.intp))[0]
    left = np.where(both, change - common, 0.0)
    by_account = _mean_change(left, weight, account)
    own = np.where(both, left - by_account[account], 0.0)
    courses = [_smoothed(part) for part in (common[None, :], by_account, own)]
    returned = np.stack([_expected_share(courses[0]), *(returned_share(course) for course in courses[1:])])
    return Course(courses[0][0], courses[1], courses[2], returned)


def _mean_change(change: Floats, weight: Floats, group: Indices) -> Floats:
    """Groups x weeks: weighted means of the changes of their campaigns, 0 where none is known."""
    member = (np.arange(int(group.max(initial=0)) + 1)[:, None] == group).astype(np.float64)
    return np.asarray(member @ (change * weight) / np.maximum(member @ weight, 1e-9), dtype=np.float64)


def _smoothed(change: Floats) -> Floats:
    """Levels that changed so from week to week, each smoothed with the weeks on either side."""
    level = np.pad(np.cumsum(change, axis=1), ((0, 0), (1 + _REACH, _REACH)), mode="edge")
    level[:, : 1 + _REACH] = 0.0
    weeks = change.shape[1] + 1
    return np.asarray(sum(k * level[:, n : n + weeks] for n, k in enumerate(_KERNEL)), dtype=np.float64)


def _changes(level: Floats) -> tuple[Floats, Floats]:
    """Sums, by week, of squares of last year's changes, and of their products with this year's."""
    moved = level[:, _STEP:] - level[:, :-_STEP]
    then, now = moved[:, :-_YEAR_WEEKS], moved[:, _YEAR_WEEKS:]
    # A row that rests has no past, or no present.
    seen = (then != 0) & (now != 0)
    square, product = (np.cumsum(np.where(seen, part, 0.0), axis=1) for part in (then * then, then * now))
    return square, product


def _expected_share(level: Floats) -> Floats:
    """By week, the share of last year's common changes that is expected to come back, given what came until then."""
    square, product = _changes(level)
    known = np.cumsum(square[0] > 0)
    share = product[0] / np.maximum(square[0], 1e-12)
    share = (known * share + _PRIOR_WEEKS * _PRIOR_SHARE) / (known + _PRIOR_WEEKS)
    found = np.full(level.shape[1], _PRIOR_SHARE)
    found[_YEAR_WEEKS + _STEP :] = np.clip(share, 0.0, 1.0)
    return found


def returned_share(level: Floats) -> Floats:
    """By week, the share of last year's changes that had come back by its end: 0 to 1, shrunk by its standard error.

    The error is that of a regression whose observations of one row depend on each other.
    """
    square, product = _changes(level)
    total = np.maximum(square.sum(axis=0), 1e-12)
    share = product.sum(axis=0) / total
    rows = (square > 0).sum(axis=0)
    error = ((product - share * square) ** 2).sum(axis=0) / total**2 * rows / np.maximum(rows - 1, 1)
    shrunk = share * share**2 / (share**2 + _DOUBT * error + 1e-300)
    found = np.zeros(level.shape[1])
    found[_YEAR_WEEKS + _STEP :] = np.where(rows > 1, np.clip(shrunk, 0.0, 1.0), 0.0)
    return found
