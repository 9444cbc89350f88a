"""The plan as a table: one row per running campaign, with reasons. No decisions here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.amounts import Units
from adops_pipeline.domain.allocation.budget_test import DAYS, BudgetTests, design_tests
from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import Panel
from adops_pipeline.domain.allocation.returns import Knowledge
from adops_pipeline.domain.allocation.rules import AllocationRules, Flag
from adops_pipeline.domain.allocation.standing import Mask, Standing, spend_of
from adops_pipeline.domain.money import format_amount, format_money
from adops_pipeline.domain.probability import never_certain
from adops_pipeline.domain.tables.allocation import BUDGET_RECOMMENDATIONS, AdstockBasis, Identification

SCHEMA = BUDGET_RECOMMENDATIONS.polars_schema(without=("account_id", "campaign_name", "created_at"))

_REASONS: dict[Flag, str] = {
    "too-little-data": "too few days with spend and results to estimate the effect of a change",
    "demand-bound": "it spends less than its budget whatever the budget is, so a higher one would change nothing",
    "budget-not-spent": "it does not spend the budget it has, and the budget hardly moved, so it is not known whether "
    "spend would follow it",
    "spend-never-varied": "its spend never varied; vary it to learn",
    "spend-follows-demand": "its spend varied only with the demand that its account shares, so what it brings of its "
    "own is not known; vary it to learn",
    "no-revenue": "no revenue is recorded, so its conversions cannot be valued",
    "not-credible": "the gain of the whole plan is not certain enough to move money",
    "direction-unclear": "it is not certain enough that moving its money would help",
    "daily-budget-left-over": "it does not spend its daily budget, so a higher one would not be spent",
    "pacing-asks-for-less": "the budget that is set asks for less spend, so it is not raised",
    "pacing-asks-for-more": "the budget that is set asks for more spend, so it is not lowered",
}


_MODEL_ERROR = 0.3
"""Part of a gain that the model itself may be wrong by, at the ends of an 80 % interval: a season that is taken for the
effect of spend, say. It is not seen in the scatter of the data. Chosen by score: benchmarks.truth_allocation."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Suggested steps per campaign of the panel, the probability that each helps, gains (campaigns x draws), flags."""

    suggested: Units
    scored: Units
    """What the score rule would suggest."""
    helps: Floats
    gains: Floats
    """Change in revenue a day."""
    flags: tuple[list[Flag], ...]

    @classmethod
    def unchanged(cls, current: Units, draws: int) -> "Plan":
        """A plan without changes."""
        nothing = np.zeros((len(current), draws))
        return cls(current.copy(), current.copy(), np.full(len(current), np.nan), nothing, tuple([] for _ in current))

    def flag(self, who: Mask, flag: Flag) -> None:
        """Add ``flag`` to the campaigns where ``who`` is true."""
        for i in np.flatnonzero(who):
            self.flags[i].append(flag)


