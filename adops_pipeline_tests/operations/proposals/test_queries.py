"""Which proposals a question finds: at the edges of a day and of their time, newest first, rivals, undos."""

from datetime import timedelta

from adops_pipeline.domain.proposals.status import STATUSES, Status
from adops_pipeline.operations import proposals
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.proposals.samples import new_proposal

INSTANT, HOUR = timedelta(microseconds=1), timedelta(hours=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


def stored(con: Connection, status: Status = "proposed", *, new: dict[str, object] | None = None,
           **noted: object) -> Proposal:  # fmt: skip
    one = proposals.insert(con, new_proposal(NOW, **(new or {})), status=status)  # type: ignore[arg-type]
    if noted:
        proposals.note(con, one.id, status, **noted)
    return proposals.get(con, one.id)


def test_a_day_begins_at_midnight_with_what_was_applied_then_or_sent_and_not_known_to_be_applied(store: Store) -> None:
    with store.writing() as con:
        counted = {
            stored(con, "applied", applied_at=MIDNIGHT).id,
            stored(con, "uncertain", sent_at=MIDNIGHT).id,
        }
        stored(con, "applied", applied_at=MIDNIGHT - INSTANT, sent_at=NOW)
        stored(con, "uncertain", sent_at=MIDNIGHT - INSTANT)
        stored(con, "applied", new={"platform": "pinterest"}, applied_at=NOW)
        found = proposals.of_account_today(con, "meta-ads", "111", MIDNIGHT, with_undecided=True)
    assert {one.id for one in found} == counted


def test_what_waits_is_due_at_the_moment_at_which_its_time_is_over(store: Store) -> None:
    with store.writing() as con:
        ended = [
            stored(con, status, new={"expires_at": NOW + HOUR}).id
            for status in STATUSES
            if status in ("proposed", "approved")
        ]
        stored(con, new={"expires_at": NOW + HOUR + INSTANT})
        stored(con, "applied", new={"expires_at": NOW})
        assert [one.id for one in proposals.due(con, NOW + HOUR - INSTANT)] == []
        assert sorted(one.id for one in proposals.due(con, NOW + HOUR)) == sorted(ended)


def test_the_newest_come_first_and_meet_every_condition(store: Store) -> None:
    with store.writing() as con:
        ids = [stored(con, new={"proposed_at": NOW + n * HOUR, "agent_id": agent}).id
               for n, agent in enumerate(("trader", None, "trader"))]  # fmt: skip

        def found(**conditions: object) -> list[int]:
            return [ids.index(one.id) for one in proposals.newest(con, **conditions)]  # type: ignore[arg-type]

        assert found() == [2, 1, 0]
        assert found(limit=2) == [2, 1]
        assert found(since=NOW + HOUR) == [2, 1]
        assert found(since=NOW + HOUR + INSTANT) == [2]
        assert found(agent_ids=["trader"], statuses=["proposed"], platforms=["meta-ads"]) == [2, 0]
        assert found(account_ids=["111"], campaign_ids=["meta-ads:900"], since=NOW + 2 * HOUR) == [2]
        for other in ({"account_ids": ["222"]}, {"campaign_ids": ["meta-ads:901"]}, {"statuses": ["applied"]}):
            assert found(**other) == []
        assert [one.id for one in proposals.with_status(con, "proposed")] == ids


def test_a_twin_may_be_under_way_already(store: Store) -> None:
    with store.writing() as con:
        one = stored(con, "applying")
        assert proposals.find_twin(con, one.tool, one.arguments) == one
        assert proposals.find_twin(con, "another_tool", one.arguments) is None


def test_rivals_are_open_or_were_applied_after_and_never_what_is_undone(store: Store) -> None:
    with store.writing() as con:
        applied = stored(con, "applied", applied_at=NOW + INSTANT)
        undo = stored(con, "approved", new={"reversal_of": applied.id})
        stored(con, "applied", applied_at=NOW)
        stored(con, new={"campaign_id": "meta-ads:901", "object_id": "901"})
        stored(con, new={"account_id": "222"})
        stored(con, "failed")
        assert proposals.rivals(con, undo) == []
        one = stored(con)
        assert sorted(rival.id for rival in proposals.rivals(con, one)) == sorted([applied.id, undo.id])


def test_an_undo_is_under_way_until_it_is_closed(store: Store) -> None:
    with store.writing() as con:
        for status in STATUSES:
            applied = stored(con, "applied")
            undo = stored(con, status, new={"reversal_of": applied.id})
            is_open = status in ("proposed", "approved", "applying", "uncertain")
            assert proposals.open_reversal(con, applied.id) == (undo if is_open else None)


def test_objects_are_created_by_proposals_without_an_earlier_state(store: Store) -> None:
    with store.writing() as con:
        stored(con, new={"before": None, "object_id": "77"})
        stored(con, new={"before": None, "object_id": None})
        stored(con)
        assert proposals.created_objects(con, "meta-ads") == {"77"}
        assert proposals.created_objects(con, "pinterest") == set()
