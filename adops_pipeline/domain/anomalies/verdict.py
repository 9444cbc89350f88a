"""The verdict on an unusual day: its severity and sentence. Judged at detection, stored in the row."""

from collections.abc import Mapping
from typing import Any

from scipy import special

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import SeverityRules, Stake, Verdict, severity_of

KIND = "anomaly"
_DAYS_AT_STAKE = 7
"""An anomaly may last: a week of it is at stake."""


def anomaly_severity(
    money_effect: float, daily_spend: float, score: float, currency: str, rules: SeverityRules
) -> Severity:
    """Severity of a day whose difference is worth ``money_effect``, for a campaign that spends ``daily_spend`` a day.

    The certainty is the probability that a normal day stays within ``score`` standard deviations.
    """
    certainty = 1.0 - 2.0 * float(special.ndtr(-abs(score)))
    return severity_of(Stake(_DAYS_AT_STAKE * money_effect, daily_spend, currency, certainty), rules)


def stored_verdict(row: Mapping[str, Any]) -> Verdict:
    """The verdict that a row of analytics_anomalies holds."""
    sentence = f"On {row['date']}: {row['explanation']}"
    return Verdict(KIND, Severity(row["severity"]), sentence, _DAYS_AT_STAKE * row["money_effect"])
