"""Parts that the input models of Pinterest's tools share: ids, names, money, times, paging."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from adops_pipeline.connectors.tools import ToolInput

LARGEST_LIMIT = 250


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("give the time with its UTC offset, for example 2026-12-01T00:00:00Z")
    return moment.astimezone(UTC).replace(microsecond=0)


AccountId = Annotated[
    str,
    StringConstraints(pattern=r"^\d{1,18}$"),
    Field(description="Id of the ad account, digits only; pinterest_list_ad_accounts lists them."),
]
ObjectId = Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Money = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
Moment = Annotated[datetime, AfterValidator(_aware)]
NewStatus = Literal["paused", "active"]
Status = Literal["active", "paused", "archived"]
ListedStatus = Literal["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2048)]


class PageInput(ToolInput):
    """Arguments of every tool that reads."""

    fields: list[str] | None = Field(
        None, description="Names of the fields to return instead of the default ones; an unknown name lists them all."
    )
    limit: int = Field(25, ge=1, le=LARGEST_LIMIT, description="Largest number of rows to return, 1 to 250.")
    cursor: str | None = Field(None, max_length=500, description="next_cursor of the previous page; absent: the first.")


class AccountInput(ToolInput):
    """Arguments of every tool that concerns an ad account."""

    account_id: AccountId


class AccountPageInput(PageInput):
    """Arguments of every tool that reads within an ad account."""

    account_id: AccountId


class DatesInput(AccountPageInput):
    """Arguments of every tool that reads figures."""

    start_date: date = Field(description="First day, as YYYY-MM-DD in UTC; at most 90 days ago.")
    end_date: date = Field(description="Last day, as YYYY-MM-DD in UTC; at most 90 days after start_date.")


def seconds(moment: datetime | None) -> int | None:
    """A time as Pinterest takes it: whole seconds since 1970."""
    return None if moment is None else int(moment.timestamp())


def check_budgets(daily: Decimal | None, lifetime: Decimal | None) -> None:
    """Raise ValueError if both kinds of budget are given."""
    if daily is not None and lifetime is not None:
        raise ValueError("give daily_budget or lifetime_budget, not both")


def check_flight(start: datetime | None, end: datetime | None) -> None:
    """Raise ValueError if the end is not after the start."""
    if start is not None and end is not None and end <= start:
        raise ValueError("end_time must be after start_time")
