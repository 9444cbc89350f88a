"""Rules of an installation for proposals, and what they need to know of the world."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.proposals.caps import Caps
from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class Policy:
    """``automatic`` are the platforms on which a proposal is applied without anybody's approval."""

    caps: Caps
    expires_after: timedelta
    automatic: Collection[Platform]
    reporting_currency: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the published data say. ``rate``: a currency's value in the reporting currency; None if it is not known.

    ``advice`` is what pacing, the budget plan and the actions of the day say of a campaign (platform, its id).
    """

    rate: Callable[[str], Decimal | None]
    advice: Callable[[Platform, str], Mapping[str, Any]] = field(default=lambda _platform, _campaign: {})
