"""Tests on daily data in worlds whose days depend on each other: false positives, peeked at or not, and power.

Run: python -m benchmarks.truth_days [replications] (default 4 000). The fitted mixture of `dependence` is scored as it
runs by default, with 24 weeks of the same arms before the test, and without any. Beside it stand the rules it was
chosen among: independent days unpaired and paired, Newey-West, blocks of a week, equal-weighted cosines and a fitted
AR(1); for ctr also the binomial test on impressions. A share of 5 % is known to 0.35 points.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.dependence import EARLIER_DAYS, judge_effect, mixed_p
from adops_pipeline.domain.experiments.outcomes import Counts, outcomes_of_counts
from adops_pipeline.domain.experiments.pairs import ArmsDays, day_shares, log_lift, pair_days
from adops_pipeline.domain.experiments.ratios import Arms, log_ratio_test
from benchmarks.score import Score, all_hold

DAYS, FIRST_LOOK = 28, 7
ALPHA = 0.05
_WEEK = np.array([1.0, 1.25, 0.85, 1.35, 1.45, 0.6, 0.5])


@dataclass(frozen=True, slots=True)
class World:
    """Two arms of equal truth; ``noise`` is the day noise of each arm's ratio, its own, with correlation ``rho``."""

    name: str
    metric: str = "ctr"
    noise: float = 0.0
    rho: float = 0.0
    has_weekdays: bool = False
    """Both arms' ratios follow one strong weekday pattern."""
    shock: float = 0.0
    """Day noise that both arms share, with a correlation of 0.6."""
    tail: float | None = None
    """Pareto index of the value of an order; None for orders of one value each."""

    @property
    def limit(self) -> float:
        """False positives that are promised, in percent."""
        return 6.0 if self.rho <= 0.6 else 10.0 if self.rho <= 0.8 else np.inf

    def draw(self, rng: np.random.Generator, count: int, days: int, lift: float = 0.0, since: int = 0) -> ArmsDays:
        """``count`` experiments; B is higher by ``lift`` from the day ``since`` on."""
        shape = (count, days)
        shared = np.exp(self.shock * correlated(rng, shape, 0.6))
        if self.has_weekdays:
            shared = shared * np.resize(_WEEK / _WEEK.mean(), days)
        parts: list[Floats] = []
        for arm in range(2):
            gain = np.where(np.arange(days) >= since, 1.0 + lift * arm, 1.0)
            level = shared * gain * np.exp(self.noise * correlated(rng, shape, self.rho))
            parts += self._arm(rng, level)
        return ArmsDays(*parts)

    def _arm(self, rng: np.random.Generator, level: Floats) -> list[Floats]:
        volume: Floats = np.exp(0.2 * rng.standard_normal(level.shape))
        if self.metric == "ctr":
            shown = rng.poisson(20_000 * volume)
            return [rng.binomial(shown, np.minimum(0.02 * level, 1.0)).astype(np.float64), shown.astype(np.float64)]
        if self.metric == "roas of volume":
            return [np.asarray(300.0 * volume * level, dtype=np.float64), 100.0 * volume]
        orders = rng.poisson(25.0 * volume * level)
        if self.tail is None:
            return [np.asarray(30.0 * orders, dtype=np.float64), 250.0 * volume]
        values = 30.0 * (1.0 + rng.pareto(self.tail, int(orders.sum())))
        ends = orders.ravel().cumsum()
        sums = np.concatenate([[0.0], values.cumsum()])
        return [(sums[ends] - sums[ends - orders.ravel()]).reshape(orders.shape), 250.0 * volume]


