"""Routes and subscriptions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.routing import DEFAULT_ROUTING, Route, Routing, Subscription
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import TEAM, alert

META = Route("meta", ("meta-team",), (Matcher("platform", "=", "meta-ads"),))
GRAVE = Route("grave", ("on-call",), (Matcher("severity", "=", "critical"),))
SUBSCRIPTIONS = (TEAM, Subscription("meta-team", "Meta"), Subscription("on-call", "On call"))


def names(routing: Routing, severity: Severity, platform: str) -> list[tuple[str, str]]:
    one = alert("A", severity, platform=platform)
    return [(route.name, subscription.id) for route, subscription in routing.receivers(one, SUBSCRIPTIONS)]


def test_the_first_route_that_matches_is_taken_unless_it_continues() -> None:
    first = Routing((META, GRAVE), Route("rest", ("team",)))
    assert names(first, Severity.CRITICAL, "meta-ads") == [("meta", "meta-team")]
    assert names(first, Severity.CRITICAL, "pinterest") == [("grave", "on-call")]
    assert names(first, Severity.INFO, "pinterest") == [("rest", "team")]
    both = Routing((replace(META, continues=True), GRAVE), Route("rest", ("team",)))
    assert names(both, Severity.CRITICAL, "meta-ads") == [("meta", "meta-team"), ("grave", "on-call")]


def test_default_means_every_subscription_and_a_receiver_comes_once() -> None:
    wide = Routing((replace(META, continues=True), Route("all")))
    found = names(wide, Severity.INFO, "meta-ads")
    assert found == [("meta", "meta-team"), ("all", "team"), ("all", "on-call")]


def test_a_subscription_says_why_an_alert_is_not_for_it() -> None:
    one = alert("A", project_id="p1")
    assert replace(TEAM, min_severity=Severity.CRITICAL).refuses(one) == "below severity critical"
    assert replace(TEAM, platforms=("pinterest",)).refuses(one) == "not about pinterest"
    assert replace(TEAM, project_id="p2").refuses(one) == "not in project p2"
    assert replace(TEAM, events=("workflow.*",)).refuses(one) == "does not listen to alerts"
    assert replace(TEAM, platforms=("meta-ads",), project_id="p1", min_severity=Severity.WARNING).refuses(one) is None
    assert replace(TEAM, platforms=("pinterest",)).refuses(alert("A", platform="")) is None


def test_defaults_repeat_the_grave_often_and_news_hardly() -> None:
    repeats = {s: DEFAULT_ROUTING.matching(alert("A", s))[0].repeats_after for s in Severity}
    assert repeats == {
        Severity.CRITICAL: timedelta(hours=4),
        Severity.WARNING: timedelta(hours=24),
        Severity.INFO: timedelta(days=7),
    }


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="intervals"):
        Route("x", group_interval=timedelta(0))
    with pytest.raises(ValueError, match="two routes are named meta"):
        Routing((META, META))
