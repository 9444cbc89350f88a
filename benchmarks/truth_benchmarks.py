"""Benchmarks scored on campaigns at rest and on campaigns that changed, whose days vary and depend on each other.

Run: python -m benchmarks.truth_benchmarks

`clear` is a change of a single ratio: |z| of at least 1.96 and 5 %. Its false rate is promised to be at most 5 % (6 %
with the error of the measurement; 10 % at a correlation of 0.8 from day to day). `called` is the status as shown, after
Benjamini-Hochberg over the period. The plain rule beside them is the same test of sums whose days are independent.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.benchmarks import METRICS, benchmark_campaigns
from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, named_world
from adops_pipeline_tests.domain.benchmarks.worlds import AS_OF, DAYS, MATURE, campaigns, drawn, rows
from benchmarks.score import Score, all_hold, table
from benchmarks.truth_anomalies import final_days, shared_budgets

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


def with_an_event() -> Iterator[Score]:
    """A sale of a week in which each sale of the usual spend is half a sale more: in the calendar, or not."""
    values = drawn(CAMPAIGNS, 0.1, 0.3, seed=70)
    for name in ("conversions", "revenue"):
        values[name][:, DAYS - 7 :] *= 1.5
    known = campaigns(CAMPAIGNS).with_columns(account_id=pl.lit("1"))
    for case, calendar in (
        ("not in the calendar", None),
        ("seen before", _sale(0.0, 50.0, 10.0)),
        ("never seen", _sale(0.0, 0.0, 100.0)),
    ):
        found = benchmark_campaigns(rows(values), known, AS_OF, MATURE, calendar=calendar)
        for metric in ("cpa", "roas"):
            of = found.filter(pl.col("metric") == metric, pl.col("period") == "week")
            limit = np.inf if calendar is None else 6.0
            yield Score("a week's sale, clear", share(of, IS_CLEAR), high=limit, case=f"{metric}, {case}")


def _sale(spend: float, results: float, width: float) -> pl.DataFrame:
    """The calendar of a week's event: expected changes in percent, and how far their intervals reach."""
    expected = {"spend": spend, "conversions": results, "revenue": results}
    figures = {
        f"{metric}_change_{end}": change + off
        for metric, change in expected.items()
        for end, off in (("pct", 0.0), ("low", -width / 2), ("high", width))
    }
    day = {"platform": "google-ads", "account_id": "1", "name": "Sale", "kind": "own-event", "event_day": 1,
           "event_days": 7, "basis": "learnt", **figures}  # fmt: skip
    days = [day | {"date": AS_OF - timedelta(days=n)} for n in range(7)]
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in days], schema=SCHEMA)


def with_a_season(seeds: tuple[int, ...] = (7, 8)) -> Iterator[Score]:
    """The market with two years known, April to October: changes of CPA and ROAS that came a year ago, too.

    Beside it the same from 400 days, which know no season, and what is found where one campaign in four changed.
    """
    first, last = date(2023, 8, 1), date(2025, 10, 31)
    ends = [date(2025, 4, 28) + timedelta(days=42 * n) for n in range(5)]
    for world in ("", "seasonal-demand", "drifting-demand"):
        markets = [Market(seed, first, named_world(world, first)) for seed in seeds]
        data = [(final_days(market, first, last), shared_budgets(market)) for market in markets]
        for name, days in (("two years known", 800), ("… without the season", 400)):
            still, moved = [], []
            for daily, known in data:
                settings = known.with_columns(objective=pl.lit("sales"), currency=pl.lit("EUR"))
                struck = daily["campaign_id"].unique().sort().to_list()[::4]
                for end in ends:
                    recent = daily.filter(pl.col("date").is_between(end - timedelta(days=days), end))
                    still.append(benchmark_campaigns(recent, settings, end, _AT_ONCE))
                    is_hit = pl.col("campaign_id").is_in(struck) & (pl.col("date") > end - timedelta(days=28))
                    fewer = [pl.col(one) * pl.when(is_hit).then(0.7).otherwise(1.0) for one in CHANGED["ctr"][2:]]
                    found = benchmark_campaigns(recent.with_columns(fewer), settings, end, _AT_ONCE)
                    moved.append(found.filter(pl.col("campaign_id").is_in(struck)))
            for metric, period in (("cpa", "week"), ("roas", "week"), ("cpa", "month"), ("roas", "month")):
                of, hit = (
                    pl.concat(part).filter(pl.col("metric") == metric, pl.col("period") == period)
                    for part in (still, moved)
                )
                case = f"{metric} {period}, {world or 'default'}"
                limit = 6.0 if world == "seasonal-demand" and days > 400 else np.inf
                yield Score(f"market, clear, {name}", share(of, IS_CLEAR), high=limit, case=case)
                yield Score(f"market, called, {name}", share(of, IS_CALLED), high=limit, case=case)
                if period == "month":
                    worse = pl.col("status") == "worse"
                    yield Score(f"market, 30 % fewer results called worse, {name}", share(hit, worse), case=case)


_AT_ONCE = {str(platform): 1 for platform in Platform}


def scores() -> list[Score]:
    """All of them."""
    return [*at_rest(), *changed(), *without_conversions(), *with_an_event(), *with_a_season()]


def main() -> None:
    """Print every score; exit 1 where a limit is missed."""
    found = scores()
    print("\n".join(table(found, by_case=True)))
    print("\n".join(table(found)))
    raise SystemExit(0 if all_hold(found) else 1)


if __name__ == "__main__":
    main()
