"""The pacing of one day's entities: targets, projection, limits and status, as arrays, then as rows of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask
from adops_pipeline.domain.pacing.basis import Basis
from adops_pipeline.domain.pacing.limits import most_in_remaining_days
from adops_pipeline.domain.pacing.projection import (
    History,
    error_quantiles,
    level_at,
    probability_above,
    quantile_of,
)
from adops_pipeline.domain.pacing.report import SCHEMA, Advice, recommend
from adops_pipeline.domain.pacing.rules import PacingRules, PacingStatus
from adops_pipeline.domain.pacing.weights import estimate_weights, weight_between
from adops_pipeline.domain.vocabulary import Platform

_MOST_MONEY = 999_999_999_999.0
_FAR_AHEAD = 10_000
_KEEP_THEIR_LIMITS = (Platform.GOOGLE_ADS.value, Platform.META_ADS.value)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Entities paced through the same ``day``; all in the entities' order. ``weights`` are campaigns x 7, if given."""

    day: date
    entities: pl.DataFrame
    bases: Sequence[Basis]
    spent: pl.Series
    panel: DayPanel
    weights: Floats | None


@dataclass(frozen=True, slots=True)
class _Period:
    """Days, and the sums over them: of daily budgets (``plain``) and of those times weekday weights."""

    first: Indices
    last: Indices
    elapsed: Indices
    total: Indices
    plain_share: Floats
    seasonal_share: Floats
    weight_ahead: Floats


def judge(inputs: Inputs, rules: PacingRules) -> pl.DataFrame:
    """Rows with the columns of ``report.SCHEMA``."""
    entities, panel = inputs.entities, inputs.panel
    group = entities["platform"].rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1
    weights = inputs.weights
    if weights is None:
        recent = panel["spend"][:, -rules.weekday_days :]
        weights = estimate_weights(recent, panel.weekday[-rules.weekday_days :], group, rules.weekday_prior_weeks)
    period = _period(inputs, weights)
    budget = np.array([float(b.budget) if b.budget is not None else np.nan for b in inputs.bases])
    spent = inputs.spent.cast(pl.Float64).to_numpy()
    status_word = entities["status"].to_numpy()
    remaining = period.total - period.elapsed
    ahead = np.where(np.isin(status_word, ["active"]), remaining, 0)
    history = _history(inputs, weights, group)
    level = level_at(history.scaled, panel["spend"].shape[1] - 1, rules)
    forecast = np.where(ahead > 0, level * period.weight_ahead, 0.0)
    most = spent + _most_ahead(inputs, remaining, budget - spent)
    # Pinterest is seen to run over its cap: what it will charge is not cut there.
    kept = np.isin(entities["platform"].to_numpy(), _KEEP_THEIR_LIMITS)
    kept |= np.array([b.kind == "lifetime" for b in inputs.bases])
    ceiling = np.where(kept, np.fmax(most, spent), np.inf)
    quantiles = error_quantiles(history, ahead, rules)
    tail = (1.0 - rules.interval) / 2
    # A daily budget may be raised before the period ends: its limits hold for the middle, not for what may come.
    upper = np.where(np.array([b.kind == "lifetime" for b in inputs.bases]), ceiling, np.inf)
    total, low, high = (
        np.minimum(spent + forecast * (1.0 + quantile_of(quantiles, p)), np.nan_to_num(limit, nan=np.inf))
        for p, limit in ((0.5, ceiling), (tail, ceiling), (1.0 - tail, upper))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(forecast > 0, (budget - spent) / forecast - 1.0, np.inf)
    above = np.where(forecast > 0, probability_above(quantiles, np.nan_to_num(needed, posinf=1e300)), 0.0)
    overspend = np.where(spent > budget, 1.0, np.where(ceiling <= budget, 0.0, above))
    seasonal, linear = budget * period.seasonal_share, budget * period.plain_share
    figures = _Figures(period, budget, spent, linear, seasonal, total, low, high, overspend, most, level)
    return _table(inputs, figures, rules)


@dataclass(frozen=True, slots=True)
class _Figures:
    period: _Period
    budget: Floats
    spent: Floats
    linear: Floats
    seasonal: Floats
    total: Floats
    low: Floats
    high: Floats
    overspend: Floats
    most: Floats
    level: Floats


def _period(inputs: Inputs, weights: Floats) -> _Period:
    day = inputs.day.toordinal()
    first = np.array([b.period_start.toordinal() for b in inputs.bases])
    last = np.array([b.period_end.toordinal() for b in inputs.bases])
    total = last - first + 1
    elapsed = np.clip(day - first + 1, 0, total)
    plain_share = elapsed / total
    through = np.minimum(day, last)
    seasonal_share = weight_between(weights, first, through) / weight_between(weights, first, last)
    for row, basis in enumerate(inputs.bases):
        if len(basis.steps) > 1:
            days = np.arange(first[row], last[row] + 1)
            force = _in_force(basis, days)
            gone = days <= day
            shaped = force * weights[row][(days - 1) % 7]
            plain_share[row] = force[gone].sum() / max(force.sum(), 1e-300)
            seasonal_share[row] = shaped[gone].sum() / max(shaped.sum(), 1e-300)
    ahead = weight_between(weights, np.maximum(first, day + 1), last)
    return _Period(first, last, elapsed, total, plain_share, np.clip(seasonal_share, 0.0, 1.0), ahead)


def _in_force(basis: Basis, days: Indices) -> Floats:
    starts = np.array([step.toordinal() for step, _ in basis.steps])
    amounts = np.array([float(amount) for _, amount in basis.steps])
    return amounts[np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)]


