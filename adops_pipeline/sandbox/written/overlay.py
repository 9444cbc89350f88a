"""The market as the emulated platforms show it after clients wrote to it. Same methods and answers as the market's.

Where nothing was written to an account, every question goes to the market itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange, Platform
from adops_pipeline.sandbox.market import (
    Market,
    MarketAccount,
    MarketAdGroup,
    MarketCampaign,
    MarketChange,
    MarketDay,
)
from adops_pipeline.sandbox.written.delivery import WrittenDelivery, per_campaign
from adops_pipeline.sandbox.written.objects import WrittenObject, WrittenObjects
from adops_pipeline.sandbox.written.states import (
    changed_ad_group,
    changed_campaign,
    created_ad_group,
    created_campaign,
)


class WrittenMarket:
    """A market and what was written to it; implements `AdMarket`."""

    def __init__(self, market: Market, written: WrittenObjects | None = None) -> None:
        self._market = market
        self.written = written or WrittenObjects()

    def accounts(self, platform: Platform) -> tuple[MarketAccount, ...]:
        """See `Market.accounts`."""
        return self._market.accounts(platform)

    def campaigns(self, account_id: str, now: datetime) -> tuple[MarketCampaign, ...]:
        """See `Market.campaigns`."""
        found = self._market.campaigns(account_id, now)
        account = self._market.account(account_id)
        written = self._objects(account, "campaign", now)
        if not written:
            return found
        today = _day_of(now, account)
        changed = [changed_campaign(c, written.get(c.campaign_id), today) for c in found]
        created = [created_campaign(account, one, today) for one in written.values() if one.is_created]
        return tuple(sorted((*changed, *created), key=lambda c: int(c.campaign_id)))

    def ad_groups(self, account_id: str, now: datetime) -> tuple[MarketAdGroup, ...]:
        """See `Market.ad_groups`. Those of a removed campaign are removed with it."""
        found = self._market.ad_groups(account_id, now)
        account = self._market.account(account_id)
        if not self.written.has_any(account.platform, account_id):
            return found
        written = self._objects(account, "ad_group", now)
        changed = [changed_ad_group(group, written.get(group.ad_group_id)) for group in found]
        created = [created_ad_group(account, one) for one in written.values() if one.is_created]
        return tuple(sorted((*changed, *created), key=lambda g: (int(g.campaign_id), int(g.ad_group_id))))

    def changes(self, account_id: str, dates: DateRange, now: datetime) -> list[MarketChange]:
        """See `Market.changes`; what the market would have changed after a client wrote the same value is left out."""
        found = self._market.changes(account_id, dates, now)
        account = self._market.account(account_id)
        if not self.written.has_any(account.platform, account_id):
            return found
        objects = [*self._objects(account, "campaign", now).values(), *self._objects(account, "ad_group", now).values()]
        kept: list[MarketChange] = []
        first_write = {
            (one.object_id, name): entry.at
            for one in objects
            for entry in reversed(one.entries)
            for name in entry.market
        }
        for change in found:
            written_at = first_write.get((change.ad_group_id or change.campaign_id, _value(change)))
            if written_at is None or change.changed_at < written_at:
                kept.append(change)
        made = [c for one in objects for c in self._changes_of(account, one) if _day_of(c.changed_at, account) in dates]
        # A shared budget that is written to all its campaigns is changed once.
        once = {(change.changed_at, change.owner_id, _value(change)): change for change in made}
        return sorted((*kept, *once.values()), key=lambda change: (change.changed_at, change.owner_id))

    def last_changes(self, account_id: str, now: datetime) -> Mapping[str, datetime]:
        """See `Market.last_changes`."""
        found = self._market.last_changes(account_id, now)
        account = self._market.account(account_id)
        if not self.written.has_any(account.platform, account_id):
            return found
        kinds = (self._objects(account, kind, now) for kind in ("campaign", "ad_group"))
        return {**found, **{key: one.updated_at for objects in kinds for key, one in objects.items()}}

    def ad_group_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """See `Market.ad_group_days`."""
        found = self._market.ad_group_days(account_id, start, end, now)
        delivery = self._delivery(account_id, now)
        if delivery is None:
            return found
        days = delivery.replaced(found, start, end)
        return _ordered([day for day in days if day.ad_group_id])

    def campaign_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """See `Market.campaign_days`. A created campaign without ad groups delivers here, and only here."""
        found = self._market.campaign_days(account_id, start, end, now)
        delivery = self._delivery(account_id, now)
        if delivery is None:
            return found
        ids = delivery.campaign_ids
        groups = [d for d in self._market.ad_group_days(account_id, start, end, now) if d.campaign_id in ids]
        others = [day for day in found if day.campaign_id not in ids]
        return _ordered([*others, *per_campaign(delivery.replaced(groups, start, end))])

    def _delivery(self, account_id: str, now: datetime) -> WrittenDelivery | None:
        account = self._market.account(account_id)
        if not self.written.has_any(account.platform, account_id):
            return None
        campaigns, groups = (self._objects(account, kind, now) for kind in ("campaign", "ad_group"))
        return WrittenDelivery(self._market, account, campaigns, groups, now)

    def _objects(self, account: MarketAccount, kind: str, now: datetime) -> dict[str, WrittenObject]:
        found = self.written.objects(account.platform, account.account_id, kind, now)
        return {one.object_id: one for one in found}

    def _changes_of(self, account: MarketAccount, one: WrittenObject) -> Iterator[MarketChange]:
        """Changes of status and budget that were written to one object after its creation."""
        for entry in one.entries:
            before = one.at(entry.at - timedelta(microseconds=1))
            if before is None and one.is_created:
                continue
            day = _day_of(entry.at, account)
            was, now = self._state(account, one, before, day), self._state(account, one, one.at(entry.at), day)
            if was is None or now is None:
                continue
            group_id = one.object_id if isinstance(now, MarketAdGroup) else ""
            owner = group_id or getattr(now, "shared_budget_id", None) or one.object_id
            if was.status is not now.status:
                yield MarketChange(entry.at, now.campaign_id, group_id, one.object_id, was.status, now.status)
            if was.budget is not None and now.budget is not None and was.budget != now.budget:
                yield MarketChange(entry.at, now.campaign_id, group_id, owner, was.budget, now.budget)

    def _state(
        self, account: MarketAccount, one: WrittenObject, then: WrittenObject | None, day: date
    ) -> MarketCampaign | MarketAdGroup | None:
        """The object on ``day`` with what was written to it until ``then``; None where it is unknown."""
        is_campaign = one.kind == "campaign"
        if one.is_created:
            if then is None:
                return None
            return created_campaign(account, then, day) if is_campaign else created_ad_group(account, then)
        owners = {} if is_campaign else self._market.owners_of_ad_groups(account.account_id)
        campaign_id = one.object_id if is_campaign else owners.get(one.object_id, "")
        found = self._market.on_day(account.account_id, campaign_id, day)
        if found is None or is_campaign:
            return changed_campaign(found[0], then, day) if found else None
        return changed_ad_group(next(g for g in found[1] if g.ad_group_id == one.object_id), then)


def _value(change: MarketChange) -> str:
    return "status" if isinstance(change.after, CampaignStatus) else "budget"


def _day_of(moment: datetime, account: MarketAccount) -> date:
    return moment.astimezone(ZoneInfo(account.timezone)).date()


def _ordered(days: list[MarketDay]) -> list[MarketDay]:
    return sorted(days, key=lambda d: (d.date, int(d.campaign_id), int(d.ad_group_id or 0)))
