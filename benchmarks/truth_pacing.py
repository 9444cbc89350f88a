"""Projections of spend scored on what the market's campaigns went on to spend, and statuses on weekday curves.

Run: python -m benchmarks.truth_pacing

In other worlds few days are judged, all platforms together; weeks with an event with the calendar and without it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.pacing import MonthlyTarget, pace_campaigns
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import FIRST_DAY, Market, named_world
from benchmarks.score import Score, table
from benchmarks.truth_allocation import market_days
from benchmarks.truth_forecast_worlds import retail_calendar

FIRST, LAST, STEP = date(2024, 9, 3), date(2025, 10, 28), 11
HISTORY_DAYS = 250
YEARS = ("seasonal-demand", "drifting-demand")
"""Worlds that are scored with two years of days, with the yearly season and without it."""
_YEARS_DAYS, _YEARS_STEP, _NO_YEAR_DAYS = 730, 22, 400
_USUAL = (date(2025, 2, 17), date(2025, 4, 5), date(2025, 5, 22), date(2025, 8, 20))
WORLDS = (
    ("black-friday", tuple(date(2025, 11, day) for day in (20, 24, 27, 28, 29)), True),
    ("christmas", tuple(date(2025, 12, day) for day in (15, 20, 24, 25, 26, 27)), True),
    ("paused-weeks", tuple(date(2025, 11, day) for day in (15, 17, 20, 24)), False),
    *((world, _USUAL, False) for world in ("seasonal-demand", "common-demand", "brand-demand", "rare-moves")),
)
"""World, days on which it is judged, and whether there is an event, which was seen a year before."""
_JUDGED = ("on-track", "overpacing", "underpacing", "limited", "delivering", "under-delivering", "over-delivering")


@dataclass(frozen=True, slots=True)
class PacingScore:
    """Projections of one platform: how often the 80 % interval held, how wide it was, and the errors of the middle.

    Errors are in percent of the final spend, beside those of the linear projection (spent / elapsed × total). The
    Brier score is of the overspend probability where the budget did not move later (0 is best; always saying the base
    rate gives ``base_brier``).
    """

    platform: str
    projections: int
    coverage_pct: float
    below_pct: float
    above_pct: float
    width_pct: float
    error_pct: float
    linear_error_pct: float
    brier: float
    base_brier: float


def measured(seeds: Sequence[int] = (7,), with_budget_history: bool = False) -> list[PacingScore]:
    """One row per platform, over walk-forward days of all seeds. Budgets' past is unknown unless asked for."""
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for seed in seeds:
        market = Market(seed)
        daily = _daily(market)
        for n in range(0, (LAST - FIRST).days, STEP):
            day = FIRST + timedelta(days=n)
            history = _history(market, day) if with_budget_history else None
            for platform, outcome in _outcomes(market, daily, day, history):
                found[platform].append(outcome)
    return [_score(platform, np.array(rows)) for platform, rows in sorted(found.items())]


def scores() -> list[Score]:
    """Coverage of the projections' intervals, and errors beside those of the linear projection."""
    found = []
    for known in (False, True):
        rows, note = measured(with_budget_history=known), "past budgets known" if known else "past budgets unknown"
        found += [Score(f"80 % interval held, {note}", s.coverage_pct, 75, 85, case=s.platform) for s in rows]
        found += [Score(f"mean error, {note}", s.error_pct, case=s.platform) for s in rows]
        found += [Score(f"… of the linear projection, {note}", s.linear_error_pct, case=s.platform) for s in rows]
        found += [
            Score(f"… less that, {note}", s.error_pct - s.linear_error_pct, high=0, unit="pts", case=s.platform)
            for s in rows
        ]
    found += yearly_scores()
    found += in_worlds()
    seasonal, linear = on_the_curve()
    found.append(Score("spend exactly on its weekday curve called on track", seasonal, 99, 100))
    found.append(Score("… by the linear rule", linear))
    return found


