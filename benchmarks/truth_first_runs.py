"""Pacing's verdicts on a first run of 3 to 120 days, scored on who is truly over, under or limited by the budget.

Run: python -m benchmarks.truth_first_runs

Truth comes from days that the run has not seen: a daily budget's delivery over four weeks on both sides of the day,
against the budgets that were in force; a flight's pace from all its spend so far on its true weekday curve. A first run
knows what a sync would: daily rows of the last days, the platforms' totals of the month and flight before them, and 30
days of budget changes at Google and Meta; Pinterest tells the present budgets and when each was changed last.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from adops_pipeline.domain.coverage import earlier_periods
from adops_pipeline.domain.pacing import pace_campaigns
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from benchmarks.score import Score
from benchmarks.truth_pacing import campaigns_on, daily_spend

CASES = {"--days 3": (3, 0), "--days 20": (20, 0), "--days 30": (30, 0), "--days 120": (120, 0),
         "--days 30, a week later": (37, 7)}  # fmt: skip
"""By name, the days of rows and the days of own pulls, which know Pinterest's budgets beside its last changes."""
SEEDS = (7, 11, 23)
DATES = (date(2025, 3, 5), date(2025, 5, 12), date(2025, 7, 19), date(2025, 9, 27))
_HISTORY_DAYS, _DAY = 30, pl.duration(days=1)
_CLASSES = ("over", "under", "limited", "fine")
_CALLED = {
    "overpacing": "over", "over-delivering": "over", "overspend-likely": "over", "underpacing": "under",
    "under-delivering": "under", "no-delivery": "under", "limited": "limited", "on-track": "fine", "delivering": "fine",
}  # fmt: skip
_AMOUNT = re.compile(r"(?:[Ss]et the|resume it with a) daily budget (?:to|of) [A-Z]{3} ([\d,]+(?:\.\d\d)?)")
_STEP = Decimal("0.2")


