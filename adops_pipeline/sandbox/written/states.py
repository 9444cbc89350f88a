"""Campaigns and ad groups of the market with written values on them, and those that only clients created."""

from dataclasses import replace
from datetime import date
from typing import Any, cast
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign
from adops_pipeline.sandbox.written.objects import WrittenObject

_STILL_RUNNABLE = (CampaignStatus.ACTIVE, CampaignStatus.PAUSED)


def changed_campaign(campaign: MarketCampaign, written: WrittenObject | None, today: date) -> MarketCampaign:
    """The campaign with what was written to it. A flight that is over counts as ended, unless it was extended."""
    if written is None:
        return campaign
    values = written.market
    has_new_end = "end_date" in values and campaign.status is CampaignStatus.ENDED
    status = CampaignStatus.ACTIVE if has_new_end else campaign.status
    changed = replace(campaign, **cast("dict[str, Any]", {"status": status, **values}))
    if changed.status in _STILL_RUNNABLE and changed.end_date is not None and changed.end_date < today:
        return replace(changed, status=CampaignStatus.ENDED)
    return changed


def created_campaign(account: MarketAccount, written: WrittenObject, today: date) -> MarketCampaign:
    """A campaign that a client created; it starts on the day of its creation unless a start was written."""
    blank = MarketCampaign(
        platform=account.platform,
        account_id=account.account_id,
        campaign_id=written.object_id,
        name="",
        status=CampaignStatus.PAUSED,
        objective="sales",
        budget_kind="none",
        budget=None,
        shared_budget_id=None,
        start_date=written.created_at.astimezone(ZoneInfo(account.timezone)).date(),
        end_date=None,
        created_at=written.created_at,
    )
    return changed_campaign(blank, written, today)


def changed_ad_group(group: MarketAdGroup, written: WrittenObject | None) -> MarketAdGroup:
    """The ad group with the name, status and budget that were written to it."""
    if written is None:
        return group
    values = written.market
    return replace(
        group,
        name=values.get("name", group.name),
        status=values.get("status", group.status),
        budget=values.get("budget", group.budget),
    )


def created_ad_group(account: MarketAccount, written: WrittenObject) -> MarketAdGroup:
    """An ad group that a client created."""
    blank = MarketAdGroup(
        platform=account.platform,
        account_id=account.account_id,
        campaign_id=written.parent_id,
        ad_group_id=written.object_id,
        name="",
        status=CampaignStatus.PAUSED,
        budget=None,
    )
    return changed_ad_group(blank, written)
