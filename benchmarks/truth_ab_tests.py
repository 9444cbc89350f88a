"""The wired path of A/B tests on the market's planted ones: looked at every morning, with what was known that morning.

Run: python -m benchmarks.truth_ab_tests. Definitions as `adops run` declares them in mode test, evaluated day by day
through ``evaluate_tests`` with the rows of the days before. In other worlds than the default one lifts are the same and
days vary more: what is found there has no limit, what is called where there is nothing has the same.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import inf

import polars as pl

from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.evaluation import NO_EARLIER, Evaluated, evaluate_tests
from adops_pipeline.domain.experiments.history import Earlier
from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.sandbox.market import FIRST_DAY, Market, PlantedExperiment, named_world
from adops_pipeline.services.platforms import planted_tests
from adops_pipeline.settings import load_settings
from benchmarks.score import Score, all_hold, table

FIRST, LAST = date(2024, 5, 1), date(2025, 10, 31)
WORLDS = ("correlated-days", "persistent-days", "overdispersed", "shared-shocks")
WAIT_DAYS = 40
"""Days after a test's end by which every platform's conversions are mature."""


def days_known(market: Market, tests: Sequence[PlantedExperiment], day: date) -> pl.DataFrame:
    """Days of the tests' ad groups through ``day``, as the platforms tell them on the next noon."""
    now = datetime.combine(day + timedelta(days=1), time(12), UTC)
    wanted = {ad_group for test in tests for ad_group in (test.ad_group_a, test.ad_group_b)}
    currency = {a.account_id: a.currency for platform in Platform for a in market.accounts(platform)}
    rows = [
        (
            test_platform.value, account, d.ad_group_id, d.date, currency[account], d.impressions, d.clicks,
            d.spend, d.revenue, float(d.conversions),
        )
        for test_platform, account in sorted({(test.platform, test.account_id) for test in tests})
        for d in market.ad_group_days(account, min(test.start for test in tests), day, now)
        if d.ad_group_id in wanted
    ]  # fmt: skip
    names = (
        "platform", "account_id", "ad_group_id", "date", "currency", "impressions", "clicks", "spend", "revenue",
        "conversions",
    )  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def followed(seed: int, world: str = "") -> Evaluated:
    """Every planted test that lies in the scored days, evaluated each morning until all are decided or given up."""
    market = Market(seed, world=named_world(world, FIRST_DAY))
    tests = _scored(market)
    accounts = {(test.platform.value, test.account_id) for test in tests}
    declared = planted_tests(load_settings(sandbox={"seed": seed, "world": world}), DateRange(FIRST, LAST))
    ids = {(test.campaign_id, test.start) for test in tests}
    declared = tuple(test for test in declared if (test.campaign_id, test.started_on) in ids)
    curves = MaturityCurves(pl.DataFrame(schema={"platform": pl.String(), "lag_days": pl.Int32()}))  # the prior
    mature = {platform.value: curves.mature_after_days(platform.value) for platform in Platform}
    earlier = NO_EARLIER
    for n in range((LAST - FIRST).days + WAIT_DAYS):
        day = FIRST + timedelta(days=n)
        current, running = _running(tests, declared, day)
        if not current:
            continue
        as_of = pl.DataFrame(
            [(*account, day) for account in sorted(accounts)], schema=["platform", "account_id", "as_of"], orient="row"
        )
        found = evaluate_tests(running, days_known(market, current, day), as_of, mature, earlier)
        decided = pl.concat([earlier.tests.filter(~pl.col("id").is_in(found.tests["id"].to_list())), found.tests])
        earlier = Earlier(decided, pl.concat([earlier.results, found.results]))
    return Evaluated(earlier.tests, earlier.results)


def scores(seeds: Sequence[int] = (7, 8), worlds: Sequence[str] = WORLDS) -> list[Score]:
    """Of the default market's seeds together, and of each other world."""
    return [*_scores(seeds, ""), *(row for world in worlds for row in _scores((7,), world))]


def _scores(seeds: Sequence[int], world: str) -> list[Score]:
    """Planted lifts found within the planned days, with the right sign; tests of nothing not called."""
    rows: list[tuple[str, float, str | None, bool]] = []
    for seed in seeds:
        truth = {f"{t.campaign_id}-{t.start:%Y%m%d}": t for t in _scored(Market(seed))}
        found = followed(seed, world)
        naive = found.results.group_by("test_id").agg((pl.col("p_value") <= 0.05).any().alias("naive"))
        standing = found.tests.join(naive, left_on="id", right_on="test_id")
        for name, winner, once in standing.select("id", "winner", "naive").iter_rows():
            rows.append((truth[name].metric, truth[name].true_lift, winner, bool(once)))
    planted = [(metric, lift, winner) for metric, lift, winner, _ in rows if lift]
    nothing = [(winner, naive) for _, lift, winner, naive in rows if not lift]
    right = [_better(metric, lift) == winner for metric, lift, winner in planted if winner]
    place = f", {world}" if world else ""
    scored = [
        Score(
            "market's tests, every morning: planted lift found in its days",
            _pct([winner is not None for m, _, winner in planted if m == metric]),
            -inf if world else 80, inf if world else 100, case=f"{metric}{place}",
        )
        for metric in ("ctr", "cpa")
    ]  # fmt: skip
    return [
        *scored,
        Score("… with the right winner", _pct(right), 99, 100, case=f"{len(right)} tests{place}"),
        Score(
            "… A/A tests called", _pct([w is not None for w, _ in nothing]), high=5, case=f"{len(nothing)} tests{place}"
        ),
        Score(
            "… A/A tests that the naive p would have called",
            _pct([once for _, once in nothing]),
            case=place.removeprefix(", "),
        ),
    ]


def _scored(market: Market) -> list[PlantedExperiment]:
    return [test for test in market.truth.experiments if test.start >= FIRST and test.end <= LAST]


def _running(
    tests: Sequence[PlantedExperiment], declared: Sequence[TestDefinition], day: date
) -> tuple[list[PlantedExperiment], list[TestDefinition]]:
    """Tests that began by ``day`` and may still be undecided."""
    ends = timedelta(days=WAIT_DAYS)
    current = [test for test in tests if test.start <= day <= test.end + ends]
    names = {(test.campaign_id, test.start) for test in current}
    return current, [test for test in declared if (test.campaign_id, test.started_on) in names]


def _better(metric: str, lift: float) -> str:
    return "B" if (lift > 0) is (metric == "ctr") else "A"


def _pct(hits: Sequence[bool]) -> float:
    return 100 * sum(hits) / len(hits) if hits else float("nan")


def main() -> None:
    """Print every score; end with 1 where one is out of its band."""
    rows = scores()
    print("\n".join(table(rows, by_case=True)))
    raise SystemExit(0 if all_hold(rows) else 1)


if __name__ == "__main__":
    main()