def yearly_scores(seed: int = 7) -> list[Score]:
    """Coverage and error in `YEARS`; for comparison those of projections from 400 days, which know no season."""
    found = []
    for world in YEARS:
        first = FIRST - timedelta(days=_YEARS_DAYS)
        market = Market(seed, first, named_world(world, first))
        daily = daily_spend(market, first, LAST + timedelta(days=90))
        for known in (False, True):
            rows: dict[bool, list[tuple[float, ...]]] = {True: [], False: []}
            for n in range(0, (LAST - FIRST).days, _YEARS_STEP):
                day = FIRST + timedelta(days=n)
                history = _history(market, day) if known else None
                for has_season, outcomes in rows.items():
                    days = _YEARS_DAYS + n if has_season else _NO_YEAR_DAYS
                    recent = daily.filter(pl.col("date") > day - timedelta(days=days))
                    outcomes += [outcome for _, outcome in _outcomes(market, recent, day, history)]
            with_season, without = (_score("all", np.array(rows[has_season])) for has_season in (True, False))
            case = f"{world}, past budgets {'known' if known else 'unknown'}"
            found += [
                Score("two years known: 80 % interval held", with_season.coverage_pct, 75, 85, case=case),
                Score("… without the season", without.coverage_pct, case=case),
                Score("two years known: mean error", with_season.error_pct, case=case),
                Score("… error without the season", without.error_pct, case=case),
                Score("two years known: Brier score", with_season.brier, unit="", case=case),
                Score("… Brier score without the season", without.brier, unit="", case=case),
            ]
    return found


def in_worlds() -> list[Score]:
    """Coverage and error of month ends in each of the other worlds."""
    found = []
    for world, days, has_event in WORLDS:
        market = Market(7, world=named_world(world, FIRST_DAY))
        daily = daily_spend(market, min(days) - timedelta(days=420), max(days) + timedelta(days=45))
        for with_calendar in (True, False) if has_event else (False,):
            rows = []
            for day in days:
                known = retail_calendar(market_days(market, day, 480), day).table() if with_calendar else None
                rows += [outcome for _, outcome in _outcomes(market, daily, day, None, known)]
            score = _score(world, np.array(rows))
            is_plain = has_event and not with_calendar
            what, low = ("… without the calendar", -np.inf) if is_plain else ("80 % interval held, other worlds", 70)
            found.append(Score(what, score.coverage_pct, low, case=world))
            note = ", without the calendar" if is_plain else ", other worlds"
            found.append(Score(f"mean error{note}", score.error_pct, case=world))
            if not is_plain:
                found.append(Score("… of the linear projection, other worlds", score.linear_error_pct, case=world))
    return found


def on_the_curve(seed: int = 7, month: date = date(2025, 6, 1), history_days: int = 91) -> tuple[float, float]:
    """Percent of campaigns and days of the month called on-track, by status and by the linear rule.

    Every campaign of the market spends exactly on its true weekday curve, cubed so that it is steep enough to mislead
    the linear rule; the status is told of the curve by nothing but the campaign's past.
    """
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = [last - timedelta(days=n) for n in range(last.day + history_days)]
    budget, daily, targets = Decimal(30_000), [], []
    curves = Market(seed).truth.weekday_weights
    for name, weights in sorted(curves.items()):
        shape = {day: Decimal(str(weights[day.weekday()])) ** 3 for day in days}
        unit = budget / sum(weight for day, weight in shape.items() if day >= month)
        daily += [(name, day, round(weight * unit, 6)) for day, weight in shape.items()]
        targets.append(MonthlyTarget(name, budget, "EUR", (f"{Platform.PINTEREST}:{name}",)))
    platform = pl.lit(str(Platform.PINTEREST)).alias("platform")
    spend = pl.DataFrame(daily, schema=["campaign_id", "date", "spend"], orient="row").with_columns(platform)
    words = {"status": pl.lit("active"), "currency": pl.lit("EUR"), "account_id": pl.lit("1")}
    campaigns = pl.DataFrame({"campaign_id": sorted(curves)})
    campaigns = campaigns.with_columns(platform, name=pl.col("campaign_id"), **words)
    judged = (day for day in sorted(days) if month <= day < last)
    paced = pl.concat([pace_campaigns(spend, campaigns, pl.DataFrame(), targets, day) for day in judged])
    status, linear = paced.select((pl.col("status", "linear_status") == "on-track").mean() * 100).row(0)
    return float(status), float(linear)


