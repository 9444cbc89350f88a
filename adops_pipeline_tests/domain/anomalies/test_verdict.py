"""How severe an unusual day is."""

from datetime import date

import pytest

from adops_pipeline.domain.anomalies.verdict import anomaly_severity, stored_verdict
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules


@pytest.mark.parametrize(
    ("money", "severity"), [(42.9, "critical"), (42.8, "warning"), (14.3, "warning"), (14.2, "info")]
)
def test_a_week_of_the_days_difference_is_at_stake(money: float, severity: str) -> None:
    assert anomaly_severity(money, 100.0, -6.0, "EUR", DEFAULT_SEVERITY).value == severity


@pytest.mark.parametrize(("score", "severity"), [(1.65, "critical"), (-1.64, "warning"), (1.27, "info")])
def test_a_day_that_chance_explains_is_milder(score: float, severity: str) -> None:
    assert anomaly_severity(100.0, 100.0, score, "EUR", DEFAULT_SEVERITY).value == severity


def test_the_least_money_of_the_currency_counts() -> None:
    rules = SeverityRules(least_money={"EUR": 701.0})
    assert anomaly_severity(100.0, 100.0, 9.0, "EUR", rules) is Severity.INFO
    assert anomaly_severity(100.0, 100.0, 9.0, "USD", rules) is Severity.CRITICAL


def test_the_verdict_of_a_row_says_the_day_and_what_was_unusual() -> None:
    row = {"date": date(2026, 3, 15), "explanation": "Spend fell.", "severity": "warning", "money_effect": 20.0}
    verdict = stored_verdict(row)
    assert (verdict.kind, verdict.severity, verdict.money_at_stake) == ("anomaly", Severity.WARNING, 140.0)
    assert verdict.sentence == "On 2026-03-15: Spend fell."
