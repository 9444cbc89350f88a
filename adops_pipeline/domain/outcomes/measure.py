"""The outcome of one change, by metric: after against what is to be expected without it, with an interval. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, expm1, log
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask
from adops_pipeline.domain.outcomes.account import Known, Part, Sums, added, rate_of, roas_of
from adops_pipeline.domain.outcomes.changes import Change
from adops_pipeline.domain.outcomes.counterfactual import COVERAGE, Counterfactual, expect_change
from adops_pipeline.domain.outcomes.verdicts import Estimate, Judged, Problem, judge
from adops_pipeline.domain.outcomes.windows import (
    FEWEST_CONVERSIONS,
    LONG_DAYS,
    POST_DAYS,
    PRE_DAYS,
    SHORTEST_PRE_DAYS,
    MetricDays,
    MetricSums,
    Windows,
    lay_windows,
    placebo_dates,
)
from adops_pipeline.domain.tables.outcomes import Action, OutcomeMethod, OutcomeMetric

METRICS: Mapping[OutcomeMetric, tuple[str, str | None]] = MappingProxyType(
    {
        "spend": ("spend", None),
        "conversions": ("conversions", None),
        "revenue": ("revenue", None),
        "cpa": ("spend", "conversions"),
        "roas": ("revenue", "spend"),
    }
)
"""Numerator and denominator of each metric."""
COLUMNS = ("spend", "conversions", "revenue")
_MONEY = ("spend", "revenue")
_PRETREND_DATE = 2
"""The placebo date whose time after ends a week before the change: agents act on the last week's extremes."""
_Z = float(ndtri(0.5 + COVERAGE / 2))
_STARTS: frozenset[Action] = frozenset({"activate", "create"})
_STOPPED = 0.1
"""Share of days with spend below which a campaign does not run."""


@dataclass(frozen=True, slots=True)
class Others:
    """What is known of all campaigns of the panel; arrays are in the order of its rows."""

    changed: Mask
    """Days on which something about a campaign was changed, campaigns x days."""
    currency: Sequence[str]
    shared_budget: Sequence[str | None]
    tests: Mapping[tuple[str, str], Sequence[tuple[date, date]]] = field(default_factory=dict)
    """First and last days of the tests of a campaign."""
    accounts: Mapping[tuple[str, str], Mapping[str, Floats]] = field(default_factory=dict)
    """Sums of `COLUMNS` over all campaigns of an account, a day of the panel each."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days before and after the change."""

    pre_start: date
    pre_end: date
    post_start: date
    post_end: date


@dataclass(frozen=True, slots=True)
class MetricOutcome:
    """What the change did to one metric; ``judged`` holds the verdict, ``estimate`` is None where nothing was found."""

    metric: OutcomeMetric
    before: float | None
    after: float | None
    estimate: Estimate | None
    judged: Judged

    @property
    def before_after_ratio(self) -> float | None:
        """After over before, less one."""
        return self.after / self.before - 1.0 if self.before and self.after is not None else None


def period_of(change: Change, pre_days: int = PRE_DAYS) -> Period:
    """The days that are compared; the day of the change belongs to neither side."""
    day = timedelta(days=1)
    on = change.changed_on
    return Period(on - pre_days * day, on - day, on + day, on + POST_DAYS * day)


@dataclass(frozen=True, slots=True)
class Rest:
    """The account's other campaigns before and after the change, and the campaign itself."""

    pre_days: int
    before: Sums
    after: Sums
    own_before: Sums
    own_after: Sums


class _GoingOn(NamedTuple):
    known: Known
    controls: int
    pretrend_p: float | None


class _Found(NamedTuple):
    part: Part
    controls: int
    pretrend_p: float | None

    def estimate(self, metric: OutcomeMetric, rest: Sums, *, is_pause: bool) -> Estimate | None:
        """The effect on the account's metric: a pause takes away what the campaign adds."""
        one = added(metric, rest, self.part, POST_DAYS)
        if one is None:
            return None
        above = self.part.dearer if metric == "cpa" else None
        effect, expected = one.effect, one.without_it
        if is_pause:
            effect, expected, above = -one.effect, one.with_it, None if above is None else 1 - above
        return Estimate(
            effect, one.half_width, self.controls, self.pretrend_p, "account", None, expected, known_above=above
        )


