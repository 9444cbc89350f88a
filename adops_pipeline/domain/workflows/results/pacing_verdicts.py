"""One budget's pace, judged by the thresholds of a pacing-check and put into a sentence. A row at a time."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows.parameters import PacingThresholds
from adops_pipeline.domain.workflows.results.figures import money, plural

Row = Mapping[str, Any]
"""A row of analytics_budgets."""
Verdict = Literal["over", "under", "likely-over", "no-data", "no-budget", "paused", "fine", "not-judged"]

_PACED = ("on-track", "overpacing", "underpacing")
_DEEP_UNDER = 0.5
"""Spent over target below which underpacing is critical: twice the pace would only just catch up."""
_OPENINGS: dict[Verdict, str] = {
    "over": "Overpacing",
    "under": "Underpacing",
    "likely-over": "On pace, but likely to overspend",
}


def judge(row: Row, thresholds: PacingThresholds, *, is_paused: bool = False) -> Verdict:
    """What the row's pace is; its own status decides where the thresholds name no ratio.

    A paused campaign can be over its target, but not under it: somebody wanted it to stop.
    """
    status, ratio = row["status"], row["seasonal_ratio"]
    if status == "no-data":
        return "paused" if is_paused else "no-data"
    if status == "no-budget":
        return "no-budget"
    if status not in _PACED:
        return "not-judged"
    over, under = thresholds.over_ratio, thresholds.under_ratio
    if status == "overpacing" if over is None or ratio is None else ratio >= over:
        return "over"
    if status == "underpacing" if under is None or ratio is None else ratio < under:
        return "paused" if is_paused else "under"
    return "likely-over" if _will_overspend(row, thresholds) else "fine"


def severity_of(verdict: Verdict, row: Row, thresholds: PacingThresholds) -> Severity | None:
    """How grave it is; None where there is nothing to say.

    Overpacing is critical where the budget is used up before the period is over, or even the low end of the likely
    range lies beyond it by the threshold.
    """
    if verdict == "over":
        low, budget = row["projected_low"], row["budget"]
        is_sure = low is not None and budget is not None and low > budget * _limit(thresholds)
        return Severity.CRITICAL if is_sure or _is_used_up(row) else Severity.WARNING
    if verdict == "under":
        ratio = row["seasonal_ratio"]
        return Severity.CRITICAL if ratio is not None and ratio < _DEEP_UNDER else Severity.WARNING
    if verdict in ("no-budget", "paused"):
        return Severity.INFO
    return Severity.WARNING if verdict in ("likely-over", "no-data") else None


def gap(row: Row) -> float:
    """How far the likely end is off the budget, as a share of it; 0 where either is unknown."""
    likely, budget = row["projected_total"], row["budget"]
    return abs(float(likely / budget) - 1) if likely is not None and budget else 0.0


def sentence_of(verdict: Verdict, row: Row) -> str:
    """Where the budget stands, and the row's own recommendation; money in the row's currency."""
    advice = row["recommendation"] or ""
    if verdict not in _OPENINGS:
        return str(advice)
    currency = row["currency"] or ""
    spent = money(row["spent_to_date"] or Decimal(0), currency)
    parts = [f"{spent} of {money(row['budget'], currency)} spent" if row["budget"] is not None else f"{spent} spent"]
    if row["seasonal_ratio"] is not None:
        parts.append(f"{row['seasonal_ratio']:.2f} times its target")
    parts.append(f"{plural(row['days_remaining'] or 0, 'day')} left")
    return f"{_OPENINGS[verdict]}: {', '.join(parts)}{_likely_end(row, currency)}. {advice}".strip()


def _likely_end(row: Row, currency: str) -> str:
    if row["projected_total"] is None:
        return ""
    text = f"; likely end {money(row['projected_total'], currency)}"
    if row["projected_low"] is None or row["projected_high"] is None:
        return text
    return f"{text} ({money(row['projected_low'], currency)} to {money(row['projected_high'], currency)})"


def _limit(thresholds: PacingThresholds) -> Decimal:
    """How many times its budget a likely end must reach to matter."""
    return 1 + Decimal(repr(thresholds.overspend_pct)) / 100


def _is_used_up(row: Row) -> bool:
    return bool(row["budget"] and row["days_remaining"] and (row["spent_to_date"] or 0) >= row["budget"])


def _will_overspend(row: Row, thresholds: PacingThresholds) -> bool:
    probability, likely, budget = row["overspend_probability"], row["projected_total"], row["budget"]
    if probability is None or likely is None or budget is None or not row["days_remaining"]:
        return False
    return bool(probability >= thresholds.overspend_probability and likely > budget * _limit(thresholds))
