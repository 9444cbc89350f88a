"""Maximum spend in the remaining days under a platform's delivery rules. Arrays only.

Google Ads: 2× the average daily budget a day, 30.4× a month (Help, "About your daily spending limit"). Meta: 75 % over
the daily budget on a day, 7× in a Sunday-Saturday week (Business Help, "About daily budgets"). Pinterest: the daily
budget as it is. A lifetime budget is never exceeded.
"""

from decimal import Decimal

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.vocabulary import Platform

GOOGLE_MONTH = Decimal("30.4")
_GOOGLE_DAY, _META_DAY = 2.0, 1.75


def most_in_remaining_days(
    platform: str, daily: Floats, days: Indices, month_allowance: Floats, spent_in_week: Floats, next_weekday: int
) -> Floats:
    """Most that campaigns of one ``platform`` with ``daily`` budgets can spend in the next ``days`` days.

    ``month_allowance`` is what Google's month has left, ``spent_in_week`` the spend
    since the last Sunday before the days ahead, ``next_weekday`` the weekday of the first of them (Monday 0).
    """
    if platform == Platform.GOOGLE_ADS:
        return np.minimum(_GOOGLE_DAY * daily * days, np.maximum(month_allowance, 0.0))
    if platform != Platform.META_ADS:
        return daily * days
    first = np.minimum(days, 6 - next_weekday)  # the rest of a week that has begun: none on a Sunday
    start = np.minimum(_META_DAY * daily * first, np.maximum(daily * 7.0 - spent_in_week, 0.0))
    weeks, rest = np.divmod(days - first, 7)
    return np.asarray(start + daily * (7.0 * weeks + np.minimum(_META_DAY * rest, 7.0)))
