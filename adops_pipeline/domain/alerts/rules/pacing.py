"""Alerts on budgets: overpacing, underpacing, likely overspend, no delivery. Rows of analytics_budgets in."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import (
    Row,
    amount,
    campaign_link,
    days_in_words,
    details_of,
    labels_of,
    money,
    number,
    recent,
    rows_of,
    text,
)
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.severity import Severity

SOURCE = "pacing"
Name = Literal["overpacing", "underpacing", "overspend-likely", "no-delivery"]
_FIGURES = (
    "as_of", "period_start", "period_end", "budget", "spent_to_date", "seasonal_target", "seasonal_ratio",
    "projected_total", "projected_low", "projected_high", "overspend_probability", "required_daily_spend",
    "max_possible_spend", "days_elapsed", "days_remaining",
)  # fmt: skip


def pacing_alerts(budgets: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES) -> list[Alert]:
    """An alert per budget at most, from its newest row; paused campaigns and periods that are over have none.

    ``budgets``: analytics_budgets, history included; a column ``project_id`` is taken over.
    """
    latest = recent(budgets, "as_of", rules.fresh_days).sort("as_of").unique(["platform", "campaign_id"], keep="last")
    alerts = []
    for row in rows_of(latest.sort("platform", "campaign_id")):
        found = _judge(row, rules) if text(row, "campaign_status") in ("active", "") else None
        if found is not None:
            name, severity = found
            alerts.append(
                Alert(
                    name, SOURCE, severity, labels_of(row), _sentence(name, row), now,
                    details_of(row, *_FIGURES), campaign_link("pacing", row),
                )
            )  # fmt: skip
    return alerts


def _judge(row: Row, rules: AlertRules) -> tuple[Name, Severity] | None:
    if (number(row, "days_elapsed") or 0) < rules.least_days_elapsed or not number(row, "days_remaining"):
        return None
    status = text(row, "status")
    if status == "no-data":
        return "no-delivery", Severity.WARNING
    if status not in ("on-track", "overpacing", "underpacing"):
        return None
    return _too_much(row, rules) or _too_little(row, rules)


def _too_much(row: Row, rules: AlertRules) -> tuple[Name, Severity] | None:
    ratio, is_used_up = number(row, "seasonal_ratio"), _is_used_up(row)
    is_over = text(row, "status") == "overpacing" and ratio is not None and ratio >= rules.over_ratio
    if is_used_up or is_over:
        is_sure = is_used_up or _exceeds(row, "projected_low", rules.overspend_share)
        return "overpacing", Severity.CRITICAL if is_sure else Severity.WARNING
    probability = number(row, "overspend_probability") or 0.0
    if probability >= rules.overspend_probability and _exceeds(row, "projected_total", rules.overspend_share):
        return "overspend-likely", Severity.WARNING
    return None


def _too_little(row: Row, rules: AlertRules) -> tuple[Name, Severity] | None:
    ratio = number(row, "seasonal_ratio")
    if text(row, "status") != "underpacing" or ratio is None or ratio >= rules.under_ratio:
        return None
    most, budget = amount(row, "max_possible_spend"), amount(row, "budget")
    is_lost = most is not None and budget is not None and most < budget * _share(1 - rules.unreachable_share)
    return "underpacing", Severity.CRITICAL if is_lost else Severity.WARNING


def _is_used_up(row: Row) -> bool:
    spent, budget = amount(row, "spent_to_date"), amount(row, "budget")
    return bool(budget and spent is not None and spent >= budget)


def _exceeds(row: Row, name: str, share: float) -> bool:
    """Whether the figure is over the budget by more than ``share`` of it."""
    value, budget = amount(row, name), amount(row, "budget")
    return bool(budget and value is not None and value > budget * _share(1 + share))


def _share(share: float) -> Decimal:
    return Decimal(repr(round(share, 9)))


def _sentence(name: Name, row: Row) -> str:
    advice = text(row, "recommendation")
    left = f"{days_in_words(int(number(row, 'days_remaining') or 0))} left"
    if name == "no-delivery":
        return f"No delivery of {money(row, 'budget')} planned, {left}. {advice}".strip()
    ratio = number(row, "seasonal_ratio")
    pace = "" if ratio is None else f", {ratio:.0%} of the target for now"
    spent = f"{money(row, 'spent_to_date')} of {money(row, 'budget')} spent{pace}, {left}"
    likely = f"; likely end {money(row, 'projected_total')}" if amount(row, "projected_total") is not None else ""
    if name == "overspend-likely":
        probability = number(row, "overspend_probability") or 0.0
        likely += f", over budget with a probability of {'over 99%' if probability > 0.99 else f'{probability:.0%}'}"
    if name == "underpacing" and amount(row, "max_possible_spend") is not None:
        likely += f", at most {money(row, 'max_possible_spend')}"
    return f"{spent}{likely}. {advice}".strip()
