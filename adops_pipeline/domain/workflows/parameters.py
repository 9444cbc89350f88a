"""Parameters of each workflow: one model each, with limits, defaults and descriptions.

Names are camelCase as people type them into JSON; snake_case is accepted too. How raw input is read is in `validation`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.allocation import AllocationMethod
from adops_pipeline.domain.tables.anomalies import AnomalyMetric, Direction
from adops_pipeline.domain.tables.benchmarks import BenchmarkMetric, BenchmarkPeriod
from adops_pipeline.domain.verdict import FRESH_DAYS
from adops_pipeline.domain.workflows.words import NO_TRUTH_VALUE, Currency, Day, ListOf, Name, Names, Platforms

LONGEST_LOOKBACK_DAYS = 400
LONGEST_SYNC_DAYS = 1110

Lookback = Annotated[int, Field(ge=1, le=LONGEST_LOOKBACK_DAYS), NO_TRUTH_VALUE]
Percent = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False), NO_TRUTH_VALUE]
Deviations = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False), NO_TRUTH_VALUE]


class Block(BaseModel):
    """Frozen; unknown names are rejected."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
        defer_build=True,  # a process reads parameters of few workflows, most of none
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, raw: object) -> object:
        """Null for a known field means that it is not given."""
        if not isinstance(raw, Mapping):
            return raw
        return {name: value for name, value in raw.items() if value is not None or cls.canonical_name(name) is None}

    @classmethod
    def names(cls) -> list[str]:
        """The camelCase names of all fields."""
        return [to_camel(name) for name in cls.model_fields]

    @classmethod
    def canonical_name(cls, typed: str) -> str | None:
        """The camelCase name of the field that ``typed`` (camelCase or snake_case) means; None where there is none."""
        return next((to_camel(name) for name in cls.model_fields if typed in (name, to_camel(name))), None)

    @classmethod
    def group(cls, canonical: str) -> "type[Block] | None":
        """The model of the field's own fields; None for a field that is a plain value."""
        kinds = (field.annotation for name, field in cls.model_fields.items() if to_camel(name) == canonical)
        return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Block)), None)


class Parameters(Block):
    """Parameters of every workflow."""

    platforms: Platforms = Field((), description="Platforms to include; empty means all.")


class Selection(Parameters):
    """Selection of campaigns and the last day."""

    campaign_ids: Names = Field(
        (), description="Campaigns to include, by the platform's id or platform:id; empty means all."
    )
    project_id: Name | None = Field(None, description="Only campaigns of this project.")
    as_of: Day | None = Field(None, description="Last day to include; default: the newest complete day.")


class Review(Selection):
    """A selection, and the minimum severity of findings."""

    min_severity: Severity = Field(Severity.INFO, description="Findings below this are counted, not listed.")


class SyncParameters(Parameters):
    """sync-platforms."""

    lookback_days: Annotated[int, Field(ge=1, le=LONGEST_SYNC_DAYS), NO_TRUTH_VALUE] | None = Field(
        None, description="Number of days to pull again; without it, exactly the days that platforms may still restate."
    )


class PacingThresholds(Block):
    """Which verdicts are listed. How severe they are is judged when budgets are paced, alike for alerts."""

    over_ratio: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False), NO_TRUTH_VALUE] | None = Field(
        None, description="List overpacing and over-delivery from this multiple of the target; default: all."
    )
    under_ratio: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), NO_TRUTH_VALUE] | None = Field(
        None, description="List underpacing and under-delivery below this multiple of the target; default: all."
    )
    overspend_probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), NO_TRUTH_VALUE] = Field(
        0.0, description="List a likely overspend from this probability of ending over the budget."
    )
    overspend_pct: Percent = Field(
        0.0, description="List a likely overspend where the likely end exceeds the budget by this percentage."
    )


class PacingParameters(Review):
    """pacing-check."""

    lookback_days: Lookback = Field(FRESH_DAYS, description="Days in which a budget must have been paced to count.")
    thresholds: PacingThresholds = Field(PacingThresholds(), description="Which verdicts are listed.")


class AnomalyThresholds(Block):
    """Thresholds of unusual days."""

    score: Deviations = Field(0.0, description="Minimum distance from the usual value, in robust standard deviations.")
    change_pct: Percent = Field(0.0, description="Minimum distance from the expected value, in percent.")
    least_money: dict[Currency, Annotated[Decimal, Field(ge=0, allow_inf_nan=False), NO_TRUTH_VALUE]] = Field(
        {}, description='Minimum money at stake, by account currency: {"EUR": 50, "JPY": 8000}.'
    )


