"""Changes that buyers made in an account: daily budgets and status, at the beginning of the local day."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange
from adops_pipeline.sandbox.market.budgets import BudgetBook
from adops_pipeline.sandbox.market.entities import MarketChange
from adops_pipeline.sandbox.market.roster import CampaignPlan, Days

_SET_BY_BUYERS = frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED, CampaignStatus.REMOVED})
"""The end of a flight is nobody's change, and a draft is not on the platform yet."""


def account_changes(
    plans: Sequence[CampaignPlan], book: BudgetBook, dates: DateRange, now: datetime
) -> list[MarketChange]:
    """Changes on ``dates`` (days of the account) that were made by ``now``, oldest first."""
    found = [
        change
        for plan in plans
        if (days := _days_of(plan, dates)) is not None
        for change in (*_budget_changes(plan, book, days), *_status_changes(plan, days))
    ]
    seen: dict[tuple[datetime, str, str], MarketChange] = {}
    for change in found:
        # A shared budget is changed once, whichever of its campaigns is looked at first.
        seen.setdefault((change.changed_at, change.owner_id, type(change.after).__name__), change)
    made = (change for change in seen.values() if change.changed_at <= now)
    return sorted(made, key=lambda change: (change.changed_at, change.owner_id))


def _days_of(plan: CampaignPlan, dates: DateRange) -> Days | None:
    first = max(dates.start, plan.created_at.astimezone(ZoneInfo(plan.account.timezone)).date(), plan.start)
    if first > dates.end:
        return None
    return np.arange(first.toordinal(), dates.end.toordinal() + 1, dtype=np.int64)


def _budget_changes(plan: CampaignPlan, book: BudgetBook, days: Days) -> Iterator[MarketChange]:
    if plan.is_flight or plan.budget_kind == "none":
        return
    owners = [(g.ad_group_id, g.ad_group_id) for g in plan.ad_groups] if plan.has_ad_group_budgets else []
    for owner, ad_group_id in owners or [(plan.pool or plan.campaign_id, "")]:
        for day, before, after in book.changes_of(owner, days):
            yield _change(plan, ad_group_id, owner, day, Decimal(before), Decimal(after))


def _status_changes(plan: CampaignPlan, days: Days) -> Iterator[MarketChange]:
    before = plan.status_on(date.fromordinal(int(days[0]) - 1))
    for day in days.tolist():
        after = plan.status_on(date.fromordinal(day))
        if after is not before and {before, after} <= _SET_BY_BUYERS:
            yield _change(plan, "", plan.campaign_id, day, before, after)
        before = after
    for group in plan.ad_groups:
        if group.stops_on is not None and days[0] <= group.stops_on.toordinal() <= days[-1]:
            stopped = group.stops_on.toordinal()
            yield _change(plan, group.ad_group_id, group.ad_group_id, stopped, CampaignStatus.ACTIVE, group.stops_as)


def _change(
    plan: CampaignPlan,
    ad_group_id: str,
    owner: str,
    day: int,
    before: Decimal | CampaignStatus,
    after: Decimal | CampaignStatus,
) -> MarketChange:
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time(), ZoneInfo(plan.account.timezone))
    return MarketChange(midnight.astimezone(UTC), plan.campaign_id, ad_group_id, owner, before, after)
