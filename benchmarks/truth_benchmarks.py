"""Benchmarks scored on campaigns at rest and on campaigns that changed, whose days vary and depend on each other.

Run: python -m benchmarks.truth_benchmarks

`clear` is a change of a single ratio: |z| of at least 1.96 and 5 %. Its false rate is promised to be at most 5 % (6 %
with the error of the measurement; 10 % at a correlation of 0.8 from day to day). `called` is the status as shown, after
Benjamini-Hochberg over the period. The plain rule beside them is the same test of sums whose days are independent.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from adops_pipeline.domain.benchmarks import METRICS, benchmark_campaigns
from adops_pipeline.domain.day_panel import Floats
from adops_pipeline_tests.domain.benchmarks.worlds import AS_OF, DAYS, MATURE, campaigns, drawn, rows
from benchmarks.score import Score, all_hold, table

CAMPAIGNS = 400
SEEDS = range(3)
WORLDS = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.3), (0.1, 0.6), (0.1, 0.8), (0.2, 0.0), (0.2, 0.3), (0.2, 0.6), (0.2, 0.8)]
PERIODS = {"week": 7, "month": 28}
CHANGED = {"ctr": ("clicks", "spend", "conversions", "revenue"), "cpc": ("spend",), "cpa": ("conversions",),
           "roas": ("revenue",)}  # fmt: skip
"""Columns that a change of each ratio multiplies."""
IS_CLEAR = (pl.col("z_score").abs() >= 1.96) & (pl.col("change_pct").abs() >= 5.0)
IS_CALLED = pl.col("status").is_in(["better", "worse"])


PARTS = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
         "roas": ("revenue", "spend")}  # fmt: skip


def plain(values: dict[str, Floats], metric: str, days: int) -> float:
    """Percent of campaigns of which a test that takes days as independent calls the ratio changed."""
    last = DAYS - days
    before = slice(last - (28 if days == 7 else 84), last)
    (now, now_var), (then, then_var) = (_log_ratio(values, metric, part) for part in (slice(last, None), before))
    with np.errstate(invalid="ignore"):
        z = (now - then) / np.sqrt(now_var + then_var)
        return 100.0 * float(((np.abs(z) >= 1.96) & (np.abs(np.expm1(now - then)) >= 0.05)).mean())


def _log_ratio(values: dict[str, Floats], metric: str, part: slice) -> tuple[Floats, Floats]:
    """Logarithm of the ratio of sums and its variance, by the days' deviations from the ratio."""
    top, bottom = (values[name][:, part] for name in PARTS[metric])
    sums = top.sum(axis=1), bottom.sum(axis=1)
    ratio = sums[0] / sums[1]
    n = top.shape[1]
    variance = np.square(top - ratio[:, None] * bottom).sum(axis=1) * n / ((n - 1) * sums[0] ** 2)
    return np.log(ratio), variance


def judged(values: dict[str, Floats]) -> pl.DataFrame:
    """The benchmarks of a world."""
    return benchmark_campaigns(rows(values), campaigns(len(values["spend"])), AS_OF, MATURE)


def share(found: pl.DataFrame, what: pl.Expr) -> float:
    """Share of the rows for which ``what`` holds, in percent."""
    return 100.0 * found.filter(what.fill_null(value=False)).height / max(found.height, 1)


def at_rest() -> Iterator[Score]:
    """False changes: large accounts, and accounts of eight campaigns."""
    for noise, rho in WORLDS:
        worlds = [drawn(CAMPAIGNS, noise, rho, seed) for seed in SEEDS]
        yield from _false("", pl.concat([judged(values) for values in worlds]), noise, rho)
        for metric in METRICS:
            for period, days in PERIODS.items():
                called = float(np.mean([plain(values, metric, days) for values in worlds]))
                yield Score("… by a plain test of independent days", called,
                            case=f"{metric} {period}, noise {noise:.0%}, rho {rho}")  # fmt: skip
    for noise, rho in ((0.2, 0.6), (0.2, 0.8)):
        found = pl.concat([judged(drawn(8, noise, rho, seed)) for seed in range(100)])
        yield from _false(", accounts of 8 campaigns", found, noise, rho)


def _false(name: str, found: pl.DataFrame, noise: float, rho: float) -> Iterator[Score]:
    limit = 6.0 if rho < 0.8 else 10.0
    for metric in METRICS:
        for period in PERIODS:
            of = found.filter(pl.col("metric") == metric, pl.col("period") == period)
            case = f"{metric} {period}, noise {noise:.0%}, rho {rho}"
            yield Score(f"at rest, clear{name}", share(of, IS_CLEAR), high=limit, case=case)
            yield Score(f"at rest, called{name}", share(of, IS_CALLED), high=limit, case=case)


def changed() -> Iterator[Score]:
    """Changes of one campaign in four by 30 %, found in the right direction."""
    for noise, rho in ((0.1, 0.0), (0.1, 0.3), (0.1, 0.6), (0.2, 0.3)):
        for metric, names in CHANGED.items():
            for period, days in PERIODS.items():
                values = drawn(CAMPAIGNS, noise, rho, seed=50)
                for name in names:
                    values[name][: CAMPAIGNS // 4, DAYS - days :] *= 0.7
                of = judged(values).filter(
                    pl.col("metric") == metric, pl.col("period") == period, pl.col("campaign_id") < f"c{CAMPAIGNS // 4}"
                )
                rises = pl.col("z_score") > 0 if metric == "cpa" else pl.col("z_score") < 0
                case = f"{metric} {period}, noise {noise:.0%}, rho {rho}"
                yield Score("changed by 30 %, clear", share(of, IS_CLEAR & rises), case=case)
                yield Score("changed by 30 %, called", share(of, IS_CALLED & rises), case=case)


def without_conversions() -> Iterator[Score]:
    """No conversions in the week: worse, with a bound; and as few as in a quiet week of small campaigns: not worse."""
    for noise, rho in ((0.0, 0.0), (0.2, 0.6), (0.2, 0.8)):
        case = f"noise {noise:.0%}, rho {rho}"
        values = drawn(CAMPAIGNS, noise, rho, seed=60)
        for name in ("conversions", "revenue"):
            values[name][:, DAYS - 7 :] = 0.0
        found = judged(values).filter(pl.col("period") == "week", pl.col("metric").is_in(["cpa", "roas"]))
        bound = pl.coalesce("current_low", "current_high").is_not_null()
        yield Score(
            "no conversions in the week, worse", share(found, (pl.col("status") == "worse") & bound), 95.0, case=case
        )
        small = pl.concat([judged(drawn(CAMPAIGNS, noise, rho, seed, clicks=40.0)) for seed in SEEDS])
        few = small.filter(pl.col("period") == "week", pl.col("metric").is_in(["cpa", "roas"]))
        limit = 6.0 if rho < 0.8 else 10.0
        yield Score("14 conversions a week, clear", share(few, pl.col("z_score").abs() >= 1.96), high=limit, case=case)


def scores() -> list[Score]:
    """All of them."""
    return [*at_rest(), *changed(), *without_conversions()]


def main() -> None:
    """Print every score; exit 1 where a limit is missed."""
    found = scores()
    print("\n".join(table(found, by_case=True)))
    print("\n".join(table(found)))
    raise SystemExit(0 if all_hold(found) else 1)


if __name__ == "__main__":
    main()
