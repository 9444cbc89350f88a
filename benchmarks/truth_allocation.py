"""Budget plans scored on the market's true curves, in every world that breaks an assumption of the method.

Beside each plan: the score rule and budgets left alone. Run: python -m benchmarks.truth_allocation [WORLD …]
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation import AllocationRules, Curve, allocate, recommend_with_curves
from adops_pipeline.domain.allocation.amounts import currency_step
from adops_pipeline.domain.pacing import pace_campaigns
from adops_pipeline.domain.pacing.pulls import Pull, pulls_of_campaigns
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, named_world
from benchmarks.score import Score

DAYS = 180
FIRST_DAY = date(2024, 1, 1)
AS_OF = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 11, 15))
WORLDS = (
    "",
    "equal-returns",
    "fixed-spend",
    "rare-moves",
    "common-demand",
    "seasonal-demand",
    "brand-demand",
    "account-shocks",
    "correlated-days",
    "overdispersed",
)
"""Named worlds of the market; the empty name is the default one."""
_SCORED_SEEDS = range(7, 10)
"""Markets per world in the table of all topics; the command of this module takes twice as many."""
_NOTHING_TO_GAIN = 0.0005
"""A best plan that gains less than this share of the revenue gains nothing worth a move."""


@dataclass(frozen=True, slots=True)
class AllocationScore:
    """What the plans of one world did, a plan being that of a currency on a day. Regret is of the best revenue."""

    world: str
    constraint: str
    plans: int
    regret_pct: float
    heuristic_regret_pct: float
    unchanged_regret_pct: float
    moved_pct: float
    """Share of the plans that move money."""
    worsened_pct: float
    """Share of the plans that move money and lose revenue by it."""
    said_pct: float
    """Gain that the plans promised, in percent of the revenue."""
    gained_pct: float
    """Gain that they had."""
    coverage_pct: float
    """How often the 80 % interval of the plan's gain held the true gain; a plan that moves nothing gains nothing."""
    moved_coverage_pct: float
    """The same of the plans that move money."""


def measured(
    worlds: Sequence[str] = WORLDS,
    seeds: Sequence[int] = tuple(range(7, 13)),
    as_of: Sequence[date] = AS_OF,
    caps: Mapping[str, float | None] | None = None,
) -> list[AllocationScore]:
    """Score plans under the default step cap and without any, on data as the platforms show them on the day."""
    found = []
    for world in worlds:
        markets = [Market(seed, FIRST_DAY, named_world(world, FIRST_DAY)) for seed in seeds]
        cases = [(market, day, market_days(market, day)) for market in markets for day in as_of]
        for name, cap in (caps or {"within 20 % of today": 0.20, "free": None}).items():
            found.append(_score(world or "default", name, cases, cap))
    return found


def scores(seeds: Sequence[int] = _SCORED_SEEDS, worlds: Sequence[str] = WORLDS[1:]) -> list[Score]:
    """Regret, plans that move for nothing, and coverage in each world, beside the score rule and doing nothing."""
    capped = {"within 20 % of today": 0.20}
    default = measured(("",), range(seeds[0], seeds[0] + 2 * len(seeds)))
    rows = [*default[:1], *measured(worlds, seeds, caps=capped)]
    idle = [s for s in rows if s.world in ("equal-returns", "fixed-spend")]
    return [
        *(Score("regret against the best plan", s.regret_pct, 0, 5, case=s.constraint) for s in default),
        *(Score("… of the score rule", s.heuristic_regret_pct, case=s.constraint) for s in default),
        *(Score("… of budgets left alone", s.unchanged_regret_pct, case=s.constraint) for s in default),
        *(Score("regret in each world", s.regret_pct, 0, 5, case=s.world) for s in rows),
        *(Score("… of budgets left alone, in each world", s.unchanged_regret_pct, case=s.world) for s in rows),
        *(Score("plans moved where nothing is gained or known", s.moved_pct, 0, 10, case=s.world) for s in idle),
        *(Score("plans that lost revenue", s.worsened_pct, 0, 10, case=s.world) for s in rows),
        *(Score("80 % interval of the gain held, all plans", s.coverage_pct, 75, case=s.world) for s in rows),
        *(Score("… of the plans that move money", s.moved_coverage_pct, case=s.world) for s in rows if s.moved_pct > 0),
    ]


