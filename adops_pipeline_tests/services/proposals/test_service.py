"""Promises of proposals: nothing is applied unapproved, applied once, verified, undone; who and why is recorded."""

import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adops_pipeline.connectors.errors import AuthError, PermanentError, ThrottledError, TransientError
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.operations import events
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.services.proposals.recovery import needs_recovery
from adops_pipeline_tests.services.proposals.desk import (
    AUTOMATIC,
    BRAND,
    CREATE,
    CUT,
    NEW,
    RAISE,
    UPDATE,
    Desk,
    budget_of,
    open_desk,
)
from adops_pipeline_tests.services.proposals.fake_platform import NOW, FakePlatform, error, ticking


def test_a_proposal_shows_the_change_the_money_and_what_the_data_say(desk: Desk) -> None:
    one = desk.service.propose(UPDATE, RAISE, by="kim", agent="trader", reason="spends all", evidence=[{"roas": 4}])
    assert (one.status, budget_of(desk), desk.platform.log) == ("proposed", 50, [])
    assert [str(change) for change in one.changes] == ["daily budget: EUR 50.00 → EUR 60.00"]
    assert (one.money_per_day, one.money_per_month) == (Decimal(10), Decimal(304))
    assert (one.campaign_id, one.object_id, one.agent_id) == ("meta-ads:900", "900", "trader")
    assert (one.pacing, one.evidence, one.reason) == ({"campaign": "900"}, [{"roas": 4}], "spends all")
    assert one.expires_at - one.proposed_at == timedelta(hours=24)


@pytest.mark.parametrize(("status", "other", "sign"), [("paused", "active", 1), ("active", "paused", -1)])
def test_at_stake_with_a_campaign_without_a_budget_of_its_own_are_those_of_its_ad_groups(
    folder: Path, status: str, other: str, sign: int
) -> None:
    desk = open_desk(folder, advice={"pacing": {"daily_budget": "80.5"}})
    desk.platform.set(BRAND, budget=None, status=status)
    change = {"account_id": RAISE["account_id"], "campaign_id": BRAND, "status": other}
    one = desk.service.propose(UPDATE, change, by="kim", reason="the season")
    assert (one.money_per_day, one.currency) == (sign * Decimal("80.5"), "EUR")
    desk.service.applier.store().close()


def test_approving_applies_verifies_and_records_every_step(desk: Desk) -> None:
    proposal_id = desk.raised()
    done = desk.service.approve(proposal_id, "ada", "agreed")
    assert (done.status, budget_of(desk)) == ("applied", 60)
    assert (done.decided_by, done.verified_at is not None, done.after and done.after["daily_budget"]) == (
        "ada", True, "60",
    )  # fmt: skip
    assert done.reversal == {"tool": UPDATE, "arguments": RAISE | {"daily_budget": "50"}}
    with desk.service.applier.store().reading() as con:
        told = events.about(con, proposal_id)
    assert [event.type.removeprefix("proposal.") for event in told] == ["proposed", "approved", "applying", "applied"]
    assert [(event.data["by"], event.data["why"]) for event in told[:2]] == [
        ("kim", "spends all of it"), ("ada", "agreed"),
    ]  # fmt: skip


def test_approving_again_applies_nothing_again(desk: Desk) -> None:
    proposal_id = desk.raised()
    first = desk.service.approve(proposal_id, "ada")
    assert desk.service.approve(proposal_id, "bob") == first == desk.service.apply(proposal_id)
    assert len(desk.platform.log) == 1


def test_a_rejected_proposal_is_never_applied(desk: Desk) -> None:
    proposal_id = desk.raised()
    assert desk.service.reject(proposal_id, "ada", "too early").status == "rejected"
    with pytest.raises(RefusedError, match=r"is rejected, so there is nothing to undo$"):
        desk.service.undo(proposal_id, "bob", "x")
    with pytest.raises(RefusedError, match=r"is rejected \(too early\): propose the change again"):
        desk.service.approve(proposal_id, "bob")
    assert desk.platform.log == []


