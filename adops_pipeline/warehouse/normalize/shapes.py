"""JSON keys of each platform's daily rows that normalization reads. All values stay text.

A list stands for a list of such objects. The same shape serves both ways of reading, so that they cannot differ.
"""

import json
from collections.abc import Mapping

from adops_pipeline.domain.vocabulary import Platform

_TEXT = "VARCHAR"

Shape = str | Mapping[str, "Shape"] | list["Shape"]

_ACTIONS: Shape = [{"action_type": _TEXT, "value": _TEXT}]

DAILY_ROWS: dict[Platform, Mapping[str, Shape]] = {
    Platform.GOOGLE_ADS: {
        "customer": dict.fromkeys(("id", "currencyCode", "resourceName"), _TEXT),
        "campaign": dict.fromkeys(("id", "name", "resourceName"), _TEXT),
        "adGroup": dict.fromkeys(("id", "name", "resourceName"), _TEXT),
        "segments": {"date": _TEXT},
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
    },
    Platform.PINTEREST: {
        **dict.fromkeys(("AD_ACCOUNT_ID", "CAMPAIGN_ID", "CAMPAIGN_NAME", "AD_GROUP_ID", "AD_GROUP_NAME"), _TEXT),
        **dict.fromkeys(("DATE", "SPEND_IN_MICRO_DOLLAR", "SPEND_IN_DOLLAR", "PAID_IMPRESSION"), _TEXT),
        **dict.fromkeys(("IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION"), _TEXT),
        **dict.fromkeys(("CLICKTHROUGH_1", "CLICKTHROUGH_2", "TOTAL_CLICKTHROUGH"), _TEXT),
        **dict.fromkeys(("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"), _TEXT),
        **dict.fromkeys(("TOTAL_CHECKOUT", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"), _TEXT),
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
