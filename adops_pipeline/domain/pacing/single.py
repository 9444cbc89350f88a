"""Pacing of one campaign from plain values, by the same computation as the table's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.pacing.campaigns import pace_campaigns
from adops_pipeline.domain.pacing.linear import Amount, as_amount
from adops_pipeline.domain.pacing.rules import PacingError, PacingRules, PacingStatus
from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class Pace:
    """The columns of analytics_budgets for one campaign; money in its currency, None where undefined."""

    period_start: date
    period_end: date
    budget: Decimal | None
    spent_to_date: Decimal
    pacing_target: Decimal | None
    seasonal_target: Decimal | None
    pacing_ratio: float | None
    seasonal_ratio: float | None
    linear_status: PacingStatus | None
    status: PacingStatus
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
    start: date | None = None,
    end: date | None = None,
    platform: Platform = Platform.PINTEREST,
    currency: str = "EUR",
    weights: Sequence[Amount] | None = None,
    budget_changes: Mapping[date, Amount] | None = None,
    rules: PacingRules | None = None,
) -> Pace:
    """Pace one active campaign through its last complete day ``through``.

    A lifetime budget is paced over ``start`` to ``end``, a daily one over the calendar month. ``weights`` run Monday to
    Sunday; without them they are estimated from ``spend_by_day``. ``budget_changes`` are daily budgets by their first
    day. Raises PacingError for negative or non-finite figures.
    """
    exact = {day: as_amount(v, "spend") for day, v in spend_by_day.items()}
    shape = None if weights is None else np.array([float(as_amount(w, "weekday weight")) for w in weights])
    if shape is not None and (len(shape) != 7 or shape.min() <= 0):
        raise PacingError("there are 7 weekday weights, Monday to Sunday, all above 0")
    key = {"platform": str(platform), "campaign_id": "1"}
    daily = _frame({"date": list(exact), "spend": list(exact.values())}, {"date": pl.Date(), "spend": _MONEY}, key)
    campaign = {
        "account_id": "1",
        "name": "",
        "status": "active",
        "currency": currency,
        "daily_budget": None if daily_budget is None else as_amount(daily_budget, "daily budget"),
        "lifetime_budget": None if lifetime_budget is None else as_amount(lifetime_budget, "lifetime budget"),
        "start_date": start,
        "end_date": end,
    }
    steps = {day: as_amount(v, "daily budget") for day, v in (budget_changes or {}).items()}
    history = _frame(
        {"changed_on": list(steps), "daily_budget": list(steps.values())},
        {"changed_on": pl.Date(), "daily_budget": _MONEY},
        key,
    )
    campaigns = pl.DataFrame(
        [{**key, **campaign}], schema_overrides={"daily_budget": _MONEY, "lifetime_budget": _MONEY}
    )
    rows = pace_campaigns(daily, campaigns, pl.DataFrame(), (), through, rules, history, shape)
    row = rows.row(0, named=True)
    return Pace(**{name: row[name] for name in Pace.__dataclass_fields__})


_MONEY = pl.Decimal(38, 6)


def _frame(
    columns: Mapping[str, Sequence[object]], schema: Mapping[str, pl.DataType], key: Mapping[str, str]
) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=schema).with_columns(pl.lit(v).alias(k) for k, v in key.items())
