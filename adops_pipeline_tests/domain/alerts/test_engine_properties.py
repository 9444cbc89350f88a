"""What must hold whatever happens: nothing lost, nothing twice, no order, no difference after a restart."""

import json
from collections import defaultdict
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.engine import Notification, Policy, flush
from adops_pipeline.domain.alerts.evaluation import evaluate
from adops_pipeline.domain.alerts.routing import Route
from adops_pipeline.domain.alerts.state import (
    AlertState,
    alert_document,
    alert_record,
    group_document,
    group_record,
)
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import MINUTE, TEAM, at, cast, play
from adops_pipeline_tests.profiles import examples

ROUTE = Route("all", group_by=("severity",), repeat_interval=timedelta(minutes=20))
POLICY = Policy((TEAM,), dict.fromkeys(Severity, ROUTE), ())
LENGTH = 60 * MINUTE
casts = st.sets(st.sampled_from("ABCD")).flatmap(
    lambda names: st.tuples(*(st.sampled_from((name, name.lower())) for name in sorted(names)))
)
stories = st.dictionaries(st.integers(0, LENGTH // 15).map(lambda n: 15 * n), casts, max_size=10)


def _alerts(letters: tuple[str, ...]) -> list[Alert]:
    return cast(" ".join(letters))


def _played(story: dict[int, tuple[str, ...]]) -> list[Notification]:
    seen = {second: _alerts(letters) for second, letters in story.items()}
    return play(seen, LENGTH, POLICY, tick=15)[0]


MEETS_EACH_GROUP_JUST_AFTER_ITS_FLUSH: dict[int, tuple[str, ...]] = {
    0: ("A",),
    1245: ("a", "B", "C", "D"),
    1260: ("A", "b", "C", "D"),
    1545: ("A", "B"),
    1590: (),
}
"""B becomes a warning and critical again, and each of the two groups was flushed just before it arrives."""


@examples(40)
@example(MEETS_EACH_GROUP_JUST_AFTER_ITS_FLUSH)
@given(stories)
def test_no_alert_that_fires_longer_than_wait_and_interval_is_lost(story: dict[int, tuple[str, ...]]) -> None:
    told = _played(story)
    seconds = [*sorted(story), LENGTH]
    patience = (ROUTE.group_wait + ROUTE.group_interval).total_seconds()
    for name in "ABCD":
        began: int | None = None
        for second in seconds:
            fires = second in story and name in {letter.upper() for letter in story[second]}
            if began is not None and (not fires or second == LENGTH) and second - began > patience:
                until = at(second)
                assert any(_names(n, name) for n in told if n.at <= until), (name, began, second)
            began = (second if began is None else began) if fires else None


def _names(notification: Notification, campaign: str) -> bool:
    return any(one.alert.label("campaign_id") == campaign for one in notification.firing)


@examples(40)
@given(stories)
def test_nothing_is_told_twice_within_repeat_interval_unless_something_changed(
    story: dict[int, tuple[str, ...]],
) -> None:
    last: dict[object, tuple[frozenset[tuple[str, str]], datetime]] = {}
    for one in _played(story):
        said = frozenset((told.alert.fingerprint, told.alert.severity.value) for told in one.firing)
        if one.group in last and last[one.group][0] == said and not one.resolved:
            news = {told.news for told in one.firing}
            assert news != {"still"} or one.at - last[one.group][1] >= ROUTE.repeats_after
        last[one.group] = (said, one.at)


@examples(40)
@given(stories)
def test_a_resolved_notice_follows_a_firing_one(story: dict[int, tuple[str, ...]]) -> None:
    open_to: defaultdict[str, int] = defaultdict(int)
    for one in sorted(_played(story), key=lambda n: n.at):
        for told in one.resolved:
            assert open_to.pop(told.alert.fingerprint, 0), "resolved without having been told"
        for told in one.firing:
            open_to[told.alert.fingerprint] = 1


@examples(40)
@given(casts, casts, st.data())
def test_the_order_of_an_evaluation_does_not_matter(
    before: tuple[str, ...], after: tuple[str, ...], data: st.DataObject
) -> None:
    state = evaluate(_alerts(before), AlertState(), at(0)).state
    plain = evaluate(_alerts(after), state, at(60))
    shuffled = data.draw(st.permutations([*_alerts(after), *_alerts(after)]))
    other = evaluate(shuffled, state, at(60))
    assert plain == other
    assert flush(plain.state, POLICY, (), at(600)) == flush(other.state, POLICY, (), at(600))


@examples(20)
@given(stories)
def test_a_restart_from_json_changes_nothing(story: dict[int, tuple[str, ...]]) -> None:
    state = AlertState()
    told: list[Notification] = []
    for second in range(0, LENGTH + 1, 15):
        if second in story:
            state = evaluate(_alerts(story[second]), state, at(second), hold=timedelta(seconds=45)).state
        flushed = flush(state, POLICY, (), at(second))
        told += flushed.notifications
        state = _restarted(flushed.state)
        assert state == flushed.state
    seen = {second: _alerts(letters) for second, letters in story.items()}
    assert told == play(seen, LENGTH, POLICY, tick=15, hold=45)[0]


def _restarted(state: AlertState) -> AlertState:
    alerts = [alert_record(json.loads(json.dumps(alert_document(row)))) for row in state.alerts.values()]
    groups = [group_record(json.loads(json.dumps(group_document(row)))) for row in state.groups.values()]
    return AlertState({row.fingerprint: row for row in alerts}, {row.key: row for row in groups})
