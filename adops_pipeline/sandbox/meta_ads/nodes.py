"""The market's accounts, campaigns and ad groups as Graph API nodes: every field that is set, none that is not.

Budgets are texts in minor units (offset 1 for zero-decimal currencies); times carry the account's offset, no colon.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign
from adops_pipeline.sandbox.meta_ads import fields as known
from adops_pipeline.sandbox.meta_ads.errors import nonexisting_field
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObject

ZERO_DECIMAL_CURRENCIES = frozenset({"CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"})
"""Currencies whose offset is 1 (developers.facebook.com/docs/marketing-api/currencies); of all others it is 100."""

KNOWN_FIELDS: Mapping[str, frozenset[str]] = {
    "AdAccount": known.AD_ACCOUNT_FIELDS,
    "Campaign": known.CAMPAIGN_FIELDS,
    "AdSet": known.AD_SET_FIELDS,
    "Ad": known.AD_FIELDS,
    "AdCreative": known.CREATIVE_FIELDS,
    "CustomAudience": known.AUDIENCE_FIELDS,
    "AdActivity": known.ACTIVITY_FIELDS,
    "AdReportRun": known.REPORT_RUN_FIELDS,
    "User": known.USER_FIELDS,
}

_OBJECTIVES = {
    "sales": ("OUTCOME_SALES", "OFFSITE_CONVERSIONS"),
    "traffic": ("OUTCOME_TRAFFIC", "LINK_CLICKS"),
    "awareness": ("OUTCOME_AWARENESS", "REACH"),
    "leads": ("OUTCOME_LEADS", "LEAD_GENERATION"),
}
_OWN_STATUS = {CampaignStatus.PAUSED: "PAUSED", CampaignStatus.DRAFT: "PAUSED"}

REMOVED = frozenset({"ARCHIVED", "DELETED"})

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the graph: what it is and the fields that are set."""

    kind: str
    values: Values

    @property
    def status(self) -> str:
        """Effective status: what list filters compare."""
        return str(self.values["effective_status"])

    def select(self, names: Collection[str]) -> dict[str, object]:
        """The requested fields and the id; ``nonexisting_field`` for one that this kind of node does not have."""
        for name in names:
            if name not in KNOWN_FIELDS[self.kind]:
                raise nonexisting_field(name, self.kind)
        return {name: self.values[name] for name in dict.fromkeys([*names, "id"]) if name in self.values}


def graph_time(moment: datetime, timezone: str) -> str:
    """A moment as Meta writes it: ``2024-03-12T15:02:47-0700``."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M:%S%z")


def minor_units(amount: Decimal, currency: str) -> str:
    """A budget as Meta writes it: whole minor units as text."""
    return str(int(amount if currency in ZERO_DECIMAL_CURRENCIES else amount * 100))


def removed_word(object_id: str) -> str:
    """How the advertiser got rid of an object. Both ways occur; the id decides, so it never changes."""
    return "ARCHIVED" if int(object_id) // 4 % 2 else "DELETED"


def own_status(status: CampaignStatus, object_id: str, written: WrittenObject | None) -> str:
    """An object's own status. A campaign whose flight is over stays ACTIVE: only its ``stop_time`` shows it."""
    word = written.body.get("status") if written is not None else None
    if word is not None:
        return str(word)
    return removed_word(object_id) if status is CampaignStatus.REMOVED else _OWN_STATUS.get(status, "ACTIVE")


