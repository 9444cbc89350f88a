"""Parts that the input models of Meta's tools share: ids, money, status words, paging."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from adops_pipeline.connectors.tools import ToolInput
from adops_pipeline.domain.vocabulary import CampaignStatus

DEFAULT_LIMIT, LARGEST_LIMIT = 25, 250


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("give the time with its UTC offset, for example 2026-12-01T00:00:00+01:00")
    return moment


_AccountDigits = Annotated[
    str,
    StringConstraints(pattern=r"^(act_)?\d{1,20}$"),
    AfterValidator(lambda text: text.removeprefix("act_")),
]
AccountId = Annotated[
    _AccountDigits,
    Field(description="Id of the ad account: its digits, with or without the prefix act_."),
]
ObjectId = Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Money = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
Moment = Annotated[datetime, AfterValidator(_aware)]

NewStatus = Annotated[Literal["paused", "active"], BeforeValidator(_lower)]
Status = Annotated[Literal["active", "paused", "archived", "deleted"], BeforeValidator(_lower)]
ListedStatus = Annotated[
    Literal[
        "ACTIVE",
        "PAUSED",
        "ARCHIVED",
        "IN_PROCESS",
        "WITH_ISSUES",
        "CAMPAIGN_PAUSED",
        "ADSET_PAUSED",
        "DISAPPROVED",
        "PENDING_REVIEW",
        "PENDING_BILLING_INFO",
        "PREAPPROVED",
    ],
    BeforeValidator(_upper),
]
BidStrategy = Annotated[
    Literal["LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS"],
    BeforeValidator(_upper),
]

UNIFIED_STATUS = {
    "ACTIVE": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "ARCHIVED": CampaignStatus.REMOVED,
    "DELETED": CampaignStatus.REMOVED,
}


class PageInput(ToolInput):
    """Arguments of every tool that lists."""

    fields: list[str] | None = Field(
        None, description="Names of the fields to return instead of the default ones, as the Marketing API names them."
    )
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Largest number of rows to return, from 1 to 250."
    )
    cursor: str | None = Field(
        None, max_length=2000, description="Cursor of the next page, as the previous answer gave it; none: first page."
    )


class AccountPageInput(PageInput):
    """Arguments of every tool that lists objects of an account."""

    account_id: AccountId


class AccountInput(ToolInput):
    """Arguments of every tool that changes something in an account."""

    account_id: AccountId
