"""Ads, creatives and custom audiences as Graph API nodes: those that clients wrote, and a few that were there before.

Every ad set of the market has one ad with a creative of its own; every account has two audiences.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.meta_ads.nodes import REMOVED, Graph, Node, overlaid
from adops_pipeline.sandbox.written import WrittenObject

_AD_IDS_ABOVE_AD_SETS = 10_000_000_000_000
_CREATIVE_IDS_ABOVE_AD_SETS = 2 * _AD_IDS_ABOVE_AD_SETS
_FIRST_AUDIENCE_ID = 120_250_000_000_000_000
_AUDIENCES = (("Customers", "CUSTOM", 18_000), ("Website visitors, 30 days", "WEBSITE", 52_000))
_PAGE_ID = "1030000000000009"

Values = dict[str, object]


class Library:
    """What accounts have besides campaigns and ad sets."""

    def __init__(self, graph: Graph, now: datetime) -> None:
        self._graph = graph
        self._now = now

    def ads(self, account: MarketAccount) -> list[Node]:
        """Ads of every status, ordered by ad set."""
        by_id = {str(node.values["id"]): node for node in self._graph.ad_set_nodes(account)}
        written = self._graph.written(account, "ad")
        created_sets = self._created_ad_sets(account)
        found = [self._first_ad(account, node, written) for key, node in by_id.items() if key not in created_sets]
        created = [one for one in written.values() if one.is_created]
        return found + [self._ad(account, one.object_id, by_id[one.parent_id], one, {}) for one in created]

    def creatives(self, account: MarketAccount) -> list[Node]:
        """Creatives: of the ads that were there before, and created ones."""
        written = self._graph.written(account, "creative")
        created_sets = self._created_ad_sets(account)
        ids = [(int(g.ad_group_id), g.name) for g, _ in self._graph.ad_groups(account)]
        first = [
            (str(number + _CREATIVE_IDS_ABOVE_AD_SETS), name) for number, name in ids if str(number) not in created_sets
        ]
        nodes = [self._creative(account, key, _first_creative(name), written.get(key)) for key, name in first]
        return nodes + [self._creative(account, key, {}, one) for key, one in written.items() if one.is_created]

    def audiences(self, account: MarketAccount) -> list[Node]:
        """Custom audiences that were not deleted."""
        written = self._graph.written(account, "audience")
        base = _FIRST_AUDIENCE_ID + int(account.account_id) % 1_000_000 * 100
        nodes = [
            self._audience(account, str(base + n), {"name": name, "subtype": subtype}, size, None)
            for n, (name, subtype, size) in enumerate(_AUDIENCES)
        ]
        return nodes + [self._audience(account, key, {}, None, one) for key, one in written.items() if one.is_created]

    def find(self, object_id: str) -> tuple[MarketAccount, Node] | None:
        """The ad, creative or audience of that id, with its account."""
        for account in self._graph.accounts():
            for node in (*self.ads(account), *self.creatives(account), *self.audiences(account)):
                if node.values["id"] == object_id:
                    return account, node
        return None

    def _created_ad_sets(self, account: MarketAccount) -> set[str]:
        return {key for key, one in self._graph.written(account, "ad_group").items() if one.is_created}

    def _first_ad(self, account: MarketAccount, ad_set: Node, written: Mapping[str, WrittenObject]) -> Node:
        number = int(str(ad_set.values["id"]))
        ad_id = str(number + _AD_IDS_ABOVE_AD_SETS)
        creative = {"id": str(number + _CREATIVE_IDS_ABOVE_AD_SETS)}
        values: Values = {
            "name": f"{ad_set.values['name']} - ad",
            "creative": creative,
            "created_time": ad_set.values["created_time"],
            "updated_time": ad_set.values["created_time"],
        }
        return self._ad(account, ad_id, ad_set, written.get(ad_id), values)

    def _ad(
        self, account: MarketAccount, ad_id: str, ad_set: Node, written: WrittenObject | None, base: Values
    ) -> Node:
        own = str(written.body.get("status", "ACTIVE")) if written is not None else "ACTIVE"
        parent = ad_set.status
        if parent in REMOVED:
            own = effective = parent
        else:
            effective = _below(parent) if own == "ACTIVE" else own
        return Node(
            "Ad",
            {
                "id": ad_id,
                "account_id": account.account_id,
                "adset_id": ad_set.values["id"],
                "campaign_id": ad_set.values["campaign_id"],
                "status": own,
                "configured_status": own,
                "effective_status": effective,
                **base,
                **overlaid(written, account),
            },
        )

    def _creative(self, account: MarketAccount, creative_id: str, base: Values, written: WrittenObject | None) -> Node:
        """Meta tells no time of creation of creatives."""
        own = written.body if written is not None else {}
        values: Values = {"id": creative_id, "account_id": account.account_id, "status": "ACTIVE", **base, **own}
        return Node("AdCreative", values)

    def _audience(
        self, account: MarketAccount, audience_id: str, base: Values, size: int | None, written: WrittenObject | None
    ) -> Node:
        made_at = written.created_at if written is not None else account.created_at + timedelta(days=30)
        own = written.body if written is not None else {}
        bounds = (-1, -1) if size is None else (size * 9 // 10, size * 11 // 10)
        return Node(
            "CustomAudience",
            {
                "id": audience_id,
                "account_id": account.account_id,
                "approximate_count_lower_bound": bounds[0],
                "approximate_count_upper_bound": bounds[1],
                "delivery_status": {"code": 200, "description": "This audience is ready for use."},
                "operation_status": {"code": 200, "description": "Normal"},
                "time_created": int(made_at.timestamp()),
                "time_updated": int((written.updated_at if written is not None else made_at).timestamp()),
                **base,
                **own,
            },
        )


def _below(ad_set_status: str) -> str:
    """Effective status of an active ad in an ad set of that status."""
    return "ADSET_PAUSED" if ad_set_status == "PAUSED" else ad_set_status


def _first_creative(ad_set_name: str) -> Values:
    link = "https://shop.example/"
    story = {"page_id": _PAGE_ID, "link_data": {"link": link, "message": ad_set_name}}
    return {"name": f"{ad_set_name} - creative", "body": ad_set_name, "link_url": link, "object_story_spec": story}
