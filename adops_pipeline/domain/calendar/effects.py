"""What events do to an account's days, learnt from their past occurrences as the days went by.

The logarithm of a day's factor is a sum of effects of what the day has in common with others: the kind of event, the
event, the day within the event; and one of its own. All are normal, so each observed day is one step of a Kalman
filter, and a backtest never sees an effect before the day on which it was observed. An event that never occurred keeps
its prior: no expected effect (or that of the settings), and the widest uncertainty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.calendar.events import EventKind
from adops_pipeline.domain.day_panel import row_median

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

METRICS = ("spend", "conversions", "revenue")
LOOK_AHEAD = 32
"""Event days ahead that are kept per step; a month has no more."""
CERTAINTY = 1.2816
"""Standard deviations to either side of an interval of 80 %."""
_KIND, _EVENT, _DAY, _TIME, _OWN = range(5)
_DEVIATIONS: Mapping[EventKind, tuple[float, float, float, float, float]] = {
    "public-holiday": (0.08, 0.15, 0.05, 0.05, 0.08),
    "retail-event": (0.12, 0.50, 0.15, 0.12, 0.12),
    "own-event": (0.10, 0.45, 0.10, 0.12, 0.12),
}
"""Standard deviations of the logarithm: what events of the kind share, the event, its n-th day, this time of the event
(other levels that moved meanwhile, too), and the day alone."""
_SAME_EVENT = {"Cyber Monday": "Black Friday"}
"""Events that share most of their effect with another one."""
_GIVEN_DEVIATION = 0.15
"""Of an event whose effect the settings give, in place of the event's own."""
_OWN_WAY = 0.4
"""How far a campaign's change departs from its account's, as a share of the change."""
_BASELINE_DAYS, _LEAST_BASELINE_DAYS, _LEAST_ORDINARY_DAYS = 28, 7, 14
_UNKNOWN_NOISE, _LEAST_NOISE = 0.5, 0.03
_SMALLEST_RATIO = 0.05
_WEEKDAY_PRIOR_DAYS = 2.0


