"""Parts of a day and of a total: entries that add up, and rows that never stand for the whole day."""

from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.rows import G, M, P, reasons, variants
from adops_pipeline_tests.warehouse.normalize.wire import meta_row


def purchases(*values: tuple[str, str]) -> list[dict[str, str]]:
    """Purchases by device, as action_breakdowns give them."""
    return [{"action_type": "omni_purchase", "action_device": device, "value": value} for device, value in values]


@pytest.mark.parametrize("beside", [[], [{"action_type": "link_click", "value": "9"}]])
def test_purchases_by_device_add_up_to_the_whole(harness: NormalizeHarness, beside: list[dict[str, str]]) -> None:
    actions = [*purchases(("desktop", "3"), ("iphone", "6")), *beside]
    values = purchases(("desktop", "30.10"), ("iphone", "60.25"))
    harness.land(M, [meta_row(actions=actions, action_values=values)])
    harness.apply()
    assert harness.rows("SELECT conversions, revenue FROM analytics_metrics") == [(9.0, Decimal("90.35"))]
    assert reasons(harness) == []


def test_the_same_entry_of_a_list_twice_rejects_the_row(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row(actions=purchases(("desktop", "3"), ("desktop", "3")), action_values=[])])
    harness.apply()
    assert reasons(harness) == ["the same entry of omni_purchase stands twice"]


def test_outbound_clicks_by_device_add_up_and_the_same_entry_twice_rejects_the_row(harness: NormalizeHarness) -> None:
    clicks = [
        {"action_type": "outbound_click", "action_device": device, "value": value}
        for device, value in (("desktop", "3"), ("iphone", "4"))
    ]
    harness.land(M, [meta_row(outbound_clicks=clicks), meta_row(campaign_id="2", outbound_clicks=clicks[:1] * 2)])
    harness.apply()
    assert harness.rows("SELECT platform_metrics->>'outbound_clicks' FROM analytics_metrics") == [("7",)]
    assert reasons(harness) == ["the same entry of outbound_clicks stands twice"]


@pytest.mark.parametrize(
    ("platform", "part", "named"),
    [
        (M, {"age": "18-24", "gender": "female"}, "age, gender"),
        (M, {"publisher_platform": "facebook"}, "publisher_platform"),
        (M, {"hourly_stats_aggregated_by_advertiser_time_zone": "00:00:00 - 00:59:59"},
         "hourly_stats_aggregated_by_advertiser_time_zone"),
        (P, {"TARGETING_TYPE": "GENDER", "TARGETING_VALUE": "female"}, "TARGETING_TYPE, TARGETING_VALUE"),
        (G, {"device": "MOBILE"}, "device"),
        (G, {"hour": 0}, "hour"),
    ],
)  # fmt: skip
def test_a_part_of_a_day_never_stands_for_the_day_the_lone_one_too(
    harness: NormalizeHarness, platform: Platform, part: dict[str, object], named: str
) -> None:
    row, whole = variants(platform, [{}, {}])
    if platform is G:
        row["segments"] = row["segments"] | part
    else:
        row |= part
    harness.land(platform, [row, whole])
    harness.apply()
    assert reasons(harness) == [f"the row is a part of the campaign's day (by {named})"]
    assert harness.rows("SELECT campaign_id FROM analytics_metrics") == [("2",)]