def _history(inputs: Inputs, weights: Floats, group: Indices) -> History:
    panel = inputs.panel
    spend, shape = panel["spend"], weights[:, panel.weekday]
    scale = np.ones_like(spend)
    days = panel.first_day.toordinal() + np.arange(spend.shape[1])
    for row, basis in enumerate(inputs.bases):
        if basis.kind == "daily" and len(basis.steps) > 1:
            force = _in_force(basis, days)
            now = float(basis.steps[-1][1])
            scale[row] = np.where((force > 0) & (now > 0), force / max(now, 1e-300), 1.0)
    ends = inputs.entities["end_date"]
    last = [_FAR_AHEAD if e is None else (e - panel.first_day).days for e in ends.to_list()]
    return History(spend / shape / scale, spend, shape, scale, np.array(last, dtype=np.intp), group)


def _most_ahead(inputs: Inputs, remaining: Indices, left: Floats) -> Floats:
    """The most that can be spent in the days that remain; NaN where no rule is known."""
    most = np.full(len(left), np.nan)
    kinds = np.array([b.kind for b in inputs.bases])
    most[kinds == "lifetime"] = np.maximum(left[kinds == "lifetime"], 0.0)
    daily = inputs.entities["daily_budget"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    cap = np.array([np.nan if b.month_cap is None else float(b.month_cap) for b in inputs.bases])
    spent = inputs.spent.cast(pl.Float64).to_numpy()
    is_firm = np.array([b.is_cap_firm for b in inputs.bases])
    tomorrow = inputs.day + timedelta(days=1)
    since_sunday = (tomorrow.weekday() + 1) % 7
    week = inputs.panel["spend"][:, -since_sunday:].sum(axis=1) if since_sunday else np.zeros_like(spent)
    platforms = inputs.entities["platform"].to_numpy()
    for name in sorted(set(platforms)):
        rows = np.flatnonzero((platforms == name) & (kinds != "lifetime") & np.isfinite(daily))
        # A budget that moved within the month is good for its own days that remain, whatever was spent before.
        allowance = np.nan_to_num(cap[rows] - spent[rows], nan=np.inf)
        allowance = np.where(is_firm[rows], allowance, np.maximum(allowance, daily[rows] * remaining[rows]))
        most[rows] = most_in_remaining_days(
            name, daily[rows], remaining[rows], allowance, week[rows], tomorrow.weekday()
        )
    return np.where(remaining == 0, 0.0, most)


def _statuses(inputs: Inputs, figures: _Figures, rules: PacingRules) -> list[PacingStatus]:
    day = inputs.day
    has_rows: Mask = inputs.panel.has_row.any(axis=1) | (figures.spent > 0)
    columns = inputs.entities.select("status", "start_date", "end_date").iter_rows()
    result: list[PacingStatus] = []
    for row, (word, start, end) in enumerate(columns):
        status: PacingStatus = "on-track"
        seasonal, spent = figures.seasonal[row], figures.spent[row]
        allowed = rules.tolerance(figures.period.elapsed[row] / figures.period.total[row])
        if word == "draft" or (start is not None and start > day):
            status = "not-started"
        elif word in ("ended", "removed") or (end is not None and end <= day):
            status = "ended"
        elif not figures.budget[row] > 0:
            status = "no-budget"
        elif not has_rows[row]:
            status = "no-data"
        elif spent > seasonal * (1.0 + allowed):
            status = "overpacing"
        elif spent < seasonal * (1.0 - allowed):
            status = "underpacing"
        result.append(status)
    return result


def _linear_statuses(figures: _Figures, rules: PacingRules) -> list[PacingStatus | None]:
    def status(spent: float, linear: float) -> PacingStatus | None:
        if not linear > 0:
            return None
        if spent > float(rules.linear_over) * linear:
            return "overpacing"
        return "underpacing" if spent < float(rules.linear_under) * linear else "on-track"

    return [status(s, t) for s, t in zip(figures.spent.tolist(), figures.linear.tolist(), strict=True)]


def _table(inputs: Inputs, figures: _Figures, rules: PacingRules) -> pl.DataFrame:
    entities, period, bases = inputs.entities, figures.period, inputs.bases
    statuses = _statuses(inputs, figures, rules)
    remaining = period.total - period.elapsed
    with np.errstate(divide="ignore", invalid="ignore"):
        required = np.where(remaining > 0, np.maximum(figures.budget - figures.spent, 0.0) / remaining, np.nan)
    ratios = {
        "pacing_ratio": _ratio(figures.spent, figures.linear),
        "seasonal_ratio": _ratio(figures.spent, figures.seasonal),
        "overspend_probability": np.where(np.isfinite(figures.budget), figures.overspend, np.nan),
        "tolerance": np.array([rules.tolerance(float(e)) for e in period.elapsed / period.total]),
    }
    estimates = {
        "pacing_target": figures.linear,
        "seasonal_target": figures.seasonal,
        "projected_total": figures.total,
        "projected_low": np.minimum(figures.low, figures.total),
        "projected_high": np.maximum(figures.high, figures.total),
        "required_daily_spend": required,
        "max_possible_spend": figures.most,
    }
    columns: dict[str, object] = {
        "campaign_id": entities["entity_id"],
        "campaign_name": entities["name"],
        "campaign_status": entities["status"],
        "is_shared_budget": entities["is_pot"],
        "basis": [b.kind for b in bases],
        "period_start": [b.period_start for b in bases],
        "period_end": [b.period_end for b in bases],
        "monthly_budget": _money([b.monthly_budget for b in bases]),
        "budget": _money([b.budget for b in bases]),
        "daily_budget": entities["daily_budget"].cast(SCHEMA["daily_budget"]),
        "spent_to_date": inputs.spent.cast(SCHEMA["spent_to_date"]),
        "linear_status": _linear_statuses(figures, rules),
        "status": statuses,
        "days_elapsed": period.elapsed.astype(np.int32),
        "days_remaining": remaining.astype(np.int32),
        "recommendation": _sentences(inputs, figures, statuses, required),
        **{name: pl.Series(name, values).fill_nan(None) for name, values in ratios.items()},
        **{name: _estimate(name, values) for name, values in estimates.items()},
    }
    rest = {name: entities[name] for name in ("platform", "account_id", "as_of", "currency")}
    return pl.DataFrame({**rest, **columns}).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _sentences(inputs: Inputs, figures: _Figures, statuses: list[PacingStatus], required: Floats) -> list[str]:
    words = inputs.entities.select("currency", "status", pl.col("daily_budget").cast(pl.Float64)).iter_rows()
    period = figures.period
    sentences = []
    for row, (currency, word, daily) in enumerate(words):
        basis, budget = inputs.bases[row], float(figures.budget[row])
        advice = Advice(
            status=statuses[row],
            kind=basis.kind,
            currency=currency or "",
            is_paused=word == "paused",
            period_end=basis.period_end,
            days=int(period.total[row]),
            days_remaining=int(period.total[row] - period.elapsed[row]),
            budget=None if basis.budget is None else budget,
            spent=float(figures.spent[row]),
            daily_budget=daily,
            required=float(np.nan_to_num(required[row])),
            rate=float(figures.level[row]),
            projected=float(figures.total[row]),
        )
        sentences.append(recommend(advice))
    return sentences


def _ratio(spent: Floats, target: Floats) -> Floats:
    return np.divide(spent, target, out=np.full_like(spent, np.nan), where=target > 0)


def _money(values: list[Decimal | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Decimal(38, 6)).cast(pl.Decimal(18, 6))


def _estimate(name: str, values: Floats) -> pl.Series:
    """An estimate of money to six decimals; NULL where there is none."""
    rounded = pl.Series(name, np.clip(values, -_MOST_MONEY, _MOST_MONEY)).fill_nan(None).round(6)
    return rounded.cast(pl.Decimal(18, 6))
