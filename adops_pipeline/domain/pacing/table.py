"""A judgement as rows of analytics_budgets. Rounding and column names only; no estimation."""

import json
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.pacing.judgement import Judgement
from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.verdict import VERDICT
from adops_pipeline.domain.probability import never_certain

_OF_THE_VERDICT = (*VERDICT, "recommendation")
_MOST_MONEY = 999_999_999_999.0


def as_table(judgement: Judgement) -> pl.DataFrame:
    """Rows with the columns of ``report.SCHEMA`` but for those of the verdict, in the entities' order."""
    columns = {
        **_identity(judgement),
        **_budgets(judgement),
        **_shares(judgement),
        **_estimates(judgement),
        **_delivery(judgement),
        "status": judgement.statuses,
        "linear_status": judgement.linear.statuses,
        "weekday_weights": [json.dumps(week) for week in judgement.weights.round(4).tolist()],
        "days_elapsed": judgement.periods.elapsed,
        "days_remaining": judgement.periods.remaining,
    }
    return pl.DataFrame(columns).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items() if name not in _OF_THE_VERDICT
    )


def _identity(judgement: Judgement) -> dict[str, object]:
    entities = judgement.inputs.entities
    return {
        **{name: entities[name] for name in ("platform", "account_id", "as_of", "currency")},
        "campaign_id": entities["entity_id"],
        "campaign_name": entities["name"],
        "campaign_status": entities["status"],
        "is_shared_budget": entities["is_pot"],
        "known_from": entities["known_from"],
    }


def _budgets(judgement: Judgement) -> dict[str, object]:
    inputs, bases = judgement.inputs, judgement.inputs.bases
    return {
        "basis": [basis.kind for basis in bases],
        "period_start": [basis.period_start for basis in bases],
        "period_end": [basis.period_end for basis in bases],
        "monthly_budget": _money([basis.monthly_budget for basis in bases]),
        "budget": _estimate("budget", _where_whole(judgement, inputs.budget)),
        "daily_budget": inputs.entities["daily_budget"],
        "spent_to_date": inputs.spent_to_date,
    }


def _where_whole(judgement: Judgement, sums: Floats) -> Floats:
    """Sums of daily budgets where those of all days so far are known: beside the spend of all days others mislead."""
    inputs = judgement.inputs
    return np.where(inputs.is_kind("daily") & ~inputs.month.is_whole, np.nan, sums)


def _shares(judgement: Judgement) -> dict[str, object]:
    is_daily = judgement.inputs.is_kind("daily")
    seasonal = _ratio(judgement.inputs.spent, judgement.periods.seasonal_target)
    shares = {
        # Of daily budgets, days whose budget is unknown are on neither side.
        "pacing_ratio": np.where(is_daily, judgement.delivery.month, judgement.linear.ratio),
        "seasonal_ratio": np.where(is_daily, judgement.delivery.ratio, seasonal),
        "overspend_probability": never_certain(judgement.outlook.overspend_probability),
        "tolerance": judgement.tolerances,
    }
    return {name: pl.Series(name, values).fill_nan(None) for name, values in shares.items()}


def _estimates(judgement: Judgement) -> dict[str, object]:
    outlook, periods = judgement.outlook, judgement.periods
    estimates = {
        "pacing_target": _where_whole(judgement, periods.even_target),
        "seasonal_target": _where_whole(judgement, periods.seasonal_target),
        "projected_total": outlook.total,
        "projected_low": outlook.low,
        "projected_high": outlook.high,
        "required_daily_spend": judgement.required_daily_spend,
        "max_possible_spend": outlook.most,
        "current_daily": outlook.level,
    }
    return {name: _estimate(name, values) for name, values in estimates.items()}


def _delivery(judgement: Judgement) -> dict[str, object]:
    found, is_daily = judgement.delivery, judgement.inputs.is_kind("daily")
    shares = {
        "delivery_7d": found.week,
        "delivery_28d": found.four_weeks,
        "delivery_month": found.month,
        "delivery_ratio": found.ratio,
        "delivery_probability": never_certain(found.probability),
    }
    days = pl.Series("delivery_days", np.where(is_daily, found.days, -1))
    return {
        **{name: pl.Series(name, np.where(is_daily, values, np.nan)).fill_nan(None) for name, values in shares.items()},
        "delivery_days": days.set(days < 0, None),
    }


def _ratio(spent: Floats, target: Floats) -> Floats:
    return np.divide(spent, target, out=np.full_like(spent, np.nan), where=target > 0)


def _money(values: list[Decimal | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Decimal(38, 6))


def _estimate(name: str, values: Floats) -> pl.Series:
    """An estimate of money to six decimals; NULL where there is none."""
    rounded = pl.Series(name, np.clip(values, -_MOST_MONEY, _MOST_MONEY)).fill_nan(None).round(6)
    return rounded.cast(pl.Decimal(18, 6))
