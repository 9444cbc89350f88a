"""New campaigns and ad sets: their parameters checked as Meta checks them.

Where Meta's refusals are not described, a refusal has Meta's form: code 100 with words for the user.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import BudgetKind, Objective
from adops_pipeline.sandbox.meta_ads.errors import bad_param, invalid, not_capable
from adops_pipeline.sandbox.meta_ads.nodes import Node
from adops_pipeline.sandbox.meta_ads.params import is_true, json_list, json_map, moment, one_of, required, whole_number
from adops_pipeline.sandbox.meta_ads.sent import BID_STRATEGIES, UNIFIED_STATUS, Body, Make, Sent
from adops_pipeline.sandbox.written import MarketValues, Turn

_OBJECTIVES: Mapping[str, Objective] = {
    "OUTCOME_APP_PROMOTION": "sales",
    "OUTCOME_AWARENESS": "awareness",
    "OUTCOME_ENGAGEMENT": "traffic",
    "OUTCOME_LEADS": "leads",
    "OUTCOME_SALES": "sales",
    "OUTCOME_TRAFFIC": "traffic",
}
_CATEGORIES = (
    *("CREDIT", "EMPLOYMENT", "FINANCIAL_PRODUCTS_SERVICES", "HOUSING", "ISSUES_ELECTIONS_POLITICS", "NONE"),
    "ONLINE_GAMBLING_AND_GAMING",
)
_BILLING_EVENTS = (
    *("APP_INSTALLS", "CLICKS", "IMPRESSIONS", "LINK_CLICKS", "LISTING_INTERACTION", "NONE", "OFFER_CLAIMS"),
    *("PAGE_LIKES", "POST_ENGAGEMENT", "PURCHASE", "THRUPLAY"),
)
_GOALS = (
    *("AD_RECALL_LIFT", "APP_INSTALLS", "CONVERSATIONS", "ENGAGED_USERS", "EVENT_RESPONSES", "IMPRESSIONS"),
    *("LANDING_PAGE_VIEWS", "LEAD_GENERATION", "LINK_CLICKS", "OFFSITE_CONVERSIONS", "PAGE_LIKES"),
    *("POST_ENGAGEMENT", "QUALITY_CALL", "QUALITY_LEAD", "REACH", "THRUPLAY", "VALUE", "VISIT_INSTAGRAM_PROFILE"),
)


def new_campaign(sent: Sent) -> Make:
    """Check a new campaign."""
    p = sent.params
    categories = json_list(p, "special_ad_categories") if "special_ad_categories" in p else None
    if categories is None:
        raise bad_param("The parameter special_ad_categories is required")
    for category in categories:
        one_of({"special_ad_categories": category}, "special_ad_categories", _CATEGORIES)
    required(p, "objective")
    objective = str(one_of(p, "objective", tuple(_OBJECTIVES)))
    status = sent.status()
    strategy = one_of(p, "bid_strategy", BID_STRATEGIES)
    budget = sent.budget()
    if budget is None:
        _check_no_budget(sent, strategy)
    kind: BudgetKind = "ad_group_daily"
    if budget is not None:
        kind = "daily" if budget[0] == "daily_budget" else "lifetime"
    name = required(p, "name")
    values: MarketValues = {
        "name": name,
        "status": UNIFIED_STATUS[status],
        "objective": _OBJECTIVES[objective],
        "budget_kind": kind,
        "budget": budget[1] if budget is not None else None,
    }
    body: Body = {
        "name": name,
        "status": status,
        "objective": objective,
        "special_ad_categories": [category for category in categories if category != "NONE"],
        "is_adset_budget_sharing_enabled": is_true(p, "is_adset_budget_sharing_enabled"),
        **({"bid_strategy": strategy} if strategy is not None else {}),
    }
    sent.flight(values, body, "stop_time")
    return lambda turn: sent.writes(turn, "campaign", market=values, body=body)


def _check_no_budget(sent: Sent, strategy: str | None) -> None:
    if "is_adset_budget_sharing_enabled" not in sent.params:
        raise invalid(
            "Must specify is_adset_budget_sharing_enabled",
            "Must specify True or False in is_adset_budget_sharing_enabled field if not using campaign budget.",
        )
    if strategy is not None:
        raise invalid("Bid strategy without budget", "bid_strategy can only be set with a campaign budget.")


def new_ad_set(sent: Sent) -> Make:
    """Check a new ad set."""
    p = sent.params
    campaign = sent.parent("campaign_id", "Campaign")
    campaign_id = str(campaign.values["id"])
    targeting = json_map(p, "targeting")
    if not targeting.get("geo_locations"):
        raise invalid("Location missing", "Your ad set must target at least one location.")
    for key in ("optimization_goal", "billing_event"):
        required(p, key)
    status = sent.status()
    name = required(p, "name")
    body: Body = {
        "name": name,
        "status": status,
        "optimization_goal": one_of(p, "optimization_goal", _GOALS),
        "billing_event": one_of(p, "billing_event", _BILLING_EVENTS),
        "targeting": targeting,
        **{key: p[key] for key in ("dsa_beneficiary", "dsa_payor", "destination_type") if key in p},
        **({"promoted_object": json_map(p, "promoted_object")} if "promoted_object" in p else {}),
        **_bid(sent),
    }
    values: MarketValues = {"name": name, "status": UNIFIED_STATUS[status]}
    of_campaign = _ad_set_budget(sent, campaign, values)
    end = moment(p, "end_time")
    sent.flight({}, body, "end_time")
    if of_campaign.get("budget_kind") == "ad_group_lifetime" and end is not None:
        of_campaign["end_date"] = end.astimezone(ZoneInfo(sent.account.timezone)).date()

    def make(turn: Turn) -> str:
        if of_campaign:
            turn.change(Platform.META_ADS, sent.account.account_id, "campaign", campaign_id, market=of_campaign)
        return sent.writes(turn, "ad_group", parent_id=campaign_id, market=values, body=body)

    return make


def _ad_set_budget(sent: Sent, campaign: Node, values: MarketValues) -> MarketValues:
    """Set the ad set's budget; returns what follows for its campaign."""
    budget = sent.budget()
    is_shared = bool({"daily_budget", "lifetime_budget"} & campaign.values.keys())
    if is_shared == (budget is not None):
        words = "has a budget already" if is_shared else "has no budget: set one on the ad set"
        raise invalid("Budget of campaign and ad set", f"The campaign {words}.")
    if budget is None:
        return {}
    name, values["budget"] = budget
    siblings = [n for n in sent.graph.ad_set_nodes(sent.account) if n.values["campaign_id"] == campaign.values["id"]]
    other = "lifetime_budget" if name == "daily_budget" else "daily_budget"
    if any(other in sibling.values for sibling in siblings):
        # The market knows one kind of ad set budget per campaign.
        raise not_capable()
    if name == "daily_budget":
        return {}
    if "end_time" not in sent.params:
        raise invalid("End time missing", "An ad set with a lifetime budget needs an end_time.")
    return {"budget_kind": "ad_group_lifetime"}


def _bid(sent: Sent) -> Body:
    strategy = one_of(sent.params, "bid_strategy", BID_STRATEGIES)
    if strategy in ("COST_CAP", "LOWEST_COST_WITH_BID_CAP") and "bid_amount" not in sent.params:
        raise invalid("Bid amount required", f"bid_amount is required for the bid strategy {strategy}.")
    bid = {"bid_amount": whole_number(sent.params, "bid_amount", 0)} if "bid_amount" in sent.params else {}
    return {**bid, **({"bid_strategy": strategy} if strategy is not None else {})}
