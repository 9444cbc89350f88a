"""Promises of stored proposals: one mover wins, each move is an event with who and why, sums count what waits."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.proposals.status import STATUSES, starts_of
from adops_pipeline.operations import activity, events, proposals
from adops_pipeline.operations.proposals import Decision
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.proposals.samples import new_proposal

KIM = Decision("kim", NOW, "looks right")


def test_of_two_moves_from_one_status_one_succeeds(store: Store) -> None:
    with store.writing() as con:
        one = proposals.insert(con, new_proposal(NOW))
        assert proposals.move(con, one.id, "approved", KIM)
        assert not proposals.move(con, one.id, "approved", KIM)
        assert not proposals.move(con, one.id, "applied", KIM)
        assert proposals.get(con, one.id).status == "approved"


def test_every_move_that_is_not_allowed_changes_nothing(store: Store) -> None:
    with store.writing() as con:
        for start in STATUSES:
            for end in STATUSES:
                one = proposals.insert(con, new_proposal(NOW), status=start)
                is_allowed = start in starts_of(end)
                assert proposals.move(con, one.id, end, KIM) == is_allowed
                assert proposals.get(con, one.id).status == (end if is_allowed else start)
    assert not any(start in starts_of(end) for start in ("rejected", "expired", "failed", "undone") for end in STATUSES)


def test_a_move_may_ask_for_one_status_to_start_from_and_name_its_event(store: Store) -> None:
    with store.writing() as con:
        one = proposals.insert(con, new_proposal(NOW), status="approved")
        assert not proposals.move(con, one.id, "rejected", KIM, start="proposed")
        assert not proposals.note(con, one.id, "proposed", status_reason="x")
        assert proposals.get(con, one.id) == one
        assert proposals.move(con, one.id, "rejected", KIM, start="approved", event="withdrawn", decided_by="kim")
        found, told = proposals.get(con, one.id), events.about(con, one.id)
    assert (found.status, found.status_reason, found.decided_by) == ("rejected", "looks right", "kim")
    assert told[-1].type == "proposal.withdrawn"


def test_every_step_is_in_events_and_activity_with_who_and_why(store: Store) -> None:
    with store.writing() as con:
        new, name = new_proposal(NOW), {"name": "Br\nand"}
        new = replace(new, before={**(new.before or {}), **name}, intended={**new.intended, **name})
        one = proposals.insert(con, new)
        proposals.move(con, one.id, "rejected", Decision("ada", NOW, "not now"))
        told = events.about(con, one.id)
        feed = activity.feed(con, kinds=["proposal"])
    assert [event.type for event in told] == ["proposal.proposed", "proposal.rejected"]
    assert (told[1].data["by"], told[1].data["why"], told[1].platform) == ("ada", "not now", "meta-ads")
    assert feed[0].title == "Rejected: change campaign Br and (meta-ads): daily budget: EUR 50.00 → EUR 60.00"
    assert feed[0].detail == "ada: not now"


def test_the_day_of_an_account_counts_what_waits_and_what_was_applied_today(store: Store) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    old = NOW - timedelta(days=3)
    with store.writing() as con:
        counted = [
            proposals.insert(con, new_proposal(old)).id,
            proposals.insert(con, new_proposal(old), status="approved").id,
            _applied(con, "applied", NOW),
            _applied(con, "undone", NOW),
            _sent(con, "uncertain"),
        ]
        for status in ("rejected", "expired", "failed"):
            proposals.insert(con, new_proposal(NOW), status=status)
        _applied(con, "applied", old)
        proposals.insert(con, new_proposal(NOW, account_id="222"))
        found = proposals.of_account_today(con, "meta-ads", "111", midnight, with_undecided=True)
        approved = proposals.of_account_today(con, "meta-ads", "111", midnight, with_undecided=False)
    assert {one.id for one in found} == set(counted)
    assert {one.id for one in approved} == set(counted[1:])


def test_a_twin_has_the_same_arguments_and_waits(store: Store) -> None:
    with store.writing() as con:
        one = proposals.insert(con, new_proposal(NOW))
        assert proposals.find_twin(con, one.tool, one.arguments) == one
        assert proposals.find_twin(con, one.tool, {**one.arguments, "b": "61"}) is None
        proposals.move(con, one.id, "rejected", KIM)
        assert proposals.find_twin(con, one.tool, one.arguments) is None


def test_amounts_and_states_come_back_as_they_went_in(store: Store) -> None:
    new = new_proposal(NOW, "60.123456", evidence=({"n": 1}, {"m": None}))
    with store.writing() as con:
        one = proposals.insert(con, new)
    assert one.state_intended.daily_budget == Decimal("60.123456")
    assert (one.money_per_day, one.evidence) == (Decimal("10.123456"), [{"n": 1}, {"m": None}])


def _applied(con: Connection, status: str, at: object) -> str:
    one = proposals.insert(con, new_proposal(NOW - timedelta(days=3)), status=status)  # type: ignore[arg-type]
    proposals.note(con, one.id, status, applied_at=at)  # type: ignore[arg-type]
    return one.id


def _sent(con: Connection, status: str) -> str:
    one = proposals.insert(con, new_proposal(NOW - timedelta(days=3)), status=status)  # type: ignore[arg-type]
    proposals.note(con, one.id, status, sent_at=NOW)  # type: ignore[arg-type]
    return one.id


@pytest.mark.parametrize("status", ["applied", "approved"])
def test_what_was_applied_since_a_proposal_was_made_is_its_rival(store: Store, status: str) -> None:
    later = NOW + timedelta(seconds=1)
    with store.writing() as con:
        one = proposals.insert(con, new_proposal(NOW))
        other = proposals.insert(con, new_proposal(NOW, "40"), status=status)  # type: ignore[arg-type]
        proposals.note(con, other.id, status, applied_at=later if status == "applied" else None)  # type: ignore[arg-type]
        assert [rival.id for rival in proposals.rivals(con, one)] == [other.id]
