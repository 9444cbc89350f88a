"""What was agreed before a test began: arms, metric, rules. Checked when made; what the data say is evaluation.py's.

A definition holds no result and no expectation of one.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, isfinite
from typing import ClassVar, get_args

from adops_pipeline.domain.experiments.comparison import refused_method
from adops_pipeline.domain.experiments.decisions import Rules
from adops_pipeline.domain.experiments.dependence import EARLIER_DAYS
from adops_pipeline.domain.experiments.metrics import METRICS, Metric
from adops_pipeline.domain.experiments.reasons import EXPLANATIONS
from adops_pipeline.domain.experiments.results import MethodChoice
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline.domain.experiments.words import Adjustment, Spending, Stopping
from adops_pipeline.domain.vocabulary import Platform

Problem = tuple[str, str]
"""A field's name and what is wrong with its value."""


class DefinitionError(ValueError):
    """A test that cannot be run as it is defined; each problem names its field."""

    def __init__(self, test_id: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"test {test_id!r}: " + "; ".join(f"{field} {what}" for field, what in problems))


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm: the ad groups (Meta: ad sets) whose days are added up."""

    name: str
    ad_group_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestDefinition:
    """One A/B test. Raises DefinitionError, which names every field that is wrong."""

    __test__: ClassVar[bool] = False  # pytest would collect a class of this name

    id: str
    name: str
    platform: Platform
    campaign_id: str
    """The campaign under which the test is shown; its ad groups may belong to others."""
    metric: str
    variant_a: Variant
    variant_b: Variant
    started_on: date
    """First day that counts, in the account's time zone."""
    min_sample_size: float = 0.0
    """Per variant, in the metric's denominator: impressions for ctr, clicks for cvr and cpc, conversions for cpa."""
    min_days: int = 7
    max_days: int = 28
    alpha: float = 0.05
    method: MethodChoice = "auto"
    stopping: Stopping = "always-valid"
    planned_looks: tuple[int, ...] = ()
    """Days of data at each look of a group-sequential test, the last one ``max_days``; else empty."""
    spending: Spending = "obrien-fleming"
    family: str | None = None
    """Tests of one family are judged together."""
    correction: Adjustment = "benjamini-hochberg"
    expected_split: float | None = None
    """A's promised share of the impressions; None where nobody promised one: then the split is not checked."""
    is_randomised: bool = False
    """Whether chance decides who sees which variant. A promised split says so too; else results are observational."""
    use_earlier_days: bool = True
    """Learn from up to 24 weeks before the test how the arms' days depend on each other, where both arms delivered in
    them. The effect is measured in the test's own days alone."""
    use_cuped: bool = False
    """Take off what the same arms' days before the test explain. They must not lie in another test. Where they are
    missing the effect stays as measured, and the method of the result says so."""
    period_days: int | None = None
    """Both arms are the same ad groups in two periods of so many days, A in the first and B in the second, as in a test
    of two budgets. Each day is paired with the one at its place in the other period; None: both arms run side by side.
    """
    wait_for_mature_days: bool = True
    """Whether metrics of conversions are judged on days only whose conversions are known."""
    smallest_lift_of_interest: float = 0.1
    agent_id: str | None = None
    stopped_on: date | None = None
    """Day on which somebody stopped it: it is judged up to then, and stays undecided if nothing is shown."""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise DefinitionError(self.id, problems)

    @property
    def measured(self) -> Metric:
        """The metric with its parts."""
        return METRICS[self.metric]

    @property
    def ad_group_ids(self) -> tuple[str, ...]:
        """Ad groups of both arms."""
        return self.variant_a.ad_group_ids + self.variant_b.ad_group_ids

    @property
    def first_day_read(self) -> date:
        """First day whose data an evaluation may use: how the arms' days depend on each other is learnt from it on.

        With CUPED, at least as many whole weeks before as the test may last.
        """
        return self.started_on - timedelta(
            days=max(EARLIER_DAYS * self.use_earlier_days, 7 * ceil(self.max_days / 7) * self.use_cuped)
        )

    @property
    def rules(self) -> Rules:
        """What decisions are made by."""
        return Rules(
            terms=Terms(self.alpha, self.method, self.expected_split, is_randomised=self.is_randomised),
            stopping=self.stopping,
            min_days=self.min_days,
            max_days=self.max_days,
            min_sample_size=self.min_sample_size,
            smallest_lift_of_interest=self.smallest_lift_of_interest,
            spending=self.spending,
        )

    @property
    def agreement(self) -> str:
        """All that a decision depends on, as JSON: a test with another agreement is another test."""
        agreed = {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("id", "name", "agent_id", "is_randomised", "stopped_on")
        }
        # tests decided before these fields existed keep their agreement
        if self.use_earlier_days:
            del agreed["use_earlier_days"]
        if self.period_days is None:
            del agreed["period_days"]
        arms = {name: sorted(agreed[name].ad_group_ids) for name in ("variant_a", "variant_b")}
        return json.dumps(agreed | arms | {"started_on": self.started_on.isoformat()}, sort_keys=True)


