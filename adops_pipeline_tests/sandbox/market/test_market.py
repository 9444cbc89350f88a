"""The market's roster is rich enough to be worth emulating, and its answers depend on the question alone."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import BudgetKind, Market, MarketAccount, MarketDay, minor_digits
from adops_pipeline_tests.sandbox.market.conftest import NOW

FINGERPRINT = """
import hashlib
from datetime import UTC, date, datetime
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
market, now = Market(11), datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
accounts = [a.account_id for p in Platform for a in market.accounts(p)]
days = [market.ad_group_days(a, date(2026, 1, 20), date(2026, 3, 9), now) for a in accounts]
print(hashlib.sha256(repr((days, market.truth.anomalies, market.truth.budget_changes)).encode()).hexdigest())
"""
US_GOOGLE, EMPTY_GOOGLE, JP_META = "4201987305", "4504777210", "304756102938475"


def accounts(market: Market) -> list[MarketAccount]:
    return [a for platform in Platform for a in market.accounts(platform)]


def test_answers_are_the_same_in_every_process() -> None:
    def in_process(hash_seed: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run(
            [sys.executable, "-c", FINGERPRINT], env=env, capture_output=True, text=True, check=True
        ).stdout

    assert in_process("1") == in_process("4242") != ""


def test_a_day_does_not_depend_on_the_range_asked_or_on_the_order_of_calls(market: Market) -> None:
    start, end = date(2026, 8, 20), date(2026, 11, 23)
    for account in accounts(market):
        whole = market.ad_group_days(account.account_id, start, end, NOW)
        fresh = Market()
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        random.Random(3).shuffle(days)
        one_by_one = [row for day in days[:40] for row in fresh.ad_group_days(account.account_id, day, day, NOW)]
        wanted = set(days[:40])
        assert sorted(one_by_one, key=lambda r: (r.date, r.campaign_id, r.ad_group_id)) == [
            row for row in whole if row.date in wanted
        ]


def test_another_seed_is_another_market_with_the_same_ids(market: Market) -> None:
    other = Market(8)
    assert [c.campaign_id for c in other.campaigns(US_GOOGLE, NOW)] == [
        c.campaign_id for c in market.campaigns(US_GOOGLE, NOW)
    ]
    day = date(2026, 11, 1)
    assert other.campaign_days(US_GOOGLE, day, day, NOW) != market.campaign_days(US_GOOGLE, day, day, NOW)


def test_campaign_days_are_the_exact_sums_of_their_ad_groups(market: Market) -> None:
    start, end = date(2026, 9, 25), date(2026, 11, 23)
    counted = [f for f in MarketDay.__slots__ if f not in ("date", "campaign_id", "ad_group_id")]
    for account in accounts(market):
        sums: dict[tuple[date, str], Counter[str]] = {}
        for row in market.ad_group_days(account.account_id, start, end, NOW):
            total = sums.setdefault((row.date, row.campaign_id), Counter())
            for name in counted:
                total[name] += getattr(row, name)
        campaigns = market.campaign_days(account.account_id, start, end, NOW)
        assert [(r.date, r.campaign_id) for r in campaigns] == sorted(sums)
        for row in campaigns:
            assert row.ad_group_id == ""
            assert {n: getattr(row, n) for n in counted} == dict(sums[row.date, row.campaign_id])


def test_every_status_and_budget_kind_is_there(market: Market) -> None:
    campaigns = [c for a in accounts(market) for c in market.campaigns(a.account_id, NOW)]
    assert len(campaigns) >= 66
    assert {c.status for c in campaigns} == set(CampaignStatus)
    assert {c.budget_kind for c in campaigns} == set(get_args(BudgetKind))
    assert any(c.status is CampaignStatus.ACTIVE and c.start_date > NOW.date() for c in campaigns)
    names = "".join(c.name for c in campaigns)
    assert all(letter in names for letter in ('"', ",", "🚀", "ß", "検"))


def test_accounts_span_currencies_zones_and_the_special_kinds(market: Market) -> None:
    everyone = accounts(market)
    assert {a.currency for a in everyone} == {"USD", "EUR", "GBP", "JPY"}
    assert {"Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin", "UTC"} <= {a.timezone for a in everyone}
    assert all(a.timezone == "UTC" for a in market.accounts(Platform.PINTEREST))
    manager = next(a for a in everyone if a.is_manager)
    assert manager.platform is Platform.GOOGLE_ADS
    for account_id in (manager.account_id, EMPTY_GOOGLE):
        assert market.campaigns(account_id, NOW) == ()
        assert market.campaign_days(account_id, date(2026, 1, 1), date(2026, 11, 23), NOW) == []


def test_ids_look_like_each_platforms_and_never_repeat(market: Market) -> None:
    seen: list[str] = []
    for account in accounts(market):
        campaigns = market.campaigns(account.account_id, NOW)
        groups = market.ad_groups(account.account_id, NOW)
        ids = [c.campaign_id for c in campaigns], [g.ad_group_id for g in groups]
        assert ids == (sorted(ids[0]), sorted(ids[1]))
        seen += [account.account_id, *ids[0], *ids[1]]
        if account.platform is Platform.META_ADS:
            assert all(len(i) == 18 and int(i) > 2**53 for i in ids[0])
        if account.platform is Platform.GOOGLE_ADS:
            assert len(account.account_id) == 10
        if account.platform is Platform.PINTEREST:
            assert all(12 <= len(i) <= 18 for i in ids[0] + ids[1])
    assert all(i.isdecimal() for i in seen)
    assert len(seen) == len(set(seen))


def test_budgets_stand_where_their_kind_says(market: Market) -> None:
    pools: dict[str, set[Decimal | None]] = {}
    for account in accounts(market):
        groups = market.ad_groups(account.account_id, NOW)
        for campaign in market.campaigns(account.account_id, NOW):
            own = [g.budget for g in groups if g.campaign_id == campaign.campaign_id]
            assert 2 <= len(own) <= 3
            on_groups = campaign.budget_kind.startswith("ad_group")
            assert (campaign.budget is None) == (on_groups or campaign.budget_kind == "none")
            assert all((budget is not None) == on_groups for budget in own)
            assert (campaign.shared_budget_id is not None) == (campaign.budget_kind == "shared_daily")
            if campaign.shared_budget_id is not None:
                pools.setdefault(campaign.shared_budget_id, set()).add(campaign.budget)
    assert len(pools) == 2
    assert all(len(amounts) == 1 for amounts in pools.values())


def test_a_campaigns_story_unfolds_with_the_clock(market: Market) -> None:
    def status(account_id: str, name: str, now: datetime) -> CampaignStatus:
        return next(c.status for c in market.campaigns(account_id, now) if c.name == name)

    early, late = datetime(2026, 9, 1, tzinfo=UTC), NOW
    assert status(US_GOOGLE, "Competitors (legal hold)", early) is CampaignStatus.ACTIVE
    assert status(US_GOOGLE, "Competitors (legal hold)", late) is CampaignStatus.REMOVED
    assert status(US_GOOGLE, "Demand Gen spring", early) is CampaignStatus.ACTIVE
    assert status(US_GOOGLE, "Demand Gen spring", late) is CampaignStatus.PAUSED
    flights = {c.campaign_id for c in market.campaigns(JP_META, early)}
    assert flights < {c.campaign_id for c in market.campaigns(JP_META, late)}


def test_a_removed_campaign_keeps_its_past_and_gets_no_future(market: Market) -> None:
    campaign = next(c for c in market.campaigns(US_GOOGLE, NOW) if c.status is CampaignStatus.REMOVED)
    days = market.campaign_days(US_GOOGLE, date(2026, 8, 1), date(2026, 11, 23), NOW)
    dates = [d.date for d in days if d.campaign_id == campaign.campaign_id]
    assert min(dates) == date(2026, 8, 1)
    assert max(dates) == date(2026, 9, 26)


def test_money_is_whole_minor_units_of_its_currency(market: Market) -> None:
    for account in accounts(market):
        digits = -minor_digits(account.currency)
        for row in market.campaign_days(account.account_id, date(2026, 10, 1), date(2026, 10, 31), NOW):
            assert row.spend.as_tuple().exponent == row.revenue.as_tuple().exponent == digits


def test_only_google_counts_fractions_of_a_conversion(market: Market) -> None:
    for account in accounts(market):
        rows = market.campaign_days(account.account_id, date(2026, 10, 1), date(2026, 10, 31), NOW)
        fractional = any(r.conversions != r.conversions.to_integral_value() for r in rows)
        assert fractional == (account.platform is Platform.GOOGLE_ADS and bool(rows))
        if account.platform is not Platform.GOOGLE_ADS:
            assert all(r.conversions == r.web_purchases + r.app_purchases + r.onsite_purchases for r in rows)
        earned = sum(r.earned_impressions for r in rows)
        assert (earned > 0) == (account.platform is Platform.PINTEREST)


def test_counts_never_contradict_each_other(market: Market) -> None:
    for account in accounts(market):
        for row in market.ad_group_days(account.account_id, date(2026, 10, 20), date(2026, 11, 23), NOW):
            assert row.impressions >= row.clicks >= row.page_views >= 0
            assert row.all_clicks >= row.clicks >= row.leads >= 0
            assert min(row.web_purchases, row.app_purchases, row.onsite_purchases, row.view_conversions) >= 0
            assert min(row.spend, row.revenue) >= 0
            assert row.impressions or row.clicks or row.spend or row.conversions


def test_rows_come_by_day_campaign_and_ad_group(market: Market) -> None:
    rows = market.ad_group_days(US_GOOGLE, date(2026, 9, 25), date(2026, 11, 23), NOW)
    keys = [(r.date, r.campaign_id, r.ad_group_id) for r in rows]
    assert keys == sorted(set(keys))


def test_a_naive_clock_and_an_unknown_account_are_refused(market: Market) -> None:
    with pytest.raises(ValueError, match="aware"):
        market.campaigns(US_GOOGLE, datetime(2026, 11, 23))  # noqa: DTZ001 - naive on purpose
    with pytest.raises(KeyError):
        market.campaigns("1", NOW)


def test_a_market_may_begin_and_be_asked_on_any_day() -> None:
    market = Market(3, date(2025, 5, 17))
    far = datetime(2035, 2, 1, tzinfo=UTC)
    assert market.campaign_days(US_GOOGLE, date(2035, 1, 1), date(2035, 1, 31), far)
    assert market.campaign_days(US_GOOGLE, date(2025, 1, 1), date(2025, 5, 16), far) == []
    assert market.campaigns(US_GOOGLE, datetime(2024, 6, 1, tzinfo=UTC)) == ()


def test_four_months_of_everything_cost_little() -> None:
    begun = time.process_time()
    market = Market()
    for account in accounts(market):
        market.ad_group_days(account.account_id, date(2026, 7, 27), date(2026, 11, 23), NOW)
        market.campaign_days(account.account_id, date(2026, 7, 27), date(2026, 11, 23), NOW)
    assert time.process_time() - begun < 2.0