def correlated(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    """Stationary AR(1) rows of variance 1."""
    days = rng.standard_normal(shape)
    for day in range(1, shape[1]):
        days[:, day] = rho * days[:, day - 1] + np.sqrt(1.0 - rho * rho) * days[:, day]
    return days


WORLDS = (
    World("independent"),
    *(World(f"day noise {noise:.0%}", noise=noise) for noise in (0.03, 0.05, 0.1, 0.2)),
    *(
        World(f"day noise {noise:.0%}, AR(1) {rho}", noise=noise, rho=rho)
        for rho in (0.3, 0.45, 0.6, 0.8)
        for noise in (0.03, 0.07, 0.2)
    ),
    World("day noise 20%, AR(1) 0.9", noise=0.2, rho=0.9),
    World("shared weekdays, noise 5%", noise=0.05, has_weekdays=True),
    World("shared shocks 30%, noise 5%, AR(1) 0.6", noise=0.05, rho=0.6, shock=0.3),
    World("orders", "roas"),
    World("heavy-tailed orders (2.5)", "roas", tail=2.5),
    World("heavy-tailed orders (1.8)", "roas", tail=1.8),
    *(World(f"heavy-tailed orders, noise 20%, AR(1) {rho}", "roas", 0.2, rho, tail=2.5) for rho in (0.3, 0.6, 0.8)),
)
POWER = World("+10% ROAS, shared weekdays", "roas of volume", noise=0.195, has_weekdays=True)


def scores(replications: int = 4000, seed: int = 3) -> list[Score]:
    """All worlds, then the power."""
    rng = np.random.default_rng(seed)
    rows = [row for world in WORLDS for row in _false_positives(rng, world, replications)]
    return [*rows, *_power(rng, replications)]


def _false_positives(rng: np.random.Generator, world: World, count: int) -> list[Score]:
    whole = world.draw(rng, count, EARLIER_DAYS + DAYS)
    earlier, days = (_part(whole, part) for part in (slice(EARLIER_DAYS), slice(EARLIER_DAYS, None)))
    case = f"{world.metric}: {world.name}"
    found = {name: rule(days) for name, rule in RULES.items()}
    called = found.pop("mixture"), _mixture(days, earlier)
    some = [ArmsDays(*(part[: count // 4] for part in arms)) for arms in (days, earlier)]
    peeked = _ever(some[0]), _ever(some[0], some[1])
    name, high = f"false positives at {DAYS} days: fitted mixture", world.limit
    rows = [
        Score(f"{name}, {EARLIER_DAYS // 7} weeks before", _pct(called[1]), high=high, case=case),
        Score("… peeked at daily, always-valid", _pct(peeked[1]), high=high, case=case),
        Score("… no days before", _pct(called[0]), high=high, case=case),
        Score("… no days before, peeked at daily", _pct(peeked[0]), high=high, case=case),
    ]
    if world.metric == "ctr":
        rows.append(Score("… binomial on impressions", _pct(_binomial(days)), case=case))
    return [*rows, *(Score(f"… {name}", _pct(called), case=case) for name, called in found.items())]


def _power(rng: np.random.Generator, count: int) -> list[Score]:
    """With some weeks of the same arms before, and with such in which one arm changed its level twice."""
    rows = []
    for before, change in ((0, 0.0), (84, 0.0), (EARLIER_DAYS, 0.0), (EARLIER_DAYS, 0.15), (EARLIER_DAYS, 0.3)):
        whole = POWER.draw(rng, count, before + DAYS, lift=0.1, since=before)
        during, earlier = (_part(whole, part) for part in (slice(before, None), slice(before)))
        if change:
            earlier = earlier._replace(num_b=earlier.num_b * _level(rng, count, before, change))
        called = _mixture(during, earlier if before else None)
        case = f"{before // 7} weeks of the same arms before" + (f", two changes of {change:.0%}" if change else "")
        is_limited = before == EARLIER_DAYS and not change
        name = f"power, {POWER.name}: fitted mixture"
        rows.append(Score(name, _pct(called), low=30 if is_limited else -np.inf, case=case))
        if not before:
            rows += [
                Score(f"… {name}", _pct(rule(during)), case=case) for name, rule in RULES.items() if name != "mixture"
            ]
    return rows


def _level(rng: np.random.Generator, count: int, days: int, change: float) -> Floats:
    """A level that is higher or lower by ``change`` from either of two random days on."""
    logs = np.zeros((count, days))
    for _ in range(2):
        size = np.log1p(change) * rng.choice((-1.0, 1.0), (count, 1))
        logs += size * (np.arange(days) >= rng.integers(1, days, (count, 1)))
    return np.exp(logs)


def _part(days: ArmsDays, part: slice) -> ArmsDays:
    return ArmsDays(*(each[:, part] for each in days))


def _mixture(days: ArmsDays, earlier: ArmsDays | None = None) -> Bools:
    return np.asarray(mixed_p(log_lift(days), pair_days(days, earlier).fitted) <= ALPHA)


def _ever(days: ArmsDays, earlier: ArmsDays | None = None) -> Bools:
    called = np.zeros(len(days.num_a), dtype=np.bool_)
    for seen in range(FIRST_LOOK, days.num_a.shape[1] + 1):
        part, is_due = _part(days, slice(seen)), np.ones(len(called), dtype=np.bool_)
        found = judge_effect(log_lift(part), pair_days(part, earlier).fitted, ALPHA, is_due)
        called |= found.always_valid_p <= ALPHA
    return called


def _unpaired(days: ArmsDays) -> Bools:
    pairs, n = pair_days(days), np.full(len(days.num_a), float(DAYS))
    ratios = days.num_a.sum(axis=1) / days.den_a.sum(axis=1), days.num_b.sum(axis=1) / days.den_b.sum(axis=1)
    test = log_ratio_test(Arms(ratios[0], pairs.variance_a, n, ratios[1], pairs.variance_b, n), ALPHA)
    return np.asarray(test.p_value <= ALPHA)


def _binomial(days: ArmsDays) -> Bools:
    counts = Counts(*(part.sum(axis=1) for part in days))
    exact = np.zeros(len(days.num_a), dtype=np.bool_)
    return np.asarray(outcomes_of_counts(counts, exact, ALPHA, with_probability=False).p_value <= ALPHA)


def _by_variance(variance: Callable[[Floats], tuple[Floats, float]]) -> Callable[[ArmsDays], Bools]:
    def rule(days: ArmsDays) -> Bools:
        mean_variance, freedom = variance(day_shares(days))
        t = np.abs(log_lift(days)) / np.sqrt(mean_variance)
        return np.asarray(2.0 * stdtr(freedom, -t) <= ALPHA)

    return rule


def _independent(series: Floats) -> tuple[Floats, float]:
    n = series.shape[1]
    return np.square(series).sum(axis=1) / (n * (n - 1.0)), n - 1.0


def _newey_west(series: Floats) -> tuple[Floats, float]:
    n = series.shape[1]
    lags = int(np.ceil(1.3 * np.sqrt(n)))
    total = np.square(series).sum(axis=1)
    for lag in range(1, lags + 1):
        total = total + 2.0 * (1.0 - lag / (lags + 1)) * (series[:, lag:] * series[:, :-lag]).sum(axis=1)
    return total / (n * (n - 1.0)), 1.5 * n / lags


def _weeks(series: Floats) -> tuple[Floats, float]:
    blocks = series.reshape(series.shape[0], -1, 7).mean(axis=2)
    count = blocks.shape[1]
    return blocks.var(axis=1, ddof=1) / count, count - 1.0


def _cosines(series: Floats) -> tuple[Floats, float]:
    n = series.shape[1]
    count = int(0.4 * n ** (2 / 3))
    basis = np.sqrt(2.0 / n) * np.cos(np.pi * (np.arange(n)[:, None] + 0.5) * np.arange(1, count + 1) / n)
    return np.square(series @ basis).mean(axis=1) / n, float(count)


def _fitted_ar(series: Floats) -> tuple[Floats, float]:
    n = series.shape[1]
    first = (series[:, 1:] * series[:, :-1]).sum(axis=1) / np.square(series).sum(axis=1)
    rho = np.clip((n * first + 1.0) / (n - 4.0), 0.0, 0.95)  # Kendall's correction of the bias
    independent, freedom = _independent(series)
    return independent * (1.0 + rho) / (1.0 - rho), freedom


RULES: Mapping[str, Callable[[ArmsDays], Bools]] = {
    "mixture": _mixture,
    "days independent, unpaired": _unpaired,
    "days independent, paired": _by_variance(_independent),
    "Newey-West, paired": _by_variance(_newey_west),
    "blocks of a week, paired": _by_variance(_weeks),
    "equal-weighted cosines, paired": _by_variance(_cosines),
    "fitted AR(1), paired": _by_variance(_fitted_ar),
}


def matrix(rows: list[Score]) -> list[str]:
    """A line per world, a column per rule."""
    cases = list(dict.fromkeys(row.case for row in rows))
    names = list(dict.fromkeys(row.name for row in rows))
    found = {(row.case, row.name): row for row in rows}
    lines = [f"({chr(97 + column)}) {name}" for column, name in enumerate(names)]
    lines.append(f"{'':<48}" + "".join(f"{f'({chr(97 + column)})':>8}" for column in range(len(names))))
    for case in cases:
        cells = [found.get((case, name)) for name in names]
        texts = ("" if cell is None else f"{cell.value:.1f}{'' if cell.holds else '!'}" for cell in cells)
        lines.append(f"{case:<48}" + "".join(f"{text:>8}" for text in texts))
    return lines


def printed(rows: list[Score]) -> str:
    """False positives and power as two tables; "!" marks what is outside its band."""
    power = [row for row in rows if "weeks of the same arms" in row.case]
    others = [row for row in rows if row not in power]
    return "\n".join([*matrix(others), "", *matrix(power)])


def _pct(hits: Bools) -> float:
    return 100.0 * float(np.mean(hits))


def main() -> None:
    """Print every score; end with 1 where one is out of its band."""
    rows = scores(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(printed(rows))
    sys.exit(0 if all_hold(rows) else 1)


if __name__ == "__main__":
    main()
