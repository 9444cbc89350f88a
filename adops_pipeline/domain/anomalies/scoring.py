"""Scores of one metric: how many standard deviations a day is off, with bands no narrower than its counts allow."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.anomalies.baseline import Baseline, fit_baseline
from adops_pipeline.domain.anomalies.changes import Paths
from adops_pipeline.domain.anomalies.explained import (
    Explained,
    explain_levels,
    explain_rates,
    explain_return,
    unexplained,
)
from adops_pipeline.domain.anomalies.rules import AnomalyRules
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask, running_sum
from adops_pipeline.domain.tables.anomalies import AnomalyMetric

_LARGEST_SCORE = 99.0
_LEAST_TAIL = 1e-300
_ANSCOMBE = 3.0 / 8.0
_FEW = 8.0
"""Conversions a day below which a median says little (it may be 0 where sales are rare): the mean stands instead."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Campaigns x judged days. ``score`` is NaN where a day is not judged; ``expected`` and the band in real units.

    ``expected`` is the nearest value to the observed one that the days before, with the buyer's own changes, explain.
    """

    observed: Floats
    expected: Floats
    low: Floats
    high: Floats
    score: Floats


def score_metric(
    metric: AnomalyMetric,
    panel: DayPanel,
    group: Indices,
    judged: int,
    rules: AnomalyRules,
    paths: Paths | None = None,
    occasions: Explained | None = None,
) -> Scores:
    """Score the last ``judged`` days of the panel.

    ``paths`` are the effects of the buyer's own changes, ``occasions`` those of the calendar's events.
    """
    occasions = occasions or unexplained(len(group), judged)
    if metric == "conversions":
        return _score_counts(panel, group, judged, rules, paths, occasions)
    spend, impressions, clicks = panel["spend"], panel["impressions"], panel["clicks"]
    values = {
        "spend": _log(spend, spend > 0),
        "impressions": _log(impressions, impressions > 0),
        # Half a click more: a day without any is far below, not without value.
        "ctr": _log((clicks + 0.5) / (impressions + 1.0), impressions > 0),
        "cpc": _log(spend / np.maximum(clicks, 1.0), (clicks > 0) & (spend > 0)),
    }[metric]
    base = fit_baseline(values, panel.weekday, group, judged, rules.level_days, rules)
    last = slice(-judged, None)
    events = _expected_events(metric, base, spend[:, last], impressions[:, last])
    with np.errstate(divide="ignore", over="ignore"):
        floor = rules.least_noise**2 + np.where(events > 0, 1.0 / events, np.inf)
    noise = np.sqrt(np.maximum(base.noise**2, floor))
    noise = noise * _heaviness(base, rules)[:, None]
    off = values[:, last] - base.expected
    reach = np.minimum(rules.threshold * noise, 50.0)
    by_changes = explain_levels(values, rules.level_days, judged, paths).together(occasions)
    explained = _explained(values, off, reach, rules, by_changes)
    score = np.clip(explained.beyond(off) / noise, -_LARGEST_SCORE, _LARGEST_SCORE)
    if metric in ("ctr", "cpc"):
        score = np.where(events >= rules.least_clicks, score, np.nan)
    nearest = np.clip(np.nan_to_num(off), explained.low, explained.high)
    steps = (nearest, explained.low - reach, explained.high + reach)
    expected, low, high = (np.exp(base.expected + step) for step in steps)
    observed = {
        "spend": spend,
        "impressions": impressions,
        "ctr": clicks / np.maximum(impressions, 1.0),
        "cpc": spend / np.maximum(clicks, 1.0),
    }[metric][:, last]
    return Scores(observed, expected, low, high, score)


def _explained(values: Floats, off: Floats, reach: Floats, rules: AnomalyRules, by_changes: Explained) -> Explained:
    """What own changes or the end of a shock explain of the days' deviations ``off``."""
    with np.errstate(invalid="ignore"):
        far = np.abs(by_changes.beyond(off)) >= reach
    return explain_return(values, rules.level_days, far, reach, by_changes)


def _heaviness(base: Baseline, rules: AnomalyRules) -> Floats:
    """Factor on the noise where a platform's days have a heavy tail, so that the threshold keeps its meaning.

    Beyond the 99th percentile the tail is taken as Pareto's: the factor is the deviation that only
    ``rules.heavy_tail_rate`` of the days exceed, over the threshold; 1 where the tail is not heavy.
    """
    with np.errstate(invalid="ignore"):
        reach = base.reference * (0.01 / rules.heavy_tail_rate) ** (1.0 / base.tail)
        factor = np.where(np.isfinite(base.tail), np.maximum(reach / rules.threshold, 1.0), 1.0)
    return np.asarray(factor)


