"""Promises of routing: each subscription hears what it asked for, and nothing else."""

import pytest

from adops_pipeline.notifications.hosts import Channel
from adops_pipeline.notifications.message import Severity
from adops_pipeline.notifications.router import Subject, Subscription, parse_patterns, recipients, wants

GOOGLE = frozenset({"google-ads"})
META = frozenset({"meta-ads"})


def subscription(events: str = "*", floor: Severity = Severity.INFO, **more: object) -> Subscription:
    values: dict[str, object] = {"id": "s", "channel": Channel.SLACK, "events": events, "floor": floor, **more}
    return Subscription(**values)  # type: ignore[arg-type]


def subject(event: str = "alert.firing", severity: Severity = Severity.WARNING, **more: frozenset[str]) -> Subject:
    return Subject(event, severity, **more)


@pytest.mark.parametrize(
    ("events", "event", "hears"),
    [
        ("*", "workflow.failed", True),
        ("alert.*", "alert.firing", True),
        ("alert.*", "alert", False),
        ("alert.*", "xalert.firing", False),
        ("alert.*, workflow.failed,", "workflow.failed", True),
        ("workflow.failed", "workflow.failed.twice", False),
        ("*.failed", "workflow.failed", True),
        ("a*.*ing", "alert.firing", True),
        ("alert.firing", "alertxfiring", False),
        ("*****************************x", "a" * 200, False),
    ],
)
def test_a_pattern_stands_for_the_events_it_spells(events: str, event: str, hears: bool) -> None:
    assert wants(subscription(events), subject(event)) is hears


@pytest.mark.parametrize("events", ["", " , ", "alert.[a]", "Alert", "a b", "alert..x", "alert?"])
def test_a_filter_that_says_nothing_sensible_is_refused(events: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        parse_patterns(events)
    with pytest.raises(ValueError, match="pattern"):
        subscription(events)


def test_what_is_below_the_floor_is_not_heard() -> None:
    heard = [
        severity
        for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
        if wants(subscription(floor=Severity.WARNING), subject(severity=severity))
    ]
    assert heard == [Severity.WARNING, Severity.CRITICAL]


def test_resolved_is_no_loudness() -> None:
    with pytest.raises(ValueError, match="floor"):
        subscription(floor=Severity.RESOLVED)
    with pytest.raises(ValueError, match="severity"):
        subject(severity=Severity.RESOLVED)


def test_a_platform_filter_hears_its_platforms_and_groups_that_hold_them() -> None:
    only_google = subscription(platforms=GOOGLE)
    assert wants(only_google, subject(platforms=GOOGLE | META))
    assert not wants(only_google, subject(platforms=META))
    assert not wants(only_google, subject())
    assert wants(subscription(), subject(platforms=META))


def test_a_project_filter_hears_its_project() -> None:
    only_one = subscription(project_id="p1")
    assert wants(only_one, subject(project_ids=frozenset({"p1", "p2"})))
    assert not wants(only_one, subject(project_ids=frozenset({"p2"})))
    assert not wants(only_one, subject())


def test_recipients_come_in_order_each_once_and_without_the_inactive() -> None:
    subscriptions = [
        subscription(id="b"),
        subscription(id="off", is_active=False),
        subscription(id="a"),
        subscription("x.*", id="x"),
        subscription("alert.*", id="b"),
    ]
    assert recipients(subscriptions, subject()) == ["b", "a"]
