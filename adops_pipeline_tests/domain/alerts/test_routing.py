"""Routes and subscriptions."""

from dataclasses import replace
from datetime import timedelta

from adops_pipeline.domain.alerts.routing import ROUTES
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import TEAM, alert


def test_a_subscription_says_why_an_alert_is_not_for_it() -> None:
    one = alert("A", project_id="p1")
    assert replace(TEAM, min_severity=Severity.CRITICAL).refuses(one) == "below severity critical"
    assert replace(TEAM, platforms=("pinterest",)).refuses(one) == "not about pinterest"
    assert replace(TEAM, project_id="p2").refuses(one) == "not in project p2"
    assert replace(TEAM, events=("workflow.*",)).refuses(one) == "does not subscribe to alerts"
    assert replace(TEAM, platforms=("meta-ads",), project_id="p1", min_severity=Severity.WARNING).refuses(one) is None
    assert replace(TEAM, platforms=("pinterest",)).refuses(alert("A", platform="")) is None


def test_critical_alerts_are_repeated_often_and_news_hardly() -> None:
    repeats = {severity: ROUTES[severity].repeats_after for severity in Severity}
    assert repeats == {
        Severity.CRITICAL: timedelta(hours=4),
        Severity.WARNING: timedelta(hours=24),
        Severity.INFO: timedelta(days=7),
    }
