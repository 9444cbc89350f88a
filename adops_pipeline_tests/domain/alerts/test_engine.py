"""Timelines in simulated time, as Alertmanager's documentation and needsUpdate have them."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from adops_pipeline.domain.alerts.engine import Policy, flush
from adops_pipeline.domain.alerts.evaluation import acknowledge, evaluate
from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.quiet_hours import QuietHours
from adops_pipeline.domain.alerts.routing import ROUTES, Route, Subscription
from adops_pipeline.domain.alerts.silences import DEFAULT_INHIBITIONS, Inhibition, Silence
from adops_pipeline.domain.alerts.state import AlertState
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import (
    HOUR,
    MINUTE,
    ONE_GROUP,
    PLAIN,
    TEAM,
    Line,
    alert,
    at,
    cast,
    line_of,
    play,
    timeline,
)

FIRST = 30
SECOND = FIRST + 5 * MINUTE


@pytest.mark.parametrize(
    ("promise", "seen", "until", "expected"),
    [
        ("the first message waits for group_wait", {0: "a"}, 29, []),
        ("and comes then", {0: "a"}, 400, [Line(FIRST, "new", "A")]),
        ("alerts within group_wait come together", {0: "a", 20: "a b"}, 400, [Line(FIRST, "new", "A B")]),
        ("resolved within group_wait: silence", {0: "a", 25: ""}, 2 * HOUR, []),
        ("fired and resolved between flushes: silence", {0: "a", 60: "a b", 90: "a"}, 700, [Line(FIRST, "new", "A")]),
        (
            "a late alert waits for group_interval and brings the whole group",
            {0: "a", 40: "a b"}, 700, [Line(FIRST, "new", "A"), Line(SECOND, "new", "A B")],
        ),
        (
            "one of two resolves",
            {0: "a b", 60: "a"}, 700, [Line(FIRST, "new", "A B"), Line(SECOND, "resolved", "A", "B")],
        ),
        ("all resolve", {0: "a b", 60: ""}, 2 * HOUR, [Line(FIRST, "new", "A B"), Line(SECOND, "resolved", "", "A B")]),
        (
            "one resolves while another begins",
            {0: "a", 60: "b"}, 700, [Line(FIRST, "new", "A"), Line(SECOND, "new", "B", "A")],
        ),
        ("flapping between two flushes is no change", {0: "a", 60: "", 90: "a"}, 2 * HOUR, [Line(FIRST, "new", "A")]),
        (
            "after all is over a group begins anew, with group_wait",
            {0: "a", 60: "", 400: "a"}, 700,
            [Line(FIRST, "new", "A"), Line(SECOND, "resolved", "", "A"), Line(430, "new", "A")],
        ),
        ("fired, over and fired again within group_wait", {0: "a", 10: "", 20: "a"}, 400, [Line(FIRST, "new", "A")]),
        (
            "graver is a change",
            {0: "a", 60: "A"}, 700, [Line(FIRST, "new", "A"), Line(SECOND, "worsened", "A")],
        ),
        ("milder is not", {0: "A", 60: "a"}, 2 * HOUR, [Line(FIRST, "new", "A")]),
        (
            "unchanged is repeated after repeat_interval",
            {0: "a"}, 9 * HOUR,
            [Line(FIRST, "new", "A"), Line(FIRST + 4 * HOUR, "repeat", "A"), Line(FIRST + 8 * HOUR, "repeat", "A")],
        ),
        (
            "a change puts the repeat off",
            {0: "a", HOUR: "a b"}, 5 * HOUR + 10 * MINUTE,
            [Line(FIRST, "new", "A"), Line(HOUR + FIRST, "new", "A B"), Line(5 * HOUR + FIRST, "repeat", "A B")],
        ),
    ],
)  # fmt: skip
def test_the_timeline_is_alertmanagers(promise: str, seen: dict[int, str], until: int, expected: list[Line]) -> None:
    assert timeline(seen, until) == expected, promise


@pytest.mark.parametrize(("repeat_minutes", "effective_minutes"), [(7, 10), (10, 10), (11, 15), (1, 5)])
def test_repeat_interval_is_rounded_up_to_a_multiple_of_group_interval(
    repeat_minutes: int, effective_minutes: int
) -> None:
    route = Route("all", group_by=("alertname",), repeat_interval=timedelta(minutes=repeat_minutes))
    policy = replace(PLAIN, routes=dict.fromkeys(Severity, route))
    told = timeline({0: "a"}, HOUR // 2, policy)
    assert told[1] == Line(FIRST + effective_minutes * MINUTE, "repeat", "A")
    state = flush(evaluate(cast("a"), AlertState(), at(0)).state, policy, (), at(FIRST)).state
    off_beat = at(FIRST + effective_minutes * MINUTE - 1)
    assert flush(state, policy, (), off_beat).notifications == ()


def test_a_hold_keeps_a_flapping_alert_firing() -> None:
    flaps = {0: "a", 600: "", 660: "a", 1200: "", 1300: "a", 1500: ""}
    assert timeline(flaps, HOUR, hold=600) == [Line(FIRST, "new", "A"), Line(FIRST + 7 * 300, "resolved", "", "A")]
    assert [line.reason for line in timeline(flaps, HOUR)] == ["new", "resolved"] * 3


def test_a_silence_mutes_until_it_ends_and_then_what_still_fires_is_told() -> None:
    silence = Silence("s", (Matcher("campaign_id", "=", "A"),), at(0), at(HOUR), "jo", "known")
    told = timeline({0: "a b"}, HOUR + 10 * MINUTE, silences=[silence])
    assert told == [Line(FIRST, "new", "B"), Line(HOUR + FIRST, "new", "A B")]


def test_what_resolves_under_a_silence_is_not_told_and_is_news_when_it_fires_again() -> None:
    silence = Silence("s", (Matcher("campaign_id", "=", "A"),), at(60), at(HOUR), "jo")
    told = timeline({0: "a", 120: "", HOUR + 60: "a"}, HOUR + 10 * MINUTE, silences=[silence])
    assert told == [Line(FIRST, "new", "A"), Line(HOUR + 60 + FIRST, "new", "A")]


def test_a_failed_account_mutes_its_own_campaigns_only() -> None:
    failure = replace(alert("", name="account-sync-failed"), source="sync")
    elsewhere = alert("B", account_id="act_2")
    policy = replace(PLAIN, inhibitions=DEFAULT_INHIBITIONS)
    seen = {0: [alert("A"), elsewhere, failure], 600: [alert("A"), elsewhere]}
    told, _ = play(seen, 1000, policy)
    first = {told_alert.alert.fingerprint for n in told if n.at == at(FIRST) for told_alert in n.alerts}
    assert first == {elsewhere.fingerprint, failure.fingerprint}
    later = [line_of(n) for n in told if n.at > at(FIRST)]
    assert Line(FIRST + 600, "new", "A B") in later


def test_an_alert_that_is_source_and_target_is_not_muted_by_its_like() -> None:
    both = (Matcher("severity", "=", "warning"),)
    policy = replace(PLAIN, inhibitions=(Inhibition("like", both, both),))
    assert timeline({0: "a b"}, 100, policy) == [Line(FIRST, "new", "A B")]


def test_an_acknowledged_alert_is_not_repeated_until_it_resolves_or_grows_graver() -> None:
    state = flush(evaluate(cast("a b"), AlertState(), at(0)).state, PLAIN, (), at(0)).state
    state = flush(state, PLAIN, (), at(FIRST)).state
    state = acknowledge(state, alert("A").fingerprint, "jo", at(60))
    repeated = flush(state, PLAIN, (), at(4 * HOUR + FIRST))
    assert [line_of(n) for n in repeated.notifications] == [Line(4 * HOUR + FIRST, "repeat", "B")]
    assert repeated.notifications[0].acknowledged == 1
    over = evaluate(cast("b"), repeated.state, at(4 * HOUR + 60)).state
    told = flush(over, PLAIN, (), at(5 * HOUR)).notifications
    assert [line_of(n) for n in told] == [Line(5 * HOUR, "resolved", "B", "A")]
    worse = evaluate(cast("A b"), repeated.state, at(4 * HOUR + 60)).state
    told = flush(worse, PLAIN, (), at(5 * HOUR)).notifications
    assert [line_of(n) for n in told] == [Line(5 * HOUR, "worsened", "A B")]


NIGHT = QuietHours("UTC", time(9, 2), time(10, 0))
"""From two minutes after the start for 58 minutes."""


def test_quiet_hours_hold_what_is_not_grave_and_send_it_together_afterwards() -> None:
    policy = replace(PLAIN, subscriptions=(replace(TEAM, quiet_hours=NIGHT),))
    told = timeline({0: "a", 600: "a b", 1200: "a b c", 1500: "b c"}, 2 * HOUR, policy)
    assert told == [Line(FIRST, "new", "A"), Line(HOUR + FIRST, "new", "B C", "A")]


def test_what_is_grave_breaks_through_quiet_hours_alone_and_nothing_is_told_twice() -> None:
    policy = replace(PLAIN, subscriptions=(replace(TEAM, quiet_hours=NIGHT),))
    told = timeline({0: "a", 600: "a b C"}, 2 * HOUR, policy)
    assert told == [Line(FIRST, "new", "A"), Line(FIRST + 600, "new", "C"), Line(HOUR + FIRST, "new", "A B C")]


def test_receivers_have_their_own_groups_filters_and_quiet_hours() -> None:
    grave = Subscription("grave", "Grave", min_severity=Severity.CRITICAL)
    told, _ = play({0: cast("a B")}, 100, Policy((TEAM, grave), ONE_GROUP, ()))
    assert {n.receiver: line_of(n).firing for n in told} == {"team": "A B", "grave": "B"}


def test_a_receiver_without_resolved_notices_gets_none() -> None:
    firing_only = replace(TEAM, events=("alert.firing",))
    told = timeline({0: "a", 60: "", 900: "a"}, 1000, replace(PLAIN, subscriptions=(firing_only,)))
    assert [line.reason for line in told] == ["new", "new"]


def test_an_alert_that_moves_to_another_group_is_told_once_and_resolves_for_who_knew() -> None:
    policy = Policy((TEAM,), ROUTES, ())
    told = timeline({0: "A", 600: "a", 1200: ""}, HOUR, policy)
    assert told == [Line(FIRST, "new", "A"), Line(1200, "resolved", "", "A")]
    risen = timeline({0: "a", 600: "A", 1200: ""}, HOUR, policy)
    assert [line.reason for line in risen] == ["new", "worsened", "resolved"]


# The critical group is flushed at 30 s and 330 s, the warnings at 130 s and 430 s. C fires at 60 s, as critical, and
# leaves for the warnings before the one flush and after the other; its deadline is 390 s.
CHANGES_GROUPS = {0: "A", 60: "A C", 100: "A b C", 325: "A b c"}


def test_an_alert_that_changes_groups_before_its_first_notification_keeps_its_deadline() -> None:
    told = timeline(CHANGES_GROUPS, 600, Policy((TEAM,), ROUTES, ()))
    assert told == [Line(FIRST, "new", "A"), Line(130, "new", "B"), Line(390, "new", "B C")]


def test_the_deadline_of_a_muted_alert_does_not_move_its_groups_timer() -> None:
    silence = Silence("s", (Matcher("campaign_id", "=", "C"),), at(60), at(HOUR), "jo")
    seen = {**CHANGES_GROUPS, 350: "A b c d"}
    told = timeline(seen, 600, Policy((TEAM,), ROUTES, ()), [silence])
    assert told == [Line(FIRST, "new", "A"), Line(130, "new", "B"), Line(430, "new", "B D")]


def test_a_second_flush_at_the_same_instant_sends_nothing() -> None:
    state = evaluate(cast("a b"), AlertState(), at(0)).state
    once = flush(state, PLAIN, (), at(FIRST))
    assert len(once.notifications) == 1
    twice = flush(once.state, PLAIN, (), at(FIRST))
    assert twice.notifications == ()
    assert twice.state == once.state


def test_a_crash_before_the_state_is_saved_makes_the_same_key_again_and_later_keys_differ() -> None:
    state = evaluate(cast("a"), AlertState(), at(0)).state
    first, again = (flush(state, PLAIN, (), at(FIRST)).notifications for _ in range(2))
    assert first == again
    told, _ = play({0: cast("a"), 60: [], 400: cast("a")}, 9 * HOUR)
    assert len({n.key for n in told}) == len(told) > 4


def test_nothing_is_remembered_of_what_is_over_and_told() -> None:
    _, state = play({0: cast("a b"), 60: []}, HOUR)
    assert state == AlertState()


def test_an_outage_of_the_sender_loses_nothing() -> None:
    state = evaluate(cast("a"), AlertState(), at(0)).state
    state = flush(state, PLAIN, (), at(FIRST)).state
    state = evaluate(cast("b"), state, at(60)).state
    told = flush(state, PLAIN, (), at(24 * HOUR)).notifications
    assert [line_of(n) for n in told] == [Line(24 * HOUR, "new", "B", "A")]


def test_a_thousand_alerts_make_few_messages_that_name_them_all() -> None:
    platforms = ("google-ads", "meta-ads", "pinterest")
    many = [
        alert(str(n), list(Severity)[n % 3], ("overpacing", "underpacing")[n % 2], platform=platforms[n % 3])
        for n in range(1000)
    ]
    told, _ = play({0: many}, 600, Policy((TEAM,)), tick=30)
    assert len(told) == 6
    named = [one.alert.fingerprint for n in told for one in n.alerts]
    assert sorted(named) == sorted(one.fingerprint for one in many)
