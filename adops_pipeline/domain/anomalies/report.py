"""Flagged days as a table, each explained in words a buyer can act on. No decisions here."""

from datetime import date

from adops_pipeline.domain.anomalies.decomposition import CpaChange
from adops_pipeline.domain.figures import figure
from adops_pipeline.domain.tables.anomalies import ANALYTICS_ANOMALIES

SCHEMA = ANALYTICS_ANOMALIES.polars_schema(without=("account_id", "campaign_name", "currency", "created_at"))

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES = {
    "spend": "Spend",
    "impressions": "Impressions",
    "ctr": "Click-through rate",
    "cpc": "Cost per click",
    "conversions": "Conversions",
}


def explain(metric: str, day: date, observed: float, expected: float, band: tuple[float, float], currency: str) -> str:
    """One sentence: what was seen, and what that weekday usually shows."""
    seen, usual, low, high = (figure(metric, v, currency) for v in (observed, expected, *band))
    side = "above" if observed >= expected else "below"
    gap = f"{abs(observed / expected - 1):.0%} {side}" if expected > 0 else side
    weekday = _WEEKDAYS[day.weekday()]
    return f"{_NAMES[metric]} of {seen} is {gap} the {usual} expected on a {weekday} (usual {low} to {high})."


def explain_cpa(change: CpaChange, currency: str) -> str:
    """One sentence on the CPA that day against the weeks before, as CPC × 1/CVR."""
    return (
        f"CPA {figure('cpc', change.cpa_before, currency)} → {figure('cpc', change.cpa_after, currency)} "
        f"({change.change_ratio:+.0%}) = CPC {change.cpc_ratio:+.0%} × 1/CVR {change.cvr_ratio:+.0%}."
    )
