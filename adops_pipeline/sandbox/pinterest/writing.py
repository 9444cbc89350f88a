"""Creates and changes campaigns, ad groups and ads: 200 with the outcome of each item in the order of the request."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign
from adops_pipeline.sandbox.market import Objective as MarketObjective
from adops_pipeline.sandbox.pinterest.entities import Body
from adops_pipeline.sandbox.pinterest.listing import UNIFIED_STATUS, Listing
from adops_pipeline.sandbox.pinterest.organic import has_image
from adops_pipeline.sandbox.pinterest.requests import (
    AdGroupItem,
    AdItem,
    CampaignItem,
    Item,
    ItemError,
    amount,
    items_of,
    parsed,
    required,
)
from adops_pipeline.sandbox.pinterest.targeting import OPTIONS
from adops_pipeline.sandbox.written import MarketValues, Turn, WrittenMarket

_OBJECTIVES: Mapping[str, MarketObjective] = {
    "AWARENESS": "awareness",
    "VIDEO_COMPLETION": "awareness",
    "CONSIDERATION": "traffic",
    "WEB_CONVERSION": "sales",
    "CATALOG_SALES": "sales",
}
_NEEDS_BID = {("AWARENESS", "IMPRESSION"), ("CONSIDERATION", "CLICKTHROUGH"), ("CATALOG_SALES", "CLICKTHROUGH")}
_NOT_FOUND = 2
_INVALID = 1
_MICROS = Decimal(1_000_000)

Apply = Callable[[Turn, object], str]


class WriteDesk:
    """Applies the write requests to one account at one moment."""

    def __init__(self, market: WrittenMarket, account: MarketAccount, now: datetime) -> None:
        self._market, self._account, self._now = market, account, now
        self._key = (Platform.PINTEREST, account.account_id)

    def campaigns(self, body: bytes, *, is_update: bool) -> Mapping[str, object]:
        """``POST`` or ``PATCH`` of campaigns."""
        apply = self._update_campaign if is_update else self._create_campaign
        return self._answer(body, apply, lambda listing: listing.campaigns())

    def ad_groups(self, body: bytes, *, is_update: bool) -> Mapping[str, object]:
        """``POST`` or ``PATCH`` of ad groups."""
        apply = self._update_ad_group if is_update else self._create_ad_group
        return self._answer(body, apply, lambda listing: listing.ad_groups())

    def ads(self, body: bytes, *, is_update: bool) -> Mapping[str, object]:
        """``POST`` or ``PATCH`` of ads. Per the description an ad has one exception or none, not a list of them."""
        apply = self._update_ad if is_update else self._create_ad
        answer = self._answer(body, apply, lambda listing: listing.ads())
        return {"items": [_with_one_exception(item) for item in answer["items"]]}

    def _answer(self, body: bytes, apply: Apply, listed: Callable[[Listing], list[Body]]) -> dict[str, list[Body]]:
        outcomes: list[str | ItemError] = []
        with self._market.written.turn(self._now) as turn:
            for item in items_of(body):
                try:
                    outcomes.append(apply(turn, item))
                except ItemError as error:
                    outcomes.append(error)
        bodies = {str(one["id"]): one for one in listed(Listing(self._market, self._account, self._now))}
        return {"items": [_outcome(one, bodies) for one in outcomes]}

    def _create_campaign(self, turn: Turn, given: object) -> str:
        item = parsed(given, CampaignItem)
        required(item, "ad_account_id", "name", "objective_type")
        self._check_account(item)
        own = item.given("ad_account_id", "name", "status", "daily_spend_cap", "lifetime_spend_cap", "id")
        values: MarketValues = {
            "name": str(item.name),
            "status": _status(item) or CampaignStatus.ACTIVE,
            "objective": _OBJECTIVES[str(item.objective_type)],
            "budget_kind": "ad_group_daily",
            "budget": None,
            **_budget(item),
            **_flight(item),
        }
        if item.is_campaign_budget_optimization is True and values["budget"] is None:
            raise ItemError(
                _INVALID, "A campaign with campaign budget optimization needs a daily or lifetime spend cap."
            )
        return turn.create(*self._key, "campaign", market=values, body=own)

    def _update_campaign(self, turn: Turn, given: object) -> str:
        item = parsed(given, CampaignItem)
        required(item, "id")
        self._check_account(item)
        campaign = self._campaign(str(item.id))
        if campaign.status is CampaignStatus.REMOVED:
            raise ItemError(_INVALID, "An archived campaign cannot be changed.")
        if item.name is not UNSET:
            required(item, "name")
        values: MarketValues = {**_budget(item, campaign), **_flight(item, campaign)}
        values.update(_named(item))
        if item.objective_type is not UNSET:
            values["objective"] = _OBJECTIVES[str(item.objective_type)]
        own = item.given("ad_account_id", "name", "status", "daily_spend_cap", "lifetime_spend_cap", "id")
        turn.change(*self._key, "campaign", campaign.campaign_id, market=values, body=own)
        return campaign.campaign_id

    def _create_ad_group(self, turn: Turn, given: object) -> str:
        item = parsed(given, AdGroupItem)
        required(item, "name", "campaign_id", "billable_event")
        campaign = self._campaign(str(item.campaign_id))
        body = self._body_of_campaign(campaign)
        budget = amount(item.budget_in_micro_currency)
        has_cbo = bool(body["is_campaign_budget_optimization"])
        if has_cbo and (budget is not None or item.budget_type not in (UNSET, "CBO_ADGROUP")):
            raise ItemError(_INVALID, "The campaign holds the budget: leave out budget_in_micro_currency.")
        if not has_cbo and budget is None:
            raise ItemError(_INVALID, "'budget_in_micro_currency' is required: the campaign holds no budget.")
        self._check_bid(item, str(body["objective_type"]))
        self._check_targeting(item)
        values: MarketValues = {
            "name": str(item.name),
            "status": _status(item) or CampaignStatus.ACTIVE,
            "budget": None if budget is None else Decimal(budget) / _MICROS,
        }
        own = {"budget_type": "CBO_ADGROUP" if has_cbo else "DAILY", "bid_strategy_type": "MAX_BID"}
        own |= item.given("ad_account_id", "name", "status", "campaign_id", "id", "budget_in_micro_currency")
        return turn.create(*self._key, "ad_group", parent_id=campaign.campaign_id, market=values, body=own)

    def _update_ad_group(self, turn: Turn, given: object) -> str:
        item = parsed(given, AdGroupItem)
        required(item, "id")
        group = self._ad_group(str(item.id))
        if group.status is CampaignStatus.REMOVED:
            raise ItemError(_INVALID, "An archived ad group cannot be changed.")
        self._check_targeting(item)
        values = _named(item)
        budget = amount(item.budget_in_micro_currency)
        if budget is not None and group.budget is None:
            raise ItemError(_INVALID, "The campaign holds the budget: leave out budget_in_micro_currency.")
        if budget is not None:
            values["budget"] = Decimal(budget) / _MICROS
        own = item.given("ad_account_id", "name", "status", "campaign_id", "id", "budget_in_micro_currency")
        turn.change(*self._key, "ad_group", str(item.id), market=values, body=own)
        return str(item.id)

    def _create_ad(self, turn: Turn, given: object) -> str:
        item = parsed(given, AdItem)
        required(item, "ad_group_id", "creative_type", "pin_id")
        self._ad_group(str(item.ad_group_id))
        is_promotable = has_image(self._market.written, str(item.pin_id), self._now)
        if is_promotable is None:
            raise ItemError(_NOT_FOUND, "Pin not found.")
        if not is_promotable:
            raise ItemError(_INVALID, "The pin has no image and cannot be promoted.")
        if item.creative_type != "REGULAR":
            raise ItemError(_INVALID, f"The pin is an image and cannot be promoted as {item.creative_type}.")
        own = {"status": "ACTIVE", **item.given("ad_account_id", "id")}
        return turn.create(*self._key, "ad", parent_id=str(item.ad_group_id), body=own)

    def _update_ad(self, turn: Turn, given: object) -> str:
        item = parsed(given, AdItem)
        required(item, "id")
        if item.id not in {one["id"] for one in Listing(self._market, self._account, self._now).ads()}:
            raise ItemError(_NOT_FOUND, "Ad not found.")
        turn.change(*self._key, "ad", str(item.id), body=item.given("ad_account_id", "id", "ad_group_id"))
        return str(item.id)

    def _check_account(self, item: Item) -> None:
        if item.ad_account_id not in (UNSET, self._account.account_id):
            raise ItemError(_NOT_FOUND, "Advertiser not found.")

    def _campaign(self, campaign_id: str) -> MarketCampaign:
        for campaign in self._market.campaigns(self._account.account_id, self._now):
            if campaign.campaign_id == campaign_id:
                return campaign
        raise ItemError(_NOT_FOUND, "Campaign not found.")

    def _ad_group(self, ad_group_id: str) -> MarketAdGroup:
        for group in self._market.ad_groups(self._account.account_id, self._now):
            if group.ad_group_id == ad_group_id:
                return group
        raise ItemError(_NOT_FOUND, "AdGroup not found.")

    def _body_of_campaign(self, campaign: MarketCampaign) -> Body:
        listed = Listing(self._market, self._account, self._now).campaigns()
        return next(body for body in listed if body["id"] == campaign.campaign_id)

    def _check_bid(self, item: AdGroupItem, objective: str) -> None:
        if objective == "WEB_CONVERSION" and not item.optimization_goal_metadata:
            raise ItemError(_INVALID, "'optimization_goal_metadata' is required for the objective WEB_CONVERSION.")
        is_automatic = item.bid_strategy_type == "AUTOMATIC_BID"
        if (
            (objective, item.billable_event) in _NEEDS_BID
            and not is_automatic
            and not amount(item.bid_in_micro_currency)
        ):
            raise ItemError(
                _INVALID, f"'bid_in_micro_currency' is required for {objective} billed by {item.billable_event}."
            )

    def _check_targeting(self, item: AdGroupItem) -> None:
        if item.targeting_spec is UNSET:
            return
        spec: Any = item.targeting_spec
        for name in ("GEO", "INTEREST", "LOCALE", "LOCATION"):
            values = getattr(spec, name)
            unknown = [] if values is UNSET else [value for value in values if value not in OPTIONS[name]]
            if unknown:
                raise ItemError(_INVALID, f"{name}: '{unknown[0]}' is not one of the targeting options.")
        known = {one.object_id for one in self._market.written.created(*self._key, "audience", self._now)}
        for name in ("AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE"):
            wanted = getattr(spec, name)
            if wanted is not UNSET and set(wanted) - known - SEEDED_AUDIENCE_IDS:
                raise ItemError(_NOT_FOUND, f"{name}: Audience not found.")


SEEDED_AUDIENCE_IDS = frozenset({"2542620639259", "2542620639260"})
"""The audiences that every account starts with."""


def _with_one_exception(item: Body) -> Body:
    exceptions = item["exceptions"]
    one = {"exceptions": exceptions[0]} if isinstance(exceptions, list) and exceptions else {}
    return {**{name: value for name, value in item.items() if name != "exceptions"}, **one}


def _outcome(one: str | ItemError, bodies: Mapping[str, Body]) -> Body:
    if isinstance(one, ItemError):
        return {"exceptions": [{"code": one.code, "message": one.message}]}
    return {"data": bodies[one], "exceptions": []}


def _status(item: Item) -> CampaignStatus | None:
    return None if item.status is UNSET else UNIFIED_STATUS[str(item.status)]


def _named(item: Item) -> MarketValues:
    """New name and status of an item, where given."""
    values: MarketValues = {}
    if item.name is not UNSET:
        values["name"] = str(item.name)
    status = _status(item)
    if status is not None:
        values["status"] = status
    return values


def _budget(item: CampaignItem, before: MarketCampaign | None = None) -> MarketValues:
    """The spend cap that results: daily or for the lifetime, never both."""
    caps = {"daily": item.daily_spend_cap, "lifetime": item.lifetime_spend_cap}
    if all(cap is UNSET for cap in caps.values()):
        return {}
    held = None if before is None or before.budget is None else before.budget_kind
    daily = amount(caps["daily"])
    lifetime = amount(caps["lifetime"])
    is_kept = (held == "daily" and caps["daily"] is UNSET and lifetime) or (
        held == "lifetime" and caps["lifetime"] is UNSET and daily
    )
    if (daily and lifetime) or is_kept:
        raise ItemError(_INVALID, "'daily_spend_cap' and 'lifetime_spend_cap' cannot be set at the same time.")
    if daily:
        return {"budget_kind": "daily", "budget": Decimal(daily) / _MICROS}
    if lifetime:
        return {"budget_kind": "lifetime", "budget": Decimal(lifetime) / _MICROS}
    if held is not None:
        raise ItemError(_INVALID, "A campaign with campaign budget optimization needs a daily or lifetime spend cap.")
    return {}


def _flight(item: CampaignItem, before: MarketCampaign | None = None) -> MarketValues:
    values: MarketValues = {}
    if item.start_time not in (UNSET, None):
        values["start_date"] = datetime.fromtimestamp(int(str(item.start_time)), UTC).date()
    if item.end_time is not UNSET:
        end = item.end_time
        values["end_date"] = None if end is None else datetime.fromtimestamp(int(str(end)), UTC).date()
    start = values.get("start_date") or (before.start_date if before else None)
    end_date = values.get("end_date")
    if start is not None and end_date is not None and end_date < start:
        raise ItemError(_INVALID, "'end_time' must be after 'start_time'.")
    return values