def report(
    as_of: date,
    panel: Panel,
    standing: Standing,
    plan: Plan,
    known: Knowledge | None,
    rules: AllocationRules,
    ending: Mask,
) -> pl.DataFrame:
    """Rows of the running campaigns, columns as in ``SCHEMA``; those that are ``ending`` get no budget test."""
    before, after = spend_of(standing.current, standing.steps), spend_of(plan.suggested, standing.steps)
    moved = plan.suggested != standing.current
    plan.flag(moved & ((plan.suggested <= standing.low) | (plan.suggested >= standing.high)), "at-limit")
    columns: dict[str, Floats] = {
        "change_pct": np.round(100.0 * (after - before) / np.maximum(before, 1e-9), 2),
        "credibility": np.where(moved, never_certain(plan.helps), np.nan),
    }
    reasons: list[Identification | None] = [None] * len(after)
    adstock: list[AdstockBasis | None] = [None] * len(after)
    tests = BudgetTests(standing.current, standing.current, np.full(len(after), np.nan))
    if known is None:
        columns |= _by_average(panel, before, after)
    else:
        columns |= _by_curve(panel, standing, plan, known, rules, after)
        reasons, tests = (
            list(known.evidence.identification),
            design_tests(standing.current, known.whole, rules.max_step_change),
        )
        adstock = _adstock(known, rules)
        plan.flag(moved & (columns["outside_observed_share"] > 0), "outside-observed-range")
    frame = panel.keys.with_columns(
        *(pl.Series(name, columns.get(name, np.full(len(after), np.nan)), pl.Float64) for name in _NUMBERS),
        pl.lit(as_of).alias("as_of"),
        pl.lit(rules.method).alias("method"),
        _money("current_daily", standing.current, standing.steps),
        _money("suggested_daily", plan.suggested, standing.steps),
        _money("score_daily", plan.scored, standing.steps),
        pl.Series("identification", reasons, pl.String),
        pl.Series("adstock_basis", adstock, pl.String),
        _money("test_high_daily", tests.high, standing.steps),
        _money("test_low_daily", tests.low, standing.steps),
        pl.Series("test_elasticity_error", tests.elasticity_error, pl.Float64),
        pl.Series("flags", [list(f) for f in plan.flags], pl.List(pl.String)),
        pl.Series("active", standing.is_active),
        pl.Series("ending", ending),
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    frame = frame.with_columns(
        pl.when(pl.col("identification").is_in(_TO_TEST) & ~pl.col("ending")).then(pl.col(name)).name.keep()
        for name in _TESTS
    )
    rows = frame.filter("active").sort("platform", "campaign_id", "currency")
    sentences = [_rationale(row) for row in rows.iter_rows(named=True)]
    return rows.with_columns(pl.Series("rationale", sentences, pl.String)).select(*SCHEMA).cast(SCHEMA)  # type: ignore[arg-type]


_TO_TEST: tuple[Identification, ...] = ("spend-never-varied", "spend-follows-demand")
_TESTS = ("test_high_daily", "test_low_daily", "test_elasticity_error")
_NUMBERS = [name for name, kind in SCHEMA.items() if kind == pl.Float64() and name not in _TESTS]


def _adstock(known: Knowledge, rules: AllocationRules) -> list[AdstockBasis | None]:
    if rules.adstock_decay is not None:
        return ["set"] * len(known.value)
    return ["fitted" if is_fitted else "not-found" for is_fitted in known.carry_over.is_fitted]


def _by_curve(
    panel: Panel, standing: Standing, plan: Plan, known: Knowledge, rules: AllocationRules, after: Floats
) -> dict[str, Floats]:
    gains = plan.gains
    _, currency = np.unique(panel.keys["currency"].to_numpy(), return_inverse=True)
    plans = np.zeros((int(currency.max()) + 1, gains.shape[1]))
    np.add.at(plans, currency, gains)
    steps = np.array([float(step) for step in standing.steps])
    names = ("expected_revenue_change", "low", "high"), ("plan_revenue_change", "plan_low", "plan_high")
    own, whole = _spread(gains, rules.interval), _spread(plans, rules.interval)
    return {
        **dict(zip(names[0], own, strict=True)),
        **dict(zip(names[1], (column[currency] for column in whole), strict=True)),
        "marginal_roas": known.marginal_roas(after, steps),
        "outside_observed_share": known.outside_observed(after),
        "spend_variation_pct": np.round(known.evidence.spend_variation_pct, 2),
        "own_variation_pct": np.round(known.evidence.own_variation_pct, 2),
        "adstock_decay": known.carry_over.decay,
    }


def _spread(gains: Floats, interval: float) -> tuple[Floats, Floats, Floats]:
    """Mean, low and high over the draws (last axis), widened by the model's own error; the mean always lies inside."""
    mean = gains.mean(axis=1)
    low, high = np.quantile(gains, [(1 - interval) / 2, (1 + interval) / 2], axis=1)
    own = _MODEL_ERROR * np.abs(mean)
    return mean, mean - np.hypot(np.maximum(mean - low, 0.0), own), mean + np.hypot(np.maximum(high - mean, 0.0), own)


def _by_average(panel: Panel, before: Floats, after: Floats) -> dict[str, Floats]:
    """The baseline knows no curve: it takes every unit of money to bring the average of all the others."""
    spend = panel.spend.sum(axis=1)
    average = np.divide(panel.revenue.sum(axis=1), spend, out=np.zeros_like(spend), where=spend > 0)
    return {"expected_revenue_change": (after - before) * average}


def _money(name: str, units: Units, steps: tuple[Decimal, ...]) -> pl.Series:
    amounts = [count * step for count, step in zip(units.tolist(), steps, strict=True)]
    return pl.Series(name, amounts, pl.Decimal(18, 6))


def _rationale(row: dict[str, object]) -> str:
    before, after = cast("Decimal", row["current_daily"]), cast("Decimal", row["suggested_daily"])
    currency, flags = cast("str", row["currency"]), cast("list[Flag]", row["flags"])
    if before == after:
        reason = next((_REASONS[f] for f in flags if f in _REASONS), "it is best where it is")
        return f"Leave it at {format_money(before, currency)} a day: {reason}{_test(row, currency)}."
    verb = "Raise" if after > before else "Lower"
    text = f"{verb} from {format_money(before, currency)} to {format_money(after, currency)} a day"
    text += f" ({row['change_pct']:+.1f} %)"
    if row["method"] == "heuristic":
        return f"{text}: its score of ROAS, trend and stability against the others."
    text += f": one more {currency} brings {row['marginal_roas']:.2f} in revenue there; expected change in revenue"
    change, low, high = (
        format_amount(cast("float", row[name]), currency, sign=True)
        for name in ("expected_revenue_change", "low", "high")
    )
    text += f" {change} a day ({low} to {high})"
    if "outside-observed-range" in flags:
        text += ", outside the range of spend seen so far"
    return f"{text}."


def _test(row: dict[str, object], currency: str) -> str:
    """The budget test that would tell, or why there is none; empty where none is needed."""
    if row["ending"] and row["identification"] in _TO_TEST:
        return f". It ends before a test of {DAYS} days would be over"
    high, low, error = (row[name] for name in _TESTS)
    if high is None or low is None or error is None:
        return ""
    weeks = " and then ".join(f"{format_money(cast('Decimal', amount), currency)} a day" for amount in (high, low))
    return (
        f". Test over {DAYS} days: {weeks}, a week each, tells the percent of results per percent of spend to "
        f"±{cast('float', error):.2f}"
    )
