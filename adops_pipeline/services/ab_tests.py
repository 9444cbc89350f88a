"""A/B tests: those of the settings or of the simulated market, and those that are defined at run time.

The pipeline evaluates all of them (`declared`); here they are defined, looked at, evaluated at once, and stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from adops_pipeline.clock import Clock
from adops_pipeline.operations import ab_tests
from adops_pipeline.operations.ab_tests import StoredTest
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError, StoreError
from adops_pipeline.operations.store import Store
from adops_pipeline.settings.experiments import AbTestSettings
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader

if TYPE_CHECKING:  # A server imports the statistics when it is first asked about a test.
    from adops_pipeline.domain.experiments.definitions import TestDefinition
    from adops_pipeline.domain.experiments.progress import DayOfTest

_log = logging.getLogger(__name__)

Row = Mapping[str, Any]
Origin = Literal["settings", "api"]
"""Where a test was declared; the tests of the simulated market count as settings."""


@dataclass(frozen=True, slots=True)
class KnownTest:
    """A declared test with its published standing (a row of ``ab_tests``; None before its first evaluation).

    ``figures`` is the row of ``ab_test_results`` that the standing rests on; None before there is a day to judge.
    """

    definition: TestDefinition
    origin: Origin
    standing: Row | None
    created_by: str | None = None
    created_at: datetime | None = None
    stopped_at: datetime | None = None
    figures: Row | None = None

    @property
    def id(self) -> str:
        """The test's id."""
        return self.definition.id


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A test as the published data show it now: its row of ``ab_tests`` and its result; None without a day of data."""

    test: Row
    result: Row | None


@dataclass(frozen=True, slots=True)
class PlannedSize:
    """Trials per arm of a test, and the days that they take; None where the traffic is not known."""

    per_arm: int
    days: int | None


def plan_test(baseline: float, lift: float, alpha: float, power: float, per_day: float | None) -> PlannedSize:
    """The size of a test of a proportion. Raises InvalidError for figures that cannot be planned for."""
    from adops_pipeline.domain.experiments.power import days_to_collect, sample_size

    try:
        per_arm = sample_size(baseline, lift_rel=lift, alpha=alpha, power=power)
    except ValueError as error:
        raise InvalidError("lift", str(error)) from None
    return PlannedSize(per_arm, None if per_day is None else days_to_collect(per_arm, 0.0, per_day))


@dataclass(frozen=True)
class AbTests:
    """The A/B tests of one installation; ``of_settings`` are those that are not defined at run time."""

    store: Callable[[], Store]
    snapshots: SnapshotReader
    clock: Clock
    of_settings: Callable[[], Sequence[TestDefinition]]
    _days: dict[tuple[str, str], Sequence[DayOfTest]] = field(default_factory=dict, init=False)
    """Tests day by day, by version of the snapshot and id; those of the newest snapshot are kept."""

    def defined(self) -> list[TestDefinition]:
        """The tests that were defined at run time, also stopped ones."""
        with self.store().reading() as con:
            return [_definition(stored) for stored in ab_tests.every(con)]

    def declared(self) -> tuple[TestDefinition, ...]:
        """Every test. Where two have one id, that of the settings counts."""
        return _together(self.of_settings(), self.defined())

    def to_evaluate(self, of_settings: Sequence[TestDefinition]) -> tuple[TestDefinition, ...]:
        """Those of the settings and those defined at run time; without the latter if the store cannot be read.

        Metrics do not depend on the store: a run without it evaluates and publishes what it can, and says so.
        """
        try:
            return _together(of_settings, self.defined())
        except StoreError as error:
            _log.warning("A/B tests that were defined over the API are not evaluated: %s", error)
            return tuple(of_settings)

    def define(self, test: AbTestSettings, by: str) -> KnownTest:
        """Declare a test: the next run evaluates it.

        Raises RefusedError for an id that is taken, InvalidError for ad groups that were not pulled and for a test that
        does not go together with the others.
        """
        from adops_pipeline.domain.experiments.definitions import DefinitionError, check_together
        from adops_pipeline.warehouse.queries.experiments import unknown_ad_groups

        definition, others = test.definition(), self.declared()
        if definition.id in {other.id for other in others}:
            raise RefusedError(f"there is a test {definition.id!r} already; give another id")
        try:
            check_together([*others, definition])
        except DefinitionError as error:
            raise InvalidError("test", str(error)) from None
        with self.snapshots.reading() as snapshot:
            unknown = unknown_ad_groups(snapshot.con, definition.platform.value, definition.ad_group_ids)
        if unknown:
            raise InvalidError("adGroupIds", f"{definition.platform.value} has no ad group {', '.join(unknown[:5])}")
        with self.store().writing() as con:
            stored = ab_tests.create(con, definition.id, test.model_dump(mode="json"), by, self.clock())
        return _known(definition, stored, None)

    def every(self) -> list[KnownTest]:
        """Every declared test with its published standing, by id."""
        from adops_pipeline.warehouse.queries.experiments import newest_results, tests_of

        with self.store().reading() as con:
            stored = {one.id: one for one in ab_tests.every(con)}
        with self.snapshots.reading() as snapshot:
            standings, figures = tests_of(snapshot.con), newest_results(snapshot.con)
        own = {test.id for test in self.of_settings()}
        return [
            replace(
                _known(test, None if test.id in own else stored.get(test.id), standings.get(test.id)),
                figures=figures.get(test.id),
            )
            for test in sorted(self.declared(), key=lambda test: test.id)
        ]

    def get(self, test_id: str) -> KnownTest:
        """The test. Raises NotFoundError where there is none."""
        found = next((test for test in self.every() if test.id == test_id), None)
        if found is None:
            raise NotFoundError("A/B test", test_id)
        return found

    def evaluate(self, test_id: str) -> Evaluation:
        """Evaluate a test on the published data as the pipeline does, with its family. Nothing is stored."""
        from adops_pipeline.services.evaluations import evaluated_tests

        known = self.get(test_id)
        family = known.definition.family
        members = [test for test in self.declared() if test.id == test_id or (family and test.family == family)]
        with self.snapshots.reading() as snapshot:
            found = evaluated_tests(snapshot.con, members, self.clock())
        (test,) = (row for row in found.tests.iter_rows(named=True) if row["id"] == test_id)
        results = (row for row in found.results.iter_rows(named=True) if row["test_id"] == test_id)
        return Evaluation(test, next(results, None))

    def day_by_day(self, test_id: str) -> Sequence[DayOfTest]:
        """What the published data say about a test through each of its days; of a decided one, up to its decision.

        Raises NotFoundError where there is no such test.
        """
        from adops_pipeline.services.evaluations import days_of_test

        known = self.get(test_id)
        last = known.standing["completed_at"] if known.standing is not None else None
        with self.snapshots.reading() as snapshot:
            place = (snapshot.version, test_id)
            found = self._days.get(place)
            if found is None:
                found = days_of_test(snapshot.con, known.definition, self.clock(), last)
                for older in [one for one in self._days if one[0] != snapshot.version]:
                    self._days.pop(older, None)
                self._days[place] = found
        return found

    def stop(self, test_id: str, by: str) -> KnownTest:
        """End a test early: the next run evaluates it up to today for the last time, and it stays undecided.

        Raises RefusedError for a test of the settings, and for one that is decided.
        """
        known = self.get(test_id)
        if known.origin != "api":
            raise RefusedError(f"{test_id} is declared in the settings: remove it there")
        standing = known.standing
        if known.stopped_at is None and standing is not None and standing["status"] != "running":
            raise RefusedError(f"{test_id} has ended already: {standing['explanation']}")
        with self.store().writing() as con:
            stored = ab_tests.stop(con, test_id, by, self.clock())
        return replace(_known(_definition(stored), stored, standing), figures=known.figures)


def _together(of_settings: Sequence[TestDefinition], defined: Sequence[TestDefinition]) -> tuple[TestDefinition, ...]:
    """Tests of both origins; where two have one id, that of the settings counts."""
    taken = {test.id for test in of_settings}
    return (*of_settings, *(test for test in defined if test.id not in taken))


def _definition(stored: StoredTest) -> TestDefinition:
    definition = AbTestSettings.model_validate(stored.definition).definition()
    return definition if stored.stopped_at is None else replace(definition, stopped_on=stored.stopped_at.date())


def _known(definition: TestDefinition, stored: StoredTest | None, standing: Row | None) -> KnownTest:
    if stored is None:
        return KnownTest(definition, "settings", standing)
    return KnownTest(definition, "api", standing, stored.created_by, stored.created_at, stored.stopped_at)
