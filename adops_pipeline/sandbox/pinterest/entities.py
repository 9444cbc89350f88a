"""Accounts, campaigns and ad groups of the market as Pinterest's API v5 describes them. No metrics, no requests here.

Money is micros of the account's currency, for yen too; times are Unix seconds; a flight's dates are UTC days.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign

Body = dict[str, object]
"""A JSON object."""

ENTITY_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
SUMMARY_STATUSES = (
    "RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT",
)  # fmt: skip
OWNER_ID = "2783136121146311751"
OWNER_NAME = "sandboxadvertiser"

_OBJECTIVES = {
    "sales": "WEB_CONVERSION",
    "leads": "WEB_CONVERSION",
    "traffic": "CONSIDERATION",
    "awareness": "AWARENESS",
}


def micros(amount: Decimal) -> int:
    """An amount in major units as whole micros."""
    return int(amount * 1_000_000)


def entity_status(status: CampaignStatus) -> str:
    """What the advertiser switched on or off: a flight that ended stays ACTIVE."""
    match status:
        case CampaignStatus.PAUSED:
            return "PAUSED"
        case CampaignStatus.DRAFT:
            return "DRAFT"
        case CampaignStatus.REMOVED:
            return "ARCHIVED"
        case _:
            return "ACTIVE"


def summary_status(status: CampaignStatus, start: date, today: date) -> str:
    """What it does today."""
    if status is CampaignStatus.ENDED:
        return "COMPLETED"
    if status is CampaignStatus.ACTIVE:
        return "NOT_STARTED" if start > today else "RUNNING"
    return entity_status(status)


def user_body() -> Body:
    """``GET /user_account``: the business behind the token."""
    return {
        "account_type": "BUSINESS",
        "id": OWNER_ID,
        "username": OWNER_NAME,
        "business_name": "Sandbox Advertiser",
        "about": "An advertiser of the simulated market",
        "profile_image": "https://i.pinimg.com/280x280_RS/sandbox.jpg",
        "website_url": "www.example.com",
        "board_count": 0,
        "pin_count": 0,
        "follower_count": 0,
        "following_count": 0,
        "monthly_views": 0,
    }


def account_body(account: MarketAccount) -> Body:
    """``AdAccount``. There is no time zone in it: Pinterest reports in UTC days."""
    created = int(account.created_at.timestamp())
    return {
        "id": account.account_id,
        "name": account.name,
        "owner": {"username": OWNER_NAME, "id": OWNER_ID},
        "country": account.country,
        "currency": account.currency,
        "permissions": ["OWNER"],
        "created_time": created,
        "updated_time": created,
    }


def campaign_body(
    campaign: MarketCampaign, today: date, changed_at: datetime | None = None, own: Body | None = None
) -> Body:
    """``CampaignResponse``: one of two spend caps, or none where the budget stands on the ad groups.

    ``changed_at``: the last change; the creation if there was none. ``own``: fields as a client wrote them.
    """
    cap = None if campaign.budget is None else micros(campaign.budget)
    return {
        "id": campaign.campaign_id,
        "ad_account_id": campaign.account_id,
        "name": campaign.name,
        "status": entity_status(campaign.status),
        "summary_status": summary_status(campaign.status, campaign.start_date, today),
        "objective_type": _OBJECTIVES[campaign.objective],
        "daily_spend_cap": cap if campaign.budget_kind in {"daily", "shared_daily"} else None,
        "lifetime_spend_cap": cap if campaign.budget_kind == "lifetime" else None,
        "is_campaign_budget_optimization": has_own_budget(campaign),
        "is_flexible_daily_budgets": False,
        "start_time": _first_second(campaign.start_date),
        "end_time": None if campaign.end_date is None else _last_second(campaign.end_date),
        "created_time": int(campaign.created_at.timestamp()),
        "updated_time": int((changed_at or campaign.created_at).timestamp()),
        "type": "campaign",
        "order_line_id": None,
        "tracking_urls": None,
        **(own or {}),
    }


def ad_group_body(
    group: MarketAdGroup,
    campaign: MarketCampaign,
    today: date,
    changed_at: datetime | None = None,
    own: Body | None = None,
) -> Body:
    """``AdGroupResponse``; flight and creation are its campaign's. ``changed_at``, ``own``: see `campaign_body`."""
    lifetime = campaign.budget_kind == "ad_group_lifetime"
    own_budget_type = "LIFETIME" if lifetime else "DAILY"
    return {
        "id": group.ad_group_id,
        "ad_account_id": group.account_id,
        "campaign_id": group.campaign_id,
        "name": group.name,
        "status": entity_status(group.status),
        "summary_status": summary_status(group.status, campaign.start_date, today),
        "budget_in_micro_currency": None if group.budget is None else micros(group.budget),
        "budget_type": "CBO_ADGROUP" if has_own_budget(campaign) else own_budget_type,
        "bid_in_micro_currency": None,
        "bid_strategy_type": "AUTOMATIC_BID",
        "billable_event": "CLICKTHROUGH" if campaign.objective == "traffic" else "IMPRESSION",
        "auto_targeting_enabled": True,
        "placement_group": "ALL",
        "pacing_delivery_type": "STANDARD",
        "targeting_spec": {},
        "tracking_urls": None,
        "start_time": _first_second(campaign.start_date),
        "end_time": None if campaign.end_date is None else _last_second(campaign.end_date),
        "created_time": int(campaign.created_at.timestamp()),
        "updated_time": int((changed_at or campaign.created_at).timestamp()),
        "type": "adgroup",
        **(own or {}),
    }


def has_own_budget(campaign: MarketCampaign) -> bool:
    """Whether the campaign holds the budget (Pinterest: campaign budget optimization) and not its ad groups."""
    return campaign.budget_kind in {"daily", "shared_daily", "lifetime"}


def _first_second(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _last_second(day: date) -> int:
    return _first_second(day + timedelta(days=1)) - 1
