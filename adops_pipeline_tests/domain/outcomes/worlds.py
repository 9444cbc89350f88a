"""Small worlds with planted changes, and the panel, the change and the log rows of the tests of outcomes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats
from adops_pipeline.domain.outcomes import Change, Measurement, Others
from adops_pipeline.domain.outcomes.measure import MetricOutcome
from adops_pipeline.domain.tables.outcomes import Action

FIRST_DAY = date(2025, 1, 6)
DAYS, AT = 256, 240


def correlated(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    """Stationary AR(1) rows of variance 1."""
    days = rng.standard_normal(shape)
    for day in range(1, shape[1]):
        days[:, day] = rho * days[:, day - 1] + np.sqrt(1 - rho**2) * days[:, day]
    return np.asarray(days, dtype=np.float64)


def world(rng: np.random.Generator, campaigns: int = 100, rho: float = 0.6) -> Floats:
    """Expected conversions: a shock of all, a trend, noise of each campaign's own size, weekdays."""
    shared = 0.15 * correlated(rng, (1, DAYS), 0.9) + 0.002 * np.arange(DAYS)
    own = 0.3 * np.exp(0.3 * rng.standard_normal((campaigns, 1))) * correlated(rng, (campaigns, DAYS), rho)
    week = np.resize(np.log([1.1, 1.3, 0.9, 1.4, 1.5, 0.6, 0.5]), DAYS)
    return np.asarray(np.exp(rng.uniform(3, 5, (campaigns, 1)) + shared + own + week), dtype=np.float64)


def day(at: int) -> date:
    return FIRST_DAY + timedelta(days=at)


def change(row: int, at: int = AT, action: Action = "raise_budget") -> Change:
    """A change at nine o'clock UTC."""
    moment = datetime(day(at).year, day(at).month, day(at).day, 9, tzinfo=UTC)
    return Change(f"change-{row}-{at}", "meta-ads", "1", f"{row:04}", action, day(at), moment)


def panel(conversions: Floats, platforms: Sequence[str] | None = None) -> DayPanel:
    """A panel of campaigns that spend every day."""
    names = platforms or ["meta-ads"] * len(conversions)
    keys = pl.DataFrame({"platform": names, "campaign_id": [f"{n:04}" for n in range(len(conversions))]})
    values = {"spend": 3.0 * (conversions + 1.0), "conversions": conversions, "revenue": 40.0 * conversions}
    return DayPanel(keys, FIRST_DAY, values, np.ones(conversions.shape, dtype=np.bool_))


def others(
    conversions: Floats, changed: Sequence[tuple[int, int]], budgets: Sequence[str | None] | None = None
) -> Others:
    """What is known of all campaigns; ``changed`` are rows and days."""
    mask = np.zeros(conversions.shape, dtype=np.bool_)
    for row, at in changed:
        mask[row, at] = True
    return Others(mask, ["EUR"] * len(conversions), budgets or [None] * len(conversions))


def conversions_outcome(counts: Floats, row: int, changed: Sequence[tuple[int, int]], at: int = AT) -> MetricOutcome:
    """The outcome of the change of ``row`` on conversions."""
    measurement = Measurement(panel(counts), others(counts, changed))
    (found,) = measurement.measure(change(row, at), {}, ("conversions",))
    return found
