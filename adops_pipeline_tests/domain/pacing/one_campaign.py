"""Pacing of one campaign from plain values, by the table's own computation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.pacing import MonthlyTarget, PacingRules, pace_campaigns
from adops_pipeline.domain.tables.pacing import PacingStatus, PacingVerdict
from adops_pipeline.domain.vocabulary import Platform

Amount = Decimal | int | float
_MONEY = pl.Decimal(38, 6)
_KEY = {"platform": pl.String(), "campaign_id": pl.String()}


@dataclass(frozen=True, slots=True)
class Pace:
    """The columns of analytics_budgets for one campaign."""

    period_start: date
    period_end: date
    budget: Decimal | None
    spent_to_date: Decimal
    current_daily: Decimal | None
    delivery_7d: float | None
    delivery_28d: float | None
    delivery_month: float | None
    delivery_ratio: float | None
    delivery_days: int | None
    delivery_probability: float | None
    pacing_target: Decimal | None
    seasonal_target: Decimal | None
    seasonal_ratio: float | None
    linear_status: PacingStatus | None
    status: PacingStatus
    verdict: PacingVerdict
    severity: str | None
    money_at_stake: Decimal | None
    projected_total: Decimal
    projected_low: Decimal
    projected_high: Decimal
    overspend_probability: float | None
    required_daily_spend: Decimal | None
    max_possible_spend: Decimal | None
    days_elapsed: int
    days_remaining: int
    recommendation: str


def pace(
    spend_by_day: Mapping[date, Amount],
    through: date,
    *,
    daily_budget: Amount | None = None,
    lifetime_budget: Amount | None = None,
    target: Amount | None = None,
    start: date | None = None,
    end: date | None = None,
    platform: Platform = Platform.PINTEREST,
    currency: str = "EUR",
    weights: Sequence[Amount] | None = None,
    budget_changes: Mapping[date, Amount] | None = None,
    known: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
) -> Pace:
    """Pace one active campaign through its last complete day ``through``.

    ``weights`` run Monday to Sunday; without them they are estimated. ``budget_changes``: daily budgets by first day;
    without them the budget has always been the present one. ``target`` is a monthly target.
    """
    key = (str(platform), "1")
    daily = pl.DataFrame(
        [(*key, day, _exact(spend)) for day, spend in spend_by_day.items()],
        schema={**_KEY, "date": pl.Date(), "spend": _MONEY},
        orient="row",
    )
    campaign = {
        "platform": key[0], "campaign_id": key[1], "account_id": "1", "name": "", "status": "active",
        "currency": currency, "daily_budget": _exact(daily_budget), "lifetime_budget": _exact(lifetime_budget),
        "start_date": start, "end_date": end,
    }  # fmt: skip
    campaigns = pl.DataFrame([campaign], schema_overrides={"daily_budget": _MONEY, "lifetime_budget": _MONEY})
    history = None
    if budget_changes is not None:
        history = pl.DataFrame(
            [(*key, day, _exact(amount)) for day, amount in budget_changes.items()],
            schema={**_KEY, "changed_on": pl.Date(), "daily_budget": _MONEY},
            orient="row",
        )
    amount = _exact(target)
    targets = () if amount is None else (MonthlyTarget("Month", amount, currency, (":".join(key),)),)
    shape = None if weights is None else np.array([float(weight) for weight in weights])
    rows = pace_campaigns(
        daily, campaigns, pl.DataFrame(), targets, through, PacingRules(), history, shape, known=known, earlier=earlier
    )
    row = rows.row(0, named=True)
    return Pace(**{name: row[name] for name in Pace.__dataclass_fields__})


def paces(
    spends: Sequence[Mapping[date, Amount]],
    through: date,
    *,
    daily_budgets: Sequence[Amount] = (),
    targets: Sequence[Amount] = (),
    platform: Platform = Platform.PINTEREST,
) -> list[Pace]:
    """Pace several campaigns of one account at once, each with a daily budget or a monthly target of its own."""
    ids = [f"{number:03}" for number in range(len(spends))]
    daily = pl.DataFrame(
        [(str(platform), id_, day, _exact(spend)) for id_, days in zip(ids, spends, strict=True)
         for day, spend in days.items()],
        schema={**_KEY, "date": pl.Date(), "spend": _MONEY},
        orient="row",
    )  # fmt: skip
    campaigns = pl.DataFrame(
        {
            "platform": str(platform), "campaign_id": ids, "account_id": "1", "name": "", "status": "active",
            "currency": "EUR", "daily_budget": [_exact(one) for one in daily_budgets] or None,
            "lifetime_budget": None, "start_date": None, "end_date": None,
        },
        schema_overrides={"daily_budget": _MONEY, "lifetime_budget": _MONEY, "start_date": pl.Date(),
                          "end_date": pl.Date()},
    )  # fmt: skip
    wanted = [
        MonthlyTarget(id_, Decimal(str(amount)), "EUR", (f"{platform}:{id_}",))
        for id_, amount in zip(ids, targets, strict=bool(targets))
    ]
    rows = pace_campaigns(daily, campaigns, pl.DataFrame(), wanted, through, PacingRules(), None, None)
    found = rows.sort("campaign_id").select(list(Pace.__dataclass_fields__)).iter_rows(named=True)
    return [Pace(**row) for row in found]


def _exact(value: Amount | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
