"""Fields and resources of Google Ads v26 in the sandbox: names, types, enum constants, compatibility.

A subset of the API's own field list; a test holds it against that list. Values are not made here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a field's value is written in JSON: 64-bit integers as text, doubles as numbers, messages as objects."""

    INT64 = "int64"
    DOUBLE = "double"
    STRING = "string"
    BOOL = "bool"
    ENUM = "enum"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Field:
    """A selectable field; ``words`` are an enum's constants."""

    kind: Kind
    words: tuple[str, ...] = ()


_INT, _TEXT, _BOOL, _DOUBLE = Field(Kind.INT64), Field(Kind.STRING), Field(Kind.BOOL), Field(Kind.DOUBLE)
_MESSAGE = Field(Kind.MESSAGE)


def _enum(*words: str) -> Field:
    return Field(Kind.ENUM, ("UNSPECIFIED", "UNKNOWN", *words))


_RESOURCES: Mapping[str, Mapping[str, Field]] = {
    "customer": {
        "resource_name": _TEXT,
        "id": _INT,
        "descriptive_name": _TEXT,
        "currency_code": _TEXT,
        "time_zone": _TEXT,
        "manager": _BOOL,
        "test_account": _BOOL,
        "status": _enum("ENABLED", "CANCELED", "SUSPENDED", "CLOSED"),
    },
    "customer_client": {
        "resource_name": _TEXT,
        "client_customer": _TEXT,
        "id": _INT,
        "descriptive_name": _TEXT,
        "currency_code": _TEXT,
        "time_zone": _TEXT,
        "manager": _BOOL,
        "test_account": _BOOL,
        "hidden": _BOOL,
        "level": _INT,
        "status": _enum("ENABLED", "CANCELED", "SUSPENDED", "CLOSED"),
    },
    "campaign": {
        "resource_name": _TEXT,
        "id": _INT,
        "name": _TEXT,
        "status": _enum("ENABLED", "PAUSED", "REMOVED"),
        "primary_status": _enum(
            "ELIGIBLE", "PAUSED", "REMOVED", "ENDED", "PENDING", "MISCONFIGURED", "LIMITED", "LEARNING", "NOT_ELIGIBLE"
        ),
        "serving_status": _enum("SERVING", "NONE", "ENDED", "PENDING", "SUSPENDED"),
        "advertising_channel_type": _enum(
            *("SEARCH", "DISPLAY", "SHOPPING", "HOTEL", "VIDEO", "MULTI_CHANNEL", "LOCAL", "SMART", "PERFORMANCE_MAX"),
            *("LOCAL_SERVICES", "TRAVEL", "DEMAND_GEN"),
        ),
        "campaign_budget": _TEXT,
        "bidding_strategy_type": _enum(
            *(
                "ENHANCED_CPC",
                "MANUAL_CPC",
                "MANUAL_CPM",
                "PAGE_ONE_PROMOTED",
                "TARGET_CPA",
            ),
            *(
                "TARGET_OUTRANK_SHARE",
                "TARGET_ROAS",
                "TARGET_SPEND",
                "MAXIMIZE_CONVERSIONS",
            ),
            *(
                "MAXIMIZE_CONVERSION_VALUE",
                "PERCENT_CPC",
                "MANUAL_CPV",
                "TARGET_CPM",
            ),
            *(
                "TARGET_IMPRESSION_SHARE",
                "COMMISSION",
                "INVALID",
                "MANUAL_CPA",
                "FIXED_CPM",
                "TARGET_CPV",
            ),
            *(
                "TARGET_CPC",
                "FIXED_SHARE_OF_VOICE",
            ),
        ),
        "contains_eu_political_advertising": _enum(
            "CONTAINS_EU_POLITICAL_ADVERTISING", "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING"
        ),
        "start_date_time": _TEXT,
        "end_date_time": _TEXT,
    },
    "campaign_budget": {
        "resource_name": _TEXT,
        "id": _INT,
        "name": _TEXT,
        "amount_micros": _INT,
        "total_amount_micros": _INT,
        "status": _enum("ENABLED", "REMOVED"),
        "delivery_method": _enum("STANDARD", "ACCELERATED"),
        "period": _enum("DAILY", "CUSTOM_PERIOD"),
        "explicitly_shared": _BOOL,
        "reference_count": _INT,
    },
    "ad_group": {
        "resource_name": _TEXT,
        "id": _INT,
        "name": _TEXT,
        "campaign": _TEXT,
        "status": _enum("ENABLED", "PAUSED", "REMOVED"),
        "type": _enum(
            *(
                "SEARCH_STANDARD",
                "DISPLAY_STANDARD",
                "SHOPPING_PRODUCT_ADS",
                "HOTEL_ADS",
            ),
            *(
                "SHOPPING_SMART_ADS",
                "VIDEO_BUMPER",
                "VIDEO_TRUE_VIEW_IN_STREAM",
                "VIDEO_TRUE_VIEW_IN_DISPLAY",
            ),
            *(
                "VIDEO_NON_SKIPPABLE_IN_STREAM",
                "SEARCH_DYNAMIC_ADS",
                "SHOPPING_COMPARISON_LISTING_ADS",
            ),
            *(
                "PROMOTED_HOTEL_ADS",
                "VIDEO_RESPONSIVE",
                "VIDEO_EFFICIENT_REACH",
                "SMART_CAMPAIGN_ADS",
            ),
            *(
                "TRAVEL_ADS",
                "YOUTUBE_AUDIO",
            ),
        ),
        "cpc_bid_micros": _INT,
    },
    "ad_group_ad": {
        "resource_name": _TEXT,
        "status": _enum("ENABLED", "PAUSED", "REMOVED"),
        "ad_group": _TEXT,
        "ad.resource_name": _TEXT,
        "ad.id": _INT,
        "ad.type": _enum(
            *(
                "TEXT_AD",
                "EXPANDED_TEXT_AD",
                "EXPANDED_DYNAMIC_SEARCH_AD",
                "HOTEL_AD",
                "SHOPPING_SMART_AD",
            ),
            *(
                "SHOPPING_PRODUCT_AD",
                "VIDEO_AD",
                "IMAGE_AD",
                "RESPONSIVE_SEARCH_AD",
            ),
            *(
                "LEGACY_RESPONSIVE_DISPLAY_AD",
                "APP_AD",
                "LEGACY_APP_INSTALL_AD",
                "RESPONSIVE_DISPLAY_AD",
            ),
            *(
                "LOCAL_AD",
                "HTML5_UPLOAD_AD",
                "DYNAMIC_HTML5_AD",
                "APP_ENGAGEMENT_AD",
            ),
            *(
                "SHOPPING_COMPARISON_LISTING_AD",
                "VIDEO_BUMPER_AD",
                "VIDEO_NON_SKIPPABLE_IN_STREAM_AD",
            ),
            *(
                "VIDEO_TRUEVIEW_IN_STREAM_AD",
                "VIDEO_RESPONSIVE_AD",
                "SMART_CAMPAIGN_AD",
                "CALL_AD",
            ),
            *(
                "APP_PRE_REGISTRATION_AD",
                "IN_FEED_VIDEO_AD",
                "DEMAND_GEN_MULTI_ASSET_AD",
            ),
            *(
                "DEMAND_GEN_CAROUSEL_AD",
                "TRAVEL_AD",
                "DEMAND_GEN_VIDEO_RESPONSIVE_AD",
            ),
            *(
                "DEMAND_GEN_PRODUCT_AD",
                "YOUTUBE_AUDIO_AD",
            ),
        ),
        "ad.final_urls": _TEXT,
        "ad.responsive_search_ad.headlines": _MESSAGE,
        "ad.responsive_search_ad.descriptions": _MESSAGE,
        "ad.responsive_search_ad.path1": _TEXT,
        "ad.responsive_search_ad.path2": _TEXT,
    },
    "change_event": {
        "resource_name": _TEXT,
        "change_date_time": _TEXT,
        "change_resource_type": _enum(
            *("AD", "AD_GROUP", "AD_GROUP_CRITERION", "CAMPAIGN", "CAMPAIGN_BUDGET", "AD_GROUP_BID_MODIFIER"),
            *("CAMPAIGN_CRITERION", "FEED", "FEED_ITEM", "CAMPAIGN_FEED", "AD_GROUP_FEED", "AD_GROUP_AD", "ASSET"),
            *("CUSTOMER_ASSET", "CAMPAIGN_ASSET", "AD_GROUP_ASSET", "ASSET_SET", "ASSET_SET_ASSET"),
            "CAMPAIGN_ASSET_SET",
        ),
        "change_resource_name": _TEXT,
        "client_type": _enum(
            *("GOOGLE_ADS_WEB_CLIENT", "GOOGLE_ADS_AUTOMATED_RULE", "GOOGLE_ADS_SCRIPTS", "GOOGLE_ADS_BULK_UPLOAD"),
            *("GOOGLE_ADS_API", "GOOGLE_ADS_EDITOR", "GOOGLE_ADS_MOBILE_APP", "GOOGLE_ADS_RECOMMENDATIONS"),
            *("SEARCH_ADS_360_SYNC", "SEARCH_ADS_360_POST", "INTERNAL_TOOL", "OTHER"),
            *("GOOGLE_ADS_RECOMMENDATIONS_SUBSCRIPTION",),
        ),
        "user_email": _TEXT,
        "old_resource": _MESSAGE,
        "new_resource": _MESSAGE,
        "resource_change_operation": _enum("CREATE", "UPDATE", "REMOVE"),
        "changed_fields": _TEXT,
        "campaign": _TEXT,
        "ad_group": _TEXT,
    },
    "segments": {"date": _TEXT},
    "metrics": {
        "impressions": _INT,
        "clicks": _INT,
        "interactions": _INT,
        "cost_micros": _INT,
        "conversions": _DOUBLE,
        "conversions_value": _DOUBLE,
        "all_conversions": _DOUBLE,
        "all_conversions_value": _DOUBLE,
        "view_through_conversions": _INT,
        "ctr": _DOUBLE,
        "average_cpc": _DOUBLE,
        "cost_per_conversion": _DOUBLE,
    },
}

