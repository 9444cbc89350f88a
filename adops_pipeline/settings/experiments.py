"""A/B tests as settings. A block becomes a checked definition here.

The statistics are imported only where a test is declared: reading settings stays quick.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from adops_pipeline.domain.experiments.metrics import MetricName
from adops_pipeline.domain.experiments.results import MethodChoice
from adops_pipeline.domain.experiments.words import Adjustment, Spending, Stopping
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings.base import Block

if TYPE_CHECKING:
    from adops_pipeline.domain.experiments.definitions import TestDefinition


class VariantSettings(Block):
    """One arm of an A/B test."""

    name: str = Field(description="Name of the arm.")
    ad_group_ids: tuple[str, ...] = Field(description="Ids of its ad groups (Meta: ad sets).")


class AbTestSettings(Block):
    """An A/B test: two arms of ad groups, a metric, and the rules that were agreed before it began."""

    id: str = Field(description="Id of the test; results are stored under it.")
    name: str = Field(description="Name of the test.")
    platform: Platform = Field(description="Platform of its ad groups.")
    campaign_id: str = Field(description="Campaign under which it is shown.")
    metric: MetricName = Field(description="Metric of the test.")
    variant_a: VariantSettings = Field(description="The control.")
    variant_b: VariantSettings = Field(description="The challenger.")
    started_on: date = Field(description="First day that counts, in the account's time zone.")
    min_sample_size: float = Field(0.0, description="Minimum sample per arm, in the metric's denominator.")
    min_days: int = Field(7, description="Days of data before any decision.")
    max_days: int = Field(28, description="Days of data after which it ends undecided.")
    alpha: float = Field(0.05, description="Two-sided level.")
    method: MethodChoice = Field(
        "auto",
        description="`auto`: by day, both arms paired. `z`, `exact`: trials are independent units, as this declares.",
    )
    stopping: Stopping = Field("always-valid", description="When a difference may be declared.")
    planned_looks: tuple[int, ...] = Field((), description="Days of data at the looks of a group-sequential test.")
    spending: Spending = Field("obrien-fleming", description="How such a test spends its error.")
    family: str | None = Field(None, description="Family of the test; significance is corrected over a family.")
    correction: Adjustment = Field("benjamini-hochberg", description="Correction over a family.")
    expected_split: float | None = Field(None, description="A's planned share of impressions, if there is one.")
    is_randomised: bool = Field(False, description="Chance decides who sees which arm; else results are observational.")
    use_earlier_days: bool = Field(
        True, description="Learn the days' correlation from up to 24 weeks before the test, where both arms delivered."
    )
    use_cuped: bool = Field(False, description="Adjust by the arms' days before the test (CUPED).")
    period_days: int | None = Field(
        None, description="Both arms are the same ad groups, A in a first period of so many days, B in a second one."
    )
    wait_for_mature_days: bool = Field(True, description="Use only days whose conversions are complete.")
    smallest_lift_of_interest: float = Field(0.1, description="Relative lift that days to a decision are reckoned for.")
    agent_id: str | None = Field(None, description="Agent that requested it.")

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        self.definition()
        return self

    def definition(self) -> "TestDefinition":
        """The definition. Raises DefinitionError, which names the field."""
        from adops_pipeline.domain.experiments.definitions import TestDefinition, Variant

        values = {name: getattr(self, name) for name in type(self).model_fields}
        for arm in ("variant_a", "variant_b"):
            values[arm] = Variant(values[arm].name, values[arm].ad_group_ids)
        return TestDefinition(**values)


def sound_together(tests: Sequence[AbTestSettings]) -> None:
    """Raise DefinitionError for tests that do not go together."""
    if not tests:
        return  # Imported here because the statistics take longer to import than all other settings together.
    from adops_pipeline.domain.experiments.definitions import check_together

    check_together([test.definition() for test in tests])
