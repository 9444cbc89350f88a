"""Rows of analytics_budgets for the tests of verdicts, alerts and findings."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import polars as pl
from hypothesis import strategies as st

from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.verdict import VERDICT, with_verdicts
from adops_pipeline.domain.tables.pacing import BasisKind, PacingStatus

AS_OF = date(2026, 3, 15)
_MONEY = ("budget", "spent_to_date", "seasonal_target", "projected_total", "projected_low", "projected_high",
          "required_daily_spend", "max_possible_spend", "daily_budget", "current_daily")  # fmt: skip


def budget(**changed: Any) -> dict[str, Any]:
    """EUR 1,500 of EUR 3,000 spent, halfway through a period of 30 days: exactly on pace."""
    row = {
        "platform": "meta-ads", "account_id": "act_1", "campaign_id": "7", "campaign_name": "Sale", "as_of": AS_OF,
        "campaign_status": "active", "currency": "EUR", "basis": "target", "period_start": date(2026, 3, 1),
        "period_end": date(2026, 3, 30), "status": "on-track", "seasonal_ratio": 1.0, "overspend_probability": 0.5,
        "days_elapsed": 15, "days_remaining": 15, "budget": 3000, "spent_to_date": 1500, "projected_total": 3000,
        "projected_low": 2900, "projected_high": 3100, "required_daily_spend": 100, "max_possible_spend": 4000,
        "daily_budget": 100, "current_daily": 100, "is_shared_budget": False, "tolerance": 0.1,
    }  # fmt: skip
    row |= changed
    return row | {name: Decimal(str(row[name])) for name in _MONEY if row.get(name) is not None}


def paced(*rows: dict[str, Any], **more: pl.DataType) -> pl.DataFrame:
    """The rows with their verdicts, as the table holds them; ``more`` are further columns."""
    return with_verdicts(pl.DataFrame(rows, schema={**unjudged_schema(), **more}))


def unjudged_schema() -> dict[str, pl.DataType]:
    """The columns that a verdict is made from."""
    return {name: kind for name, kind in SCHEMA.items() if name not in (*VERDICT, "recommendation")}


# Made once: Hypothesis would look through strategies of each row again.
_AMOUNTS = st.decimals(0, 10_000, places=2)
_OPTIONAL = st.none() | _AMOUNTS
_RATIO = st.none() | st.floats(0, 3) | st.sampled_from([float("nan"), float("inf")])
_SHARE = st.none() | st.floats(0, 1)
_DAYS = st.integers(0, 30)
_ROW = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(["act_1", "act_2"]),
        "as_of": st.sampled_from([AS_OF, AS_OF.replace(day=14), AS_OF.replace(day=5)]),
        "campaign_status": st.sampled_from(["active", "paused", "ended"]),
        "status": st.sampled_from(get_args(PacingStatus)),
        "basis": st.sampled_from(get_args(BasisKind)),
        "currency": st.sampled_from(["EUR", "JPY"]),
        "budget": _OPTIONAL,
        "spent_to_date": _AMOUNTS,
        "projected_total": _OPTIONAL,
        "max_possible_spend": _OPTIONAL,
        "required_daily_spend": _OPTIONAL,
        "daily_budget": _OPTIONAL,
        "current_daily": _OPTIONAL,
        "seasonal_ratio": _RATIO,
        "overspend_probability": _SHARE,
        "known_from": st.none() | st.just(AS_OF),
        "delivery_ratio": _RATIO,
        "delivery_days": st.integers(0, 28),
        "delivery_probability": _SHARE,
        "days_elapsed": _DAYS,
        "days_remaining": _DAYS,
    }
)


@st.composite
def budgets_of_a_folder(draw: st.DrawFn) -> pl.DataFrame:
    """Any rows that pacing may write, of several accounts and days, judged."""
    rows = draw(st.lists(_ROW, min_size=1, max_size=8))
    return paced(*(budget(**row, campaign_id=str(number)) for number, row in enumerate(rows)))