def test_the_same_call_again_is_the_proposal_that_waits(desk: Desk) -> None:
    assert desk.raised("kim") == desk.raised("lee")


def test_wrong_arguments_and_unknown_tools_are_named(desk: Desk) -> None:
    with pytest.raises(InvalidError, match="budget: Extra inputs"):
        desk.service.propose(UPDATE, RAISE | {"budget": 1}, by="kim", reason="x")
    with pytest.raises(InvalidError, match="did you mean meta_update_campaign"):
        desk.service.propose("meta_update_campagn", RAISE, by="kim", reason="x")
    with pytest.raises(RefusedError, match="nothing to change: campaign 900 is already"):
        desk.service.propose(UPDATE, RAISE | {"daily_budget": "50.00"}, by="kim", reason="x")


def test_settings_let_a_change_apply_by_itself(folder: Path) -> None:
    desk = open_desk(folder, AUTOMATIC)
    done = desk.service.propose(UPDATE, RAISE, by="kim", reason="x")
    assert (done.status, done.decided_by, budget_of(desk)) == ("applied", "settings", 60)


def test_a_change_that_conflicts_with_another_does_not_apply_by_itself(folder: Path) -> None:
    waiting = open_desk(folder).raised()
    cut = open_desk(folder, AUTOMATIC).service.propose(UPDATE, CUT, by="lee", reason="x")
    desk = open_desk(folder)
    assert cut.status == "proposed"
    both = [desk.service.get(one) for one in (waiting, cut.id)]
    assert desk.service.conflicts(both) == {waiting: [cut.id], cut.id: [waiting]}


def test_of_opposite_proposals_one_is_applied(desk: Desk) -> None:
    raised, cut = desk.raised(), desk.service.propose(UPDATE, CUT, by="lee", reason="x").id
    assert desk.service.approve(cut, "ada").status == "applied"
    failed = desk.service.approve(raised, "ada")
    assert (failed.status, budget_of(desk)) == ("failed", 40)
    assert "conflict" in str(failed.status_reason)


def test_an_opposite_proposal_stays_closed_when_the_object_is_as_it_was_again(desk: Desk) -> None:
    raised, cut = desk.raised(), desk.service.propose(UPDATE, CUT, by="lee", reason="x").id
    desk.service.approve(cut, "ada")
    desk.platform.set(BRAND, budget="50")
    failed = desk.service.approve(raised, "ada")
    assert (failed.status, budget_of(desk), len(desk.platform.log)) == ("failed", 50, 1)
    assert f"proposal {cut} was applied since" in str(failed.status_reason)


@pytest.mark.parametrize("changed", [{"budget": "55"}, {"status": "paused"}, {"name": "Brand 2"}])
def test_an_object_that_changed_meanwhile_is_left_alone(desk: Desk, changed: dict[str, str]) -> None:
    proposal_id = desk.raised()
    desk.platform.set(BRAND, **changed)
    failed = desk.service.approve(proposal_id, "ada")
    assert (failed.status, desk.platform.log) == ("failed", [])
    assert "has changed since it was proposed" in str(failed.status_reason)


def test_a_proposal_expires(folder: Path) -> None:
    proposal_id = open_desk(folder).raised()
    late = open_desk(
        folder, platform=FakePlatform(folder / "platform.json", ticking(NOW + timedelta(hours=24, minutes=1)))
    )
    with pytest.raises(RefusedError, match="expired"):
        late.service.approve(proposal_id, "ada")
    assert (late.service.get(proposal_id).status, late.platform.log) == ("expired", [])


def test_what_the_platform_refuses_when_it_validates_is_not_sent(desk: Desk) -> None:
    one = desk.service.propose(UPDATE, RAISE | {"daily_budget": "13"}, by="kim", reason="x")
    failed = desk.service.approve(one.id, "ada")
    assert (failed.status, failed.status_reason) == ("failed", "daily_budget: 13 is not accepted; give 14")
    assert desk.platform.log == []