class AnomalyParameters(Review):
    """anomaly-scan."""

    lookback_days: Lookback = Field(7, description="Number of days to look at.")
    metrics: ListOf[AnomalyMetric] = Field((), description="Metrics to include; empty means all.")
    directions: ListOf[Direction] = Field((), description="Only rises or only falls; default: both.")
    thresholds: AnomalyThresholds = Field(AnomalyThresholds(), description="How unusual a day must be.")


class BenchmarkThresholds(Block):
    """Thresholds of changes; only significant changes are findings."""

    change_pct: Percent = Field(0.0, description="Minimum change, in percent.")
    z_score: Deviations = Field(0.0, description="Minimum change, in standard errors.")


class BenchmarkParameters(Review):
    """benchmark-review."""

    lookback_days: Lookback = Field(
        60, description="Days within which the compared period must have ended; sales take weeks to be complete."
    )
    metrics: ListOf[BenchmarkMetric] = Field((), description="Metrics to include; empty means all.")
    periods: ListOf[BenchmarkPeriod] = Field((), description="The last week or the last month; default: both.")
    changes: ListOf[Literal["better", "worse"]] = Field(
        (), description="Only improvements or only deteriorations; default: both."
    )
    thresholds: BenchmarkThresholds = Field(BenchmarkThresholds(), description="Which changes are worth a finding.")


class TestParameters(Review):
    """ab-test-evaluation."""

    __test__ = False

    lookback_days: Lookback = Field(30, description="Days back to which finished tests are reported again.")
    test_ids: Names = Field((), description="Tests to include; empty means all.")


class ReallocationThresholds(Block):
    """Thresholds of budget changes."""

    change_pct: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), NO_TRUTH_VALUE] = Field(
        1.0, description="Moves smaller than this percentage of the present budget are planned but not listed."
    )


class ReallocationParameters(Selection):
    """budget-reallocation."""

    lookback_days: Lookback = Field(7, description="Days for which a plan stays valid.")
    method: AllocationMethod = Field("response-curve", description="Method of the plan.")
    max_change_pct: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False), NO_TRUTH_VALUE] = Field(
        20.0, description="Largest change of one budget, in percent of the present one."
    )
    currency: Currency | None = Field(
        None, description="Only budgets in this currency; default: each currency separately."
    )
    thresholds: ReallocationThresholds = Field(ReallocationThresholds(), description="Which moves are listed.")


class ChannelThresholds(Block):
    """Thresholds of changes between two periods."""

    change_pct: Percent = Field(20.0, description="Minimum change against the period before, in percent.")


class ChannelParameters(Review):
    """cross-channel-report."""

    lookback_days: Lookback = Field(7, description="Length of the period, in days; the one before is as long.")
    currency: Currency | None = Field(
        None,
        description="Currency of all money; default: the reporting currency. For another one, only rows in it count.",
    )
    top_campaigns: Annotated[int, Field(ge=0, le=1000), NO_TRUTH_VALUE] = Field(
        10, description="Campaigns to list, by spend."
    )
    thresholds: ChannelThresholds = Field(ChannelThresholds(), description="Which changes are worth a finding.")


class LearningThresholds(Block):
    """Thresholds of evidence, and of recommendations that count as followed."""

    min_evidence: Annotated[int, Field(ge=1, le=1000), NO_TRUTH_VALUE] = Field(
        3, description="Minimum number of observations of the same thing."
    )
    followed_pct: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False), NO_TRUTH_VALUE] = Field(
        50.0, description="Percent of a recommended change that must have happened for it to count as followed."
    )


class LearningParameters(Review):
    """learning-review."""

    lookback_days: Lookback = Field(90, description="Number of days to look back.")
    outcome_days: Annotated[int, Field(ge=3, le=28), NO_TRUTH_VALUE] = Field(
        7, description="Days after a recommended change over which its outcome is measured."
    )
    thresholds: LearningThresholds = Field(LearningThresholds(), description="What counts as evidence.")

    @model_validator(mode="after")
    def _window_fits(self) -> Self:
        if self.outcome_days > self.lookback_days:
            raise ValueError(
                f"outcomeDays ({self.outcome_days}) must be at most lookbackDays ({self.lookback_days}), "
                "else no outcome lies within the days looked at"
            )
        return self