def _expected_events(metric: AnomalyMetric, base: Baseline, spend: Floats, impressions: Floats) -> Floats:
    """How many countable events the day should have had: impressions, or clicks."""
    if metric == "spend":
        return np.full_like(spend, np.inf)
    if metric == "impressions":
        return np.asarray(np.exp(base.expected))
    if metric == "ctr":
        return np.asarray(np.exp(base.expected) * impressions)
    return np.asarray(spend * np.exp(-base.expected))


def _score_counts(
    panel: DayPanel, group: Indices, judged: int, rules: AnomalyRules, paths: Paths | None, occasions: Explained
) -> Scores:
    """Conversions: level on the square root's scale (Anscombe 1948), tail of a negative binomial for the score."""
    counts = panel["conversions"]
    values = np.where(panel.has_row, 2.0 * np.sqrt(counts + _ANSCOMBE), np.nan)
    base = fit_baseline(values, panel.weekday, group, judged, rules.conversion_level_days, rules)
    expected = np.maximum((base.expected / 2.0) ** 2 - _ANSCOMBE, 0.0)
    rate = _training_rate(panel, judged, rules)
    is_few = (rate < _FEW) & np.isfinite(expected)
    expected = np.where(is_few, rate, expected)
    window = np.where(is_few, 7 * rules.training_weeks, rules.conversion_level_days)
    lowest, highest = explain_rates(counts, window, paths, expected)
    lowest, highest = lowest * np.exp(occasions.low), highest * np.exp(occasions.high)
    observed = counts[:, -judged:]
    expected = np.clip(observed, lowest, highest)
    # On this scale pure Poisson noise is 1, relative noise of size e adds e² · expected.
    noise = np.sqrt(np.maximum(base.noise**2, 1.0 + rules.least_noise**2 * expected))
    judge = np.isfinite(expected) & panel.has_row[:, -judged:]
    rough = (values[:, -judged:] - 2.0 * np.sqrt(expected + _ANSCOMBE)) / noise
    score = np.where(judge, np.nan_to_num(rough), np.nan)
    far = judge & (np.abs(np.nan_to_num(rough)) > min(rules.threshold, 3.0) / 2)
    score[far] = _tail_score(observed[far], expected[far], noise[far] ** 2)
    reach = rules.threshold * noise / 2.0
    low, high = np.maximum(np.sqrt(lowest) - reach, 0.0) ** 2, (np.sqrt(highest) + reach) ** 2
    return Scores(observed, expected, low, high, score)


def _training_rate(panel: DayPanel, judged: int, rules: AnomalyRules) -> Floats:
    """Mean conversions a day over the training weeks before each judged day, campaigns x judged days.

    Half a conversion is added: a rate of 0 is never certain.
    """
    total, days = (running_sum(values) for values in (panel["conversions"], panel.has_row.astype(np.float64)))
    columns = panel.has_row.shape[1]
    ends = np.arange(columns - judged, columns)
    begins = np.maximum(ends - 7 * rules.training_weeks, 0)
    return np.asarray((total[:, ends] - total[:, begins] + 0.5) / np.maximum(days[:, ends] - days[:, begins], 1))


def _tail_score(observed: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Signed normal score of the tail beyond ``observed``: negative binomial of variance ``dispersion`` · mean."""
    mean = np.maximum(expected, 1e-9)
    excess = np.maximum(dispersion - 1.0, 1e-6)
    size, chance = mean / excess, 1.0 / (1.0 + excess)
    below = observed < mean
    # P(X <= x) of a negative binomial is the regularized incomplete beta function I(chance; size, x + 1).
    count = np.ceil(observed)
    low = special.betainc(size, count + 1.0, chance)
    high = np.where(count > 0, special.betaincc(size, np.maximum(count, 1.0), chance), 1.0)
    tail = np.maximum(np.where(below, low, high), _LEAST_TAIL)
    depth = np.maximum(-special.ndtri(tail), 0.0)
    return np.where(below, -depth, depth)


def _log(values: Floats, usable: Mask) -> Floats:
    sound = usable & (values > 0)  # a quotient of tiny amounts can be 0
    return np.log(np.where(sound, values, 1.0)) + np.where(sound, 0.0, np.nan)