@pytest.mark.parametrize("kind", [TransientError, ThrottledError, AuthError])
def test_a_platform_that_does_not_answer_leaves_the_proposal_approved(desk: Desk, kind: type[TransientError]) -> None:
    proposal_id = desk.raised()
    desk.platform.faults["validate"] = [error(kind)]
    waiting = desk.service.approve(proposal_id, "ada")
    assert (waiting.status, "approve it again" in str(waiting.status_reason)) == ("approved", True)
    assert desk.service.approve(proposal_id, "ada").status == "applied"


@pytest.mark.parametrize(
    ("step", "kind", "status", "writes"),
    [
        ("apply", ThrottledError, "approved", 0),
        ("apply", PermanentError, "failed", 0),
        ("apply", UncertainWriteError, "approved", 0),
        ("answer", UncertainWriteError, "applied", 1),
        ("answer", TransientError, "applied", 1),
    ],
)
@pytest.mark.parametrize("tool", [UPDATE, CREATE])
def test_what_became_of_a_request_is_found_out(
    desk: Desk, tool: str, step: str, kind: type[TransientError], status: str, writes: int
) -> None:
    one = desk.service.propose(tool, RAISE if tool == UPDATE else NEW, by="kim", reason="x")
    desk.platform.faults[step] = [error(kind)]
    assert desk.service.approve(one.id, "ada").status == status
    assert len(desk.platform.log) == writes
    if status == "approved":
        assert desk.service.approve(one.id, "ada").status == "applied"
        assert len(desk.platform.log) == 1


@pytest.mark.parametrize("tool", [UPDATE, CREATE])
def test_a_request_that_arrives_late_is_not_sent_again(desk: Desk, tool: str) -> None:
    arguments = RAISE if tool == UPDATE else NEW
    one = desk.service.propose(tool, arguments, by="kim", reason="x")
    desk.platform.faults["apply"] = [error(UncertainWriteError)]
    waits = desk.service.approve(one.id, "ada")
    assert waits.status == "approved"
    assert str(waits.status_reason).endswith(("the change was not applied", "it was not created"))
    _arrive(desk, tool)
    done = desk.service.approve(one.id, "ada")
    assert (done.status, desk.platform.log) == ("applied", ["late"])


def _arrive(desk: Desk, tool: str) -> None:
    with desk.platform.state() as state:
        state["log"].append("late")
        if tool == UPDATE:
            state["campaigns"][BRAND]["budget"] = "60"
        else:
            made = {
                "name": "Spring",
                "budget": "30",
                "status": "paused",
                "created_at": desk.platform.clock().isoformat(),
            }
            state["campaigns"]["999"] = made


def test_an_object_that_looked_like_the_new_one_before_is_not_taken_for_it(desk: Desk) -> None:
    one = desk.service.propose(CREATE, NEW, by="kim", reason="x")
    desk.platform.add("77", "Spring", "30")
    desk.platform.set("77", created_at=desk.platform.clock().isoformat())
    desk.platform.faults["apply"] = [error(UncertainWriteError)]
    assert desk.service.approve(one.id, "ada").status == "approved"


def test_of_two_equal_creations_each_has_its_own_object(desk: Desk) -> None:
    first = desk.service.propose(CREATE, NEW, by="kim", reason="x")
    desk.platform.faults["answer"] = [error(UncertainWriteError), error(UncertainWriteError)]
    one = desk.service.approve(first.id, "ada")
    other = desk.service.approve(desk.service.propose(CREATE, NEW, by="kim", reason="again").id, "ada")
    assert {one.status, other.status} == {"applied"}
    assert one.object_id != other.object_id


