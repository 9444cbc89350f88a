"""JSON keys of each platform's daily rows that normalization reads. All values stay text.

A list stands for a list of such objects. The same shape serves both ways of reading, so that they cannot differ.
"""

import json
from collections.abc import Mapping

from adops_pipeline.domain.vocabulary import Platform

_TEXT = "VARCHAR"

Shape = str | Mapping[str, "Shape"] | list["Shape"]

_ACTIONS: Shape = [{"action_type": _TEXT, "value": _TEXT}]

PARTS: dict[Platform, tuple[str, ...]] = {
    Platform.GOOGLE_ADS: (
        "adNetworkType", "clickType", "conversionAction", "conversionActionCategory", "conversionActionName", "device",
        "hour", "productItemId", "slot",
    ),
    Platform.META_ADS: (
        "age", "country", "device_platform", "dma", "gender", "hourly_stats_aggregated_by_advertiser_time_zone",
        "hourly_stats_aggregated_by_audience_time_zone", "impression_device", "platform_position", "product_id",
        "publisher_platform", "region",
    ),
    Platform.PINTEREST: ("TARGETING_TYPE", "TARGETING_VALUE"),
}  # fmt: skip
"""Keys by which a platform divides a campaign's day: a row that has one is a part, and says nothing of the whole."""

DAILY_ROWS: dict[Platform, Mapping[str, Shape]] = {
    Platform.GOOGLE_ADS: {
        "customer": dict.fromkeys(("id", "currencyCode", "resourceName"), _TEXT),
        "campaign": dict.fromkeys(("id", "name", "resourceName"), _TEXT),
        "adGroup": dict.fromkeys(("id", "name"), _TEXT),
        "segments": dict.fromkeys(("date", *PARTS[Platform.GOOGLE_ADS]), _TEXT),
        "metrics": dict.fromkeys(
            (
                "costMicros",
                "impressions",
                "clicks",
                "conversions",
                "conversionsValue",
                "allConversions",
                "allConversionsValue",
                "viewThroughConversions",
            ),
            _TEXT,
        ),
    },
    Platform.META_ADS: {
        **dict.fromkeys(("account_id", "account_currency", "campaign_id", "campaign_name"), _TEXT),
        **dict.fromkeys(("adset_id", "adset_name", "date_start", "date_stop"), _TEXT),
        **dict.fromkeys(("spend", "impressions", "reach", "clicks", "inline_link_clicks"), _TEXT),
        **dict.fromkeys(("outbound_clicks", "actions", "action_values"), _ACTIONS),
        **dict.fromkeys(PARTS[Platform.META_ADS], _TEXT),
    },
    Platform.PINTEREST: {
        **dict.fromkeys(("AD_ACCOUNT_ID", "CAMPAIGN_ID", "CAMPAIGN_NAME", "AD_GROUP_ID", "AD_GROUP_NAME"), _TEXT),
        **dict.fromkeys(("DATE", "SPEND_IN_MICRO_DOLLAR", "PAID_IMPRESSION"), _TEXT),
        **dict.fromkeys(("IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION"), _TEXT),
        **dict.fromkeys(("CLICKTHROUGH_1", "CLICKTHROUGH_2", "TOTAL_CLICKTHROUGH"), _TEXT),
        **dict.fromkeys(("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"), _TEXT),
        **dict.fromkeys(("TOTAL_CHECKOUT", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"), _TEXT),
        **dict.fromkeys(PARTS[Platform.PINTEREST], _TEXT),
    },
}


def json_structure(shape: Mapping[str, Shape]) -> str:
    """The shape in the format of `from_json`."""
    return json.dumps(shape)


def column_types(shape: Mapping[str, Shape]) -> str:
    """The shape in the format of `read_json`'s ``columns``."""
    return "{" + ", ".join(f"'{key}': '{_type(value)}'" for key, value in shape.items()) + "}"


def packed_columns(shape: Mapping[str, Shape]) -> str:
    """The columns of `read_json` as one struct."""
    return "{" + ", ".join(f"'{key}': \"{key}\"" for key in shape) + "}"


def _type(shape: Shape) -> str:
    match shape:
        case str():
            return shape
        case list():
            return f"{_type(shape[0])}[]"
        case _:
            return "STRUCT(" + ", ".join(f'"{key}" {_type(value)}' for key, value in shape.items()) + ")"


def part_of_day(platform: Platform) -> str:
    """SQL: by what a row of the struct ``j`` is a part of its day, such as ``age, gender``; NULL for a whole one."""
    place = "j.segments." if platform is Platform.GOOGLE_ADS else "j."
    names = PARTS[platform]
    # Nearly all rows are whole, and one call that finds no value is cheaper than a dozen comparisons.
    values = ", ".join(f'{place}"{name}"' for name in names)
    words = ", ".join(f"CASE WHEN {place}\"{name}\" IS NOT NULL THEN '{name}' END" for name in names)
    return f"CASE WHEN coalesce({values}) IS NOT NULL THEN concat_ws(', ', {words}) END"