def market_days(market: Market, as_of: date, days: int = DAYS) -> pl.DataFrame:
    """Daily rows of all campaigns as known the morning after ``as_of``, with maturity and the budget of each day."""
    now = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=9)
    accounts = [a for platform in Platform for a in market.accounts(platform) if not a.is_manager]
    since = as_of - timedelta(days=days - 1)
    rows = [
        (
            str(account.platform),
            account.account_id,
            day.campaign_id,
            account.currency,
            day.date,
            day.spend,
            float(day.revenue),
            float(day.conversions),
            market.truth.lag_curve[account.platform][min((now.date() - day.date).days, 30)],
        )
        for account in accounts
        for day in market.campaign_days(account.account_id, since, as_of, now)
    ]
    names = ["platform", "account_id", "campaign_id", "currency", "date", "spend", "revenue", "conversions", "maturity"]
    daily = pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"spend": pl.Decimal(18, 6)})
    return daily.join(_budgets(market, since, as_of), on=["campaign_id", "date"], how="left")


def _budgets(market: Market, since: date, as_of: date) -> pl.DataFrame:
    """The daily budget of each campaign and day, where the campaign has one of its own."""
    rows = [
        (campaign.campaign_id, day, float(campaign.budget))
        for day in (since + timedelta(days=n) for n in range((as_of - since).days + 1))
        for platform in Platform
        for account in market.accounts(platform)
        if not account.is_manager
        for campaign in market.campaigns(account.account_id, datetime.combine(day, datetime.min.time(), UTC) + _NOON)
        if campaign.budget is not None and campaign.budget_kind == "daily"
    ]
    return pl.DataFrame(rows, schema=["campaign_id", "date", "daily_budget"], orient="row")


_NOON = timedelta(hours=12)


def _score(
    world: str, constraint: str, cases: Sequence[tuple[Market, date, pl.DataFrame]], cap: float | None
) -> AllocationScore:
    outcomes = np.array([row for case in cases for row in _outcomes(*case, cap)])
    best, plan, heuristic, covered, moved, said = outcomes.T
    moves = moved > 0
    return AllocationScore(
        world,
        constraint,
        len(outcomes),
        100 * float(np.mean(1 - plan / best)),
        100 * float(np.mean(1 - heuristic / best)),
        100 * float(np.mean(1 - 1 / best)),
        100 * float(np.mean(moves)),
        100 * float(np.mean(moves & (plan < 1 - _NOTHING_TO_GAIN))),
        100 * float(np.mean(said)),
        100 * float(np.mean(plan - 1)),
        100 * float(np.mean(covered)),
        100 * float(np.mean(covered[moves])) if moves.any() else float("nan"),
    )


def _outcomes(market: Market, as_of: date, daily: pl.DataFrame, cap: float | None) -> list[tuple[float, ...]]:
    """Per currency: revenue of the best plan, ours and the heuristic's (in units of today's), coverage, promises."""
    rules, pulls = AllocationRules(max_step_change=cap), _pulls(daily, as_of)
    plans = recommend_with_curves(daily, as_of, rules, pulls=pulls).budgets
    baseline = recommend_with_curves(daily, as_of, replace(rules, method="heuristic"), pulls=pulls).budgets
    result = []
    for (currency,), rows in plans.group_by("currency", maintain_order=True):
        truth = {c: _true_curve(market, c, as_of) for c in rows["campaign_id"]}
        today = _amounts(rows, "current_daily")
        down, up = (Decimal(str(1 - (cap or 0))), Decimal(str(1 + (cap or 0))))
        useful = {c: _useful(market, c, spend) for c, spend in today.items()}
        limits = {c: (None if cap is None else s * down, _lesser(None if cap is None else s * up, useful[c]))
                  for c, s in today.items()}  # fmt: skip
        total = sum(today.values(), Decimal(0))
        best = allocate(list(truth.values()), total, limits, step=currency_step(str(currency))).allocation
        before = _revenue(truth, today, useful)
        ways = (
            best,
            _amounts(rows, "suggested_daily"),
            _amounts(baseline.filter(currency=currency), "suggested_daily"),
        )
        reached = [_revenue(truth, way, useful) / before for way in ways]
        gain, slack = (reached[1] - 1.0) * before, 1e-9 * before
        is_covered = rows["plan_low"][0] <= gain + slack and gain - slack <= rows["plan_high"][0]
        moved = rows.filter(pl.col("current_daily") != pl.col("suggested_daily")).height
        result.append((*reached, float(is_covered), float(moved), rows["plan_revenue_change"][0] / before))
    return result


