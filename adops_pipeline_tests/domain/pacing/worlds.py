"""Random campaigns of every kind that pacing meets, for the properties that must hold for all of them."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.pacing import MonthlyTarget, pace_campaigns

_MONEY = pl.Decimal(18, 6)
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")
_KINDS = {
    "daily_budget": _MONEY, "lifetime_budget": _MONEY, "shared_budget_id": pl.String(), "start_date": pl.Date(),
    "end_date": pl.Date(),
}  # fmt: skip


def paced_world(seed: int, count: int = 40) -> pl.DataFrame:
    """The paced budgets of ``count`` random campaigns on a random day of a month."""
    rng = np.random.default_rng(seed)
    through = date(2025, 8, 1) + timedelta(days=int(rng.integers(0, 70)))
    campaigns = [_campaign(rng, number, through) for number in range(count)]
    days = [row for campaign in campaigns for row in _days(rng, campaign, through)]
    names = ["platform", "campaign_id", "date", "spend"]
    daily = pl.DataFrame(days, schema=names, orient="row", schema_overrides={"spend": _MONEY})
    changes = [row for campaign in campaigns for row in _changes(rng, campaign, through)]
    names = ["platform", "campaign_id", "changed_on", "daily_budget"]
    budgets = pl.DataFrame(changes, schema=names, orient="row", schema_overrides={"daily_budget": _MONEY})
    rows = pl.DataFrame(campaigns, schema_overrides=_KINDS)
    known = _known(through - timedelta(days=int(rng.integers(0, 60))))
    targets = _targets(rng, campaigns)
    return pace_campaigns(daily, rows, pl.DataFrame(), targets, through, budgets=budgets, known=known)


def _known(known_from: date) -> pl.DataFrame:
    return pl.DataFrame(
        [(p, "a", known_from) for p in _PLATFORMS], ["platform", "account_id", "known_from"], orient="row"
    )


def _campaign(rng: np.random.Generator, number: int, through: date) -> dict[str, object]:
    is_flight, is_cap = rng.random() < 0.3, rng.random() < 0.3
    budget = Decimal(str(round(float(10 ** rng.uniform(-2, 4)), 2))) * (1, 100)[number % 2]
    is_daily = not is_flight and rng.random() < 0.9
    return {
        "platform": _PLATFORMS[number % 3],
        "account_id": "a",
        "external_id": f"c{number:02}",
        "name": f"Campaign {number}",
        "status": str(rng.choice(["active", "active", "active", "active", "paused", "ended", "draft"])),
        "currency": ("EUR", "JPY")[number % 2],
        "daily_budget": budget if is_daily else None,
        "lifetime_budget": budget * 30 if is_flight else None,
        "is_shared_budget": False,
        "shared_budget_id": None,
        "start_date": through - timedelta(days=int(rng.integers(-3, 60))),
        "end_date": through + timedelta(days=int(rng.integers(-2, 30))) if is_flight and not is_cap else None,
    }


def _days(rng: np.random.Generator, campaign: dict[str, object], through: date) -> list[tuple[object, ...]]:
    """Days of spend from nothing to twice the budget, some of them missing, the last ones sometimes silent."""
    lifetime, daily = campaign["lifetime_budget"], campaign["daily_budget"]
    usual = (
        float(daily) if isinstance(daily, Decimal) else float(lifetime) / 30 if isinstance(lifetime, Decimal) else 50
    )
    level = float(usual) * rng.choice([0.001, 0.5, 0.85, 0.95, 1.0, 1.0, 1.1, 2.0])
    noise = rng.choice([0.0, 0.2])
    silent = int(rng.choice([0, 0, 0, 1, 2, 3, 4, 30]))
    amounts = level * np.exp(noise * rng.standard_normal(70))
    return [
        (campaign["platform"], campaign["external_id"], through - timedelta(days=n), Decimal(f"{amounts[n]:.2f}"))
        for n in range(silent, int(rng.integers(0, 70)))
        if rng.random() < 0.98
    ]


def _changes(rng: np.random.Generator, campaign: dict[str, object], through: date) -> list[tuple[object, ...]]:
    budget = campaign["daily_budget"]
    if not isinstance(budget, Decimal) or rng.random() < 0.5:
        return []
    factors = [Decimal(str(round(float(rng.uniform(0.4, 2)), 2))) for _ in range(int(rng.integers(1, 4)))]
    return [
        (campaign["platform"], campaign["external_id"], through - timedelta(days=int(rng.integers(0, 40))), budget * f)
        for f in factors
    ]


def _targets(rng: np.random.Generator, campaigns: list[dict[str, object]]) -> tuple[MonthlyTarget, ...]:
    chosen = [campaign for campaign in campaigns if rng.random() < 0.2]
    return tuple(
        MonthlyTarget(
            f"Target {campaign['external_id']}", _amount(rng, campaign), str(campaign["currency"]),
            (f"{campaign['platform']}:{campaign['external_id']}",),
        )
        for campaign in chosen
    )  # fmt: skip


def _amount(rng: np.random.Generator, campaign: dict[str, object]) -> Decimal:
    """Any amount, or one near what the daily budget spends in a month."""
    daily = campaign["daily_budget"]
    if not isinstance(daily, Decimal) or rng.random() < 0.5:
        return Decimal(int(rng.integers(1, 5000)))
    return max(daily * 30 * Decimal(str(round(float(rng.uniform(0.85, 1.15)), 2))), Decimal("0.01"))
