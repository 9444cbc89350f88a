"""Promises after a crash: killed at any point, the next start finds out what happened; nothing is lost or doubled."""

import multiprocessing
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.services.proposals.desk import BRAND, Desk, open_desk
from adops_pipeline_tests.services.proposals.fake_platform import FakePlatform
from adops_pipeline_tests.services.proposals.killing import (
    CHANGES,
    Fuse,
    Killed,
    die,
    fused_desk,
    judge,
    live,
    next_start,
)

_QUICK_STRIDE = 31
_REAL_POINTS = (3, 12, 21, 26, 27, 28, 31, 40, 60, 75)
"""Points at which real processes are killed: among them before, within and after the request."""


def _fresh(folder: Path, name: str) -> Path:
    """A copy of the folder."""
    copy = folder / name
    copy.mkdir()
    for file in ("operations.db", "platform.json"):
        shutil.copy(folder / file, copy / file)
    return copy


def _points(folder: Path, change: str) -> int:
    """How many points the whole life of a change has."""
    fuse = Fuse(None, die)
    desk = fused_desk(_fresh(folder, "counted"), fuse)
    live(desk, change)
    desk.service.applier.store().close()
    return fuse.passed


def _killed_at(folder: Path, change: str, point: int) -> None:
    copy = _fresh(folder, f"at-{point}")
    desk = fused_desk(copy, Fuse(point, die))
    with pytest.raises(Killed):
        live(desk, change)
    desk.service.applier.store().close()
    _continue(copy, change)


def _continue(folder: Path, change: str) -> None:
    """The next start: it knows the state of every proposal before anybody does anything."""
    desk = next_start(folder)
    desk.service.recover()
    assert {one.status for one in desk.service.list()} <= {"proposed", "approved", "applied", "undoing", "undone"}
    live(desk, change)
    desk.service.applier.store().close()
    judge(folder, change)
    shutil.rmtree(folder)


@pytest.mark.parametrize("change", CHANGES)
def test_killed_at_some_points_nothing_is_lost_or_doubled(folder: Path, change: str) -> None:
    for point in range(list(CHANGES).index(change) + 1, _points(folder, change) + 1, _QUICK_STRIDE):
        _killed_at(folder, change, point)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_killed_at_every_point_nothing_is_lost_or_doubled(folder: Path, change: str) -> None:
    number = _points(folder, change)
    assert number >= 80
    for point in range(1, number + 1):
        _killed_at(folder, change, point)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["budget", "creation"])
@pytest.mark.parametrize("second", [1, 2, 3, 5, 8])
def test_killed_again_while_it_recovers(folder: Path, change: str, second: int) -> None:
    for point in range(2, _points(folder, change), 5):
        copy = _fresh(folder, f"twice-{point}")
        with pytest.raises(Killed):
            live(fused_desk(copy, Fuse(point, die)), change)
        with suppress(Killed):
            fused_desk(copy, Fuse(second, die)).service.recover()
        _continue(copy, change)


def _live_and_die(folder: str, change: str, point: int) -> None:
    live(fused_desk(Path(folder), Fuse(point, lambda: os.kill(os.getpid(), signal.SIGKILL))), change)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["budget", "creation"])
def test_real_processes_that_are_killed_leave_nothing_in_doubt(folder: Path, change: str) -> None:
    for point in _REAL_POINTS:
        copy = _fresh(folder, f"real-{point}")
        process = processes.context().Process(target=_live_and_die, args=(str(copy), change, point))
        process.start()
        process.join(patience_seconds())
        assert process.exitcode == -signal.SIGKILL
        _continue(copy, change)


def _approve(folder: str, proposal_id: str, by: str, gate: "multiprocessing.synchronize.Barrier") -> None:
    desk = open_desk(Path(folder))
    gate.wait(patience_seconds())
    desk.service.approve(proposal_id, by)


@pytest.mark.slow
def test_two_processes_that_approve_at_once_apply_once(folder: Path) -> None:
    server, desk = processes.context(), open_desk(folder)
    for turn in range(5):
        desk.platform.set(BRAND, budget="50")
        proposal_id, gate = desk.raised(), server.Barrier(2)
        people = [
            server.Process(target=_approve, args=(str(folder), proposal_id, name, gate)) for name in ("ada", "bob")
        ]
        for person in people:
            person.start()
        for person in people:
            person.join(patience_seconds())
        assert [person.exitcode for person in people] == [0, 0]
        assert desk.service.get(proposal_id).status == "applied"
        assert len(desk.platform.log) == turn + 1


@pytest.mark.parametrize("change", ["budget", "creation"])
def test_a_request_that_arrives_after_the_crash_and_the_recovery_is_not_repeated(folder: Path, change: str) -> None:
    desk, tool = open_desk(folder), CHANGES[change]
    proposal = desk.service.propose(*tool, by="kim", reason="x")
    desk.platform.tick = lambda step: die() if step == "apply" else None
    with pytest.raises(Killed):
        desk.service.approve(proposal.id, "ada")
    later = open_desk(folder)
    (found,) = later.service.recover()
    assert (found.status, later.platform.log) == ("approved", [])
    _arrives(later, change)
    assert later.service.approve(proposal.id, "ada").status == "applied"
    assert later.platform.log == []


def _arrives(desk: Desk, change: str) -> None:
    if change == "budget":
        desk.platform.set(BRAND, budget="60")
        return
    platform = FakePlatform(desk.platform.file, desk.platform.clock)
    platform.add("901", "Spring", "30", "paused")
    platform.set("901", created_at=platform.clock().isoformat())
