"""Rows of the Graph API as the objects that proposals compare: money in currency units, times in UTC."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adops_pipeline.connectors.meta_ads.tools.inputs import UNIFIED_STATUS
from adops_pipeline.connectors.meta_ads.tools.money import amount_text, from_minor_units
from adops_pipeline.connectors.meta_ads.tools.reading import Row
from adops_pipeline.domain.ad_objects import AdObject, ObjectKind
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

Fields = dict[str, object]
SECONDS_PER_DAY = 86_400
_ADJUSTED = frozenset({"start_time", "stop_time", "end_time"})


@dataclass(frozen=True, slots=True)
class ObjectForm:
    """How one kind of object is read: the fields to request, and what becomes of them."""

    kind: ObjectKind
    label: str
    edge: str
    requested: tuple[str, ...]
    fields: Callable[[Row, str], Fields]
    """Values that can be changed, by the names of the tools' input models; gets the row and the currency."""

    def read(self, row: Row, account_id: str, currency: str) -> AdObject:
        """The object of a row."""
        daily, lifetime = (
            None if row.get(name) in (None, "0", 0) else from_minor_units(row[name], currency)
            for name in ("daily_budget", "lifetime_budget")
        )
        object_id = str(row["id"])
        values = self.fields(row, currency)
        return AdObject(
            Platform.META_ADS,
            account_id,
            self.kind,
            object_id,
            str(row.get("name", "")),
            UNIFIED_STATUS.get(str(row.get("status")), CampaignStatus.ACTIVE),
            currency,
            campaign_id=object_id if self.kind == "campaign" else row.get("campaign_id"),
            daily_budget=daily,
            lifetime_budget=lifetime,
            fields={name: value for name, value in values.items() if value is not None},
        )


def utc_text(moment: object) -> str | None:
    """A time as Meta or an input gives it, as ISO text in UTC; None for none."""
    if moment is None or moment == "":
        return None
    read = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    return read.astimezone(UTC).isoformat(timespec="seconds")


def equals(made: AdObject, intended: AdObject) -> bool:
    """Whether an object can be the one that was intended.

    The status may have been changed since, Meta moves a start in the past to the present, and it may not state a value.
    """
    return (
        made.name == intended.name
        and made.campaign_id in (intended.campaign_id, made.campaign_id if intended.kind == "campaign" else None)
        and (made.daily_budget, made.lifetime_budget) == (intended.daily_budget, intended.lifetime_budget)
        and all(
            made.fields.get(name, value) == value for name, value in intended.fields.items() if name not in _ADJUSTED
        )
    )


def _campaign_fields(row: Row, currency: str) -> Fields:
    del currency
    categories = [word for word in row.get("special_ad_categories") or () if word != "NONE"]
    return {
        "objective": row.get("objective"),
        "special_ad_categories": sorted(categories),
        "bid_strategy": row.get("bid_strategy"),
        "start_time": utc_text(row.get("start_time")),
        "stop_time": utc_text(row.get("stop_time")),
    }


def _ad_set_fields(row: Row, currency: str) -> Fields:
    targeting: Mapping[str, Any] = row.get("targeting") or {}
    audiences = [str(one["id"]) for one in targeting.get("custom_audiences") or ()]
    promoted: Mapping[str, Any] = row.get("promoted_object") or {}
    bid = None if row.get("bid_amount") is None else from_minor_units(row["bid_amount"], currency)
    return {
        "optimization_goal": row.get("optimization_goal"),
        "billing_event": row.get("billing_event"),
        "bid_strategy": row.get("bid_strategy"),
        "bid": amount_text(bid, currency),
        "start_time": utc_text(row.get("start_time")),
        "end_time": utc_text(row.get("end_time")),
        "countries": sorted((targeting.get("geo_locations") or {}).get("countries") or ()) or None,
        "age_min": targeting.get("age_min"),
        "age_max": targeting.get("age_max"),
        "custom_audience_ids": sorted(audiences) or None,
        "pixel_id": promoted.get("pixel_id"),
        "conversion_event": promoted.get("custom_event_type"),
        "page_id": promoted.get("page_id"),
    }


def _ad_fields(row: Row, currency: str) -> Fields:
    del currency
    return {"adset_id": row.get("adset_id"), "creative_id": (row.get("creative") or {}).get("id")}


def _creative_fields(row: Row, currency: str) -> Fields:
    del currency
    story: Mapping[str, Any] = row.get("object_story_spec") or {}
    link: Mapping[str, Any] = story.get("link_data") or {}
    return {
        "object_story_id": row.get("object_story_id"),
        "page_id": story.get("page_id"),
        "link_url": link.get("link"),
        "message": link.get("message"),
        "headline": link.get("name"),
        "description": link.get("description"),
        "image_url": link.get("picture"),
        "image_hash": link.get("image_hash"),
        "call_to_action": (link.get("call_to_action") or {}).get("type"),
        "url_tags": row.get("url_tags"),
    }


def _audience_fields(row: Row, currency: str) -> Fields:
    del currency
    lookalike: Mapping[str, Any] = row.get("lookalike_spec") or {}
    return {
        "subtype": row.get("subtype"),
        "description": row.get("description") or None,
        "customer_file_source": row.get("customer_file_source"),
        "country": lookalike.get("country"),
        "ratio": lookalike.get("ratio"),
        **_website_fields(row.get("rule")),
    }


def _website_fields(rule: object) -> Fields:
    """The values that a website audience's rule was made of; none for a rule of another form."""
    try:
        (only,) = json.loads(str(rule))["inclusions"]["rules"]
        (source,) = only["event_sources"]
        (condition,) = only["filter"]["filters"]
        days, url = only["retention_seconds"] // SECONDS_PER_DAY, condition["value"] or None
        return {"pixel_id": str(source["id"]), "retention_days": days, "url_contains": url}
    except (ValueError, KeyError, TypeError):
        return {}


CAMPAIGN = ObjectForm(
    "campaign",
    "campaign",
    "campaigns",
    (
        *("name", "status", "daily_budget", "lifetime_budget", "objective", "special_ad_categories"),
        *("bid_strategy", "start_time", "stop_time", "created_time"),
    ),
    _campaign_fields,
)
AD_SET = ObjectForm(
    "ad_group",
    "ad set",
    "adsets",
    (
        *("name", "status", "campaign_id", "daily_budget", "lifetime_budget", "optimization_goal", "billing_event"),
        *("bid_strategy", "bid_amount", "start_time", "end_time", "targeting", "promoted_object", "created_time"),
    ),
    _ad_set_fields,
)
AD = ObjectForm(
    "ad", "ad", "ads", ("name", "status", "campaign_id", "adset_id", "creative", "created_time"), _ad_fields
)
CREATIVE = ObjectForm(
    "creative",
    "ad creative",
    "adcreatives",
    ("name", "status", "object_story_spec", "object_story_id", "url_tags"),
    _creative_fields,
)
AUDIENCE = ObjectForm(
    "audience",
    "custom audience",
    "customaudiences",
    ("name", "subtype", "description", "customer_file_source", "lookalike_spec", "rule", "time_created"),
    _audience_fields,
)