def _pulls(daily: pl.DataFrame, as_of: date) -> dict[str, Pull]:
    """What pacing asks of the campaigns, against which a run's plan moves nothing."""
    campaign = ("platform", "account_id", "campaign_id", "currency")
    newest = daily.sort("date").group_by(campaign, maintain_order=True).agg(pl.col("daily_budget").last())
    campaigns = newest.with_columns(pl.col("campaign_id").alias("name"), pl.lit("active").alias("status"))
    set_on = daily.filter(pl.col("daily_budget").is_not_null()).select(
        "platform", "campaign_id", pl.col("date").alias("changed_on"), pl.col("daily_budget").cast(pl.Decimal(18, 6))
    )
    # A row for each day: the budget of a day is the one of its own row.
    paced = pace_campaigns(daily, campaigns, pl.DataFrame(), (), as_of, budgets=set_on)
    return pulls_of_campaigns(paced, campaigns)


def _useful(market: Market, campaign_id: str, today: Decimal) -> Decimal | None:
    """What a demand-bound campaign can spend (at least what it spends today); None for all others."""
    cap = market.truth.demand_caps.get(campaign_id)
    return None if cap is None else max(today, Decimal(str(round(cap, 2))))


def _lesser(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return min((amount for amount in (left, right) if amount is not None), default=None)


def _amounts(rows: pl.DataFrame, column: str) -> dict[str, Decimal]:
    return dict(zip(rows["campaign_id"].to_list(), cast("list[Decimal]", rows[column].to_list()), strict=True))


def _true_curve(market: Market, campaign_id: str, as_of: date) -> Curve:
    """Revenue over spend on an average weekday at ``as_of``, in the season of that day."""
    curve, truth = market.truth.curves[campaign_id], market.truth
    growth = (1 + truth.trend[campaign_id]) ** ((as_of - truth.first_day).days / 365.25)
    growth *= float(truth.world.seasonal_factors(np.array([as_of.toordinal()]))[0])
    return Curve(campaign_id, curve.beta * curve.revenue_per_conversion * growth, curve.half_saturation, curve.slope)


def _revenue(truth: dict[str, Curve], amounts: dict[str, Decimal], useful: dict[str, Decimal | None]) -> float:
    return sum(truth[c].response(float(_lesser(spend, useful[c]) or 0)) for c, spend in amounts.items())


def main() -> None:
    """Print the scores as a table: all worlds, or those named on the command line."""
    columns = ("plans", "regret", "rule's", "unchanged", "moved", "worsened", "said", "gained", "held", "of moved")
    print(f"{'world':<17} {'constraint':<21}" + "".join(f"{name:>10}" for name in columns))
    for s in measured(sys.argv[1:] or WORLDS):
        figures = [s.regret_pct, s.heuristic_regret_pct, s.unchanged_regret_pct, s.moved_pct, s.worsened_pct]
        figures += [s.said_pct, s.gained_pct, s.coverage_pct, s.moved_coverage_pct]
        print(f"{s.world:<17} {s.constraint:<21}{s.plans:>10}" + "".join(f"{f:>9.2f}%" for f in figures), flush=True)


if __name__ == "__main__":
    main()
