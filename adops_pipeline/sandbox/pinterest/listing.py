"""An account's campaigns, ad groups and ads as Pinterest lists them, with what clients wrote to them."""

from datetime import UTC, datetime, timedelta

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup
from adops_pipeline.sandbox.pinterest.entities import Body, ad_group_body, campaign_body, entity_status
from adops_pipeline.sandbox.pinterest.organic import PROMOTED_PIN_ID
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObject

_FIRST_AD_OF_MARKET = 4_000_000_000_000
"""Each ad group of the market has one ad, whose id is the ad group's plus this."""
_REVIEW_TIME = timedelta(hours=1)


class Listing:
    """The lists of one account at one moment, unordered, of every status."""

    def __init__(self, market: WrittenMarket, account: MarketAccount, now: datetime) -> None:
        self._market, self._account, self._now = market, account, now
        self._today = now.astimezone(UTC).date()

    def campaigns(self) -> list[Body]:
        """``CampaignResponse`` of every campaign."""
        changes, written = self._changes(), self._written("campaign")
        return [
            campaign_body(c, self._today, changes.get(c.campaign_id), _own(written.get(c.campaign_id)))
            for c in self._market.campaigns(self._account.account_id, self._now)
        ]

    def ad_groups(self) -> list[Body]:
        """``AdGroupResponse`` of every ad group."""
        campaigns = {c.campaign_id: c for c in self._market.campaigns(self._account.account_id, self._now)}
        changes, written = self._changes(), self._written("ad_group")
        found = []
        for group in self._groups():
            one = written.get(group.ad_group_id)
            body = ad_group_body(
                group, campaigns[group.campaign_id], self._today, changes.get(group.ad_group_id), _own(one)
            )
            if one is not None and one.is_created:
                body["created_time"] = int(one.created_at.timestamp())
                body["updated_time"] = int(one.updated_at.timestamp())
            found.append(body)
        return found

    def ads(self) -> list[Body]:
        """``AdResponse`` of every ad: one of each ad group of the market, and those that clients created."""
        written = self._written("ad")
        created = {one.object_id for one in self._market.written.created(*self._key, "ad", self._now)}
        made = {one.object_id for one in self._market.written.created(*self._key, "ad_group", self._now)}
        campaign_of = {group.ad_group_id: group.campaign_id for group in self._groups()}
        found = [self._market_ad(group) for group in self._groups() if group.ad_group_id not in made]
        bodies = [{**body, **_own(written.get(str(body["id"])))} for body in found]
        return [*bodies, *(self._created_ad(written[ad_id], campaign_of) for ad_id in created)]

    @property
    def _key(self) -> tuple[Platform, str]:
        return Platform.PINTEREST, self._account.account_id

    def _groups(self) -> tuple[MarketAdGroup, ...]:
        return self._market.ad_groups(self._account.account_id, self._now)

    def _changes(self) -> dict[str, datetime]:
        return dict(self._market.last_changes(self._account.account_id, self._now))

    def _written(self, kind: str) -> dict[str, WrittenObject]:
        return {one.object_id: one for one in self._market.written.objects(*self._key, kind, self._now)}

    def _market_ad(self, group: MarketAdGroup) -> Body:
        opened = int(self._account.created_at.timestamp())
        return _ad_body(
            group.account_id,
            str(int(group.ad_group_id) + _FIRST_AD_OF_MARKET),
            group.campaign_id,
            {
                "ad_group_id": group.ad_group_id,
                "name": group.name,
                "pin_id": PROMOTED_PIN_ID,
                "creative_type": "REGULAR",
                "status": entity_status(group.status),
                "created_time": opened,
                "updated_time": opened,
            },
            "APPROVED",
        )

    def _created_ad(self, one: WrittenObject, campaign_of: dict[str, str]) -> Body:
        age = self._now - one.created_at
        times = {"created_time": int(one.created_at.timestamp()), "updated_time": int(one.updated_at.timestamp())}
        review = "APPROVED" if age >= _REVIEW_TIME else "PENDING"
        return _ad_body(one.account_id, one.object_id, campaign_of[one.parent_id], {**times, **_own(one)}, review)


def _ad_body(account_id: str, ad_id: str, campaign_id: str, own: Body, review: str) -> Body:
    status = str(own.get("status", "ACTIVE"))
    return {
        "id": ad_id,
        "ad_account_id": account_id,
        "campaign_id": campaign_id,
        "name": None,
        "destination_url": None,
        "review_status": review,
        "rejected_reasons": [],
        "rejection_labels": [],
        "summary_status": review if status == "ACTIVE" else status,
        "type": "pinpromotion",
        **own,
    }


def _own(written: WrittenObject | None) -> Body:
    return dict(written.body) if written is not None else {}


UNIFIED_STATUS = {
    "ACTIVE": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "ARCHIVED": CampaignStatus.REMOVED,
    "DRAFT": CampaignStatus.DRAFT,
    "DELETED_DRAFT": CampaignStatus.REMOVED,
}
"""The market's word for each of Pinterest's entity statuses."""
