"""Settings of proposals: what applies by itself, how much may change, and how long a proposal waits."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from adops_pipeline.settings.base import Block

Applies = Literal["never", "test", "always"]


class ProposalSettings(Block):
    """What may change on the platforms without a person, and how much in a day."""

    apply_automatically: Applies = Field(
        "test",
        description="Which proposals are applied without approval: those of platforms in mode `test`, `never` or "
        "`always` any.",
    )
    max_change_per_step_pct: Decimal | None = Field(
        Decimal(50),
        gt=0,
        description="Largest change of a budget or bid in percent of its value at the day's first change; all changes "
        "of the day in one direction count together.",
    )
    max_money_per_change: Decimal | None = Field(
        Decimal(1000),
        gt=0,
        description="Most money per day that the changes of a campaign may move in a day, in the reporting currency.",
    )
    max_money_per_day: Decimal | None = Field(
        Decimal(5000), gt=0, description="The same for all changes of an account."
    )
    max_changes_per_day: int | None = Field(100, ge=1, description="Changes of one account in a day.")
    expires_after_hours: float = Field(48, gt=0, le=8760, description="Hours after which a proposal cannot be applied.")
