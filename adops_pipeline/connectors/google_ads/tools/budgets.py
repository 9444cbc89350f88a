"""Tool that changes the budget of a campaign of Google Ads. A shared budget concerns every campaign that uses it."""

from dataclasses import replace
from typing import Any, Self

from pydantic import Field, model_validator

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.calls import Mutation, Row
from adops_pipeline.connectors.google_ads.tools.campaign_state import existing_campaign, without_nones
from adops_pipeline.connectors.google_ads.tools.inputs import AccountInput, Money, ObjectId
from adops_pipeline.connectors.google_ads.tools.money import from_micros, plain, to_micros
from adops_pipeline.connectors.google_ads.tools.rows import value_of
from adops_pipeline.connectors.google_ads.tools.writes import GoogleAdsWrite
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "campaign.id",
    "campaign_budget.id",
    "campaign_budget.name",
    "campaign_budget.amount_micros",
    "campaign_budget.total_amount_micros",
    "campaign_budget.explicitly_shared",
)
_NAMED = 10


class UpdateBudgetInput(AccountInput):
    """Arguments of google_ads_update_campaign_budget."""

    campaign_id: ObjectId = Field(description="Id of a campaign that uses the budget, digits only.")
    daily_budget: Money | None = Field(
        default=None,
        description="New average budget per day in units of the account's currency, for a campaign that has one.",
    )
    lifetime_budget: Money | None = Field(
        default=None,
        description="New budget for the whole flight in units of the account's currency, for a campaign that has one.",
    )
    change_shared_budget: bool = Field(
        default=False,
        description="True: change the budget even if several campaigns use it, for all of them.",
    )

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.daily_budget is None) == (self.lifetime_budget is None):
            raise ValueError("give either daily_budget or lifetime_budget, whichever the campaign has")
        return self


class UpdateCampaignBudget(GoogleAdsWrite[UpdateBudgetInput]):
    """The amount of the budget that a campaign uses."""

    name = "google_ads_update_campaign_budget"
    description = (
        "Change the budget of a Google Ads campaign. A budget that several campaigns use is changed only with"
        " change_shared_budget."
    )
    input_model = UpdateBudgetInput

    async def before(self, client: GoogleAdsConnector, given: UpdateBudgetInput) -> AdObject:
        """The budget, with the campaigns that use it in ``fields``; RefusedInputError where they were not meant."""
        await existing_campaign(client, given, given.campaign_id)
        identity = await self._budget_id(client, given)
        found = await _read_budget(client, (given.account_id, given.login_customer_id), identity)
        if found is None:
            raise RefusedInputError(f"campaign_id: campaign {given.campaign_id} has no budget")
        return replace(_checked(found, given), campaign_id=given.campaign_id)

    async def intended(self, client: GoogleAdsConnector, given: UpdateBudgetInput, before: AdObject | None) -> AdObject:
        """The budget with the new amount."""
        now = before or await self.before(client, given)
        _micros(given, now.currency)
        return replace(now, daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget)

    async def mutation(self, client: GoogleAdsConnector, given: UpdateBudgetInput) -> Mutation:
        """An update of the amount."""
        now = await self.before(client, given)
        name = f"customers/{given.account_id}/campaignBudgets/{now.object_id}"
        values = _micros(given, now.currency)
        operation = {"update": {"resourceName": name, **values}, "updateMask": ",".join(values)}
        return Mutation("campaignBudgets:mutate", (operation,))

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The budget."""
        return await _read_budget(client, (account_id, None), object_id)

    def reverse(self, given: UpdateBudgetInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """The old amount."""
        if before is None:
            return "The amount before the change is not known."
        arguments: dict[str, Any] = {
            "account_id": after.account_id,
            "campaign_id": given.campaign_id,
            "change_shared_budget": given.change_shared_budget,
        }
        amounts = (("daily_budget", before.daily_budget), ("lifetime_budget", before.lifetime_budget))
        arguments |= {name: plain(amount) for name, amount in amounts if amount is not None}
        return Reversal(self.name, arguments | without_nones((("login_customer_id", given.login_customer_id),)))

    async def _budget_id(self, client: GoogleAdsConnector, given: UpdateBudgetInput) -> str:
        condition = f"campaign.id = {given.campaign_id}"
        rows = await calls.rows_of(client, given, gaql.select(("campaign_budget.id",), "campaign", (condition,)))
        return str(value_of(rows[0], "campaign_budget.id"))


async def _read_budget(client: GoogleAdsConnector, given: tuple[str, str | None], budget_id: str) -> AdObject | None:
    """A budget and the campaigns that use it now; None if no campaign does."""
    conditions = (f"campaign_budget.id = {budget_id}", "campaign.status != 'REMOVED'")
    rows = await calls.rows_of(client, given, gaql.select(_FIELDS, "campaign", conditions, ("campaign.id",)))
    return _budget_of(rows) if rows else None


def _budget_of(rows: list[Row]) -> AdObject:
    first = rows[0]
    campaigns = [value_of(row, "campaign.id") for row in rows]
    return AdObject(
        platform=Platform.GOOGLE_ADS,
        account_id=value_of(first, "customer.id"),
        kind="budget",
        object_id=value_of(first, "campaign_budget.id"),
        name=value_of(first, "campaign_budget.name") or f"Budget {value_of(first, 'campaign_budget.id')}",
        status=CampaignStatus.ACTIVE,
        currency=value_of(first, "customer.currency_code"),
        campaign_id=campaigns[0],
        daily_budget=from_micros(value_of(first, "campaign_budget.amount_micros")),
        lifetime_budget=from_micros(value_of(first, "campaign_budget.total_amount_micros")),
        fields={
            "is_shared": bool(value_of(first, "campaign_budget.explicitly_shared")),
            "used_by_campaigns": campaigns,
        },
    )


def _micros(given: UpdateBudgetInput, currency: str) -> dict[str, str]:
    """The new amount by its name in Google's JSON."""
    values = {}
    if given.daily_budget is not None:
        values["amountMicros"] = to_micros("daily_budget", given.daily_budget, currency)
    if given.lifetime_budget is not None:
        values["totalAmountMicros"] = to_micros("lifetime_budget", given.lifetime_budget, currency)
    return values


def _checked(found: AdObject, given: UpdateBudgetInput) -> AdObject:
    """The budget, if the change may be made. Raises RefusedInputError if not."""
    campaigns = found.fields["used_by_campaigns"]
    if isinstance(campaigns, list) and len(campaigns) > 1 and not given.change_shared_budget:
        more = f" and {len(campaigns) - _NAMED} more" if len(campaigns) > _NAMED else ""
        raise RefusedInputError(
            f"campaign_id: the budget of campaign {given.campaign_id} is shared by {len(campaigns)} campaigns"
            f" ({', '.join(campaigns[:_NAMED])}{more}); give change_shared_budget true to change it for all of them"
        )
    if given.daily_budget is not None and found.daily_budget is None:
        raise RefusedInputError("daily_budget: this campaign has a lifetime budget; give lifetime_budget instead")
    if given.lifetime_budget is not None and found.lifetime_budget is None:
        raise RefusedInputError("lifetime_budget: this campaign has a daily budget; give daily_budget instead")
    return found