class Graph:
    """The market as nodes, as it stands at ``now``."""

    def __init__(self, market: WrittenMarket, now: datetime) -> None:
        self._market = market
        self._now = now
        self._written: dict[tuple[str, str], dict[str, WrittenObject]] = {}

    def accounts(self) -> tuple[MarketAccount, ...]:
        """Ad accounts that the token's owner may see."""
        return tuple(a for a in self._market.accounts(Platform.META_ADS) if not a.is_manager)

    def account(self, account_id: str) -> MarketAccount | None:
        """An account by its digits."""
        return next((a for a in self.accounts() if a.account_id == account_id), None)

    def campaigns(self, account: MarketAccount) -> list[MarketCampaign]:
        """Published campaigns of every status: a draft lives in Ads Manager alone."""
        found = self._market.campaigns(account.account_id, self._now)
        return [c for c in found if c.status is not CampaignStatus.DRAFT]

    def ad_groups(self, account: MarketAccount) -> list[tuple[MarketAdGroup, MarketCampaign]]:
        """Ad groups of the published campaigns, each with its campaign."""
        campaigns = {c.campaign_id: c for c in self.campaigns(account)}
        found = self._market.ad_groups(account.account_id, self._now)
        return [(g, campaigns[g.campaign_id]) for g in found if g.campaign_id in campaigns]

    def campaign_nodes(self, account: MarketAccount) -> list[Node]:
        """All campaigns of an account."""
        return [self.campaign_node(account, campaign) for campaign in self.campaigns(account)]

    def ad_set_nodes(self, account: MarketAccount) -> list[Node]:
        """All ad sets of an account."""
        return [self.ad_set_node(account, *pair) for pair in self.ad_groups(account)]

    def written(self, account: MarketAccount, kind: str) -> Mapping[str, WrittenObject]:
        """What clients created or changed of one kind in an account, by id."""
        key = (account.account_id, kind)
        if key not in self._written:
            found = self._market.written.objects(Platform.META_ADS, account.account_id, kind, self._now)
            self._written[key] = {one.object_id: one for one in found}
        return self._written[key]

    def objective(self, account: MarketAccount, campaign: MarketCampaign) -> str:
        """The campaign's objective in Meta's words."""
        written = self.written(account, "campaign").get(campaign.campaign_id)
        own = written.body.get("objective") if written is not None else None
        return str(own or _OBJECTIVES[campaign.objective][0])

    def campaign_status(self, account: MarketAccount, campaign: MarketCampaign) -> str:
        """A campaign's status."""
        written = self.written(account, "campaign").get(campaign.campaign_id)
        return own_status(campaign.status, campaign.campaign_id, written)

    def ad_set_statuses(
        self, account: MarketAccount, ad_group: MarketAdGroup, campaign: MarketCampaign
    ) -> tuple[str, str]:
        """An ad set's own status and the effective one, on which the campaign's has an influence."""
        parent = self.campaign_status(account, campaign)
        if parent in REMOVED:
            return parent, parent
        written = self.written(account, "ad_group").get(ad_group.ad_group_id)
        own = own_status(ad_group.status, ad_group.ad_group_id, written)
        return own, "CAMPAIGN_PAUSED" if own == "ACTIVE" and parent == "PAUSED" else own

    def find(self, object_id: str) -> tuple[MarketAccount, Node] | None:
        """The campaign or ad set of that id, deleted ones too, with its account."""
        for account in self.accounts():
            for campaign in self.campaigns(account):
                if campaign.campaign_id == object_id:
                    return account, self.campaign_node(account, campaign)
            for ad_group, campaign in self.ad_groups(account):
                if ad_group.ad_group_id == object_id:
                    return account, self.ad_set_node(account, ad_group, campaign)
        return None

    def account_node(self, account: MarketAccount) -> Node:
        """An ad account; 1 is the account status ``ACTIVE``."""
        offset = self._now.astimezone(ZoneInfo(account.timezone)).utcoffset()
        return Node(
            "AdAccount",
            {
                "id": f"act_{account.account_id}",
                "account_id": account.account_id,
                "name": account.name,
                "account_status": 1,
                "disable_reason": 0,
                "age": (self._now - account.created_at).days + 0.5,
                "business_country_code": account.country,
                "currency": account.currency,
                "timezone_name": account.timezone,
                "timezone_offset_hours_utc": offset.total_seconds() / 3600 if offset is not None else 0,
                "created_time": graph_time(account.created_at, account.timezone),
                "min_daily_budget": 100,
                "user_tasks": ["ANALYZE"],
            },
        )

    def campaign_node(self, account: MarketAccount, campaign: MarketCampaign) -> Node:
        """A campaign; its budget is absent when it stands on the ad sets."""
        status = self.campaign_status(account, campaign)
        created = graph_time(campaign.created_at, account.timezone)
        has_budget = campaign.budget is not None
        written = self.written(account, "campaign").get(campaign.campaign_id)
        return Node(
            "Campaign",
            {
                "id": campaign.campaign_id,
                "account_id": account.account_id,
                "name": campaign.name,
                "status": status,
                "configured_status": status,
                "effective_status": status,
                "objective": self.objective(account, campaign),
                "buying_type": "AUCTION",
                "created_time": created,
                "updated_time": created,
                "special_ad_categories": [],
                "special_ad_category": "NONE",
                "is_adset_budget_sharing_enabled": False,
                **({"bid_strategy": "LOWEST_COST_WITHOUT_CAP"} if has_budget else {}),
                **_budget(campaign.budget_kind, campaign.budget, account.currency),
                **dict(_flight(campaign, account.timezone, "stop_time")),
                **overlaid(written, account),
            },
        )

    def ad_set_node(self, account: MarketAccount, ad_group: MarketAdGroup, campaign: MarketCampaign) -> Node:
        """An ad set."""
        own, effective = self.ad_set_statuses(account, ad_group, campaign)
        created = graph_time(campaign.created_at, account.timezone)
        has_budget = ad_group.budget is not None
        written = self.written(account, "ad_group").get(ad_group.ad_group_id)
        return Node(
            "AdSet",
            {
                "id": ad_group.ad_group_id,
                "account_id": account.account_id,
                "campaign_id": campaign.campaign_id,
                "name": ad_group.name,
                "status": own,
                "configured_status": own,
                "effective_status": effective,
                "optimization_goal": _OBJECTIVES[campaign.objective][1],
                "billing_event": "IMPRESSIONS",
                "created_time": created,
                "updated_time": created,
                "attribution_spec": [{"event_type": "CLICK_THROUGH", "window_days": 7}],
                **({"bid_strategy": "LOWEST_COST_WITHOUT_CAP"} if has_budget else {}),
                **_budget(campaign.budget_kind, ad_group.budget, account.currency),
                **dict(_flight(campaign, account.timezone, "end_time")),
                **overlaid(written, account),
            },
        )


def overlaid(written: WrittenObject | None, account: MarketAccount) -> Values:
    """What clients wrote of an object in Meta's own form; its status is decided elsewhere."""
    if written is None:
        return {}
    values = {name: value for name, value in written.body.items() if name != "status"}
    if written.is_created:
        values["created_time"] = graph_time(written.created_at, account.timezone)
    return {**values, "updated_time": graph_time(written.updated_at, account.timezone)}


def _budget(kind: str, amount: Decimal | None, currency: str) -> Values:
    if amount is None:
        return {}
    return {"lifetime_budget" if "lifetime" in kind else "daily_budget": minor_units(amount, currency)}


def _flight(campaign: MarketCampaign, timezone: str, end_name: str) -> Iterator[tuple[str, str]]:
    yield "start_time", _local(campaign.start_date, time(), timezone)
    if campaign.end_date is not None:
        yield end_name, _local(campaign.end_date, time(23, 59, 59), timezone)


def _local(day: date, at: time, timezone: str) -> str:
    return graph_time(datetime.combine(day, at, ZoneInfo(timezone)), timezone)
