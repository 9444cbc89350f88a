"""A day's figures depend on when they are asked as they do on the platforms: late purchases, corrected spend, today."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketAccount, MarketDay
from adops_pipeline_tests.sandbox.market.conftest import NOW

Key = tuple[date, str, str]
US_GOOGLE, US_META, JP_META, US_PINTEREST = "4201987305", "102938475610293", "304756102938475", "549755885175"
DAY = date(2026, 6, 10)


def asked_at_age(market: Market, account_id: str, age: int) -> dict[Key, MarketDay]:
    """``DAY`` as told ``age`` local days later, at noon."""
    account = next(a for p in Platform for a in market.accounts(p) if a.account_id == account_id)
    noon = datetime.combine(DAY + timedelta(days=age), datetime.min.time(), ZoneInfo(account.timezone))
    rows = market.ad_group_days(account_id, DAY, DAY, noon + timedelta(hours=12))
    return {(r.date, r.campaign_id, r.ad_group_id): r for r in rows}


def settled_accounts(market: Market) -> Iterator[MarketAccount]:
    for platform in Platform:
        yield from (a for a in market.accounts(platform) if market.campaigns(a.account_id, NOW))


@pytest.mark.parametrize("account_id", [US_GOOGLE, US_META, JP_META, US_PINTEREST])
def test_conversions_and_revenue_only_grow_and_then_freeze(market: Market, account_id: str) -> None:
    known = [asked_at_age(market, account_id, age) for age in range(33)]
    for earlier, later in pairwise(known):
        for key, row in earlier.items():
            assert row.conversions <= later[key].conversions
            assert row.revenue <= later[key].revenue
            assert row.web_purchases <= later[key].web_purchases
            assert row.onsite_purchases <= later[key].onsite_purchases
    frozen = 28 if account_id in (US_META, JP_META) else 30
    assert known[frozen] == known[32]
    late = sum(r.conversions for r in known[32].values()) / sum(r.conversions for r in known[1].values())
    assert late > 1.15


def test_spend_is_corrected_a_little_downward_within_three_days(market: Market) -> None:
    known = [asked_at_age(market, US_GOOGLE, age) for age in range(1, 6)]
    spends = [sum(r.spend for r in rows.values()) for rows in known]
    assert spends[0] > spends[1] > spends[2] == spends[3] == spends[4]
    assert spends[0] < spends[4] * 102 / 100


@pytest.mark.parametrize("platform", Platform)
def test_the_share_known_after_k_days_follows_the_lag_curve(market: Market, platform: Platform) -> None:
    curve = market.truth.lag_curve[platform]
    assert len(curve) == 31
    assert list(curve) == sorted(curve)
    start, end = date(2026, 3, 1), date(2026, 8, 31)
    accounts = [a for a in settled_accounts(market) if a.platform is platform]
    final, known = 0, dict.fromkeys((0, 1, 3, 7, 14, 21), 0)
    for account in accounts:
        zone = ZoneInfo(account.timezone)
        rows = market.campaign_days(account.account_id, start, end, NOW)
        final += sum(r.web_purchases + r.app_purchases + r.onsite_purchases for r in rows)
        for age in known:
            for n in range((end - start).days + 1):
                day = start + timedelta(days=n)
                last_second = datetime.combine(day + timedelta(days=age + 1), datetime.min.time(), zone)
                at = (last_second - timedelta(seconds=1)).astimezone(UTC)
                told = market.campaign_days(account.account_id, day, day, at)
                known[age] += sum(r.web_purchases + r.app_purchases + r.onsite_purchases for r in told)
    assert final > 10_000
    for age, purchases in known.items():
        assert purchases / final == pytest.approx(curve[age], abs=0.02)


def test_today_grows_with_the_hours_and_tomorrow_is_unknown(market: Market) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    spends = []
    for hour in (1, 6, 12, 18, 23):
        now = datetime(2026, 6, 10, hour, tzinfo=tokyo)
        rows = market.campaign_days(JP_META, date(2026, 6, 10), date(2026, 6, 20), now)
        assert {r.date for r in rows} == {date(2026, 6, 10)}
        spends.append(sum(r.spend for r in rows))
    assert spends == sorted(set(spends))
    whole = sum(r.spend for r in market.campaign_days(JP_META, DAY, DAY, NOW))
    assert spends[0] < whole / 10
    assert spends[-1] > whole * 9 / 10


def test_a_day_begins_at_the_accounts_own_midnight(market: Market) -> None:
    now = datetime(2026, 6, 10, 20, tzinfo=UTC)
    newest = {
        a: max(r.date for r in market.campaign_days(a, date(2026, 6, 1), date(2026, 6, 30), now))
        for a in (US_META, JP_META, US_PINTEREST)
    }
    assert newest == {US_META: date(2026, 6, 10), JP_META: date(2026, 6, 11), US_PINTEREST: date(2026, 6, 10)}


def test_rows_without_anything_are_no_rows(market: Market) -> None:
    midnight = datetime(2026, 6, 10, tzinfo=UTC)
    assert market.ad_group_days(US_PINTEREST, DAY, DAY, midnight) == []
    drafts = {c.campaign_id for c in market.campaigns(US_PINTEREST, NOW) if c.status.value == "draft"}
    rows = market.campaign_days(US_PINTEREST, date(2025, 1, 1), date(2026, 11, 23), NOW)
    assert drafts
    assert not drafts & {r.campaign_id for r in rows}