def _daily(market: Market) -> pl.DataFrame:
    return daily_spend(market, FIRST - timedelta(days=HISTORY_DAYS), LAST + timedelta(days=90))


def daily_spend(market: Market, start: date, end: date) -> pl.DataFrame:
    """Final spend of every campaign and day from ``start`` to ``end``."""
    now = datetime.combine(end + timedelta(days=30), time(), UTC)
    rows = [
        (str(platform), d.campaign_id, d.date, d.spend)
        for platform in Platform
        for account in market.accounts(platform)
        for d in market.campaign_days(account.account_id, start, end, now)
    ]
    names = ["platform", "campaign_id", "date", "spend"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"spend": pl.Decimal(38, 6)})


def campaigns_on(market: Market, day: date) -> pl.DataFrame:
    """The table of campaigns as a sync on the morning after ``day`` would leave it."""
    now = datetime.combine(day + timedelta(days=1), time(20), UTC)
    rows = []
    for platform in Platform:
        for account in market.accounts(platform):
            on_groups: dict[str, Decimal] = defaultdict(Decimal)
            for group in market.ad_groups(account.account_id, now):
                if group.status is CampaignStatus.ACTIVE:
                    on_groups[group.campaign_id] += group.budget or Decimal(0)
            for c in market.campaigns(account.account_id, now):
                amount = c.budget if c.budget is not None else on_groups[c.campaign_id]
                is_flight = c.budget_kind in ("lifetime", "ad_group_lifetime")
                budget = (None, amount) if is_flight else (amount, None)
                pool = (c.shared_budget_id is not None, c.shared_budget_id)
                flight = (c.start_date, c.end_date)
                names = (str(platform), c.account_id, c.campaign_id, c.name, str(c.status), account.currency)
                rows.append((*names, *budget, *pool, *flight))
    columns = ["platform", "account_id", "external_id", "name", "status", "currency", "daily_budget", "lifetime_budget"]
    columns += ["is_shared_budget", "shared_budget_id", "start_date", "end_date"]
    money = pl.Decimal(38, 6)
    kinds = {"daily_budget": money, "lifetime_budget": money, "shared_budget_id": pl.String(), "end_date": pl.Date()}
    return pl.DataFrame(rows, schema=columns, orient="row", schema_overrides=kinds)


def _history(market: Market, day: date) -> pl.DataFrame:
    """Budgets in force at every known change up to ``day``."""
    moves = {m.date for m in market.truth.budget_changes if day - timedelta(days=250) <= m.date <= day}
    tables = [
        campaigns_on(market, moved - timedelta(days=1))
        .filter(pl.col("daily_budget").is_not_null())
        .select(
            "platform",
            pl.coalesce("shared_budget_id", "external_id").alias("campaign_id"),
            pl.lit(moved).alias("changed_on"),
            "daily_budget",
        )
        for moved in sorted(moves)
    ]
    return pl.concat(tables).unique(["platform", "campaign_id", "changed_on"]).sort("changed_on")


def _targets(campaigns: pl.DataFrame) -> list[MonthlyTarget]:
    """A month of its present daily budget as the target of every budget: the sum that overspending is held against."""
    owned = campaigns.filter(pl.col("daily_budget") > 0).select(
        "platform", pl.coalesce("shared_budget_id", "external_id"), "currency", "daily_budget"
    )
    return [
        MonthlyTarget(f"{platform}:{name}", 30 * amount, currency, (f"{platform}:{name}",))
        for platform, name, currency, amount in owned.unique(["platform", "shared_budget_id"]).iter_rows()
    ]


