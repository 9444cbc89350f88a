"""Coverage of the measured effects of changes: planted effects in made-up worlds, some of which break the assumptions.

Run: python -m benchmarks.outcomes [actions per world] (default 1 000). Agents act on extremes: the campaigns whose last
week was furthest from their four weeks before are changed. Beside the measurement stands the plain comparison of the
days before and after, with days taken as independent.

Pauses are measured at the account: what it spends, sells and pays for a conversion without the campaign, against what
it would have with it. The truth is known, because the days that the pause takes away were drawn before.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import log, log1p

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices
from adops_pipeline.domain.outcomes import Change, Measurement, Others
from adops_pipeline.domain.tables.outcomes import OutcomeMetric
from benchmarks.score import Score
from benchmarks.truth_days import correlated

FIRST_DAY, DAYS, CHANGED_AT = date(2025, 1, 6), 256, 240
_WEEK = np.array([1.0, 1.25, 0.85, 1.35, 1.45, 0.6, 0.5])
_WEEK_LOG = np.log(_WEEK / _WEEK.mean())
_Z = 1.2815515655446004
_MOST = 1e6


@dataclass(frozen=True, slots=True)
class World:
    """Campaigns of one platform. Deviations are of logs; every series of shocks is AR(1)."""

    name: str
    campaigns: int = 120
    rho: float = 0.6
    """Correlation of successive days of a campaign's own noise."""
    noise: float = 0.3
    spread_of_noise: float = 0.3
    """How far campaigns differ in it."""
    shock: float = 0.15
    """Of all campaigns at once, correlation 0.9."""
    spread_of_loadings: float = 0.0
    account_shock: float = 0.08
    trend: float = 0.002
    """Of all campaigns, a day."""
    spread_of_trends: float = 0.0
    log_rate: tuple[float, float] = (3.0, 5.0)
    """Range of the log of conversions a day."""
    history: int = DAYS
    """Days that are known, to the last."""
    picks_extremes: bool = True
    picks_by_days: int = 7
    """Days whose level the agents look at."""
    jumps: float = 0.0
    """Share of the campaigns whose level jumps in the days after the change, for reasons that no log tells."""
    taken: float = 0.0
    """Share of the planted gains that the other campaigns lose."""
    breaks: bool = False
    """Whether it is outside what the method promises; its row is published all the same."""

    def draw(self, rng: np.random.Generator) -> Floats:
        """Expected conversions, campaigns x days."""
        n, shape = self.campaigns, (self.campaigns, DAYS)
        loadings = 1.0 + self.spread_of_loadings * rng.standard_normal((n, 1))
        common = loadings * self.shock * correlated(rng, (1, DAYS), 0.9)
        accounts = self.account_shock * correlated(rng, (4, DAYS), 0.9)[rng.integers(4, size=n)]
        deviation = self.noise * np.exp(self.spread_of_noise * rng.standard_normal((n, 1)))
        trends = (self.trend + self.spread_of_trends * rng.standard_normal((n, 1))) * np.arange(DAYS)
        own = deviation * correlated(rng, shape, self.rho)
        level = rng.uniform(*self.log_rate, (n, 1))
        jumped = (rng.random((n, 1)) < self.jumps) * rng.choice([-0.5, 0.5], (n, 1))
        own = own + jumped * (np.arange(DAYS) > CHANGED_AT + 3)
        return np.asarray(np.exp(level + common + accounts + own + trends + np.resize(_WEEK_LOG, DAYS)))