@dataclass
class Tally:
    """Counts over runs: (true class, called class), critical findings beside campaigns truly off, steps too large."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    critical: int = 0
    off: int = 0
    too_large: int = 0

    def precision(self, name: str) -> float:
        """Percent of those called ``name`` that are."""
        called = sum(n for (_, one), n in self.pairs.items() if one == name)
        return 100 * self.pairs[name, name] / called if called else float("nan")

    def recall(self, name: str, *, is_judged: bool = True) -> float:
        """Percent of those that are ``name`` (and were judged) that are called so."""
        true = sum(n for (one, called), n in self.pairs.items() if one == name)
        true -= self.pairs[name, "unknown"] if is_judged else 0
        return 100 * self.pairs[name, name] / true if true else float("nan")

    @property
    def unknown(self) -> float:
        """Percent that is not judged."""
        return 100 * sum(n for (_, called), n in self.pairs.items() if called == "unknown") / self.pairs.total()


def measured(seeds: Sequence[int] = SEEDS, dates: Sequence[date] = DATES) -> dict[str, Tally]:
    """By case, the tally over seeds and dates."""
    found = {case: Tally() for case in CASES}
    for seed in seeds:
        market = Market(seed)
        daily = daily_spend(market, min(dates) - timedelta(days=130), max(dates) + timedelta(days=60))
        for day in dates:
            campaigns = campaigns_on(market, day)
            budgets = _budgets(market, day - timedelta(days=27), day + timedelta(days=28))
            unchanged = _unchanged_since(market, day)
            truth = dict(_truths(market, daily, campaigns, budgets, day))
            for case, tally in found.items():
                _add(tally, truth, _judged(daily, campaigns, budgets, unchanged, day, *CASES[case]))
    return found


def scores() -> list[Score]:
    """Precision and recall per class, what was not judged, critical findings and steps, by case."""
    rows = []
    for case, tally in measured().items():
        for name in ("over", "under", "limited"):
            rows.append(Score(f"precision of {name}", tally.precision(name), 90, 100, case=case))
            rows.append(Score(f"recall of {name}, of those judged", tally.recall(name), 90, 100, case=case))
            rows.append(Score(f"recall of {name}, of all", tally.recall(name, is_judged=False), case=case))
        rows.append(Score("not judged: too little is known", tally.unknown, case=case))
        rows.append(Score("critical findings", tally.critical, high=tally.off, unit="", case=case))
        rows.append(Score("campaigns truly off", tally.off, unit="", case=case))
        rows.append(Score("advised steps above the allowed one", tally.too_large, high=0, unit="", case=case))
    return rows


def _judged(
    daily: pl.DataFrame,
    campaigns: pl.DataFrame,
    budgets: pl.DataFrame,
    unchanged: pl.DataFrame,
    day: date,
    days: int,
    own_days: int,
) -> pl.DataFrame:
    first = day - timedelta(days=days - 1)
    known = campaigns.select("platform", "account_id").unique().with_columns(known_from=pl.lit(first))
    told = pl.when(pl.col("platform") == Platform.PINTEREST).then(own_days).otherwise(_HISTORY_DAYS)
    is_told = pl.lit(day) - pl.col("changed_on") < told * _DAY
    is_since_change = (pl.col("changed_on") >= pl.col("unchanged_since")).fill_null(value=False)
    history = (
        budgets.filter(pl.col("changed_on") <= day)
        .join(unchanged, on=["platform", "campaign_id"], how="left")
        .filter(is_told | is_since_change)
        .drop("unchanged_since")
    )
    return pace_campaigns(
        daily.filter(pl.col("date").is_between(first, day)), campaigns, pl.DataFrame(), (), day,
        budgets=history, known=known, earlier=_earlier(daily, campaigns, first, day),
    )  # fmt: skip


def _unchanged_since(market: Market, day: date) -> pl.DataFrame:
    """By Pinterest campaign, the day of the last change of it or of its ad groups, as seen the day after."""
    now = datetime.combine(day + timedelta(days=1), time(12), UTC)
    since: dict[str, date] = {}
    for account in market.accounts(Platform.PINTEREST):
        changes = market.last_changes(account.account_id, now)
        owners = [(c.campaign_id, c.campaign_id, c.created_at) for c in market.campaigns(account.account_id, now)]
        created = {campaign_id: at for campaign_id, _, at in owners}
        groups = market.ad_groups(account.account_id, now)
        owners += [(g.campaign_id, g.ad_group_id, created[g.campaign_id]) for g in groups if g.budget is not None]
        for campaign_id, owner, created_at in owners:
            changed_on = changes.get(owner, created_at).astimezone(ZoneInfo(account.timezone)).date()
            since[campaign_id] = max(changed_on, since.get(campaign_id, changed_on))
    return pl.DataFrame(
        {"platform": Platform.PINTEREST.value, "campaign_id": list(since), "unchanged_since": list(since.values())},
        schema={"platform": pl.String, "campaign_id": pl.String, "unchanged_since": pl.Date},
    )


def _earlier(daily: pl.DataFrame, campaigns: pl.DataFrame, first: date, day: date) -> pl.DataFrame:
    """The platform's totals before ``first``: of the weeks and the month that a sync asks for, and of each flight."""
    last = first - timedelta(days=1)
    asked = [period.start for period in earlier_periods(first, day, ())]
    flights = pl.when(pl.col("lifetime_budget").is_not_null()).then("start_date")
    spans = pl.concat(
        campaigns.select("platform", pl.col("external_id").alias("campaign_id"), period_start=start)
        for start in (
            *(pl.lit(start) for start in asked),
            pl.max_horizontal("start_date", pl.lit(day.replace(day=1))),
            flights,
        )
    ).unique()
    spans = spans.filter(pl.col("period_start") <= last)
    totals = (
        daily.filter(pl.col("date") <= last)
        .join(spans, on=["platform", "campaign_id"])
        .filter(pl.col("date") >= pl.col("period_start"))
        .group_by("platform", "campaign_id", "period_start")
        .agg(pl.col("spend").sum())
    )
    joined = spans.join(totals, on=["platform", "campaign_id", "period_start"], how="left")
    return joined.with_columns(pl.col("spend").fill_null(0), period_end=pl.lit(last))


