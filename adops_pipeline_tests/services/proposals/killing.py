"""Ends a process, or what stands for one, at a chosen point of the life of a proposal, and continues in another.

A point is before or after a transaction of the store, within one before its commit, or around a step of the platform.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from adops_pipeline.operations.store import Connection, Store
from adops_pipeline_tests.services.proposals.desk import BRAND, CREATE, NEW, RAISE, UPDATE, Desk, open_desk
from adops_pipeline_tests.services.proposals.fake_platform import NOW, FakePlatform, ticking

CHANGES: dict[str, tuple[str, dict[str, str]]] = {
    "budget": (UPDATE, RAISE),
    "pause": (UPDATE, {"account_id": "111", "campaign_id": BRAND, "status": "paused"}),
    "creation": (CREATE, NEW),
}
LOGS = {
    "budget": ["update 900 60 active", "update 900 50 active", "update 900 60 active"],
    "pause": ["update 900 50 paused", "update 900 50 active", "update 900 50 paused"],
    "creation": ["create Spring", "update 901 30 removed", "update 901 30 paused"],
}
"""What a platform is asked to do when a change is applied, undone and made again: each once."""


class Killed(BaseException):
    """The process ends here: nothing catches it."""


@dataclass
class Fuse:
    """Counts the points that a process passes and calls ``end`` at the ``burns_at``-th."""

    burns_at: int | None
    end: Callable[[], None]
    passed: int = 0

    def tick(self, _: str = "") -> None:
        """One point is passed."""
        self.passed += 1
        if self.passed == self.burns_at:
            self.end()


class FusedStore(Store):
    """A store whose transactions have points before, within and after them."""

    fuse: Fuse

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.fuse.tick()
        with super().writing() as con:
            yield con
            self.fuse.tick()
        self.fuse.tick()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.fuse.tick()
        with super().reading() as con:
            yield con


def die() -> None:
    """End what stands for a process."""
    raise Killed


def fused_desk(folder: Path, fuse: Fuse) -> Desk:
    """A process that has this fuse."""
    store = FusedStore(f"sqlite:///{folder}/operations.db")
    store.fuse = fuse
    platform = FakePlatform(folder / "platform.json", tick=fuse.tick)
    return open_desk(folder, store=lambda: store, platform=platform)


def live(desk: Desk, change: str) -> None:
    """Do what is left of a change's life: propose, approve, undo, and undo the undo.

    A person who does not know what became of the last call looks at the list and does the next thing.
    """
    service, (tool, arguments) = desk.service, CHANGES[change]
    found = _chain(desk)
    first = found[0] if found else service.propose(tool, arguments, by="kim", reason="x")
    if first.status in ("proposed", "approved"):
        first = service.approve(first.id, "ada")
    assert first.status in ("applied", "undoing", "undone"), first
    undo = _reversal_of(desk, first.id)
    if undo is None or undo.status not in ("applied", "undoing", "undone"):
        undo = service.undo(first.id, "bob", "too much")
    assert undo.status in ("applied", "undoing", "undone"), undo
    again = _reversal_of(desk, undo.id)
    if again is None or again.status != "applied":
        again = service.undo(undo.id, "bob", "not too much")
    assert again.status == "applied", again


def next_start(folder: Path) -> Desk:
    """A process that is started a minute later."""
    return open_desk(folder, platform=FakePlatform(folder / "platform.json", ticking(NOW + timedelta(minutes=1))))


def judge(folder: Path, change: str) -> None:
    """Nothing was lost, nothing was done twice, and the records say what the platform shows."""
    desk = next_start(folder)
    found = _chain(desk)
    assert [one.status for one in found] == ["undone", "undone", "applied"], found
    assert desk.platform.log == LOGS[change]
    assert desk.service.recover() == []
    last = found[-1]
    assert last.after is not None
    now = desk.platform.get(str(last.object_id))
    assert now == last.state_after
    desk.service.applier.store().close()


def _chain(desk: Desk) -> list[Any]:
    """The proposal, its undo and the undo of that, as far as they exist; there must be no other."""
    found = {one.reversal_of: one for one in desk.service.list()}
    chain = [found[None]] if found else []
    while chain and chain[-1].id in found:
        chain.append(found[chain[-1].id])
    assert len(chain) == len(desk.service.list())
    return chain


def _reversal_of(desk: Desk, proposal_id: str) -> Any:
    return next((one for one in desk.service.list() if one.reversal_of == proposal_id and one.status != "failed"), None)
