"""What the tools that change campaigns and ad sets share: values that can be changed, and how a change is undone."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from pydantic import Field, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import objects
from adops_pipeline.connectors.meta_ads.tools.inputs import (
    UNIFIED_STATUS,
    AccountInput,
    BidStrategy,
    Moment,
    Money,
    Name,
    Status,
)
from adops_pipeline.connectors.meta_ads.tools.money import amount_text, to_minor_units
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaWriteTool, existing, without_none
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

BUDGETS = ("daily_budget", "lifetime_budget")
_AMOUNTS = {"daily_budget": "daily_budget", "lifetime_budget": "lifetime_budget", "bid": "bid_amount"}
_TIMES = ("start_time", "stop_time", "end_time")
_WHICH = frozenset({"account_id", "campaign_id", "adset_id"})


class UpdateInput(AccountInput):
    """Values that can be changed of campaigns and of ad sets."""

    name: Name | None = Field(None, description="New name.")
    status: Status | None = Field(
        None, description="New status. What is archived can only be deleted; what is deleted is gone for good."
    )
    daily_budget: Money | None = Field(None, description="New budget per day in units of the account's currency.")
    lifetime_budget: Money | None = Field(
        None, description="New budget for the whole run in units of the account's currency."
    )
    bid_strategy: BidStrategy | None = Field(None, description="New bid strategy.")
    start_time: Moment | None = Field(None, description="New start with UTC offset, ISO 8601.")

    @model_validator(mode="after")
    def _some_change(self) -> "UpdateInput":
        check_budgets(self.daily_budget, self.lifetime_budget)
        if not changed(self):
            raise ValueError("give at least one value to change")
        return self


def check_budgets(daily: Decimal | None, lifetime: Decimal | None) -> None:
    """Raise ValueError if both kinds of budget are given."""
    if daily is not None and lifetime is not None:
        raise ValueError("give daily_budget or lifetime_budget, not both")


def changed(given: UpdateInput) -> dict[str, object]:
    """The values that an update sets."""
    return without_none({name: getattr(given, name) for name in type(given).model_fields if name not in _WHICH})


async def delivery_form(client: MetaAdsConnector, given: AccountInput) -> Form:
    """Name, status, budgets, bid and flight of an input as Meta takes them; what is not given is left out."""
    sent: Form = without_none({name: getattr(given, name, None) for name in ("name", "bid_strategy")})
    if (status := getattr(given, "status", None)) is not None:
        sent["status"] = status.upper()
    for name, sent_as in _AMOUNTS.items():
        if (amount := getattr(given, name, None)) is not None:
            sent[sent_as] = to_minor_units(amount, await client.currency(given.account_id), name)
    return sent | times_of(given)


def times_of(given: AccountInput) -> dict[str, str]:
    """Start and end of an input, in UTC."""
    return without_none({name: objects.utc_text(getattr(given, name, None)) for name in _TIMES})


Update = TypeVar("Update", bound=UpdateInput)


class MetaUpdateTool(MetaWriteTool[Update], Generic[Update]):
    """A tool that changes a campaign or an ad set. ``id_field`` is the argument with the object's id."""

    id_field: ClassVar[str]

    @abstractmethod
    def without_budget(self, given: Update) -> str:
        """Why an object without a budget of its own cannot be given one, and what to do instead."""

    def object_id(self, given: Update) -> str:
        """Id of the object to be changed."""
        return str(getattr(given, self.id_field))

    def path(self, given: Update) -> str:
        """See ``MetaWriteTool``."""
        return f"/{self.object_id(given)}"

    async def parameters(self, client: MetaAdsConnector, given: Update) -> Form:
        """See ``MetaWriteTool``."""
        return await delivery_form(client, given)

    async def before(self, client: MetaAdsConnector, given: Update) -> AdObject | None:
        """See ``WriteTool``."""
        return await existing(client, self.form, given.account_id, self.object_id(given), self.id_field)

    async def intended(self, client: MetaAdsConnector, given: Update, before: AdObject | None) -> AdObject:
        """See ``WriteTool``."""
        await self.parameters(client, given)
        now = before or await existing(client, self.form, given.account_id, self.object_id(given), self.id_field)
        self._check_budget_kind(given, now)
        bid: Decimal | None = getattr(given, "bid", None)
        fields = {"bid_strategy": given.bid_strategy, "bid": amount_text(bid, now.currency), **times_of(given)}
        return replace(
            now,
            name=given.name or now.name,
            status=UNIFIED_STATUS[given.status.upper()] if given.status else now.status,
            daily_budget=given.daily_budget or now.daily_budget,
            lifetime_budget=given.lifetime_budget or now.lifetime_budget,
            fields={**now.fields, **without_none(fields)},
        )

    async def apply(self, client: MetaAdsConnector, given: Update) -> str:
        """See ``WriteTool``."""
        # An id says nothing about its account, and permissions are granted by account.
        await self.before(client, given)
        await self._post(client, given)
        return self.object_id(given)

    async def find(self, client: MetaAdsConnector, given: Update, since: datetime) -> Sequence[AdObject]:
        """See ``WriteTool``: nothing is created."""
        del client, given, since
        return ()

    def reverse(self, given: Update, before: AdObject | None, after: AdObject) -> Reversal | str:
        """See ``WriteTool``."""
        what = f"{self.form.label} {self.object_id(given)}"
        if before is None:
            return f"The state of {what} before the change is not known."
        if after.status is CampaignStatus.REMOVED:
            return f"The {what} was {given.status or 'removed'}: Meta does not bring it back."
        former = _former_values(before)
        lost = [name for name in changed(given) if former.get(name) is None]
        if lost:
            return f"The {what} had no {' and no '.join(lost)} before, and Meta cannot unset that."
        arguments = {name: former[name] for name in changed(given)}
        which = {"account_id": given.account_id, self.id_field: self.object_id(given)}
        return Reversal(self.name, {**which, **arguments})

    def _check_budget_kind(self, given: Update, now: AdObject) -> None:
        """Meta does not change the kind of a budget. Raises RefusedInputError for another kind."""
        has = next((name for name in BUDGETS if getattr(now, name) is not None), None)
        wanted = next((name for name in BUDGETS if getattr(given, name) is not None), None)
        if wanted is None or wanted == has:
            return
        if has is None:
            raise RefusedInputError(f"{wanted}: {self.without_budget(given)}")
        raise RefusedInputError(f"{wanted}: {self.form.label} {self.object_id(given)} has a {has}; give {has} instead.")


def _former_values(before: AdObject) -> dict[str, object]:
    return {
        **before.fields,
        "name": before.name,
        "status": before.status.value if before.status is not CampaignStatus.REMOVED else "archived",
        **{name: amount_text(getattr(before, name), before.currency) for name in BUDGETS},
    }
