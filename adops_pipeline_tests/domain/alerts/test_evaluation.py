"""What begins, goes on and is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adops_pipeline.domain.alerts.evaluation import acknowledge, evaluate
from adops_pipeline.domain.alerts.state import AlertRecord, AlertState
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import alert, at, cast


def ids(records: tuple[AlertRecord, ...]) -> str:
    return " ".join(record.alert.label("campaign_id") for record in records)


def test_new_still_worsened_and_resolved_are_told_apart() -> None:
    state = evaluate(cast("a b c"), AlertState(), at(0)).state
    changes = evaluate(cast("a B d"), state, at(60)).changes
    assert [ids(part) for part in (changes.new, changes.worsened, changes.resolved)] == ["D", "B", "C"]
    assert sorted(ids(changes.still)) == sorted("B A")
    assert changes.resolved[0].resolved_at == at(60)


def test_an_evaluation_resolves_only_what_it_looked_at() -> None:
    failure = replace(alert("", name="account-sync-failed"), source="sync")
    state = evaluate([failure, *cast("a b")], AlertState(), at(0)).state
    pacing = evaluate([], state, at(60), sources=("pacing",))
    assert sorted(ids(pacing.changes.resolved)) == sorted("A B")
    assert pacing.state.alerts[failure.fingerprint].status == "firing"


def test_a_firing_alert_of_another_source_is_refused() -> None:
    with pytest.raises(ValueError, match="not of the sources"):
        evaluate(cast("a"), AlertState(), at(0), sources=("sync",))


def test_of_two_with_one_fingerprint_the_gravest_counts() -> None:
    for pair in (cast("a A"), cast("A a")):
        state = evaluate(pair, AlertState(), at(0)).state
        assert [record.alert.severity for record in state.alerts.values()] == [Severity.CRITICAL]


def test_an_absent_alert_is_held_and_then_over_since_the_hold_ended() -> None:
    state = evaluate(cast("a"), AlertState(), at(0)).state
    held = evaluate([], state, at(60), hold=timedelta(seconds=100))
    assert held.changes.resolved == ()
    again = evaluate([], held.state, at(120), hold=timedelta(seconds=100))
    assert again.changes.resolved == ()
    over = evaluate([], again.state, at(200), hold=timedelta(seconds=100))
    assert over.changes.resolved[0].resolved_at == at(160)
    back = evaluate(cast("a"), held.state, at(120))
    assert ids(back.changes.still) == "A"
    assert back.state.alerts[alert("A").fingerprint].fired_at == at(0)


def test_an_acknowledgement_ends_when_it_resolves_or_grows_graver_and_not_before() -> None:
    state = evaluate(cast("a"), AlertState(), at(0)).state
    name = alert("A").fingerprint
    known = acknowledge(state, name, "jo", at(10))
    assert evaluate(cast("a"), known, at(20)).state.alerts[name].acknowledgement is not None
    assert evaluate(cast("A"), known, at(20)).state.alerts[name].acknowledgement is None
    gone = evaluate([], known, at(20)).state
    assert gone.alerts[name].acknowledgement is None
    with pytest.raises(KeyError):
        acknowledge(gone, name, "jo", at(30))
    with pytest.raises(ValueError, match="name"):
        acknowledge(state, name, "", at(30))