@dataclass(frozen=True, slots=True)
class _Course:
    """Units of one calendar. Arrays are steps x units x metrics x event days; step s has seen the first s days."""

    days: Indices
    """Ordinals of the event days, ascending."""
    rows: Mapping[str, int]
    step: int
    """Event days that are over."""
    past: Floats
    """Units x metrics x event days: the logarithm of each factor, as known at the end of its day."""
    ahead: Floats
    """The same of the next ``LOOK_AHEAD`` days at each step, and its covariance."""
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of events on units (an account, or an account's project); everything else has a factor of 1."""

    courses: tuple[_Course, ...] = ()

    def changes(self) -> pl.DataFrame:
        """unit, date and, per metric, the expected change of an event day in percent with its 80 % interval.

        Of a past day it is what was expected the day before. Days beyond the next ``LOOK_AHEAD`` event days are left
        out.
        """
        return pl.concat([_NO_CHANGES, *(_changes(course) for course in self.courses)])

    def past(self, metric: str, units: Sequence[str], first_day: date, days: int) -> Floats:
        """Factors of ``days`` days from ``first_day`` on, units x days, each as known at the end of its own day."""
        factors, only = np.ones((len(units), days)), np.array([METRICS.index(metric)])
        for course, who, rows in self._of(units):
            place = course.days - first_day.toordinal()
            inside = np.flatnonzero((place >= 0) & (place < days))
            factors[np.ix_(who, place[inside])] = np.exp(course.past[np.ix_(rows, only, inside)][:, 0])
        return factors

    def ahead(self, metric: str, units: Sequence[str], origin: date, days: int) -> tuple[Floats, Floats]:
        """Factors of the ``days`` days after ``origin``, as known then, and the relative error of their sums.

        Both are units x days; the n-th error is the standard deviation of the first n days' sum over that sum.
        """
        factors, errors = np.ones((len(units), days)), np.zeros((len(units), days))
        only = np.array([METRICS.index(metric)])
        for course, who, rows in self._of(units):
            step = min(int(np.searchsorted(course.days, origin.toordinal(), side="right")), course.step)
            place = course.days[step : step + LOOK_AHEAD] - origin.toordinal() - 1
            inside = np.flatnonzero(place < days)
            if not inside.size:
                continue
            factors[np.ix_(who, place[inside])] = np.exp(course.ahead[step][np.ix_(rows, only, inside)][:, 0])
            covariance = course.covariance[step][np.ix_(rows, only, inside, inside)][:, 0]
            weight = np.zeros((len(who), days, inside.size))
            for n, day in enumerate(place[inside].tolist()):
                weight[:, day:, n] = factors[who, day, None]
            weight /= np.cumsum(factors[who], axis=1)[:, :, None]
            known = ((weight @ covariance) * weight).sum(axis=2)
            changed = weight @ np.abs(-np.expm1(-course.ahead[step][np.ix_(rows, only, inside)][:, 0]))[:, :, None]
            errors[who] = np.sqrt(known + (_OWN_WAY * changed[:, :, 0]) ** 2)
        return factors, errors

    def _of(self, units: Sequence[str]) -> list[tuple[_Course, Indices, Indices]]:
        """Courses with the places of their units among ``units``, and their rows."""
        found = []
        for course in self.courses:
            pairs = [(n, course.rows[unit]) for n, unit in enumerate(units) if unit in course.rows]
            if pairs:
                who, rows = np.array(pairs, dtype=np.intp).T
                found.append((course, who, rows))
        return found


CHANGES = tuple(f"{metric}_change_{end}" for metric in METRICS for end in ("pct", "low", "high"))
_NO_CHANGES = pl.DataFrame(schema={"unit": pl.String(), "date": pl.Date(), **dict.fromkeys(CHANGES, pl.Float64())})


def _changes(course: _Course) -> pl.DataFrame:
    width = min(LOOK_AHEAD, len(course.days) - course.step)
    spread = np.sqrt(np.diagonal(course.covariance, axis1=3, axis2=4))
    # Step s knows the days before the s-th: its next day is that day, as expected before it came.
    mean, deviation = (
        np.concatenate((np.moveaxis(part[: course.step, :, :, 0], 0, 2), part[course.step, :, :, :width]), axis=2)
        for part in (course.ahead, spread)
    )
    days = course.days[: course.step + width] - date(1970, 1, 1).toordinal()
    columns = {
        f"{metric}_change_{end}": 100.0 * np.expm1(mean[:, n] + certainty * deviation[:, n]).ravel()
        for n, metric in enumerate(METRICS)
        for end, certainty in (("pct", 0.0), ("low", -CERTAINTY), ("high", CERTAINTY))
    }
    named = {"unit": np.repeat(list(course.rows), len(days)), "date": np.tile(days, len(course.rows)).astype(np.int32)}
    return pl.DataFrame(named | columns).select(pl.col("unit").cast(pl.String), pl.col("date").cast(pl.Date), *CHANGES)


def learn_effects(totals: pl.DataFrame, days: pl.DataFrame, as_of: date) -> Effects:
    """Effects of the events in ``days`` (unit, date, kind, name, event_day, expected_change_pct) on their units.

    ``totals`` has a row per unit and date with spend, conversions, revenue and maturity (of the last two). Days after
    ``as_of`` are to be forecast.
    """
    if totals.is_empty() or days.is_empty():
        return Effects()
    begun, last = totals["date"].min(), totals["date"].max()
    assert isinstance(begun, date)
    assert isinstance(last, date)
    last = min(as_of, last)
    seen = days.filter((pl.col("date") >= begun) & pl.col("unit").is_in(totals["unit"].unique().implode()))
    calendars: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for (unit,), own in seen.sort("unit", "date", "kind", "name").group_by("unit", maintain_order=True):
        calendars.setdefault(tuple(own.drop("unit").iter_rows()), []).append(str(unit))
    names = tuple(name for name in days.columns if name != "unit")
    return Effects(
        tuple(
            _course(units, [dict(zip(names, row, strict=True)) for row in rows], totals, begun, last)
            for rows, units in calendars.items()
        )
    )


def _course(units: list[str], rows: list[dict[str, object]], totals: pl.DataFrame, begun: date, last: date) -> _Course:
    dates = sorted({row["date"] for row in rows})  # type: ignore[type-var]
    mean, covariance = _prior(rows, dates)
    length = (last - begun).days + 1
    place = np.array([(day - begun).days for day in dates], dtype=np.intp)  # type: ignore[operator]
    known = place[place < length]
    values = _panel(units, totals, begun, length)
    observed, noise = _observed(values, known, begun.weekday())
    past, ahead, spread = _filtered(mean, covariance, observed, noise)
    ordinals = np.array([day.toordinal() for day in dates], dtype=np.intp)  # type: ignore[attr-defined]
    return _Course(ordinals, {unit: n for n, unit in enumerate(units)}, len(known), past, ahead, spread)


def _prior(rows: list[dict[str, object]], dates: Sequence[object]) -> tuple[Floats, Floats]:
    """Mean and covariance of the logarithms of the event days' factors."""
    at = {day: n for n, day in enumerate(dates)}
    mean, covariance = np.zeros(len(dates)), np.zeros((len(dates), len(dates)))
    shared: dict[tuple[object, ...], tuple[float, set[int]]] = {}
    for row in rows:
        kind, name, day = row["kind"], row["name"], at[row["date"]]
        assert kind in get_args(EventKind)
        deviations = _DEVIATIONS[kind]  # type: ignore[index]
        expected = row["expected_change_pct"]
        event = deviations[_EVENT]
        if isinstance(expected, float):
            mean[day] += np.log1p(expected / 100)
            event = _GIVEN_DEVIATION
        for label, deviation in (
            ((kind,), deviations[_KIND]),
            ((kind, _SAME_EVENT.get(str(name), name)), event),
            ((kind, name, row["event_day"]), deviations[_DAY]),
            ((kind, name, "since", row["date"] - timedelta(days=row["event_day"])), deviations[_TIME]),  # type: ignore[arg-type,operator]
            ((kind, name, row["date"]), deviations[_OWN]),
        ):
            shared.setdefault(label, (deviation, set()))[1].add(day)
    for deviation, members in shared.values():
        who = np.array(sorted(members))
        covariance[np.ix_(who, who)] += deviation**2
    return mean, covariance


def _panel(units: list[str], totals: pl.DataFrame, begun: date, length: int) -> Floats:
    """Units x metrics x days: totals with what is still to arrive; NaN where nothing was spent or little arrived."""
    rows = totals.filter(pl.col("unit").is_in(units)).join(
        pl.DataFrame({"unit": units}).with_row_index("row"), on="unit"
    )
    values = np.full((len(units), len(METRICS), length), np.nan)
    day = (rows["date"] - begun).dt.total_days().to_numpy()
    inside = day < length
    row, day = rows["row"].to_numpy()[inside], day[inside]
    arrived = rows["maturity"].to_numpy()[inside]
    spend = rows["spend"].to_numpy().astype(np.float64)[inside]
    for n, metric in enumerate(METRICS):
        share = np.where(arrived >= 0.5, arrived, np.nan) if n else 1.0
        found = rows[metric].to_numpy().astype(np.float64)[inside] / share
        values[row, n, day] = np.where(spend > 0, found, np.nan)
    return values


def _observed(values: Floats, known: Indices, first_weekday: int) -> tuple[Floats, Floats]:
    """Logarithms of event days over the mean ordinary day before (NaN: not seen), and the noise of an ordinary day."""
    is_ordinary = np.isfinite(values)
    is_ordinary[:, :, known] = False
    total, count = (
        np.pad(np.cumsum(part, axis=2), ((0, 0), (0, 0), (1, 0)))
        for part in (np.where(is_ordinary, values, 0.0), is_ordinary.astype(np.float64))
    )
    length = values.shape[2]
    before = np.maximum(np.arange(length) - _BASELINE_DAYS, 0)
    days = count[:, :, :length] - count[:, :, before]
    baseline = (total[:, :, :length] - total[:, :, before]) / np.maximum(days, 1.0)
    usable = (days >= _LEAST_BASELINE_DAYS) & (baseline > 0)
    ratio = np.where(usable, values / np.where(usable, baseline, 1.0), np.nan)
    log = np.log(np.maximum(ratio, _SMALLEST_RATIO))
    ordinary = np.where(is_ordinary, log, np.nan)
    weekday = (np.arange(length) + first_weekday) % 7
    for day in range(7):
        own = ordinary[:, :, weekday == day]
        number = np.isfinite(own).sum(axis=2)
        shift = np.nan_to_num(row_median(own)) * number / (number + _WEEKDAY_PRIOR_DAYS)
        log[:, :, weekday == day] -= shift[:, :, None]
        ordinary[:, :, weekday == day] -= shift[:, :, None]
    noise = 1.4826 * row_median(np.abs(ordinary - row_median(ordinary)[:, :, None]))
    enough = np.isfinite(ordinary).sum(axis=2) >= _LEAST_ORDINARY_DAYS
    return log[:, :, known], np.where(enough, np.maximum(np.nan_to_num(noise), _LEAST_NOISE), _UNKNOWN_NOISE)


def _filtered(
    prior: Floats, prior_covariance: Floats, observed: Floats, noise: Floats
) -> tuple[Floats, Floats, Floats]:
    """One Kalman step per observed day: logarithms of past factors, and those of the days ahead with covariance."""
    units, metrics, steps = observed.shape
    count = len(prior)
    mean = np.broadcast_to(prior, (units, metrics, count)).copy()
    covariance = np.broadcast_to(prior_covariance, (units, metrics, count, count)).copy()
    past = mean.copy()
    ahead = np.zeros((steps + 1, units, metrics, LOOK_AHEAD))
    spread = np.zeros((steps + 1, units, metrics, LOOK_AHEAD, LOOK_AHEAD), dtype=np.float32)
    for step in range(steps + 1):
        following = slice(step, min(step + LOOK_AHEAD, count))
        width = following.stop - step
        ahead[step, :, :, :width] = mean[:, :, following]
        spread[step, :, :, :width, :width] = covariance[:, :, following, following]
        if step == steps:
            break
        seen = np.isfinite(observed[:, :, step])
        column = covariance[:, :, :, step].copy()
        gain = np.where(seen, 1.0 / (column[:, :, step] + noise**2), 0.0)[:, :, None] * column
        surprise = np.where(seen, observed[:, :, step] - mean[:, :, step], 0.0)
        mean += gain * surprise[:, :, None]
        # What is past is not needed any more: only later days are updated.
        later = slice(step + 1, count)
        covariance[:, :, later, later] -= gain[:, :, later, None] * column[:, :, None, later]
        past[:, :, step] = mean[:, :, step]
    return past, ahead, spread
