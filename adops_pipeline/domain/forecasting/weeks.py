"""The last thirty weeks as sums by week: a level over all of them, and the growth through them.

Weeks, because a week has all weekdays, and because thirty of them cost no more than a window of days.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_WEEKS = 30
_HALF_LIFE = 140.0
"""Of the weight of a week, in days."""
_DOUBT = 4.0
"""Squared standard errors of the growth at which half of it is believed."""
_LARGEST_GROWTH = 0.03
_SMALLEST_WEEK = 0.05
"""Share of the level that a week is at least taken to have: its logarithm is needed."""
_MOST_PERSISTENCE = 0.9


@dataclass(frozen=True, slots=True)
class Weeks:
    """Campaigns x weeks, oldest first; ``days`` is how many average days the week's ``values`` are the sum of."""

    values: Floats
    days: Floats

    def followed_by(self, later: "Weeks") -> "Weeks":
        """These weeks and the ``later`` ones."""
        return Weeks(np.hstack((self.values, later.values)), np.hstack((self.days, later.days)))


def by_week(values: Floats, days: Floats) -> Weeks:
    """Sums of campaigns x days by week; the last week is whole, the first may not be."""
    missing = -values.shape[1] % 7
    sums = (np.pad(part, ((0, 0), (missing, 0))).reshape(len(part), -1, 7).sum(axis=2) for part in (values, days))
    return Weeks(*sums)


def long_level(weeks: Weeks) -> Floats:
    """Mean of an average day over all ``weeks``."""
    return np.asarray(weeks.values.sum(axis=1) / np.maximum(weeks.days.sum(axis=1), 1e-9), dtype=np.float64)


def growth(weeks: Weeks) -> tuple[Floats, Floats]:
    """Level of an average day at the end of ``weeks``, and its daily growth (logarithm).

    A weighted line through the logarithms of the weeks, its slope shrunk by its standard error; weeks that lie on the
    same side of it one after another widen that (first-order autocorrelation), or any level that wanders would grow.
    """
    age = 7.0 * np.arange(weeks.days.shape[1])[::-1] + 3.0
    decay = 0.5 ** (age / _HALF_LIFE)
    least = _SMALLEST_WEEK * long_level(weeks)[:, None] + 1e-9
    logs = np.log(np.maximum(weeks.values / np.maximum(weeks.days, 1e-9), least))
    weight = np.where(weeks.days > 1.0, weeks.days, 0.0) * decay
    total = np.maximum(weight.sum(axis=1), 1e-9)
    apart = age - (weight @ age / total)[:, None]
    logs -= ((weight * logs).sum(axis=1) / total)[:, None]
    spread = np.maximum((weight * apart**2).sum(axis=1), 1e-9)
    slope = -(weight * apart * logs).sum(axis=1) / spread
    left = np.where(weight > 0, logs + slope[:, None] * apart, 0.0)
    squares = (left**2).sum(axis=1)
    persistence = (left[:, 1:] * left[:, :-1]).sum(axis=1) / np.maximum(squares, 1e-12)
    persistence = np.clip(persistence, 0.0, _MOST_PERSISTENCE)
    variance = squares / np.maximum((weight > 0).sum(axis=1) - 2, 1) * (1 + persistence) / (1 - persistence)
    error = variance * (weight**2 * apart**2).sum(axis=1) / spread**2
    slope *= slope**2 / (slope**2 + _DOUBT * error + 1e-300)
    slope = np.clip(slope, -_LARGEST_GROWTH, _LARGEST_GROWTH)
    level = (weeks.values @ decay) / np.maximum((weeks.days * np.exp(-slope[:, None] * age)) @ decay, 1e-9)
    return np.asarray(level, dtype=np.float64), np.asarray(slope, dtype=np.float64)