def _unmeasured(metrics: Sequence[OutcomeMetric], change: Change, problem: Problem) -> list[MetricOutcome]:
    return [MetricOutcome(m, None, None, None, judge(m, change.action, None, problem)) for m in metrics]


def _sums(days: Mapping[str, Floats], first: int, end: int) -> Sums:
    return Sums(*(float(days[name][first:end].sum()) for name in COLUMNS))


class Measurement:
    """Measures changes on one panel; what several changes need is computed once."""

    def __init__(self, panel: DayPanel, others: Others) -> None:
        self._panel, self._others = panel, others
        self._platforms = panel.keys["platform"].to_numpy()
        keys = zip(panel.keys["platform"], panel.keys["campaign_id"], strict=True)
        self._rows = {key: number for number, key in enumerate(keys)}
        self._scaled = _scaled(panel, others.currency)
        self._sums: dict[str, MetricSums] = {}
        self._laid: dict[tuple[str, int, int, bool], Windows] = {}
        self._began = np.where(panel.has_row.any(axis=1), panel.has_row.argmax(axis=1), panel.has_row.shape[1])

    def pre_days(self, change: Change) -> int:
        """Days before the change that can be compared, in whole weeks: since another change and the first day."""
        row = self._rows.get(change.campaign)
        if row is None:
            return 0
        if self._begins(change, row):
            return min(self._at(change) // 7 * 7, PRE_DAYS)
        free = self._free_days(row, self._at(change))
        return min(free // 7 * 7, PRE_DAYS)

    def measure(
        self,
        change: Change,
        forecasts: Mapping[str, tuple[float, float]],
        metrics: Sequence[OutcomeMetric] = tuple(METRICS),
    ) -> list[MetricOutcome]:
        """An outcome per metric. ``forecasts`` are the own forecast's total and its error on the log scale."""
        row, pre_days = self._rows.get(change.campaign), self.pre_days(change)
        if row is None or pre_days < SHORTEST_PRE_DAYS:
            return _unmeasured(metrics, change, "never-ran" if change.action in _STARTS else "too-young")
        if self._begins(change, row):
            return self._by_account(metrics, change, row, pre_days, lambda rest: self._started(row, change, rest))
        if change.action == "pause" and not self._ran(row, *self._after(change), _STOPPED):
            return self._by_account(metrics, change, row, pre_days, lambda rest: self._stopped(row, change, rest))
        return [self._metric(metric, change, row, pre_days, forecasts.get(metric)) for metric in metrics]

    def _metric(
        self, metric: OutcomeMetric, change: Change, row: int, pre_days: int, forecast: tuple[float, float] | None
    ) -> MetricOutcome:
        at = self._at(change)
        before = self._value(metric, row, at - pre_days, at)
        after = self._value(metric, row, at + 1, at + 1 + POST_DAYS)
        has_long = self._free_days(row, at) >= LONG_DAYS
        windows = self._windows(metric, at, pre_days, has_long=has_long)
        if not windows.ran[row, 0]:
            problem = self._problem(row, at, pre_days)
            return MetricOutcome(metric, before, after, None, judge(metric, change.action, None, problem))
        estimate = self._estimate(windows, row, change, before, after, forecast)
        return MetricOutcome(metric, before, after, estimate, judge(metric, change.action, estimate, "no-controls"))

    def _begins(self, change: Change, row: int) -> bool:
        """Whether it switches on a campaign that did not run before."""
        at = self._at(change)
        return change.action in _STARTS and not self._ran(row, max(at - PRE_DAYS, 0), at, _STOPPED)

    def _by_account(
        self,
        metrics: Sequence[OutcomeMetric],
        change: Change,
        row: int,
        pre_days: int,
        part_of: Callable[[Rest], _Found | Problem],
    ) -> list[MetricOutcome]:
        """Outcomes for the campaign's account: a campaign that does not run has no figures of its own to compare."""
        if self._others.shared_budget[row] is not None:
            return _unmeasured(metrics, change, "shared-budget")
        days = self._others.accounts.get((change.platform, change.account_id))
        if days is None:
            return _unmeasured(metrics, change, "small-account")
        at = self._at(change)
        whole = [_sums(days, *span) for span in ((at - pre_days, at), self._after(change))]
        own = [_sums({name: self._panel[name][row] for name in COLUMNS}, *span)
               for span in ((at - pre_days, at), self._after(change))]  # fmt: skip
        rest = Rest(pre_days, whole[0] - own[0], whole[1] - own[1], own[0], own[1])
        if min(rest.before.conversions, rest.after.conversions) < FEWEST_CONVERSIONS:
            return _unmeasured(metrics, change, "small-account")
        found = part_of(rest)
        if isinstance(found, str):
            return _unmeasured(metrics, change, found)
        outcomes = []
        for metric in metrics:
            before, after = whole[0].value(metric, pre_days), whole[1].value(metric, POST_DAYS)
            estimate = found.estimate(metric, rest.after, is_pause=change.action == "pause")
            judged = judge(metric, change.action, estimate, "too-few")
            outcomes.append(MetricOutcome(metric, before, after, estimate, judged))
        return outcomes

    def _started(self, row: int, change: Change, rest: Rest) -> _Found | Problem:
        """What the campaign adds since it was switched on: it would have added nothing."""
        if not self._ran(row, *self._after(change)):
            return "never-ran"
        rate, dearer = rate_of(rest.own_after.conversions, rest.own_after.spend, rest.after)
        part = Part(Known.of(rest.own_after.spend), rate, roas_of(rest.own_after, rate), dearer)
        return _Found(part, 0, None)

    def _stopped(self, row: int, change: Change, rest: Rest) -> _Found | Problem:
        """What the campaign would have added if it had gone on, by controls where its figures before suffice."""
        spend = self._going_on("spend", row, change, rest.pre_days)
        if spend is None:
            at = self._at(change)
            return "no-controls" if self._ran(row, at - rest.pre_days, at) else "did-not-run"
        cost = self._going_on("cpa", row, change, rest.pre_days)
        worth = self._going_on("roas", row, change, rest.pre_days)
        if cost is not None:
            rate, dearer = Known(1 / cost.known.value, 1 / cost.known.high, 1 / cost.known.low), None
        else:
            rate, dearer = rate_of(rest.own_before.conversions, rest.own_before.spend, rest.before)
            rate = rate.times(rest.after.rate / rest.before.rate)
        roas = roas_of(rest.own_before, rate) if worth is None else worth.known
        part = Part(spend.known.times(POST_DAYS), rate, roas, dearer)
        return _Found(part, spend.controls, cost.pretrend_p if cost else spend.pretrend_p)

    def _going_on(self, metric: OutcomeMetric, row: int, change: Change, pre_days: int) -> _GoingOn | None:
        """The metric after the change as if the campaign had gone on; None where controls cannot say it."""
        at = self._at(change)
        has_long = self._free_days(row, at) >= LONG_DAYS
        dates = placebo_dates(at, LONG_DAYS if has_long else pre_days)
        windows = lay_windows(self._sums_of(metric), dates, pre_days, has_long=has_long, stopped=row)
        before = self._value(metric, row, at - pre_days, at)
        if not windows.ran[row, 0] or not before:
            return None
        found = self._expected(windows, row, change)
        if found is None:
            return None
        expected, candidates, _ = found
        known = Known.of(before * exp(expected.expected), expected.half_width)
        return _GoingOn(known, expected.controls, _pretrend(windows, row, candidates))

    def _after(self, change: Change) -> tuple[int, int]:
        at = self._at(change)
        return at + 1, at + 1 + POST_DAYS

    def _problem(self, row: int, at: int, pre_days: int) -> Problem:
        if not self._ran(row, at - pre_days, at):
            return "did-not-run"
        return "too-few" if self._ran(row, at + 1, at + 1 + POST_DAYS) else "stopped"

    def _estimate(
        self,
        windows: Windows,
        row: int,
        change: Change,
        before: float | None,
        after: float | None,
        forecast: tuple[float, float] | None,
    ) -> Estimate | None:
        assert before is not None
        assert after is not None
        ratio = log(after / forecast[0]) if forecast and forecast[0] > 0 and after > 0 else None
        found = self._expected(windows, row, change)
        if found is None:
            if ratio is None or forecast is None:
                return None
            return Estimate(ratio, forecast[1] * _Z, 0, None, "own-forecast", expm1(ratio), after / exp(ratio))
        expected, candidates, method = found
        effect = float(windows.change[row, 0]) - expected.expected
        p = _pretrend(windows, row, candidates)
        own = None if ratio is None else expm1(ratio)
        return Estimate(effect, expected.half_width, expected.controls, p, method, own, after / exp(effect))

    def _expected(
        self, windows: Windows, row: int, change: Change
    ) -> tuple[Counterfactual, Mask, OutcomeMethod] | None:
        candidates = self._candidates(row, change)
        same = candidates & (self._platforms == change.platform)
        found = expect_change(windows, row, same)
        if found is not None:
            return found, same, "controls"
        found = expect_change(windows, row, candidates)
        return None if found is None else (found, candidates, "controls-of-all-platforms")

    def _candidates(self, row: int, change: Change) -> Mask:
        """Campaigns to compare with: `lay_windows` has left out those that were changed themselves."""
        period, shared = period_of(change), self._others.shared_budget
        allowed = np.ones(len(self._platforms), dtype=np.bool_)
        if shared[row] is not None:
            allowed &= np.array([budget != shared[row] for budget in shared])
        for campaign, tests in self._others.tests.items():
            if campaign in self._rows and any(a <= period.post_end and b >= period.pre_start for a, b in tests):
                allowed[self._rows[campaign]] = False
        return allowed

    def _windows(self, metric: OutcomeMetric, at: int, pre_days: int, *, has_long: bool) -> Windows:
        key = (metric, at, pre_days, has_long)
        if key not in self._laid:
            dates = placebo_dates(at, LONG_DAYS if has_long else pre_days)
            self._laid[key] = lay_windows(self._sums_of(metric), dates, pre_days, has_long=has_long)
        return self._laid[key]

    def _sums_of(self, metric: OutcomeMetric) -> MetricSums:
        if metric not in self._sums:
            self._sums[metric] = MetricSums(self._days(metric))
        return self._sums[metric]

    def _days(self, metric: OutcomeMetric) -> MetricDays:
        top, below = METRICS[metric]
        return MetricDays(
            self._scaled[top],
            None if below is None else self._scaled[below],
            self._scaled["spend"],
            None if metric == "spend" else self._scaled["conversions"],
            self._others.changed,
            top == "conversions",
            below == "conversions",
        )

    def _free_days(self, row: int, at: int) -> int:
        earlier = np.flatnonzero(self._others.changed[row, :at])
        first = int(self._began[row])
        return at - max(first, int(earlier[-1]) + 1 if earlier.size else 0)

    def _at(self, change: Change) -> int:
        return (change.changed_on - self._panel.first_day).days

    def _value(self, metric: OutcomeMetric, row: int, first: int, end: int) -> float | None:
        top, below = METRICS[metric]
        amount = float(self._panel[top][row, first:end].sum())
        if below is None:
            return amount / (end - first)
        base = float(self._panel[below][row, first:end].sum())
        return amount / base if base > 0 else None

    def _ran(self, row: int, first: int, end: int, share: float = 0.9) -> bool:
        days = self._panel["spend"][row, first:end]
        return bool(days.size and (days > 0).mean() >= share)


def _pretrend(windows: Windows, row: int, candidates: Mask) -> float | None:
    """P of the difference from the controls at an earlier date, as if the change had been made then."""
    if windows.usable.shape[1] <= _PRETREND_DATE or not windows.usable[row, _PRETREND_DATE]:
        return None
    found = expect_change(windows, row, candidates, _PRETREND_DATE)
    if found is None or found.half_width <= 0:
        return None
    apart = abs(float(windows.change[row, _PRETREND_DATE]) - found.expected)
    return float(2.0 * ndtr(-apart / found.half_width * _Z))


def _scaled(panel: DayPanel, currency: Sequence[str]) -> dict[str, Floats]:
    """The panel's values; money in units of the usual spend in its currency, so that levels can be compared."""
    spend, codes = panel["spend"], np.array(currency, dtype=object)
    units = np.ones(len(codes))
    for code in dict.fromkeys(currency):
        known = spend[codes == code]
        usual = np.median(known[known > 0]) if (known > 0).any() else 1.0
        units[codes == code] = usual
    return {name: panel[name] / units[:, None] if name in _MONEY else panel[name] for name in COLUMNS}
