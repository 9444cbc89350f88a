"""Stops of delivery or of conversions in an active campaign that its history makes unlikely. Arrays only.

Zero is a value. A campaign without a row on a day that was pulled delivered nothing, and an outage lasts: its days are
judged together, so that small campaigns are found too, only later.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.anomalies.changes import Changes
from adops_pipeline.domain.anomalies.rules import AnomalyRules
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask, running_sum

_LEAST_CONVERSIONS = 5.0
"""Conversions in the days before that a rate is taken from."""
_LEAST_VARIATION = 0.02
_MOST_VARIATION = 0.5
"""Bounds of the squared coefficient of variation of a campaign's conversion rate."""
_PRIOR_DAYS = 20.0
_GROUP_PRIOR = 7.0
_LEAST_ZERO_SHARE = 0.002
_LEAST_PRIOR_WEEKS, _MOST_PRIOR_WEEKS = 0.1, 4.0


@dataclass(frozen=True, slots=True)
class Stops:
    """Campaigns x judged days. ``probability``: of so little by chance from the stop's first day on; NaN: no stop.

    ``since`` is the panel's column of the stop's first day; ``observed`` and ``expected`` are the sums from then on.
    """

    probability: Floats
    since: Indices
    observed: Floats
    expected: Floats

    @property
    def found(self) -> Mask:
        """Whether there is a stop."""
        return np.isfinite(self.probability)


def delivery_stops(
    panel: DayPanel, is_active: Mask, judged: int, rules: AnomalyRules, changes: Changes | None = None
) -> Stops:
    """Active campaigns that delivered nothing up to the last day, on each day from the one that made it unlikely.

    ``is_active``: campaigns that may deliver on the last day. The probability is that of the run of days without
    delivery, by the campaign's own such days on the same weekdays of the training weeks, which count together with
    those of all campaigns. Days on which the buyer had paused the campaign (``changes``), and the day of the restart,
    are no evidence on either side. A past stop that has ended is not reported.
    """
    on = (panel["spend"] > 0) | (panel["impressions"] > 0)
    paused = np.zeros_like(on) if changes is None else changes.paused()
    columns = on.shape[1]
    last_on = columns - 1 - np.argmax(on[:, ::-1], axis=1)
    stopped = np.flatnonzero(is_active & on.any(axis=1) & (last_on < columns - 1))
    found = _empty(len(on), judged)
    zero_share = _zero_share(on, paused, rules)
    for c in stopped:
        off_since = int(last_on[c]) + 1
        since = off_since if changes is None else max(off_since, changes.restarted(int(c)) + 1)
        first = max(off_since - 7 * rules.training_weeks, int(np.argmax(on[c])))
        known = np.flatnonzero(~paused[c, first:off_since] | on[c, first:off_since]) + first
        past = on[c, known]
        if since >= columns or past.sum() < rules.least_training_days:
            continue
        chance = _run_probability(past, panel.weekday[known], panel.weekday[since:], zero_share)
        days = np.arange(max(since, columns - judged), columns)
        reached = chance[days - since] <= rules.stop_run_probability
        days = days[reached]
        at = days - (columns - judged)
        found.probability[c, at], found.since[c, at] = chance[days - since], since
        usual = panel["spend"][c, known]
        found.observed[c, at], found.expected[c, at] = 0.0, (days - since + 1) * usual[past].mean()
    return found


def conversion_stops(panel: DayPanel, known_share: Floats, group: Indices, judged: int, rules: AnomalyRules) -> Stops:
    """Campaigns whose clicks go on and whose conversions have stopped, at each judged day.

    ``known_share`` (campaigns x days of the panel) is the share of a day's conversions that is reported by now: young
    days count as far as they can speak. Windows of 1 to ``rules.stop_window_days`` days that end on the day are
    compared with the rate per click before them. The count of a window is negative binomial: Poisson around a rate that
    varies from day to day, taken as the same throughout the window, as if its days were fully correlated.
    """
    conversions, exposure = panel["conversions"], panel["clicks"] * known_share
    columns = conversions.shape[1]
    ends = np.arange(columns - judged, columns)
    variation = _rate_variation(conversions, exposure, group, judged)[:, None]
    total, clicks, days = (running_sum(v) for v in (conversions, exposure, (exposure > 0).astype(np.float64)))
    found = _empty(len(conversions), judged)
    for length in range(1, rules.stop_window_days + 1):
        begins = np.maximum(ends - length + 1, 0)
        before = np.maximum(begins - 7 * rules.training_weeks, 0)
        seen, shown = total[:, begins] - total[:, before], clicks[:, begins] - clicks[:, before]
        enough = (days[:, begins] - days[:, before] >= rules.least_training_days) & (seen >= _LEAST_CONVERSIONS)
        rate = np.divide(seen, shown, out=np.zeros_like(seen), where=shown > 0)
        observed = total[:, ends + 1] - total[:, begins]
        expected = rate * (clicks[:, ends + 1] - clicks[:, begins])
        few = enough & (expected > 0) & (observed <= rules.stop_share * expected)
        chance = np.ones_like(expected)  # computed where it can matter: few campaigns have few conversions
        chance[few] = _at_most(observed[few], expected[few], np.broadcast_to(variation, few.shape)[few])
        better = (chance <= rules.stop_probability) & ~(found.probability <= chance)
        found.probability[better] = chance[better]
        found.since[better] = np.broadcast_to(begins, better.shape)[better]
        found.observed[better], found.expected[better] = observed[better], expected[better]
    # A window that reaches into better days after the outage says nothing about them.
    today = conversions[:, ends] <= rules.stop_share * _rate_before(total, clicks, ends, rules) * exposure[:, ends]
    found.probability[~today] = np.nan
    return found


