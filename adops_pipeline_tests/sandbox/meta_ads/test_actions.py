"""Sales by action type: types share sales, and each window sees its part of each."""

from datetime import date
from decimal import Decimal

from adops_pipeline.sandbox.market import MarketDay
from adops_pipeline.sandbox.meta_ads.actions import WINDOWS, Outcome

_TRAFFIC = (1000, 50, 60, Decimal(40), Decimal(10), Decimal("100.01"))
_DAY = MarketDay(
    date(2026, 11, 1),
    "c",
    "a",
    *_TRAFFIC,
    view_conversions=3,
    earned_impressions=0,
    earned_clicks=0,
    web_purchases=7,
    app_purchases=2,
    onsite_purchases=1,
    leads=0,
    page_views=40,
)


def test_the_value_of_each_type_is_split_by_the_sales_that_a_window_sees() -> None:
    told = {stat.pop("action_type"): stat for stat in Outcome(_DAY, "USD", has_old_pixel=False).action_values(WINDOWS)}
    assert told["omni_purchase"] == told["onsite_web_app_purchase"] == {
        "value": "100.01", "1d_click": "70.00", "7d_click": "100.01", "28d_click": "100.01", "1d_view": "30.00",
    }  # fmt: skip
    # 8 of 10 sales: one in the shop for 10.00, seven on the website for 70.01.
    assert told["purchase"] == told["onsite_web_purchase"] == {
        "value": "80.01", "1d_click": "50.00", "7d_click": "80.01", "28d_click": "80.01", "1d_view": "20.00",
    }  # fmt: skip
    # One sale is no whole one to a window that sees a part.
    assert told["onsite_conversion.purchase"] == {"value": "10.00", "7d_click": "10.00", "28d_click": "10.00"}
    assert len(told) == 9


def test_counts_are_split_likewise_and_only_by_the_windows_that_are_asked_for() -> None:
    outcome = Outcome(_DAY, "USD", has_old_pixel=True)
    told = {stat.pop("action_type"): stat for stat in outcome.actions(["1d_click", "1d_view"])}
    assert told["offsite_conversion.fb_pixel_purchase"] == {"value": "9", "1d_click": "6", "1d_view": "2"}
    assert told["onsite_conversion.purchase"] == {"value": "1"}
    assert told["link_click"] == {"value": "50"}
