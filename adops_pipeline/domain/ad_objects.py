"""State of one object on an ad platform (campaign, ad group, ad, …) in the words of all platforms.

Connectors read it before and after a change; proposals compare, store and show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

ObjectKind = Literal["campaign", "ad_group", "ad", "creative", "pin", "audience", "budget"]


@dataclass(frozen=True, slots=True)
class AdObject:
    """One object as its platform described it at one moment.

    ``object_id`` is None for an object that is yet to be created. Budgets are in units of ``currency`` (never micros
    or minor units). ``fields`` holds the other values that can be changed, by the names of the tool's input model, as
    plain JSON values.
    """

    platform: Platform
    account_id: str
    kind: ObjectKind
    object_id: str | None
    name: str
    status: CampaignStatus
    currency: str
    campaign_id: str | None = None
    daily_budget: Decimal | None = None
    lifetime_budget: Decimal | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