def _empty(campaigns: int, judged: int) -> Stops:
    shape = (campaigns, judged)
    return Stops(np.full(shape, np.nan), np.zeros(shape, np.intp), np.zeros(shape), np.zeros(shape))


def _rate_before(total: Floats, clicks: Floats, ends: Indices, rules: AnomalyRules) -> Floats:
    """Conversions per click over the training weeks before the longest window that ends on each of ``ends``."""
    begins = np.maximum(ends - rules.stop_window_days + 1, 0)
    before = np.maximum(begins - 7 * rules.training_weeks, 0)
    seen, shown = total[:, begins] - total[:, before], clicks[:, begins] - clicks[:, before]
    # A young campaign has no days before that: its rate so far.
    seen, shown = (np.where(shown > 0, a, b) for a, b in ((seen, total[:, ends]), (shown, clicks[:, ends])))
    return np.divide(seen, shown, out=np.zeros_like(seen), where=shown > 0)


def _zero_share(on: Mask, paused: Mask, rules: AnomalyRules) -> float:
    """Share of days without delivery between each campaign's first and last day with it, of all campaigns."""
    recent = on[:, -7 * rules.training_weeks :]
    begun = np.cumsum(recent, axis=1) > 0
    going_on = np.cumsum(recent[:, ::-1], axis=1)[:, ::-1] > 0
    inside = begun & going_on & ~paused[:, -7 * rules.training_weeks :]
    return max(float((inside & ~recent).sum()) / max(float(inside.sum()), 1.0), _LEAST_ZERO_SHARE)


def _run_probability(past: Mask, past_weekday: Indices, weekday: Indices, zero_share: float) -> Floats:
    """Probability of a run without delivery, by the days it has lasted: its start on that weekday, then going on.

    Both by the campaign's own days on that weekday, drawn towards those on all weekdays; the less so, the more of the
    days without delivery the weekday explains.
    """
    off, before = ~past, np.concatenate(([False], ~past[:-1]))
    overall = (off.sum() + _GROUP_PRIOR * zero_share) / (len(past) + _GROUP_PRIOR)
    again = ((off & before).sum() + overall) / (before.sum() + 1.0)
    prior = _weekday_prior(off, past_weekday)
    chance, result = 1.0, np.empty(len(weekday))
    for day, of_week in enumerate(weekday):
        alike = (past_weekday == of_week) & (before if day else np.ones_like(before))
        chance *= (int(off[alike].sum()) + prior * (again if day else overall)) / (int(alike.sum()) + prior)
        result[day] = chance
    return result


def _weekday_prior(off: Mask, weekday: Indices) -> float:
    """Weeks that all weekdays' share counts as: few where single weekdays are always off, and others never."""
    overall = off.mean()
    if not 0.0 < overall < 1.0:
        return _MOST_PRIOR_WEEKS
    between = sum((off[weekday == day].mean() - overall) ** 2 * (weekday == day).mean() for day in np.unique(weekday))
    explained = float(between) / float(overall * (1.0 - overall))
    return max(_MOST_PRIOR_WEEKS * (1.0 - explained), _LEAST_PRIOR_WEEKS)


def _rate_variation(conversions: Floats, exposure: Floats, group: Indices, judged: int) -> Floats:
    """Squared coefficient of variation of each campaign's conversion rate from day to day, beyond counting.

    By moments over the days before the judged ones (all days where those are too few), drawn towards its platform's.
    """
    enough = (exposure[:, :-judged] > 0).sum(axis=1) >= _PRIOR_DAYS
    counted = np.ones(exposure.shape, bool)
    counted[enough, -judged:] = False
    shown = np.where(counted, exposure, 0.0)
    count = (shown > 0).sum(axis=1)
    total = np.where(counted, conversions, 0.0)
    rate = np.divide(total.sum(axis=1), shown.sum(axis=1), out=np.zeros(len(shown)), where=shown.sum(axis=1) > 0)
    mean = rate[:, None] * shown
    excess = np.where(shown > 0, (total - mean) ** 2 - mean, 0.0).sum(axis=1)
    square = (mean**2).sum(axis=1)
    own = np.clip(np.divide(excess, square, out=np.zeros_like(excess), where=square > 0), 0.0, _MOST_VARIATION)
    common = np.zeros(len(own))
    for number in np.unique(group):
        rows = (group == number) & (square > 0)
        common[group == number] = np.median(own[rows]) if rows.any() else 0.0
    drawn = (count * own + _PRIOR_DAYS * common) / (count + _PRIOR_DAYS)
    return np.asarray(np.maximum(drawn, _LEAST_VARIATION))


def _at_most(observed: Floats, expected: Floats, variation: Floats) -> Floats:
    """P(X <= observed) of a negative binomial of this mean whose variance is mean + variation * mean squared."""
    size = np.broadcast_to(1.0 / variation, expected.shape)
    return np.asarray(special.betainc(size, np.ceil(observed) + 1.0, size / (size + np.maximum(expected, 1e-9))))
