"""Budget plans scored on the market's true curves: regret beside that of the score rule and of doing nothing.

Run: python -m benchmarks.truth_allocation
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation import AllocationRules, Curve, allocate, recommend
from adops_pipeline.domain.allocation.amounts import currency_step
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from benchmarks.score import Score

DAYS = 180
AS_OF = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 11, 15))


@dataclass(frozen=True, slots=True)
class AllocationScore:
    """Regret in percent of the best plan's revenue (mean over currencies and dates), per way to set budgets."""

    constraint: str
    plans: int
    regret_pct: float
    heuristic_regret_pct: float
    unchanged_regret_pct: float
    gain_captured_pct: float
    """Share of the best plan's gain over doing nothing that the plan reaches."""
    interval_coverage_pct: float
    """How often the 80 % interval of the plan's gain held the true gain."""


def measured(seeds: Sequence[int] = tuple(range(7, 13)), as_of: Sequence[date] = AS_OF) -> list[AllocationScore]:
    """Score plans under the default step cap and without any, on data as the platforms show them on the day."""
    cases = [(market, day, market_days(market, day)) for market in map(Market, seeds) for day in as_of]
    return [_score(name, cases, cap) for name, cap in (("within 20 % of today", 0.20), ("free", None))]


def scores() -> list[Score]:
    """Regret against the best plan, beside that of the score rule and of leaving budgets alone."""
    rows = measured()
    better = [s.regret_pct - min(s.heuristic_regret_pct, s.unchanged_regret_pct) for s in rows]
    return [
        *(Score("regret against the best plan", s.regret_pct, 0, 5, case=s.constraint) for s in rows),
        *(Score("… of the score rule", s.heuristic_regret_pct, case=s.constraint) for s in rows),
        *(Score("… of budgets left alone", s.unchanged_regret_pct, case=s.constraint) for s in rows),
        *(
            Score("regret less the smaller of these two", points, high=0, unit="pts", case=s.constraint)
            for s, points in zip(rows, better, strict=True)
        ),
        *(Score("best plan's gain captured", s.gain_captured_pct, case=s.constraint) for s in rows),
        *(Score("80 % interval of the gain held", s.interval_coverage_pct, 75, 85, case=s.constraint) for s in rows),
    ]


def market_days(market: Market, as_of: date, days: int = DAYS) -> pl.DataFrame:
    """Daily rows of all campaigns as known the morning after ``as_of``, with the maturity of each day."""
    now = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=9)
    rows = [
        (
            str(platform),
            day.campaign_id,
            account.currency,
            day.date,
            day.spend,
            float(day.revenue),
            float(day.conversions),
            market.truth.lag_curve[platform][min((now.date() - day.date).days, 30)],
        )
        for platform in Platform
        for account in market.accounts(platform)
        if not account.is_manager
        for day in market.campaign_days(account.account_id, as_of - timedelta(days=days - 1), as_of, now)
    ]
    names = ["platform", "campaign_id", "currency", "date", "spend", "revenue", "conversions", "maturity"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"spend": pl.Decimal(18, 6)})


def _score(name: str, cases: Sequence[tuple[Market, date, pl.DataFrame]], cap: float | None) -> AllocationScore:
    outcomes = [row for case in cases for row in _outcomes(*case, cap)]
    best, plan, heuristic, unchanged, covered = np.array(outcomes).T
    return AllocationScore(
        name,
        len(outcomes),
        100 * float(np.mean(1 - plan / best)),
        100 * float(np.mean(1 - heuristic / best)),
        100 * float(np.mean(1 - unchanged / best)),
        100 * float((plan - unchanged).sum() / (best - unchanged).sum()),
        100 * float(np.mean(covered)),
    )


def _outcomes(market: Market, as_of: date, daily: pl.DataFrame, cap: float | None) -> list[tuple[float, ...]]:
    """Per currency: revenue of the best plan, ours, the heuristic's and today's (in units of today's), and coverage."""
    plans = recommend(daily, as_of, AllocationRules(max_step_change=cap))
    baseline = recommend(daily, as_of, AllocationRules(max_step_change=cap, method="heuristic"))
    result = []
    for (currency,), rows in plans.group_by("currency", maintain_order=True):
        truth = {c: _true_curve(market, c, as_of) for c in rows["campaign_id"]}
        today = _amounts(rows, "current_daily")
        down, up = (Decimal(str(1 - (cap or 0))), Decimal(str(1 + (cap or 0))))
        limits = {} if cap is None else {c: (spend * down, spend * up) for c, spend in today.items()}
        total = sum(today.values(), Decimal(0))
        best = allocate(list(truth.values()), total, limits, step=currency_step(str(currency))).allocation
        rule = _amounts(baseline.filter(currency=currency), "suggested_daily")
        before = _revenue(truth, today)
        reached = [_revenue(truth, p) / before for p in (best, _amounts(rows, "suggested_daily"), rule)]
        gain = (reached[1] - 1.0) * before
        is_covered = rows["plan_low"][0] <= gain + 1e-9 and gain - 1e-9 <= rows["plan_high"][0]
        result.append((*reached, 1.0, float(is_covered)))
    return result


def _amounts(rows: pl.DataFrame, column: str) -> dict[str, Decimal]:
    return dict(zip(rows["campaign_id"].to_list(), cast("list[Decimal]", rows[column].to_list()), strict=True))


def _true_curve(market: Market, campaign_id: str, as_of: date) -> Curve:
    """Revenue over spend on an average weekday at ``as_of``."""
    curve, truth = market.truth.curves[campaign_id], market.truth
    growth = (1 + truth.trend[campaign_id]) ** ((as_of - truth.first_day).days / 365.25)
    return Curve(campaign_id, curve.beta * curve.revenue_per_conversion * growth, curve.half_saturation, curve.slope)


def _revenue(truth: dict[str, Curve], amounts: dict[str, Decimal]) -> float:
    return sum(truth[c].response(float(spend)) for c, spend in amounts.items())


def main() -> None:
    """Print the scores as a table."""
    columns = ("plan", "plans", "regret", "score rule", "unchanged", "of the gain", "80 % interval")
    print(f"{columns[0]:>22} {columns[1]:>6}" + "".join(f"{name:>15}" for name in columns[2:]))
    for s in measured():
        figures = (
            s.regret_pct,
            s.heuristic_regret_pct,
            s.unchanged_regret_pct,
            s.gain_captured_pct,
            s.interval_coverage_pct,
        )
        print(f"{s.constraint:>22} {s.plans:>6}" + "".join(f"{figure:>14.2f}%" for figure in figures))


if __name__ == "__main__":
    main()
