"""Settings of pacing, severity, benchmarks, targets and budget recommendations."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from adops_pipeline.domain.verdict import SeverityRules
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings.base import Block, harmless, split_list


class PacingSettings(Block):
    """Thresholds of pacing."""

    linear_over: Decimal = Field(Decimal("1.1"), ge=1, description="Linear ratio above which a budget is overpacing.")
    linear_under: Decimal = Field(Decimal("0.9"), gt=0, le=1, description="Linear ratio below which it is underpacing.")
    tolerance_start: float = Field(
        0.25, ge=0, le=1, description="Allowed distance from the seasonal target on the period's first day."
    )
    tolerance_end: float = Field(0.01, ge=0, le=1, description="Allowed distance on its last day.")

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if self.tolerance_end > self.tolerance_start:
            raise ValueError("tolerance_end must not be above tolerance_start: the tolerance narrows")
        return self


class SeveritySettings(Block):
    """When a verdict is a warning or critical; one scale for alerts, workflows and tables.

    A stake is money in days of the campaign's usual spend, and the probability that it is real.
    """

    warning_days: float = Field(1.0, gt=0, description="Days of usual spend at stake from which it is a warning.")
    critical_days: float = Field(3.0, gt=0, description="Days of usual spend at stake from which it is critical.")
    warning_certainty: float = Field(0.8, gt=0, le=1, description="Probability from which it can be a warning.")
    critical_certainty: float = Field(0.9, gt=0, le=1, description="Probability from which it can be critical.")
    least_money: dict[str, float] = Field(
        {}, description="Minimum money at stake by currency; less is info. `least_money = {EUR = 50, JPY = 8000}`."
    )
    least_days_elapsed: int = Field(
        3, ge=1, description="Days of a budget's period before its pace can be more than info."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.rules()
        return self

    def rules(self) -> SeverityRules:
        """The same for the domain. Raises ValueError where the numbers make no sense together."""
        return SeverityRules(**self.model_dump())


class BenchmarkSettings(Block):
    """When a campaign's ratio has changed."""

    false_discovery_rate: float = Field(
        0.1, gt=0, le=1, description="Largest expected share of chance among the changes shown (Benjamini-Hochberg q)."
    )


class TargetSettings(Block):
    """A target spend per calendar month, for a campaign or a group of campaigns across platforms."""

    name: str = Field(min_length=1, description="Name of the target.")
    amount: Decimal = Field(ge=0, description="Amount per calendar month.")
    currency: str = Field(
        pattern="^[A-Z]{3}$", description="Currency of the amount, which must be that of its campaigns."
    )
    campaigns: Annotated[tuple[str, ...], NoDecode] = Field(
        min_length=1, description="`platform:campaign_id`; for a shared budget, the budget's id."
    )

    _campaigns = field_validator("campaigns", mode="before")(split_list)

    @field_validator("campaigns")
    @classmethod
    def _full_names(cls, campaigns: tuple[str, ...]) -> tuple[str, ...]:
        for name in campaigns:
            _check_campaign(name)
        return campaigns


class AllocationSettings(Block):
    """Method and limits of budget recommendations."""

    method: Literal["response-curve", "heuristic"] = Field(
        "response-curve", description="`response-curve` fits response to spend; `heuristic` is a simple score."
    )
    objective: Literal["revenue", "conversions"] = Field("revenue", description="What the plan maximizes.")
    max_step_change: float | None = Field(
        0.20,
        ge=0,
        description="Largest relative change of a daily budget in one step, in plans and in the advice of pacing; a "
        "large number removes the limit.",
    )
    least_variation: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Relative variation of weekly spend, of its own, below which a campaign's response is not known.",
    )
    least_certainty: float = Field(
        0.95, gt=0, lt=1, description="Probability that a plan gains anything below which no money moves."
    )
    adstock_decay: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="Share of a day's effect that carries over to the next day; 0: none. Not set: fitted by platform.",
    )
    floors: dict[str, Decimal] = Field(default={}, description="Minimum daily budget by `platform:campaign_id`.")
    ceilings: dict[str, Decimal] = Field(default={}, description="Maximum daily budget by `platform:campaign_id`.")

    @field_validator("floors", "ceilings")
    @classmethod
    def _amounts(cls, amounts: dict[str, Decimal]) -> dict[str, Decimal]:
        for name, amount in amounts.items():
            _check_campaign(name)
            if not amount >= 0:
                raise ValueError(f"{name} must be an amount of at least 0, not {amount}")
        return amounts


def _check_campaign(name: str) -> None:
    platform, _, campaign = name.partition(":")
    if platform not in set(Platform) or not campaign:
        known = ", ".join(Platform)
        raise ValueError(f"campaigns are named platform:campaign_id (platforms: {known}), not {harmless(name)}")
