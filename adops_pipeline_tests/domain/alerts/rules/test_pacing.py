"""Alerts on budgets. Which verdict a row has is tested in domain/pacing/test_verdict, agreement in test_agreement."""

from datetime import date, timedelta
from typing import Any

import pytest

from adops_pipeline.domain.alerts.rules.pacing import pacing_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, budget, budgets

OVER = {"status": "overpacing", "seasonal_ratio": 1.3, "projected_total": 3400, "overspend_probability": 0.95}
MILD = OVER | {"projected_total": 3050}


@pytest.mark.parametrize(("least", "names"), [("info", ["8", "9"]), ("warning", ["8"]), ("critical", ["8"])])
def test_verdicts_from_the_severity_that_is_set_on_are_alerts(least: str, names: list[str]) -> None:
    rows = budgets(budget(), budget(**OVER, campaign_id="8"), budget(**MILD, campaign_id="9"))
    found = pacing_alerts(rows, NOW, AlertRules(min_severity=Severity(least)))
    assert [one.labels["campaign_id"] for one in found] == names


def test_the_newest_row_of_a_campaign_counts_and_history_does_not() -> None:
    before = budget(**OVER, as_of=date(2026, 3, 14))
    gone = budget(**OVER, campaign_id="8", as_of=date(2026, 3, 7))
    assert pacing_alerts(budgets(before, budget(), gone), NOW) == []
    elsewhere = budget(**OVER, campaign_id="9", platform="pinterest", as_of=date(2026, 3, 14))
    assert [one.labels["campaign_id"] for one in pacing_alerts(budgets(budget(), elsewhere), NOW)] == ["9"]


def test_it_says_what_it_is_about_and_what_to_do_with_figures_and_currency() -> None:
    one = pacing_alerts(budgets(budget(**OVER, daily_budget=110)), NOW)[0]
    assert (one.name, one.severity) == ("overpacing", Severity.CRITICAL)
    assert one.summary == (
        "EUR 1,500.00 of EUR 3,000.00 spent, 130 % of the target for now, 15 days left; likely end EUR 3,400.00 "
        "(EUR 2,900.00 to EUR 3,100.00). Set the daily budget to EUR 100.00: at the present EUR 126.67 a day the "
        "period ends on 30 March at EUR 3,400.00 instead of EUR 3,000.00."
    )
    assert dict(one.labels) == {
        "platform": "meta-ads", "account_id": "act_1", "campaign_id": "7", "campaign_name": "Sale",
        "currency": "EUR", "project_id": "p1",
    }  # fmt: skip
    assert (one.details["spent_to_date"], one.details["money_at_stake"]) == ("1500.000000", "400.000000")
    assert one.link == "/pacing?platform=meta-ads&campaign_id=7"


@pytest.mark.parametrize(
    ("rules", "message"),
    [({"anomaly_days": 0}, "anomaly_days"), ({"stale_after": timedelta(0)}, "stale_after")],
)
def test_rules_that_make_no_sense_are_rejected_by_name(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AlertRules(**rules)


def test_an_empty_table_makes_no_alert() -> None:
    assert pacing_alerts(budgets(), NOW) == []
