"""The fitted response curves as a table: expected revenue a day at evenly spaced daily spends, with its uncertainty."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.amounts import Units
from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import Indices, Panel
from adops_pipeline.domain.allocation.returns import Knowledge
from adops_pipeline.domain.allocation.standing import Standing
from adops_pipeline.domain.tables.allocation import BUDGET_RESPONSE_CURVES

CURVE_SCHEMA = BUDGET_RESPONSE_CURVES.polars_schema(without=("account_id", "campaign_name", "created_at"))
_POINTS = 16
_BEYOND_OBSERVED = 1.25
"""A curve ends here, as a multiple of the highest spend that was seen or is suggested."""
_DIGITS = 6


def curve_table(
    as_of: date, panel: Panel, standing: Standing, suggested: Units, known: Knowledge, interval: float
) -> pl.DataFrame:
    """A row for each running campaign whose response is identified; columns as in ``CURVE_SCHEMA``."""
    identified = np.array([reason == "identified" for reason in known.evidence.identification], dtype=bool)
    who = np.flatnonzero(standing.is_active & identified)
    steps = np.array([float(step) for step in standing.steps])
    most = np.maximum.reduce([known.highest_spend, standing.current * steps, suggested * steps])[who]
    spend = np.linspace(0.0, _BEYOND_OBSERVED, _POINTS)[:, None] * most
    points = [_point(at, who, known, interval) for at in spend]
    columns = np.round(np.array([(at, *point) for at, point in zip(spend, points, strict=True)]), _DIGITS)
    names = ("spend", "revenue", "low", "high")
    texts = [json.dumps([dict(zip(names, point, strict=True)) for point in columns[:, :, i].tolist()])
             for i in range(who.size)]  # fmt: skip
    frame = panel.keys[who.tolist()].with_columns(
        pl.lit(as_of).alias("as_of"),
        _money("current_daily", standing.current, standing.steps, who),
        _money("suggested_daily", suggested, standing.steps, who),
        pl.Series("observed_low", known.lowest_spend[who]),
        pl.Series("observed_high", known.highest_spend[who]),
        pl.Series("points", texts, pl.String),
    )
    return frame.sort("platform", "campaign_id", "currency").select(*CURVE_SCHEMA).cast(CURVE_SCHEMA)  # type: ignore[arg-type]


def _point(spend: Floats, who: Indices, known: Knowledge, interval: float) -> tuple[Floats, Floats, Floats]:
    """Revenue of the campaigns ``who`` at a spend each, and the ends of its interval, which always hold the revenue."""
    everyone = np.zeros(known.value.shape)
    everyone[who] = spend
    revenue = (known.whole.curves().response(everyone) * known.value)[who]
    drawn = np.mean([half.draws.response(everyone, who) * half.value_draws[who] for half in known.halves], axis=0)
    low, high = np.quantile(drawn, [(1 - interval) / 2, (1 + interval) / 2], axis=1)
    return revenue, np.minimum(low, revenue), np.maximum(high, revenue)


def _money(name: str, units: Units, steps: tuple[Decimal, ...], who: Indices) -> pl.Series:
    amounts = [int(units[i]) * steps[i] for i in who]
    return pl.Series(name, amounts, pl.Decimal(18, 6))
