"""Promises over any life of proposals: whatever people, agents and faults do, the platform is as the records say.

The platform's own log of changes is the model: each entry belongs to one applied proposal, and each of those has one.
"""

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from adops_pipeline.connectors.errors import PermanentError, ThrottledError
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline_tests.services.proposals.desk import BRAND, RAISE, UPDATE, Desk, open_desk, with_caps
from adops_pipeline_tests.services.proposals.fake_platform import FakePlatform, error
from adops_pipeline_tests.services.proposals.killing import Killed, die

_CAP = Decimal(60)
_FAULTS = {"apply": (ThrottledError, PermanentError, UncertainWriteError), "answer": (UncertainWriteError,)}
_ENDED = {"rejected", "expired", "failed", "undone"}


class Life(RuleBasedStateMachine):
    """One campaign, proposals of its daily budget, and everybody who acts on them."""

    template: bytes

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "operations.db").write_bytes(self.template)
        self.platform = FakePlatform(self.folder / "platform.json")
        self.platform.add(BRAND, "Brand", "50")
        self.reasons: set[str] = set()
        self.desk: Desk = open_desk(self.folder, with_caps(max_money_per_change=_CAP), platform=self.platform)

    def teardown(self) -> None:
        self.desk.service.applier.store().close()
        shutil.rmtree(self.folder)

    @rule(budget=st.integers(40, 70), by=st.sampled_from(["kim", "trader"]))
    def propose(self, budget: int, by: str) -> None:
        """Proposing changes nothing."""
        try:
            self.desk.service.propose(UPDATE, RAISE | {"daily_budget": str(budget)}, by=by, reason="x")
        except RefusedError as refused:
            self.reasons.add(str(refused).split(":", maxsplit=1)[0])

    @rule(number=st.integers(0, 5), fault=st.sampled_from([None, None, *((s, k) for s in _FAULTS for k in _FAULTS[s])]))
    def approve(self, number: int, fault: "tuple[str, type[ThrottledError]] | None") -> None:
        """An approval applies at most once, and only where the object is as proposed."""
        self._decide(number, fault, lambda one: self.desk.service.approve(one, "ada").status)

    @rule(number=st.integers(0, 5), fault=st.sampled_from([None, ("answer", UncertainWriteError)]))
    def undo(self, number: int, fault: "tuple[str, type[ThrottledError]] | None") -> None:
        """An undo restores what was before."""
        self._decide(number, fault, lambda one: self.desk.service.undo(one, "ada", "x").status)

    @rule(number=st.integers(0, 5))
    def reject(self, number: int) -> None:
        """A rejection changes nothing on the platform."""
        self._decide(number, None, lambda one: self.desk.service.reject(one, "ada", "x").status)

    @rule(number=st.integers(0, 5), step=st.sampled_from(["before", "validate", "apply", "answer", "read_back"]))
    def crash_and_start_again(self, number: int, step: str) -> None:
        """The process ends in the midst of an approval; the next start knows what happened."""
        self.platform.tick = lambda passed: die() if passed == step else None
        try:
            self._decide(number, None, lambda one: self.desk.service.approve(one, "ada").status)
        except Killed:
            pass
        finally:
            self.platform.tick = lambda _: None
        self.desk.service.recover()

    @rule(budget=st.integers(20, 39))
    def somebody_changes_the_budget_on_the_platform(self, budget: int) -> None:
        """Nobody is asked."""
        self.platform.set(BRAND, budget=str(budget))

    def _decide(self, number: int, fault: "tuple[str, type[ThrottledError]] | None", decide: object) -> None:
        known = sorted(self.desk.service.list(), key=lambda one: one.proposed_at)
        if not known:
            return
        if fault is not None:
            self.platform.faults = {fault[0]: [error(fault[1])]}
        try:
            decide(known[number % len(known)].id)  # type: ignore[operator]
        except RefusedError:
            pass
        finally:
            self.platform.faults = {}

    @invariant()
    def every_change_of_the_platform_is_a_proposal_that_was_applied(self) -> None:
        """No write without a record of it, and no record without its write."""
        applied = [one for one in self.desk.service.list() if one.applied_at is not None]
        assert len(self.platform.log) == len(applied)
        assert sorted(self.platform.log) == sorted(
            f"update {BRAND} {one.state_intended.daily_budget:f} active" for one in applied
        )

    @invariant()
    def a_proposal_is_refused_for_a_reason(self) -> None:
        """There are only two here."""
        assert self.reasons <= {"nothing to change", "the change is beyond a cap"}

    @invariant()
    def nothing_is_left_in_doubt(self) -> None:
        """After every call, every proposal is in a state that somebody can act on."""
        for one in self.desk.service.list():
            assert one.status in {"proposed", "approved", "applied", "undoing", *_ENDED}, one
            assert one.status != "applied" or (one.verified_at is not None and one.reversal is not None)

    @invariant()
    def the_days_changes_in_one_direction_keep_within_the_cap(self) -> None:
        """Undos are not counted against it."""
        made = [one for one in self.desk.service.list() if one.applied_at is not None and one.reversal_of is None]
        raised = sum((one.money_per_day for one in made if one.money_per_day > 0), Decimal(0))
        assert raised <= _CAP


def test_any_life_of_proposals(migrated: bytes) -> None:
    Life.template = migrated
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Life, settings=settings(max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=checks)
    )
