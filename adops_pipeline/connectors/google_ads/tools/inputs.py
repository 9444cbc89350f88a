"""Arguments that several tools share: accounts, lists, money, and how they are checked."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from adops_pipeline.connectors.tools import ToolInput
from adops_pipeline.domain.vocabulary import CampaignStatus

_ID_DIGITS = 10


def _customer_id(text: str) -> str:
    digits = text.replace("-", "")
    if len(digits) != _ID_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a customer id of Google Ads has 10 digits, with or without dashes, e.g. 123-456-7890")
    return digits


CustomerId = Annotated[str, AfterValidator(_customer_id)]
ObjectId = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
Money = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
NAME_PATTERN = r"^[^\x00\n\r]+$"
"""Google accepts neither line breaks nor null characters in names and texts."""
Status = Literal["active", "paused"]

STATUS_WORDS = {"active": "ENABLED", "paused": "PAUSED", "removed": "REMOVED"}
STATUSES = {
    "ENABLED": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "REMOVED": CampaignStatus.REMOVED,
}


class AccountInput(ToolInput):
    """A call that concerns one account."""

    account_id: CustomerId = Field(
        description="Customer id of the account in Google Ads: 10 digits, with or without dashes."
    )
    login_customer_id: CustomerId | None = Field(
        default=None,
        description=(
            "Customer id of the manager account through which the account is accessed. Leave it out to use the one"
            " from the settings, or else the manager that Google lists for the account."
        ),
    )


class PageInput(ToolInput):
    """A call that returns a list."""

    limit: int = Field(default=25, ge=1, le=250, description="Number of rows to return at most, 1 to 250.")
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="The next_cursor of the previous answer, with otherwise the same arguments, for the next rows.",
    )


class ListInput(AccountInput, PageInput):
    """A list of objects in an account."""

    fields: Sequence[str] | None = Field(
        default=None,
        max_length=60,
        description=(
            "Fields to return instead of the default ones, by their GAQL names, e.g. campaign.name. Fields in micros"
            " are returned in currency units, without the ending _micros in their names."
        ),
    )
    statuses: Sequence[Literal["active", "paused", "removed"]] = Field(
        default=("active", "paused"),
        min_length=1,
        description="Return only objects with one of these statuses; removed ones are left out unless asked for.",
    )


def start_of(day: date) -> str:
    """The first second of a day, in the account's time zone, as Google writes it."""
    return f"{day} 00:00:00"


def end_of(day: date) -> str:
    """The last second of a day, in the account's time zone, as Google writes it."""
    return f"{day} 23:59:59"
