"""Rows as the three platforms write them, to be varied by tests: hand-written after the platforms' documentation."""

from typing import Any

JsonRow = dict[str, Any]


def google_row(**metrics: object) -> JsonRow:
    """A campaign's day of Google Ads; ``metrics`` replace or add, ``None`` stands for JSON null."""
    return {
        "customer": {"resourceName": "customers/111", "id": "111", "currencyCode": "EUR", "timeZone": "Europe/Berlin"},
        "campaign": {"resourceName": "customers/111/campaigns/700001", "id": "700001", "name": "Brand"},
        "segments": {"date": "2026-11-01"},
        "metrics": {
            "clicks": "12", "impressions": "345", "costMicros": "6789000", "conversions": 1.5,
            "conversionsValue": 120.25, "allConversions": 2.5, "allConversionsValue": 130.25,
        } | metrics,
    }  # fmt: skip


def meta_row(**fields: object) -> JsonRow:
    """A campaign's day of Meta insights; ``fields`` replace or add."""
    return {
        "account_id": "111", "account_currency": "USD",
        "campaign_id": "23854404676180548", "campaign_name": "Prospecting",
        "date_start": "2026-11-01", "date_stop": "2026-11-01", "spend": "14.35", "impressions": "185", "reach": "150",
        "clicks": "11", "inline_link_clicks": "9", "outbound_clicks": [{"action_type": "outbound_click", "value": "7"}],
        "actions": [
            {"action_type": "link_click", "value": "9"},
            {"action_type": "offsite_conversion.fb_pixel_purchase", "value": "3"},
            {"action_type": "purchase", "value": "3"},
            {"action_type": "omni_purchase", "value": "3", "1d_click": "1", "7d_click": "3"},
        ],
        "action_values": [
            {"action_type": "purchase", "value": "150.00"},
            {"action_type": "omni_purchase", "value": "150.00"},
        ],
    } | fields  # fmt: skip


def pinterest_row(**fields: object) -> JsonRow:
    """A campaign's day of Pinterest ads analytics; ``fields`` replace or add."""
    return {
        "CAMPAIGN_ID": "626736533506", "CAMPAIGN_NAME": "Autumn", "DATE": "2026-11-01",
        "SPEND_IN_MICRO_DOLLAR": 30000000, "PAID_IMPRESSION": 1200, "IMPRESSION_2": 300, "CLICKTHROUGH_1": 216,
        "CLICKTHROUGH_2": 20, "OUTBOUND_CLICK_1": 100, "TOTAL_CHECKOUT": 3,
        "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": 150000000,
    } | fields  # fmt: skip