def test_several_new_objects_that_look_alike_are_uncertain_until_a_person_settles_it(desk: Desk) -> None:
    one = desk.service.propose(CREATE, NEW, by="kim", reason="x")
    desk.platform.faults["apply"] = [error(UncertainWriteError)]
    desk.service.approve(one.id, "ada")
    for campaign in ("77", "78"):
        desk.platform.add(campaign, "Spring", "30")
        desk.platform.set(campaign, created_at=desk.platform.clock().isoformat())
    unclear = desk.service.approve(one.id, "ada")
    assert unclear.status == "uncertain"
    assert "look like it (77, 78)" in str(unclear.status_reason)
    assert desk.service.reject(one.id, "ada", "77 is ours, removed it").status == "rejected"


@pytest.mark.parametrize(("apart", "log"), [(110, ["late"]), (130, ["late", "create Spring"])])
def test_the_platforms_clock_may_be_two_minutes_behind(desk: Desk, apart: int, log: list[str]) -> None:
    one = desk.service.propose(CREATE, NEW, by="kim", reason="x")
    desk.platform.faults["apply"] = [error(UncertainWriteError)]
    assert desk.service.approve(one.id, "ada").status == "approved"
    _arrive(desk, CREATE)
    desk.platform.set("999", created_at=(NOW - timedelta(seconds=apart)).isoformat())
    assert desk.service.approve(one.id, "ada").status == "applied"
    assert desk.platform.log == log


@pytest.mark.parametrize("budget", ["70", "50"])
def test_an_object_that_is_not_as_a_confirmed_change_left_it_is_uncertain(desk: Desk, budget: str) -> None:
    proposal_id = desk.raised()
    desk.platform.faults["read_back"] = [error(TransientError)]
    assert desk.service.approve(proposal_id, "ada").status == "applying"
    desk.platform.set(BRAND, budget=budget)
    (found,) = desk.service.recover()
    assert found.status == "uncertain"
    assert f"EUR {budget}.00 → EUR 60.00" in str(found.status_reason)
    desk.platform.set(BRAND, budget="60")
    assert desk.service.approve(proposal_id, "ada").status == "applied"


def test_recovery_is_needed_while_a_change_is_under_way_or_a_proposals_time_is_over(desk: Desk) -> None:
    def is_needed(later: timedelta = timedelta()) -> bool:
        return needs_recovery(desk.service.applier.store(), NOW + later)

    proposal_id = desk.raised()
    assert (is_needed(), is_needed(timedelta(hours=25))) == (False, True)
    desk.platform.faults["read_back"] = [error(TransientError)]
    assert desk.service.approve(proposal_id, "ada").status == "applying"
    assert is_needed()
    desk.service.recover()
    assert not is_needed(timedelta(hours=25))


@pytest.mark.parametrize(("change", "status"), [({"status": "removed"}, "applied"), (RAISE, "uncertain")])
def test_an_object_that_is_gone_was_removed_or_is_to_be_looked_for(
    desk: Desk, change: dict[str, str], status: str
) -> None:
    gone = desk.service.propose(UPDATE, {"account_id": RAISE["account_id"], "campaign_id": BRAND} | change, by="kim",
                                reason="x")  # fmt: skip
    made = desk.service.propose(CREATE, NEW, by="kim", reason="x")
    desk.platform.faults["read_back"] = [error(TransientError), error(TransientError)]
    for one in (made, gone):
        assert desk.service.approve(one.id, "ada").status == "applying"
    with desk.platform.state() as state:
        del state["campaigns"][BRAND]
    found = {one.id: one for one in desk.service.recover()}
    assert {name: one.status for name, one in found.items()} == {made.id: "applied", gone.id: status}
    assert ("no longer has campaign 900" in str(found[gone.id].status_reason)) is (status == "uncertain")


