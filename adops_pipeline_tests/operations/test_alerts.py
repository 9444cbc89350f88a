"""Silences as rows, and the state of the alerting engine written only where it changed."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from adops_pipeline.domain.alerts.engine import Policy, flush
from adops_pipeline.domain.alerts.evaluation import evaluate
from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertState
from adops_pipeline.operations import alerts
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import alert_states, silences
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline_tests.domain.alerts.scenes import cast
from adops_pipeline_tests.operations.conftest import NOW

HOUR = timedelta(hours=1)


def silence(con: Connection, *matchers: str, begins: timedelta = timedelta(0), lasts: timedelta = HOUR) -> Silence:
    return alerts.add_silence(
        con, matchers, starts_at=NOW + begins, ends_at=NOW + begins + lasts, author="jo", comment="why"
    )


def test_a_silence_is_read_back_as_it_was_set(store: Store) -> None:
    with store.writing() as con:
        kept = silence(con, 'campaign_name=~"Über \\"Sale.*"', "severity!=critical")
    with store.reading() as con:
        assert alerts.every_silence(con) == [kept]
    assert kept.matchers[0] == Matcher("campaign_name", "=~", 'Über "Sale.*')


def test_silences_come_by_their_end_and_those_that_are_over_are_left_out(store: Store) -> None:
    with store.writing() as con:
        long, short = silence(con, "metric=cpa", lasts=2 * HOUR), silence(con, "metric=ctr")
        assert alerts.every_silence(con) == [short, long]
        assert alerts.every_silence(con, since=NOW + HOUR) == [long]


def test_a_silence_that_makes_no_sense_is_refused(store: Store) -> None:
    with store.writing() as con:
        for matcher, complaint in (
            ("metric", "is not a matcher"),
            ("metric=~(", "expression"),
            ("metric=", "everything"),
        ):
            with pytest.raises(InvalidError, match=complaint):
                silence(con, matcher)
        assert alerts.every_silence(con) == []


def test_ending_a_silence_keeps_what_has_begun_and_forgets_the_rest(store: Store) -> None:
    with store.writing() as con:
        running, coming = silence(con, "metric=cpa"), silence(con, "metric=ctr", begins=HOUR)
        for one in (running, coming):
            alerts.end_silence(con, one.id, NOW + HOUR / 2)
        assert [(one.id, one.ends_at) for one in alerts.every_silence(con)] == [(running.id, NOW + HOUR / 2)]
        with pytest.raises(NotFoundError):
            alerts.end_silence(con, "nothing", NOW)


def test_a_silence_that_can_no_longer_be_read_stops_no_other_and_is_logged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    row = {"id": "old", "starts_at": NOW, "ends_at": NOW + HOUR, "author": "jo", "comment": ""}
    with store.writing() as con:
        con.execute(insert(silences).values(**row, matchers=['campaign_name=~"(?=Sale)Sale"']))
        kept = silence(con, "metric=cpa")
        with caplog.at_level(logging.WARNING):
            assert alerts.every_silence(con) == [kept]
    assert "silence old is ignored" in caplog.text


def test_state_is_read_back_and_only_what_changed_is_written(store: Store) -> None:
    policy = Policy((Subscription("team", "Team"),))
    first = flush(evaluate(cast("a B"), AlertState(), NOW).state, policy, (), NOW + HOUR).state
    after = flush(evaluate(cast("B c"), first, NOW + 2 * HOUR).state, policy, (), NOW + 2 * HOUR).state
    with store.writing() as con:
        for before, state in ((AlertState(), first), (first, after)):
            alerts.save_state(con, before, state)
            assert alerts.load_state(con) == state
        assert {one.alert.label("campaign_id") for one in alerts.firing(con)} == {"B", "C"}
        con.execute(update(alert_states).values(summary="left alone"))
        alerts.save_state(con, after, after)
        assert set(con.execute(select(alert_states.c.summary)).scalars()) == {"left alone"}