WORLDS = (
    World("shared shocks, correlation 0.6, trend"),
    World("independent days", rho=0.0, trend=0.0),
    World("correlation 0.8", rho=0.8),
    World("correlation 0.95", rho=0.95),
    World("accounts with shocks of their own", account_shock=0.25),
    World("campaigns of unequal noise", spread_of_noise=0.8),
    World("trends that differ", spread_of_trends=0.004),
    World("3 conversions a day", log_rate=(1.0, 1.2)),
    World("2 to 150 conversions a day", log_rate=(0.5, 5.0)),
    World("changes at random", picks_extremes=False),
    World("agents act on yesterday's extremes", picks_by_days=1),
    World("agents act on four weeks' extremes", picks_by_days=28),
    World("12 campaigns", campaigns=12, breaks=True),
    World("6 campaigns", campaigns=6, breaks=True),
    World("shared shocks hit unequally", spread_of_loadings=0.7, shock=0.25, breaks=True),
    World("shared shocks hit unequally, strong", spread_of_loadings=1.0, shock=0.5, breaks=True),
    World("one campaign in ten jumps unseen", jumps=0.1, breaks=True),
    World("gains are taken from the others, 12 campaigns", campaigns=12, taken=1.0, breaks=True),
    World("40 days of history", history=56, breaks=True),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """Errors of the measured effects, half widths of their intervals, and the same of the plain comparison."""

    errors: Floats
    half_widths: Floats
    plain_errors: Floats
    plain_half_widths: Floats
    unmeasured: int

    def coverage(self, width: float = 1.0) -> float:
        """Percent of 80 % intervals that hold the truth, each ``width`` times as wide as it is."""
        return 100 * float((np.abs(self.errors) <= width * self.half_widths).mean())

    @property
    def plain_coverage(self) -> float:
        """The same of the plain comparison's."""
        return 100 * float((np.abs(self.plain_errors) <= self.plain_half_widths).mean())


def scored(world: World, actions: int, seed: int = 1) -> Scored:
    """At least ``actions`` planted changes of the world, a few in each of many draws."""
    rng = np.random.default_rng([seed, *world.name.encode()])
    rows: list[tuple[float, float, float, float]] = []
    planted = 0
    while planted < actions:
        expected = world.draw(rng)
        counts = rng.poisson(np.minimum(expected, _MOST)).astype(np.float64)
        who = _picked(world, counts, rng)
        effects = rng.normal(0.0, 0.2, who.size)
        after = expected[who, CHANGED_AT:] * np.exp(effects)[:, None]
        counts[who, CHANGED_AT:] = rng.poisson(np.minimum(after, _MOST))
        if world.taken:
            others = np.setdiff1d(np.arange(len(counts)), who)
            gain = world.taken * (after.sum() - expected[who, CHANGED_AT:].sum())
            left = 1.0 - gain / expected[others, CHANGED_AT:].sum()
            counts[others, CHANGED_AT:] = rng.poisson(np.minimum(left * expected[others, CHANGED_AT:], _MOST))
        rows += _measured(world, counts, who, effects)
        planted += who.size
    errors, widths, plain_errors, plain_widths = np.array(rows).T
    return Scored(errors, widths, plain_errors, plain_widths, planted - len(rows))


PAUSED_WORLDS = (WORLDS[0], WORLDS[2], WORLDS[4], WORLDS[7], WORLDS[8])
"""Worlds in which pauses are scored; campaigns that are picked are the dearest of their last week, as agents do."""
PAUSED_METRICS: tuple[OutcomeMetric, ...] = ("spend", "conversions", "cpa")


def paused(world: World, pauses: int, seed: int = 1) -> dict[OutcomeMetric, float]:
    """Percent of 80 % intervals that hold what at least ``pauses`` pauses did to their account, by metric."""
    rng = np.random.default_rng([seed, 77, *world.name.encode()])
    held: dict[OutcomeMetric, list[bool]] = {metric: [] for metric in PAUSED_METRICS}
    while len(held["cpa"]) < pauses:
        spend = 3.0 * world.draw(rng)
        worth = np.exp(rng.normal(0.0, 0.4, (len(spend), 1)) + 0.15 * correlated(rng, spend.shape, world.rho))
        counts = rng.poisson(np.minimum(spend / 3.0 * worth, _MOST)).astype(np.float64)
        week = slice(CHANGED_AT - 7, CHANGED_AT)
        dear = spend[:, week].sum(axis=1) / (counts[:, week].sum(axis=1) + 0.5)
        for row in np.argsort(-dear, kind="stable")[:6].tolist():
            for metric, is_held in _pause_held(spend, counts, row).items():
                held[metric].append(is_held)
    return {metric: 100 * float(np.mean(found)) for metric, found in held.items()}


def _pause_held(spend: Floats, counts: Floats, row: int) -> dict[OutcomeMetric, bool]:
    after = slice(CHANGED_AT + 1, CHANGED_AT + 15)
    whole = (float(spend[:, after].sum()), float(counts[:, after].sum()))
    kept = spend.copy(), counts.copy()
    for values in kept:
        values[row, CHANGED_AT:] = 0.0
    rest = (float(kept[0][:, after].sum()), float(kept[1][:, after].sum()))
    truth = {"spend": rest[0] / whole[0], "conversions": rest[1] / whole[1]}
    truth["cpa"] = truth["spend"] / truth["conversions"]
    panel = panel_of(kept[1])
    panel.values["spend"][:] = kept[0]
    changed = np.zeros(spend.shape, dtype=np.bool_)
    changed[row, CHANGED_AT] = True
    sums = {name: values.sum(axis=0) for name, values in panel.values.items()}
    known = Others(changed, ["EUR"] * len(spend), [None] * len(spend), accounts={("meta-ads", "1"): sums})
    change = replace(change_of(row, CHANGED_AT), action="pause")
    found = {}
    for one in Measurement(panel, known).measure(change, {}, PAUSED_METRICS):
        if one.estimate is not None:
            found[one.metric] = abs(log(truth[one.metric]) - one.estimate.effect) <= one.estimate.half_width
    return found


def _picked(world: World, counts: Floats, rng: np.random.Generator) -> Indices:
    """The campaigns furthest below and above their usual level, or any."""
    each = max(1, min(6, world.campaigns // 10))
    if not world.picks_extremes:
        return rng.choice(world.campaigns, 2 * each, replace=False)
    first = CHANGED_AT - world.picks_by_days
    recent, usual = counts[:, first:CHANGED_AT], counts[:, first - 28 : first]
    deviation = np.log((recent.sum(axis=1) + 0.5) / (usual.sum(axis=1) + 0.5))
    order = np.argsort(deviation, kind="stable")
    return np.concatenate([order[:each], order[-each:]])


def _measured(world: World, counts: Floats, who: Indices, effects: Floats) -> list[tuple[float, float, float, float]]:
    seen = counts[:, DAYS - world.history :]
    panel = panel_of(seen)
    at = CHANGED_AT - (DAYS - world.history)
    changed = np.zeros(seen.shape, dtype=np.bool_)
    changed[who, at] = True
    measurement = Measurement(panel, Others(changed, ["EUR"] * len(seen), [None] * len(seen)))
    rows = []
    for row, effect in zip(who.tolist(), effects.tolist(), strict=True):
        (found,) = measurement.measure(change_of(row, at), {}, ("conversions",))
        if found.estimate is None or found.before_after_ratio is None:
            continue
        plain = log1p(found.before_after_ratio) - effect
        rows.append(
            (found.estimate.effect - effect, found.estimate.half_width, plain, _plain_half_width(seen[row], at))
        )
    return rows


def _plain_half_width(days: Floats, at: int) -> float:
    logs = np.log(days + 0.5)
    before, after = logs[at - 28 : at], logs[at + 1 : at + 15]
    return float(_Z * np.sqrt(before.var(ddof=1) / before.size + after.var(ddof=1) / after.size))


def panel_of(conversions: Floats) -> DayPanel:
    """A panel of one platform with these conversions; everything is spent every day."""
    keys = pl.DataFrame({"platform": "meta-ads", "campaign_id": [f"{n:04}" for n in range(len(conversions))]})
    values = {"spend": 3.0 * (conversions + 1.0), "conversions": conversions, "revenue": 40.0 * conversions}
    return DayPanel(keys, FIRST_DAY, values, np.ones(conversions.shape, dtype=np.bool_))


def change_of(row: int, at: int) -> Change:
    """A raised budget of a campaign of ``panel_of``."""
    day = FIRST_DAY + timedelta(days=at)
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Change(f"change-{row}", "meta-ads", "1", f"{row:04}", "raise_budget", day, moment)


def scores(actions: int = 1_500) -> list[Score]:
    """Coverage in every world that the method promises something for, and that of before/after beside it."""
    found: list[Score] = []
    for world in WORLDS:
        if not world.breaks:
            one = scored(world, actions)
            found.append(Score("80 % interval of a change's effect held", one.coverage(), 75, 85, case=world.name))
            found.append(Score("… of before/after alone", one.plain_coverage, case=world.name))
    for world in PAUSED_WORLDS:
        for metric, percent in paused(world, actions // 3).items():
            found.append(Score(f"80 % interval of a pause's effect on its account's {metric} held", percent, 75, 85,
                               case=world.name))  # fmt: skip
    return found


def table(actions: int) -> list[str]:
    """A Markdown table: a row per world."""
    lines = ["| World | Coverage of 80 % intervals | Error | Half width | Before/after: held | Error | Unmeasured |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for world in WORLDS:
        found = scored(world, actions)
        errors: Mapping[str, float] = {
            name: float(np.sqrt(np.median(np.square(values))))
            for name, values in (("own", found.errors), ("plain", found.plain_errors))
        }
        lines.append(
            f"| {world.name}{' (outside the promise)' if world.breaks else ''} | {found.coverage():.1f} % | "
            f"{errors['own']:.3f} | {np.median(found.half_widths):.3f} | {found.plain_coverage:.1f} % | "
            f"{errors['plain']:.3f} | {found.unmeasured} |"
        )
    lines += ["", "| World, pauses | spend | conversions | CPA |", "| --- | --- | --- | --- |"]
    for world in PAUSED_WORLDS:
        shown = " | ".join(f"{percent:.1f} %" for percent in paused(world, actions // 3).values())
        lines.append(f"| {world.name} | {shown} |")
    return lines


def main() -> None:
    """Prints the table."""
    actions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print("\n".join(table(actions)))


if __name__ == "__main__":
    main()