FIELDS: Mapping[str, Field] = {
    f"{resource}.{name}": field for resource, fields in _RESOURCES.items() for name, field in fields.items()
}

MEASURED = frozenset({"metrics", "segments"})

SELECTABLE: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"customer"}) | MEASURED,
    "customer_client": frozenset({"customer_client", "customer"}),
    "campaign": frozenset({"campaign", "campaign_budget", "customer"}) | MEASURED,
    "campaign_budget": frozenset({"campaign_budget", "customer"}) | MEASURED,
    "ad_group": frozenset({"ad_group", "campaign", "customer"}) | MEASURED,
    "ad_group_ad": frozenset({"ad_group_ad", "ad_group", "campaign", "customer"}),
    "change_event": frozenset({"change_event", "customer"}),
}
"""A resource: those that may be selected with it, and whether it has metrics."""

_CAPITAL = re.compile(r"[A-Z]")
_UNDERSCORED = re.compile(r"_([a-z0-9])")


def resource_of(field: str) -> str:
    """``campaign`` of ``campaign.id``."""
    return field.partition(".")[0]


def json_path(field: str) -> tuple[str, ...]:
    """Path of a field in a row of a response: ``campaign_budget.amount_micros`` → campaignBudget, amountMicros."""
    return tuple(_camel(part) for part in field.split("."))


def field_mask(fields: tuple[str, ...]) -> str:
    """A FieldMask in JSON: the selected fields in lowerCamelCase."""
    return ",".join(".".join(json_path(field)) for field in fields)


def snake(name: str) -> str:
    """A JSON name as in GAQL: ``amountMicros`` → ``amount_micros``."""
    return _CAPITAL.sub(lambda match: f"_{match.group(0).lower()}", name)


def _camel(name: str) -> str:
    return _UNDERSCORED.sub(lambda match: match.group(1).upper(), name)
