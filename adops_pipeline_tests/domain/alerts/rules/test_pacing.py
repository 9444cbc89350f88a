"""Alerts on budgets."""

from datetime import date
from decimal import Decimal

import pytest

from adops_pipeline.domain.alerts.rules.pacing import pacing_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, budget, budgets

OVER = {"status": "overpacing", "seasonal_ratio": 1.3, "projected_total": Decimal(1300)}
UNDER = {"status": "underpacing", "seasonal_ratio": 0.5, "projected_total": Decimal(500)}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, None),
        (OVER, ("overpacing", "warning")),
        (OVER | {"projected_low": Decimal(1101)}, ("overpacing", "critical")),
        (OVER | {"seasonal_ratio": 1.19}, None),
        (OVER | {"campaign_status": "paused"}, None),
        (OVER | {"days_elapsed": 2}, None),
        (OVER | {"days_remaining": 0}, None),
        ({"spent_to_date": Decimal(1000)}, ("overpacing", "critical")),
        (UNDER, ("underpacing", "warning")),
        (UNDER | {"max_possible_spend": Decimal(899)}, ("underpacing", "critical")),
        (UNDER | {"seasonal_ratio": 0.7}, None),
        ({"overspend_probability": 0.95, "projected_total": Decimal(1101)}, ("overspend-likely", "warning")),
        ({"overspend_probability": 0.95, "projected_total": Decimal(1100)}, None),
        ({"overspend_probability": 0.89, "projected_total": Decimal(1200)}, None),
        ({"status": "no-data", "seasonal_ratio": None}, ("no-delivery", "warning")),
        ({"status": "no-budget", "budget": None, "seasonal_ratio": None}, None),
        ({"status": "ended"}, None),
        (OVER | {"seasonal_ratio": float("nan")}, None),
    ],
)
def test_only_what_is_grave_and_can_still_be_changed_is_told(
    row: dict[str, object], expected: tuple[str, str] | None
) -> None:
    found = pacing_alerts(budgets(budget(**row)), NOW)
    assert [(one.name, one.severity.value) for one in found] == ([expected] if expected else [])


def test_the_newest_row_of_a_campaign_counts_and_history_does_not() -> None:
    before = budget(**OVER, as_of=date(2026, 3, 14))
    gone = budget(**OVER, campaign_id="8", as_of=date(2026, 3, 10))
    assert pacing_alerts(budgets(before, budget(), gone), NOW) == []
    elsewhere = budget(**OVER, campaign_id="9", platform="pinterest", as_of=date(2026, 3, 14))
    assert [one.labels["campaign_id"] for one in pacing_alerts(budgets(budget(), elsewhere), NOW)] == ["9"]


def test_it_says_what_it_is_about_and_what_to_do_with_figures_and_currency() -> None:
    one = pacing_alerts(budgets(budget(**OVER)), NOW)[0]
    assert one.summary == (
        "EUR 500.00 of EUR 1,000.00 spent, 130% of the target for now, 16 days left; likely end EUR 1,300.00. Set it."
    )
    assert dict(one.labels) == {
        "platform": "meta-ads", "account_id": "act_1", "campaign_id": "7", "campaign_name": "Sale",
        "currency": "EUR", "project_id": "p1",
    }  # fmt: skip
    assert one.details["spent_to_date"] == "500.000000"
    assert one.link == "/pacing?platform=meta-ads&campaign_id=7"


@pytest.mark.parametrize(("probability", "words"), [(0.95, "of 95%."), (0.999, "of over 99%.")])
def test_nothing_is_called_certain(probability: float, words: str) -> None:
    row = budget(overspend_probability=probability, projected_total=Decimal(1200))
    assert words in pacing_alerts(budgets(row), NOW)[0].summary


def test_thresholds_can_be_set_and_nonsense_is_refused() -> None:
    row = budgets(
        budget(
            **OVER,
        )
    )
    assert pacing_alerts(row, NOW, AlertRules(over_ratio=1.5)) == []
    with pytest.raises(ValueError, match="over_ratio"):
        AlertRules(over_ratio=0.9)
    with pytest.raises(ValueError, match="anomaly_days"):
        AlertRules(anomaly_days=0)


def test_an_empty_table_makes_no_alert() -> None:
    assert pacing_alerts(budgets(), NOW) == []
