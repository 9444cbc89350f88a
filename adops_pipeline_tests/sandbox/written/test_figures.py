"""Figures that are scaled or drawn stay consistent: nothing below 0, parts that add up, money within its limit."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.sandbox.market import MarketDay
from adops_pipeline.sandbox.written.figures import Drawing, scaled, summed
from adops_pipeline_tests.sandbox.written.conftest import ACCOUNT, market, running

DAY = date(2026, 11, 20)
COUNTS = [field.name for field in fields(MarketDay) if field.name not in ("date", "campaign_id", "ad_group_id")]


def row(web: int, app: int, onsite: int, group: str = "1") -> MarketDay:
    purchases = web + app + onsite
    return MarketDay(
        date=DAY,
        campaign_id="9",
        ad_group_id=group,
        impressions=1000,
        clicks=20,
        all_clicks=25,
        spend=Decimal("12.34"),
        conversions=Decimal(purchases),
        revenue=Decimal(30 * purchases),
        view_conversions=purchases // 8,
        earned_impressions=70,
        earned_clicks=1,
        web_purchases=web,
        app_purchases=app,
        onsite_purchases=onsite,
        leads=0,
        page_views=16,
    )


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.floats(0.01, 3), st.integers(1, 50))
def test_scaled_figures_are_never_below_0_and_purchases_add_up(
    web: int, app: int, onsite: int, factor: float, group: int
) -> None:
    day = scaled(row(web, app, onsite, str(group)), factor, factor, market().account(ACCOUNT))
    if day is not None:
        assert all(getattr(day, name) >= 0 for name in COUNTS)
        assert day.web_purchases + day.app_purchases + day.onsite_purchases == day.conversions
        assert day.clicks <= day.all_clicks <= day.impressions
        assert day.spend <= Decimal("12.34") * Decimal(factor)


def test_an_unchanged_day_is_the_markets_own_and_one_without_anything_is_none() -> None:
    account = market().account(ACCOUNT)
    one = row(3, 1, 1)
    assert scaled(one, 1.0, 1.0, account) is one
    assert scaled(one, 0.0, 0.0, account) is None


@pytest.mark.parametrize("money", [1.0, 250.0, 40_000.0])
def test_drawn_spend_stays_within_the_money_on_every_day_and_conversions_follow_the_share(money: float) -> None:
    drawing = Drawing(market(), market().account(ACCOUNT), running(), None)
    for number in range(1, 31):
        whole = drawing.day(date(2026, 9, number), "1", money, money, 60)
        half = drawing.day(date(2026, 9, number), "1", money / 2, money, 60)
        assert whole is None or whole.spend <= Decimal(money)
        if whole is not None and half is not None:
            assert abs(half.conversions - whole.conversions / 2) <= 1


def test_conversions_become_known_over_the_days_and_then_stay() -> None:
    drawing = Drawing(market(), market().account(ACCOUNT), running(), None)
    known = [drawing.day(DAY, "1", 5_000.0, 5_000.0, age) for age in (0, 7, 30, 90)]
    counts = [one.conversions for one in known if one is not None]
    assert counts == sorted(counts)
    assert counts[0] < counts[2] == counts[3]


def test_a_sum_has_every_figure_and_no_ad_group() -> None:
    one = row(3, 1, 1)
    both = summed([one, replace(one, ad_group_id="2")])
    assert both.ad_group_id == ""
    assert all(getattr(both, name) == 2 * getattr(one, name) for name in COUNTS)