def test_while_the_outcome_of_a_change_is_unknown_no_other_of_its_campaign_is_sent(desk: Desk) -> None:
    unclear = desk.raised()
    desk.platform.faults["read_back"] = [error(TransientError)]
    assert desk.service.approve(unclear, "ada").status == "applying"
    desk.platform.set(BRAND, budget="70")
    other = desk.service.propose(UPDATE, CUT, by="lee", reason="x").id
    for status in ("applying", "uncertain"):
        assert desk.service.get(unclear).status == status
        waits = desk.service.approve(other, "ada")
        assert (waits.status, len(desk.platform.log)) == ("approved", 1)
        assert f"proposal {unclear} changes the same campaign" in str(waits.status_reason)
        desk.service.recover()


def test_undo_restores_and_can_itself_be_undone(desk: Desk) -> None:
    done = desk.service.approve(desk.raised(), "ada")
    undo = desk.service.undo(done.id, "bob", "too much")
    first = desk.service.get(done.id)
    assert (undo.status, undo.reversal_of, budget_of(desk)) == ("applied", done.id, 50)
    assert undo.arguments == RAISE | {"daily_budget": "50"}
    assert (first.status, first.undone_by, first.undone_at is not None) == ("undone", "bob", True)
    again = desk.service.undo(undo.id, "bob", "not too much")
    assert (again.status, budget_of(desk), desk.service.get(undo.id).status) == ("applied", 60, "undone")
    assert len(desk.platform.log) == 3


def test_undo_says_what_it_cannot_undo(desk: Desk) -> None:
    made = desk.service.approve(desk.service.propose(CREATE, NEW, by="kim", reason="x").id, "ada")
    waiting = desk.raised()
    with pytest.raises(RefusedError, match="reject it instead"):
        desk.service.undo(waiting, "bob", "x")
    desk.platform.set(str(made.object_id), name="Summer")
    with pytest.raises(RefusedError, match="name: Spring → Summer"):
        desk.service.undo(made.id, "bob", "x")
    assert desk.service.get(made.id).status == "applied"


def test_an_undo_that_fails_leaves_the_change_applied(desk: Desk) -> None:
    done = desk.service.approve(desk.raised(), "ada")
    desk.platform.faults["apply"] = [error(PermanentError, "account closed")]
    undo = desk.service.undo(done.id, "bob", "x")
    assert (undo.status, desk.service.get(done.id).status, budget_of(desk)) == ("failed", "applied", 60)


@pytest.mark.parametrize(("step", "kind"), [("validate", TransientError), ("apply", ThrottledError)])
def test_an_undo_that_was_interrupted_is_continued(desk: Desk, step: str, kind: type[TransientError]) -> None:
    done = desk.service.approve(desk.raised(), "ada")
    desk.platform.faults[step] = [error(kind)]
    undo = desk.service.undo(done.id, "bob", "x")
    assert (undo.status, desk.service.get(done.id).status) == ("approved", "undoing")
    assert desk.service.undo(done.id, "bob", "x").id == undo.id
    assert (budget_of(desk), desk.service.get(done.id).status) == (50, "undone")


def test_two_who_approve_at_once_apply_once(folder: Path) -> None:
    for turn in range(5):
        desk = open_desk(folder)
        desk.platform.set(BRAND, budget="50")
        proposal_id, gate = desk.raised(), threading.Barrier(3)

        def approve(by: str, proposal_id: str = proposal_id, gate: threading.Barrier = gate) -> None:
            other = open_desk(folder)
            gate.wait()
            other.service.approve(proposal_id, by)

        people = [threading.Thread(target=approve, args=(name,)) for name in ("ada", "bob", "cyd")]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert desk.service.get(proposal_id).status == "applied"
        assert len(desk.platform.log) == turn + 1


def test_recovery_leaves_alone_what_another_process_is_applying(desk: Desk, folder: Path) -> None:
    seen: list[object] = []

    def look(step: str) -> None:
        if step == "answer":
            seen.extend(open_desk(folder).service.recover())
            seen.append(open_desk(folder).service.approve(proposal_id, "bob").status)

    proposal_id = desk.raised()
    desk.platform.tick = look
    assert desk.service.approve(proposal_id, "ada").status == "applied"
    assert seen == ["applying"]