def _budgets(market: Market, first: date, last: date) -> pl.DataFrame:
    """The daily budgets in force on every day from ``first`` to ``last``."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    tables = [
        campaigns_on(market, day - timedelta(days=1)).select(
            "platform",
            pl.coalesce("shared_budget_id", "external_id").alias("campaign_id"),
            pl.lit(day).alias("changed_on"),
            "daily_budget",
        )
        for day in days
    ]
    return pl.concat(tables).drop_nulls().unique(["platform", "campaign_id", "changed_on"]).sort("changed_on")


def _truths(
    market: Market, daily: pl.DataFrame, campaigns: pl.DataFrame, budgets: pl.DataFrame, day: date
) -> Iterator[tuple[tuple[str, str], str]]:
    """By (platform, budget), the true class of every budget that runs."""
    spend: dict[tuple[str, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    owner = {(p, c): s or c for p, c, s in campaigns.select("platform", "external_id", "shared_budget_id").iter_rows()}
    for platform, campaign, date_, amount in daily.iter_rows():
        if (platform, campaign) in owner:
            spend[platform, owner[platform, campaign]][date_] += float(amount)
    in_force = {(p, c, d): float(b) for p, c, d, b in budgets.iter_rows()}
    for row in campaigns.filter(pl.col("status") == "active").iter_rows(named=True):
        platform, name = row["platform"], row["shared_budget_id"] or row["external_id"]
        own = spend[platform, name]
        if (day - row["start_date"]).days < 2 or (row["end_date"] or date.max) <= day:
            continue
        if row["lifetime_budget"] is not None:
            yield (platform, name), _pace(row, own, market.truth.weekday_weights[row["external_id"]], day)
            continue
        days = [day + timedelta(days=n) for n in range(-27, 29)]
        running = [d for d in days if own.get(d, 0) > 0 and in_force.get((platform, name, d), 0) > 0]
        if not running or not row["daily_budget"]:
            continue
        ratio = sum(own[d] for d in running) / sum(in_force[platform, name, d] for d in running)
        over = 1.10 if platform == Platform.GOOGLE_ADS else 1.05
        is_limited = "limited" if ratio >= 0.9 else "fine"
        yield (platform, name), "over" if ratio > over else "under" if ratio < 0.85 else is_limited


def _pace(row: dict[str, Any], spend: dict[date, float], weights: Sequence[float], day: date) -> str:
    flight = [row["start_date"] + timedelta(days=n) for n in range((row["end_date"] - row["start_date"]).days + 1)]
    share = np.array([weights[d.weekday()] for d in flight])
    is_over = np.array([d <= day for d in flight])
    expected = float(row["lifetime_budget"]) * share[is_over].sum() / share.sum()
    ratio = sum(spend.get(d, 0.0) for d in flight if d <= day) / expected
    return "over" if ratio > 1.05 else "under" if ratio < 0.95 else "fine"


def _add(tally: Tally, truth: dict[tuple[str, str], str], paced: pl.DataFrame) -> None:
    rows = {(row["platform"], row["campaign_id"]): row for row in paced.iter_rows(named=True)}
    tally.off += sum(name in ("over", "under") for name in truth.values())
    tally.critical += sum(row["severity"] == "critical" for row in rows.values())
    for key, name in truth.items():
        row = rows[key]
        tally.pairs[name, _CALLED.get(row["verdict"], row["verdict"])] += 1
        chosen = _AMOUNT.search(row["recommendation"])
        if chosen and row["daily_budget"]:
            amount = Decimal(chosen[1].replace(",", ""))
            tally.too_large += abs(amount / row["daily_budget"] - 1) > _STEP + Decimal("0.01")


def main() -> None:
    """Print a confusion table for each number of days."""
    for case, tally in measured().items():
        print(f"{case}: {tally.critical} critical, {tally.off} truly off, {tally.too_large} steps too large")
        called = [*_CLASSES, "unknown", *sorted({c for _, c in tally.pairs} - {*_CLASSES, "unknown"})]
        print(f"{'truly':>10}" + "".join(f"{name:>10}" for name in called))
        for name in _CLASSES:
            print(f"{name:>10}" + "".join(f"{tally.pairs[name, one]:>10}" for one in called))
        for name in _CLASSES[:3]:
            print(
                f"{name}: precision {tally.precision(name):.1f} %, recall {tally.recall(name):.1f} % of those judged, "
                f"{tally.recall(name, is_judged=False):.1f} % of all"
            )


if __name__ == "__main__":
    main()
