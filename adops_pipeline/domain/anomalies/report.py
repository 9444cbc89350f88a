"""Flagged days as a table, each with an explanation. No decisions here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from adops_pipeline.domain.anomalies.changes import Change
from adops_pipeline.domain.anomalies.decomposition import CpaChange
from adops_pipeline.domain.figures import figure, plural
from adops_pipeline.domain.tables.anomalies import ANALYTICS_ANOMALIES, AnomalyMetric, Cause

KEY = list(ANALYTICS_ANOMALIES.key)
SCHEMA = ANALYTICS_ANOMALIES.polars_schema(without=("campaign_name", "created_at"))

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES = {
    "spend": "Spend",
    "impressions": "Impressions",
    "ctr": "Click-through rate",
    "cpc": "Cost per click",
    "conversions": "Conversions",
}
_OWN_CAUSES: Mapping[str, Cause] = {
    "daily_budget": "budget-changed",
    "lifetime_budget": "budget-changed",
    "status": "status-changed",
    "bid": "bid-changed",
}
_EVENT_CAUSES = {
    "delivery-stopped": "have stopped delivering together",
    "tracking-stopped": "have stopped reporting conversions together",
    "budget-changed": "left their usual range together after budgets were changed",
    "status-changed": "left their usual range together after their status was changed",
    "bid-changed": "left their usual range together after bids were changed",
}


def explain(metric: str, day: date, observed: float, expected: float, band: tuple[float, float], currency: str) -> str:
    """One sentence: the observed value, and the usual one for that weekday; both under the settings of the day."""
    seen, usual, low, high = (figure(metric, v, currency) for v in (observed, expected, *band))
    side = "above" if observed >= expected else "below"
    gap = f"{abs(observed / expected - 1):.0%} {side}" if expected > 0 else side
    weekday = _WEEKDAYS[day.weekday()]
    return f"{_NAMES[metric]} of {seen} is {gap} the {usual} expected on a {weekday} (usual {low} to {high})."


def explain_delivery_stop(since: date, days: int, lost: float, currency: str) -> str:
    """One sentence: since when an active campaign has not delivered, and its usual spend in that time."""
    return (
        f"Nothing has been delivered since {since} ({plural(days, 'day')}) though the campaign is active; it would "
        f"have spent about {figure('spend', lost, currency)}. Check its review status, payment, bids and budget."
    )


def explain_conversion_stop(since: date, days: int, observed: float, expected: float) -> str:
    """One sentence: how few conversions the continuing clicks have brought."""
    seen = "No conversions" if observed == 0 else f"Only {figure('conversions', observed)} conversions"
    return (
        f"{seen} since {since} ({plural(days, 'day')}), where about {figure('conversions', expected)} should be "
        "reported by now for the clicks. Check the conversion tracking."
    )


def own_cause(changes: Sequence[Change], metric: AnomalyMetric, *, up: bool) -> Cause | None:
    """The likely cause where a buyer's own change came just before: the newest that can have moved the metric so."""
    able = [change for change in changes if change.pushes(metric, up=up)]
    return _OWN_CAUSES.get(max(able, key=lambda change: change.day).field) if able else None


def explain_changes(changes: Sequence[Change], currency: str) -> str:
    """A sentence on the buyer's own changes just before the day; empty without any."""
    if not changes:
        return ""
    said = "; ".join(change.describe(currency) for change in changes)
    return f" Before that, {said}."


def explain_occasion(occasion: str | None) -> str:
    """A sentence on the calendar's events of the day; empty without any."""
    return f" In the calendar the day is {occasion}." if occasion else ""


def explain_event(
    row: Mapping[str, Any],
    figures: Mapping[str, float],
    moved: Sequence[tuple[str, str, int, float]],
    cause: str | None,
) -> str:
    """Sentences on an event: the number of campaigns, the most common metric, and the others.

    ``moved``: metric, direction, number of campaigns and money of each metric that moved, the most common first.
    """
    metric, direction, struck, _ = moved[0]
    seen, usual = (figure(metric, figures[name], row["currency"]) for name in ("observed", "expected"))
    what = _EVENT_CAUSES.get(cause or "", f"left their usual {_NAMES[metric].lower()} together")
    far = " far beyond the usual" if struck < row["event_campaigns"] else ""
    others = [f"{_NAMES[m].lower()} {d} in {n}" for m, d, n, _ in moved[1:]]
    also = f" Also {', '.join(others)}." if others else ""
    return (
        f"{plural(row['event_campaigns'], 'campaign')} of the account {what}: {_NAMES[metric].lower()} {direction}"
        f"{far} in {struck}, {seen} instead of {usual}.{also}{explain_occasion(row.get('occasion'))}"
    )


def explain_cpa(change: CpaChange, currency: str) -> str:
    """One sentence on the CPA that day against the weeks before, as CPC × 1/CVR."""
    return (
        f"CPA {figure('cpc', change.cpa_before, currency)} → {figure('cpc', change.cpa_after, currency)} "
        f"({change.change_ratio:+.0%}) = CPC {change.cpc_ratio:+.0%} × 1/CVR {change.cvr_ratio:+.0%}."
    )