def _outcomes(
    market: Market, daily: pl.DataFrame, day: date, history: pl.DataFrame | None, calendar: pl.DataFrame | None = None
) -> Iterable[tuple[str, tuple[float, ...]]]:
    campaigns = campaigns_on(market, day)
    targets = _targets(campaigns)
    paced = pace_campaigns(daily, campaigns, pl.DataFrame(), targets, day, budgets=history, calendar=calendar)
    judged = paced.filter(pl.col("status").is_in(_JUDGED) & (pl.col("days_remaining") > 0))
    owner = campaigns.select(
        "platform",
        pl.col("external_id").alias("campaign_id"),
        pl.coalesce("shared_budget_id", "external_id").alias("entity"),
    )
    spend = daily.join(owner, on=["platform", "campaign_id"])
    active = set(
        campaigns.filter(pl.col("status") == "active")
        .select(pl.coalesce("shared_budget_id", "external_id"))
        .to_series()
    )
    entity = dict(owner.select("campaign_id", "entity").iter_rows())
    moves: dict[str, set[date]] = defaultdict(set)
    for move in market.truth.budget_changes:
        moves[entity.get(move.campaign_id, "")].add(move.date)
    for row in judged.iter_rows(named=True):
        if row["campaign_id"] not in active:
            continue
        inside = spend.filter(
            (pl.col("entity") == row["campaign_id"])
            & (pl.col("platform") == row["platform"])
            & pl.col("date").is_between(row["period_start"], row["period_end"])
        )
        final = float(inside["spend"].sum())
        linear = float(row["spent_to_date"]) / row["days_elapsed"] * (row["days_elapsed"] + row["days_remaining"])
        low, middle, high = (float(row[f"projected_{n}"]) for n in ("low", "total", "high"))
        # The probability is that of the budget as it stands: a later move leaves it without an answer.
        ahead = {day + timedelta(days=n) for n in range(1, row["days_remaining"] + 1)}
        is_moved = bool(ahead & moves.get(row["campaign_id"], set()))
        chance = row["overspend_probability"]
        over = math.nan if is_moved or chance is None else float(final > float(row["budget"]))
        yield row["platform"], (final, low, middle, high, linear, over, math.nan if chance is None else chance)


def _score(platform: str, rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> PacingScore:
    final, low, middle, high, linear, over, chance = rows.T
    # A cent of rounding is no miss.
    below, above = final < low - 0.01, final > high + 0.01
    return PacingScore(
        platform,
        len(final),
        100 * float(1 - below.mean() - above.mean()),
        100 * float(below.mean()),
        100 * float(above.mean()),
        100 * float(((high - low) / final).mean()),
        100 * float(np.abs(middle / final - 1).mean()),
        100 * float(np.abs(linear / final - 1).mean()),
        float(np.nanmean((chance - over) ** 2)),
        float(np.nanmean(over) * (1 - np.nanmean(over))),
    )


def main() -> None:
    """Print the scores as tables, without and with the history of budgets, and those with two years of days."""
    columns = ("n", "coverage", "below", "above", "width", "error", "linear", "Brier", "base rate")
    for known in (False, True):
        print("past budgets known" if known else "past budgets unknown")
        print(f"{'':>12}" + "".join(f"{name:>10}" for name in columns))
        for s in measured(with_budget_history=known):
            shares = (s.coverage_pct, s.below_pct, s.above_pct, s.width_pct, s.error_pct, s.linear_error_pct)
            text = "".join(f"{x:>9.1f}%" for x in shares)
            print(f"{s.platform:>12}{s.projections:>10}{text}{s.brier:>10.3f}{s.base_brier:>10.3f}")
    print("\n".join(table(yearly_scores(), by_case=True)))


if __name__ == "__main__":
    main()
