"""Ads of the emulated account: those that clients created, and one for each of the market's ad groups of search."""

from collections.abc import Collection, Mapping
from typing import Any

from adops_pipeline.sandbox.google_ads.records import Record, Value
from adops_pipeline.sandbox.written import WrittenObject

_FIRST_ID = 700_000_000_000
"""The ad of an ad group of the market has this number plus the ad group's."""
_HEADLINE_LENGTH = 30
_SEARCH = "SEARCH_STANDARD"


def ad_records(
    groups: Mapping[str, Record], created_groups: Collection[str], written: Mapping[str, WrittenObject]
) -> dict[str, Record]:
    """Ads by ``ad group~ad``, with their ad groups' fields. Those of a removed ad group are removed with it."""
    created = {one.object_id: (one.parent_id, one.body) for one in written.values() if one.is_created}
    bodies = {
        str(_FIRST_ID + int(key)): (key, _market_ad(record))
        for key, record in groups.items()
        if key not in created_groups and record["ad_group.type"] == _SEARCH
    }
    changes = {key: one.body for key, one in written.items() if not one.is_created}
    found: dict[str, Record] = {}
    for identity, (group_id, body) in {**bodies, **created}.items():
        group = groups[group_id]
        found[f"{group_id}~{identity}"] = {
            **group,
            **_ad_record(group, identity, {**body, **changes.get(identity, {})}),
        }
    return found


def _market_ad(group: Record) -> dict[str, Any]:
    name = str(group["campaign.name"])
    texts = (name[:_HEADLINE_LENGTH].strip(), "Order online today", "Free delivery and returns")
    lines = (f"{name}: see the whole range and order online.", "Delivered within three days, free returns.")
    search_ad = {"headlines": [{"text": t} for t in texts], "descriptions": [{"text": line[:90]} for line in lines]}
    return {
        "status": "ENABLED",
        "ad": {"finalUrls": ["https://shop.example/"], "responsiveSearchAd": search_ad},
    }


def _ad_record(group: Record, identity: str, body: Mapping[str, Any]) -> dict[str, Value]:
    ad = body["ad"]
    search_ad = ad["responsiveSearchAd"]
    customer = f"customers/{group['customer.id']}"
    is_removed = group["ad_group.status"] == "REMOVED"
    return {
        "ad_group_ad.resource_name": f"{customer}/adGroupAds/{group['ad_group.id']}~{identity}",
        "ad_group_ad.status": "REMOVED" if is_removed else body["status"],
        "ad_group_ad.ad_group": group["ad_group.resource_name"],
        "ad_group_ad.ad.resource_name": f"{customer}/ads/{identity}",
        "ad_group_ad.ad.id": int(identity),
        "ad_group_ad.ad.type": "RESPONSIVE_SEARCH_AD",
        "ad_group_ad.ad.final_urls": ad["finalUrls"],
        "ad_group_ad.ad.responsive_search_ad.headlines": search_ad["headlines"],
        "ad_group_ad.ad.responsive_search_ad.descriptions": search_ad["descriptions"],
        "ad_group_ad.ad.responsive_search_ad.path1": search_ad.get("path1"),
        "ad_group_ad.ad.responsive_search_ad.path2": search_ad.get("path2"),
    }