def check_together(definitions: Sequence[TestDefinition]) -> None:
    """Raise DefinitionError for two tests of one id, and for a family whose tests are not judged by the same rule."""
    for test_id, times in Counter(definition.id for definition in definitions).items():
        if times > 1:
            raise DefinitionError(test_id, [("id", f"is given to {times} tests")])
    rules: dict[str, TestDefinition] = {}
    for definition in definitions:
        if definition.family is None:
            continue
        first = rules.setdefault(definition.family, definition)
        for field in ("correction", "alpha"):
            if getattr(first, field) != getattr(definition, field):
                what = (
                    f"is {getattr(definition, field)}, but {first.id!r} of the same family has {getattr(first, field)}"
                )
                raise DefinitionError(definition.id, [(field, what)])


def _problems(test: TestDefinition) -> Iterator[Problem]:
    yield from _identity(test)
    yield from _arms(test)
    yield from _numbers(test)
    yield from _statistics(test)


def _identity(test: TestDefinition) -> Iterator[Problem]:
    for field in ("id", "name", "campaign_id"):
        if not getattr(test, field).strip():
            yield field, "must not be empty"
    if test.platform not in set(Platform):
        yield "platform", f"must be one of {', '.join(Platform)}, not {test.platform!r}"
    if test.metric not in METRICS:
        yield "metric", f"must be one of {', '.join(METRICS)}, not {test.metric!r}"


def _arms(test: TestDefinition) -> Iterator[Problem]:
    for field, variant in (("variant_a", test.variant_a), ("variant_b", test.variant_b)):
        ids = variant.ad_group_ids
        if not variant.name.strip():
            yield f"{field}.name", "must not be empty"
        if not ids or not all(name.strip() for name in ids):
            yield f"{field}.ad_group_ids", "needs at least one ad group, and no empty one"
        if len(set(ids)) < len(ids):
            yield f"{field}.ad_group_ids", "names an ad group twice"
    if test.period_days is not None:
        yield from _periods(test, test.period_days)
        return
    for shared in sorted({*test.variant_a.ad_group_ids} & {*test.variant_b.ad_group_ids}):
        yield "variant_b.ad_group_ids", f"has ad group {shared}, which is in variant_a too"


def _periods(test: TestDefinition, period_days: int) -> Iterator[Problem]:
    if {*test.variant_a.ad_group_ids} != {*test.variant_b.ad_group_ids}:
        yield "variant_b.ad_group_ids", "must be those of variant_a where period_days is set"
    if period_days < 7 or period_days % 7:
        yield "period_days", f"must be whole weeks, so that weekdays cancel, not {period_days}"
    elif test.max_days != period_days:
        yield "max_days", f"must be period_days ({period_days}), the pairs of days, not {test.max_days}"
    if test.use_cuped:
        yield "use_cuped", "cannot be combined with period_days: both arms have the same days before"


def _numbers(test: TestDefinition) -> Iterator[Problem]:
    if test.min_days < 1:
        yield "min_days", f"must be at least 1, not {test.min_days}"
    if test.max_days < test.min_days:
        yield "max_days", f"({test.max_days}) must not be below min_days ({test.min_days})"
    if not (isfinite(test.min_sample_size) and test.min_sample_size >= 0):
        yield "min_sample_size", f"must be 0 or more, not {test.min_sample_size}"
    if not 0.0 < test.alpha < 1.0:
        yield "alpha", f"must lie between 0 and 1, both excluded, not {test.alpha}"
    if test.expected_split is not None and not 0.0 < test.expected_split < 1.0:
        yield "expected_split", f"is A's share, between 0 and 1, both excluded, not {test.expected_split}"
    if not (isfinite(test.smallest_lift_of_interest) and test.smallest_lift_of_interest > 0):
        yield "smallest_lift_of_interest", f"must be above 0, not {test.smallest_lift_of_interest}"


def _statistics(test: TestDefinition) -> Iterator[Problem]:
    for field, words in (
        ("method", MethodChoice), ("stopping", Stopping), ("spending", Spending), ("correction", Adjustment),
    ):  # fmt: skip
        if getattr(test, field) not in get_args(words):
            yield field, f"must be one of {', '.join(get_args(words))}, not {getattr(test, field)!r}"
    refused = refused_method(METRICS[test.metric], test.method) if test.metric in METRICS else None
    if refused is not None:
        yield "method", f"{test.method} does not fit {test.metric}: {EXPLANATIONS[refused]}"
    if test.use_cuped and test.method not in ("auto", "log-delta"):
        yield "use_cuped", f"works on days, by method log-delta, not {test.method}"
    if test.family is not None and test.stopping == "group-sequential":
        yield "family", "cannot be corrected for where stopping is group-sequential: its looks have bounds, no p"
    yield from _looks(test)


def _looks(test: TestDefinition) -> Iterator[Problem]:
    looks = test.planned_looks
    if test.stopping != "group-sequential":
        if looks:
            yield "planned_looks", f"belong to group-sequential tests; stopping is {test.stopping}"
    elif not looks or any(later <= earlier for earlier, later in pairwise(looks)):
        yield "planned_looks", "must be days of data in increasing order, e.g. 7, 14, 21, 28"
    elif looks[0] < test.min_days or looks[-1] != test.max_days:
        yield "planned_looks", f"must begin no earlier than min_days ({test.min_days}) and end on max_days"
