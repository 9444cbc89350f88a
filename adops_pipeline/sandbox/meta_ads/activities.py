"""The activities edge of an ad account: what was changed, when and by whom, newest first.

Without ``since`` and ``until`` Meta answers for one week. Budgets are minor units; status words are Ads Manager's.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange
from adops_pipeline.sandbox.market import AdMarket, MarketAccount, MarketChange
from adops_pipeline.sandbox.meta_ads.errors import bad_param, not_one_of
from adops_pipeline.sandbox.meta_ads.nodes import Node, minor_units
from adops_pipeline.sandbox.meta_ads.params import Params, moment

DEFAULT_DAYS = 7
CATEGORIES = frozenset(
    (
        *("ACCOUNT", "AD", "AD_KEYWORDS", "AD_SET", "AUDIENCE", "BID", "BUDGET", "CAMPAIGN", "DATE", "STATUS"),
        "TARGETING",
    )
)
_DEFAULT_FIELDS = ("event_time", "event_type", "extra_data", "object_id", "object_name", "actor_id")
_STATUS = {CampaignStatus.ACTIVE: "Active", CampaignStatus.PAUSED: "Inactive", CampaignStatus.REMOVED: "Deleted"}


def activities(
    market: AdMarket, account: MarketAccount, params: Params, fields: tuple[str, ...], now: datetime
) -> list[dict[str, object]]:
    """Activities that the parameters ask for; ``fields`` empty means Meta's own choice."""
    category = params.get("category")
    if category is not None and category not in CATEGORIES:
        raise not_one_of("category", CATEGORIES)
    until = moment(params, "until") or now
    since = moment(params, "since") or until - timedelta(days=DEFAULT_DAYS)
    if until < since:
        raise bad_param("since must be before until")
    zone = ZoneInfo(account.timezone)
    dates = DateRange(since.astimezone(zone).date(), until.astimezone(zone).date())
    names = _names(market, account, now)
    found = [
        _node(change, account, names)
        for change in reversed(market.changes(account.account_id, dates, now))
        if since <= change.changed_at <= until and category in (None, *_categories(change))
    ]
    return [node.select(fields or _DEFAULT_FIELDS) for node in found]


def _names(market: AdMarket, account: MarketAccount, now: datetime) -> Mapping[str, str]:
    campaigns = market.campaigns(account.account_id, now)
    groups = market.ad_groups(account.account_id, now)
    return {c.campaign_id: c.name for c in campaigns} | {g.ad_group_id: g.name for g in groups}


def _categories(change: MarketChange) -> tuple[str, str]:
    return "BUDGET" if isinstance(change.after, Decimal) else "STATUS", "AD_SET" if change.ad_group_id else "CAMPAIGN"


def _node(change: MarketChange, account: MarketAccount, names: Mapping[str, str]) -> Node:
    kind = "ad_set" if change.ad_group_id else "campaign"
    what = "budget" if isinstance(change.after, Decimal) else "run_status"
    local = change.changed_at.astimezone(ZoneInfo(account.timezone))
    return Node(
        "AdActivity",
        {
            "actor_id": "1220000000000009",
            "actor_name": "A buyer",
            "application_id": "119211728144504",
            "application_name": "Power Editor",
            "date_time_in_timezone": f"{local:%m/%d/%Y} {local.hour % 12 or 12}:{local:%M}{local:%p}".lower(),
            "event_time": f"{change.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000",
            "event_type": f"update_{kind}_{what}",
            "extra_data": json.dumps(_extra_data(change, account.currency)),
            "object_id": change.owner_id,
            "object_name": names.get(change.owner_id, ""),
            # Meta's older words: an ad set was once a campaign, and a campaign a campaign group.
            "object_type": "CAMPAIGN" if change.ad_group_id else "CAMPAIGN_GROUP",
            "translated_event_type": f"Update {kind} {what}".replace("_", " "),
        },
    )


def _extra_data(change: MarketChange, currency: str) -> Mapping[str, object]:
    if isinstance(change.before, Decimal) and isinstance(change.after, Decimal):
        old, new = (int(minor_units(amount, currency)) for amount in (change.before, change.after))
        kind = {"type": "Per day", "currency": currency}
        return {"old_value": {"old_value": old, **kind}, "new_value": {"new_value": new, **kind}}
    before, after = (_STATUS[CampaignStatus(str(status))] for status in (change.before, change.after))
    return {"old_value": before, "new_value": after}
