"""Spend keeps to its budget as the platforms promise, and some campaigns run ahead of it or behind."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketAccount, MarketCampaign
from adops_pipeline_tests.sandbox.market.conftest import NOW

START, END = date(2025, 1, 1), date(2026, 10, 31)
Spends = dict[date, Decimal]


def campaigns(market: Market, platform: Platform) -> Iterator[tuple[MarketAccount, MarketCampaign, Spends]]:
    """Every campaign that spent, with its daily spend."""
    for account in market.accounts(platform):
        spends: dict[str, Spends] = defaultdict(dict)
        for row in market.campaign_days(account.account_id, START, END, NOW):
            spends[row.campaign_id][row.date] = row.spend
        for campaign in market.campaigns(account.account_id, NOW):
            if campaign.campaign_id in spends:
                yield account, campaign, spends[campaign.campaign_id]


class Budgets:
    """Daily budgets as the market tells them on each day."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._told: dict[tuple[str, date], dict[str, Decimal | None]] = {}

    def on(self, account: MarketAccount, campaign_id: str, day: date) -> Decimal:
        told = self._told.get((account.account_id, day))
        if told is None:
            noon = datetime.combine(day, datetime.min.time(), ZoneInfo(account.timezone)) + timedelta(hours=12)
            told = {c.campaign_id: c.budget for c in self._market.campaigns(account.account_id, noon)}
            self._told[account.account_id, day] = told
        budget = told[campaign_id]
        assert budget is not None
        return budget


def whole_periods(spends: Spends, keys: dict[date, date], length: dict[date, int]) -> dict[date, list[date]]:
    """Days grouped by the period that ``keys`` gives; only periods that were spent on every day."""
    periods: dict[date, list[date]] = defaultdict(list)
    for day in spends:
        periods[keys[day]].append(day)
    return {first: days for first, days in periods.items() if len(days) == length[first]}


def calendar() -> list[date]:
    return [START + timedelta(days=n) for n in range((END - START).days + 1)]


def test_google_holds_a_day_to_twice_the_budget_and_a_month_to_30_4_times(market: Market) -> None:
    budgets, busiest, months = Budgets(market), Decimal(0), 0
    first_of = {d: d.replace(day=1) for d in calendar()}
    length = {m: sum(first == m for first in first_of.values()) for m in set(first_of.values())}
    for account, campaign, spends in campaigns(market, Platform.GOOGLE_ADS):
        if campaign.budget_kind != "daily":
            continue
        ratios = {d: spend / budgets.on(account, campaign.campaign_id, d) for d, spend in spends.items()}
        busiest = max(busiest, *ratios.values())
        for days in whole_periods(spends, first_of, length).values():
            levels = [budgets.on(account, campaign.campaign_id, d) for d in days]
            months += 1
            assert sum(spends[d] for d in days) <= Decimal("30.4") * sum(levels) / len(levels)
    assert Decimal("1.6") < busiest <= 2
    assert months > 150


def test_meta_holds_a_day_to_175_pct_and_a_week_to_seven_budgets(market: Market) -> None:
    budgets, weeks = Budgets(market), 0
    sunday_of = {d: d - timedelta(days=(d.weekday() + 1) % 7) for d in calendar()}
    length = dict.fromkeys(sunday_of.values(), 7)
    for account, campaign, spends in campaigns(market, Platform.META_ADS):
        if campaign.budget_kind != "daily":
            continue
        for day, spend in spends.items():
            assert spend <= Decimal("1.75") * budgets.on(account, campaign.campaign_id, day)
        for days in whole_periods(spends, sunday_of, length).values():
            levels = {budgets.on(account, campaign.campaign_id, d) for d in days}
            if len(levels) == 1:
                weeks += 1
                assert sum(spends[d] for d in days) <= 7 * levels.pop()
    assert weeks > 500


def test_flights_stay_in_their_days_and_their_budget(market: Market) -> None:
    used = []
    for platform in Platform:
        for account, campaign, spends in campaigns(market, platform):
            if campaign.end_date is None or campaign.start_date < START or campaign.end_date > END:
                continue
            groups = [g for g in market.ad_groups(account.account_id, NOW) if g.campaign_id == campaign.campaign_id]
            if campaign.budget_kind == "ad_group_lifetime":
                days = market.ad_group_days(account.account_id, START, END, NOW)
                for group in groups:
                    assert group.budget is not None
                    assert sum(r.spend for r in days if r.ad_group_id == group.ad_group_id) <= group.budget
            if campaign.budget_kind == "lifetime":
                assert campaign.budget is not None
                used.append(sum(spends.values()) / campaign.budget)
                assert min(spends) >= campaign.start_date
                assert max(spends) <= campaign.end_date
    assert len(used) >= 10
    assert max(used) <= 1
    assert min(used) < Decimal("0.8")


def test_some_campaigns_run_ahead_of_their_budget_and_some_behind(market: Market) -> None:
    budgets, pace = Budgets(market), {}
    for platform in Platform:
        for account, campaign, spends in campaigns(market, platform):
            early = [d for d in spends if d.day <= 12 and d.year == 2026]
            if campaign.budget_kind == "daily" and len(early) > 90:
                planned = sum(budgets.on(account, campaign.campaign_id, d) for d in early)
                pace[campaign.name] = sum(spends[d] for d in early) / planned
    assert pace["Cozy cabins ⛺ ideas"] > Decimal("1.1")
    assert pace["Performance Max 🚀"] > Decimal("1.02")
    assert pace["Video reach"] < Decimal("0.8")
    assert Decimal("0.93") < pace["Advantage+ shopping"] < Decimal("1.02")
