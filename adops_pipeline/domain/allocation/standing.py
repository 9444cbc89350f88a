"""The state before planning: each campaign's daily spend, and the bounds that the rules set."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.allocation.amounts import Units, currency_step
from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import KEY, Panel
from adops_pipeline.domain.allocation.rules import AllocationRules
from adops_pipeline.domain.pacing.pulls import Pull

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """Per campaign of a panel, in its order. ``current``, ``low`` and ``high`` are in steps of the currency."""

    names: tuple[str, ...]
    """``platform:campaign_id``."""
    steps: tuple[Decimal, ...]
    current: Units
    low: Units
    high: Units
    is_active: Mask


def stand(rows: pl.DataFrame, panel: Panel, as_of: date, rules: AllocationRules) -> Standing:
    """Daily spend over the last days, and how far the rules let it move. ``rows`` are cleaned (panel.clean_daily).

    The daily spend is the mean over ``rules.current_days`` (or since the campaign's first row, if later), rounded to
    the currency's step. A campaign without spend in the last ``rules.active_days`` has stopped.
    """
    keys = panel.keys.join(_spent(rows, as_of, rules.current_days), on=KEY, how="left", maintain_order="left")
    names = tuple(f"{platform}:{campaign}" for platform, campaign in keys.select("platform", "campaign_id").iter_rows())
    steps = tuple(currency_step(currency) for currency in keys["currency"])
    spent = zip(keys["spent"].to_list(), keys["days"].to_list(), steps, strict=True)
    current = [0 if total is None else _units(total / days, step, ROUND_HALF_EVEN) for total, days, step in spent]
    limits = [_limits(*row, rules) for row in zip(names, current, steps, strict=True)]
    return Standing(
        names,
        steps,
        np.array(current, dtype=np.int64),
        np.array([low for low, _ in limits], dtype=np.int64),
        np.array([high for _, high in limits], dtype=np.int64),
        (panel.spend[:, -rules.active_days :].sum(axis=1) > 0) & (np.array(current) > 0),
    )


def _spent(rows: pl.DataFrame, as_of: date, days: int) -> pl.DataFrame:
    """Exact spend over the last ``days`` days per campaign, and the number of those days since its first row."""
    recent = pl.col("date") > as_of - timedelta(days=days)
    since = (pl.lit(as_of) - pl.col("date").min()).dt.total_days() + 1
    return rows.group_by(KEY).agg(spent=pl.col("spend").filter(recent).sum(), days=since.clip(1, days))


def _limits(name: str, current: int, step: Decimal, rules: AllocationRules) -> tuple[int, int]:
    """Lowest and highest daily amount in steps: the user's bounds, as far as the step cap lets them be reached."""
    least = _wish(rules.floors, name, step, ROUND_CEILING) or 0
    most = _wish(rules.ceilings, name, step, ROUND_FLOOR)
    if rules.max_step_change is None:
        return least, _OPEN if most is None else max(most, least)
    change = Decimal(str(rules.max_step_change)) * current
    down = max(_units(current - change, Decimal(1), ROUND_CEILING), 0)
    up = _units(current + change, Decimal(1), ROUND_FLOOR)
    low = min(max(least, down), up)
    high = up if most is None else max(min(most, up), down)
    return low, max(low, high)


_OPEN = 2**53


def _wish(amounts: Mapping[str, Decimal], name: str, step: Decimal, rounding: str) -> int | None:
    return _units(amounts[name], step, rounding) if name in amounts else None


def _units(amount: Decimal, step: Decimal, rounding: str) -> int:
    return int((amount / step).to_integral_value(rounding=rounding))


def within_pulls(standing: Standing, pulls: Mapping[str, Pull]) -> Standing:
    """The standing with the bounds that pacing sets: a spend is not moved against what its budget asks for.

    Where a budget is left over, a higher one would not be spent and a lower one is not what it asks for: such a spend
    stays. The user's own bounds come first. ``pulls`` are by name.
    """
    asked = np.array([pulls.get(name, "") for name in standing.names])
    low = np.where(np.isin(asked, ["up", "unspent"]), np.maximum(standing.low, standing.current), standing.low)
    high = np.where(np.isin(asked, ["down", "unspent"]), np.minimum(standing.high, standing.current), standing.high)
    return replace(standing, low=np.minimum(low, standing.high), high=np.maximum(high, standing.low))


def spend_of(units: Units, steps: tuple[Decimal, ...]) -> Floats:
    """Units as major units of money in floats: for the curves, never for a sum that must be exact."""
    return units.astype(np.float64) * np.array([float(step) for step in steps], dtype=np.float64)
