"""What is a sale, a click and an impression on each platform, and what is kept beside them."""

import json
from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.options import NormalizeOptions, PinterestTraffic
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
PIXEL, ON_META = "offsite_conversion.fb_pixel_purchase", "onsite_conversion.purchase"
BOTH = f"{PIXEL}+{ON_META}"

Counts = dict[str, str] | None
CASES: list[tuple[Counts, Counts, int, str, str | None]] = [
    ({"purchase": "2", "omni_purchase": "3"}, {"purchase": "20", "omni_purchase": "30"}, 3, "30", "omni_purchase"),
    ({"purchase": "2", "link_click": "9"}, {"purchase": "20"}, 2, "20", "purchase"),
    ({PIXEL: "2", ON_META: "1", "onsite_web_purchase": "2"}, {PIXEL: "2.10", ON_META: "5.05"}, 3, "7.15", BOTH),
    ({PIXEL: "2"}, {PIXEL: "20.10"}, 2, "20.10", BOTH),
    ({"onsite_web_purchase": "1"}, {}, 1, "0", "onsite_web_purchase"),
    ({"purchase": "2"}, {"omni_purchase": "30"}, 2, "0", "purchase"),
    ({}, {"purchase": "20"}, 0, "20", "purchase"),
    ({"link_click": "9"}, {}, 0, "0", None),
    (None, None, 0, "0", None),
]  # fmt: skip
"""Actions, their values; then the sales and the revenue that they are, and the type that was chosen."""


def actions(counts: Counts) -> list[dict[str, str]] | None:
    return None if counts is None else [{"action_type": kind, "value": value} for kind, value in counts.items()]


def test_a_sale_reported_under_three_action_types_counts_once(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row()])
    harness.apply()
    assert harness.rows("SELECT conversions, revenue FROM analytics_metrics") == [(3.0, Decimal(150))]


def test_the_first_purchase_type_of_the_priority_gives_count_and_value(harness: NormalizeHarness) -> None:
    rows = [
        meta_row(campaign_id=str(number), actions=actions(counts), action_values=actions(values))
        for number, (counts, values, *_) in enumerate(CASES)
    ]
    absent = {key: value for key, value in meta_row(campaign_id="9").items() if not key.startswith("action")}
    harness.land(M, [*rows, absent])
    harness.apply()
    found = harness.rows(
        "SELECT conversions, revenue, platform_metrics->>'$.purchase_type' FROM analytics_metrics ORDER BY campaign_id"
    )
    assert found == [*((sales, Decimal(revenue), kind) for _, _, sales, revenue, kind in CASES), (0, Decimal(0), None)]


STORED = "; the rest of the row is stored"


def test_a_purchase_that_is_no_count_is_refused_by_its_type(harness: NormalizeHarness) -> None:
    bad: list[dict[str, str]] = [{"purchase": "x"}, {"purchase": "-1"}, {PIXEL: "2", ON_META: "y"}]
    harness.land(M, [meta_row(campaign_id=str(number), actions=actions(counts)) for number, counts in enumerate(bad)])
    harness.apply()
    assert harness.rows("SELECT reason FROM analytics_rejects ORDER BY raw->>'$.campaign_id'") == [
        (f"actions purchase is not a number: x{STORED}",),
        (f"actions purchase is negative: -1{STORED}",),
        (f"actions {BOTH} is not a number: y{STORED}",),
    ]


def test_purchase_priority_and_click_kind_are_options(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row(actions=actions({"omni_purchase": "3", "lead": "7"}))])
    harness.apply(NormalizeOptions(meta_purchase_priority=("lead",), meta_clicks="clicks"))
    assert harness.rows("SELECT clicks, conversions FROM analytics_metrics") == [(11, 7.0)]


@pytest.mark.parametrize(
    ("traffic", "impressions", "clicks"), [("paid", 1200, 216), ("earned", 300, 20), ("total", 1500, 236)]
)
def test_pinterest_traffic_is_paid_earned_or_both(
    harness: NormalizeHarness, traffic: PinterestTraffic, impressions: int, clicks: int
) -> None:
    harness.land(P, [pinterest_row()])
    harness.apply(NormalizeOptions(pinterest_traffic=traffic))
    assert harness.rows("SELECT impressions, clicks FROM analytics_metrics") == [(impressions, clicks)]


def test_fractional_conversions_of_google_stay_fractional(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(conversions=33.333333333333336)])
    harness.apply()
    assert harness.rows("SELECT conversions FROM analytics_metrics") == [(33.333333333333336,)]


def test_platform_metrics_keep_what_the_unified_columns_leave_out(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(M, [meta_row()])
    harness.land(P, [pinterest_row(OUTBOUND_CLICK_1="many")])
    harness.apply()
    found = harness.rows("SELECT platform_metrics FROM analytics_metrics ORDER BY platform")
    assert [json.loads(str(kept)) for (kept,) in found] == [
        {"all_conversions": 2.5, "all_conversions_value": 130.25},
        {"reach": 150, "clicks": 11, "inline_link_clicks": 9, "outbound_clicks": 7, "purchase_type": "omni_purchase"},
        {
            "impressions_paid": 1200, "impressions_earned": 300, "clicks_paid": 216, "clicks_earned": 20,

        },
    ]  # fmt: skip
