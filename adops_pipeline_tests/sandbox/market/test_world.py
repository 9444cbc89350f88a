"""Promises of the worlds: each feature does what it says, alone, and the default market is what it was."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import Market, Occasion, Outage, World, combine, named_world, scenarios
from adops_pipeline.sandbox.market.world import black_friday, correlated

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
START = date(2026, 1, 15)
"""Two whole weeks after the market began: every standing campaign has started."""
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def account_of(market: Market, platform: Platform = Platform.GOOGLE_ADS, country: str = "US") -> str:
    found = [a for a in market.accounts(platform) if a.country == country and market.campaigns(a.account_id, NOW)]
    return found[0].account_id


def series(market: Market, account_id: str, value: Callable[[object], float]) -> dict[str, np.ndarray]:
    """Daily values of each campaign of the account from START to LAST, zeros where nothing was delivered."""
    days = (LAST - START).days + 1
    found: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(days))
    for row in market.campaign_days(account_id, START, LAST, NOW):
        found[row.campaign_id][(row.date - START).days] = value(row)
    return found


def spend(row: object) -> float:
    return float(row.spend)  # type: ignore[attr-defined]


def conversions(row: object) -> float:
    return float(row.conversions)  # type: ignore[attr-defined]


def moves(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Daily log ratios of the campaigns that sell enough a day to show one; planted outages count as one sale."""
    return [
        np.log(np.maximum(after[id_], 1) / np.maximum(before[id_], 1))
        for id_ in before
        if np.median(before[id_]) > 20 and (before[id_] > 0).mean() > 0.95
    ]


@pytest.fixture(scope="module")
def plain() -> Market:
    return Market(7, FIRST)


def test_a_world_without_features_is_the_default_market(plain: Market) -> None:
    account = account_of(plain)
    same = Market(7, FIRST, World())
    assert same.campaign_days(account, FIRST, LAST, NOW) == plain.campaign_days(account, FIRST, LAST, NOW)


def test_ar1_series_have_the_promised_correlation_and_unit_variance() -> None:
    z = np.random.default_rng(1).standard_normal((40, 4000))
    made = correlated(z, 0.6)
    lag_one = [np.corrcoef(row[:-1], row[1:])[0, 1] for row in made]
    assert np.mean(lag_one) == pytest.approx(0.6, abs=0.02)
    assert made.std() == pytest.approx(1.0, abs=0.02)
    assert correlated(z, 0.0) is z


def test_correlated_shocks_follow_each_other_and_spend_is_untouched(plain: Market) -> None:
    market = Market(7, FIRST, World(day_correlation=0.8, conversion_noise=0.3))
    account = account_of(market)
    before, after = series(plain, account, conversions), series(market, account, conversions)
    ratios = moves(before, after)
    assert len(ratios) >= 3
    assert np.mean([np.corrcoef(r[:-1], r[1:])[0, 1] for r in ratios]) > 0.35
    assert all(0.15 < r.std() < 0.5 for r in ratios)
    assert {k: v.tolist() for k, v in series(plain, account, spend).items()} == {
        k: v.tolist() for k, v in series(market, account, spend).items()
    }


def test_account_shocks_are_shared_by_all_campaigns_of_an_account(plain: Market) -> None:
    market = Market(7, FIRST, World(account_noise=0.4))
    account = account_of(market)
    before, after = series(plain, account, conversions), series(market, account, conversions)
    moved = moves(before, after)
    assert len(moved) >= 3
    pairs = [np.corrcoef(a, b)[0, 1] for i, a in enumerate(moved) for b in moved[:i]]
    assert min(pairs) > 0.6


def test_a_month_is_the_same_whichever_day_is_asked_for_first() -> None:
    world = combine([World(day_correlation=0.6, click_noise=0.2, arm_noise=0.1), World(demand_noise=0.3)])
    one, two = Market(7, FIRST, world), Market(7, FIRST, world)
    account = account_of(one)
    two.campaign_days(account, date(2026, 5, 1), LAST, NOW)
    assert one.campaign_days(account, FIRST, LAST, NOW) == two.campaign_days(account, FIRST, LAST, NOW)


def test_arm_noise_moves_ad_groups_apart_and_click_noise_moves_them_together() -> None:
    def spread(world: World) -> float:
        market = Market(7, FIRST, world)
        rates: dict[str, dict[date, float]] = defaultdict(dict)
        test = next(t for t in market.truth.experiments if t.metric == "ctr" and t.platform is Platform.GOOGLE_ADS)
        for row in market.ad_group_days(test.account_id, FIRST, LAST, NOW):
            if row.campaign_id == test.campaign_id and row.impressions:
                rates[row.ad_group_id][row.date] = row.clicks / row.impressions
        a, b = rates[test.ad_group_a], rates[test.ad_group_b]
        return float(np.std([np.log(a[day] / b[day]) for day in a]))

    assert spread(World(click_noise=0.2)) == pytest.approx(spread(World()), abs=0.03)
    assert spread(World(arm_noise=0.2)) > spread(World()) + 0.1


def test_heavy_orders_make_revenue_per_conversion_jump() -> None:
    def spread(world: World) -> float:
        market = Market(7, FIRST, world)
        rows = market.campaign_days(account_of(market), FIRST, LAST, NOW)
        return float(np.std([np.log(float(r.revenue) / float(r.conversions)) for r in rows if 5 < r.conversions < 40]))

    mild, heavy = spread(World()), spread(World(order_value_noise=1.5))
    assert heavy > mild + 0.1


def test_an_occasion_raises_budgets_and_spend_on_its_days_in_its_country_only(plain: Market) -> None:
    friday = date(2026, 5, 29)
    market = Market(7, FIRST, World(occasions=(Occasion("Sale", friday, 4, 3.0, 1.0, country="US"),)))
    at, until = (friday - START).days, (friday - START).days + 4
    for country, factor in (("US", 3.0), ("DE", 1.0)):
        account = account_of(market, country=country)
        before, after = series(plain, account, spend), series(market, account, spend)
        ratio = sum(v[at:until].sum() for v in after.values()) / sum(v[at:until].sum() for v in before.values())
        assert ratio == pytest.approx(factor, rel=0.35 if factor > 1 else 1e-12), country
    account, noon = account_of(market), datetime(2026, 5, 30, 18, tzinfo=UTC)
    normal = {c.campaign_id: c.budget for c in plain.campaigns(account, noon) if c.budget_kind == "daily"}
    raised = {c.campaign_id: c.budget for c in market.campaigns(account, noon)}
    assert normal
    assert all(raised[id_] == 3 * budget for id_, budget in normal.items() if budget)


@pytest.mark.parametrize(("kind", "spends", "converts"), [("delivery", False, False), ("tracking", True, False)])
def test_an_outage_strikes_its_days_and_its_account_alone(
    plain: Market, kind: str, spends: bool, converts: bool
) -> None:
    account, other = account_of(plain), account_of(plain, country="DE")
    world = World(outages=(Outage(kind, date(2026, 4, 1), 3, account_id=account),))  # type: ignore[arg-type]
    market = Market(7, FIRST, world)
    struck = market.campaign_days(account, date(2026, 4, 1), date(2026, 4, 3), NOW)
    assert (sum(row.spend for row in struck) > 0) is spends
    assert (sum(row.conversions for row in struck) > 0) is converts
    after = market.campaign_days(account, date(2026, 4, 4), date(2026, 4, 4), NOW)
    assert sum(row.conversions for row in after) > 0
    assert market.campaign_days(other, FIRST, LAST, NOW) == plain.campaign_days(other, FIRST, LAST, NOW)


def test_a_pause_shows_on_the_platform_and_an_outage_of_delivery_does_not(plain: Market) -> None:
    account = account_of(plain)
    campaign = next(c for c in plain.campaigns(account, NOW) if c.status is CampaignStatus.ACTIVE).campaign_id
    noon = datetime(2026, 4, 2, 18, tzinfo=UTC)

    def status(kind: str) -> CampaignStatus:
        outage = Outage(kind, date(2026, 4, 1), 3, campaign_id=campaign)  # type: ignore[arg-type]
        found = Market(7, FIRST, World(outages=(outage,))).campaigns(account, noon)
        return next(c.status for c in found if c.campaign_id == campaign)

    assert status("pause") is CampaignStatus.PAUSED
    assert status("delivery") is CampaignStatus.ACTIVE


@pytest.mark.parametrize(("lag", "low", "high"), [("instant", 1.0, 1.0), ("usual", 0.4, 0.7), ("late", 0.05, 0.2)])
def test_the_share_known_on_the_day_after_is_the_world_s(lag: str, low: float, high: float) -> None:
    market = Market(7, FIRST, World(lag=lag))  # type: ignore[arg-type]
    account, day = account_of(market), date(2026, 3, 3)
    zone = next(a.timezone for a in market.accounts(Platform.GOOGLE_ADS) if a.account_id == account)
    late_evening = datetime(2026, 3, 3, 23, 59, 59, tzinfo=ZoneInfo(zone))
    early = sum(r.conversions for r in market.campaign_days(account, day, day, late_evening))
    final = sum(r.conversions for r in market.campaign_days(account, day, day, NOW))
    assert low <= float(early) / float(final) <= high
    assert market.truth.lag_curve[Platform.GOOGLE_ADS][0] == pytest.approx(float(early) / float(final), abs=0.05)


def test_fixed_spend_never_varies() -> None:
    market = Market(7, FIRST, World(has_fixed_spend=True))
    account = account_of(market, Platform.PINTEREST)
    flights = {c.campaign_id for c in market.campaigns(account, NOW) if "lifetime" in c.budget_kind}
    whole = [v for id_, v in series(market, account, spend).items() if id_ not in flights and v.min() > 0]
    assert whole
    for values in whole:
        assert values.std() / values.mean() < 0.002
    assert not [c for c in market.truth.budget_changes if c.campaign_id not in flights]


def test_common_demand_moves_budgets_and_conversions_at_given_spend_together() -> None:
    market = Market(7, FIRST, World(demand_noise=0.4))
    account = account_of(market)
    spent, sold = series(market, account, spend), series(market, account, conversions)
    weeks = (LAST - START).days // 7
    found = []
    for id_, values in spent.items():
        if values.min() > 0 and np.median(sold[id_]) > 10:
            by_week = values[: weeks * 7].reshape(weeks, 7).sum(axis=1)
            expected = [
                sum(
                    market.truth.expected_conversions(id_, values[7 * w + d], START + timedelta(days=7 * w + d))
                    for d in range(7)
                )
                for w in range(weeks)
            ]
            actual = sold[id_][: weeks * 7].reshape(weeks, 7).sum(axis=1)
            found.append(np.corrcoef(np.log(by_week), np.log(actual / np.array(expected)))[0, 1])
    assert len(found) >= 2
    assert np.mean(found) > 0.8


def test_a_demand_bound_campaign_spends_its_demand_whatever_its_budget(plain: Market) -> None:
    market = Market(7, FIRST, World(demand_bound_share=0.5))
    caps = market.truth.demand_caps
    account = account_of(market, Platform.PINTEREST, "DE")
    spent = series(market, account, spend)
    bound = [id_ for id_ in spent if id_ in caps and spent[id_].min() > 0]
    assert bound
    for id_ in bound:
        assert spent[id_].mean() == pytest.approx(caps[id_], rel=0.12)
        cap = market.truth.expected_conversions(id_, caps[id_], FIRST)
        assert market.truth.expected_conversions(id_, 3 * caps[id_], FIRST) == cap
    assert not plain.truth.demand_caps


def test_worlds_combine_and_unknown_names_list_the_known_ones() -> None:
    world = named_world("correlated-days, black-friday", FIRST)
    assert (world.day_correlation, len(world.occasions)) == (0.6, 7)
    assert named_world("", FIRST) == World()
    assert combine([World(click_noise=0.2), World(click_noise=0.1)]).click_noise == 0.2
    with pytest.raises(ValueError, match="there is no world blackfriday; known are account-shocks, black-friday"):
        named_world("blackfriday", FIRST)
    with pytest.raises(ValueError, match="two worlds set lag: instant and late"):
        named_world("instant-reports,late-reports", FIRST)
    assert [black_friday(year) for year in (2024, 2025, 2026)] == [
        date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27),
    ]  # fmt: skip
    assert len(scenarios(FIRST)) >= 12


def test_rare_moves_leave_budgets_for_months_and_a_season_moves_budgets_and_conversions_together() -> None:
    rare, plain_market = Market(7, FIRST, World(has_rare_moves=True)), Market(7, FIRST)
    in_a_year = [
        sum(change.date < date(2027, 1, 1) for change in market.truth.budget_changes) for market in (rare, plain_market)
    ]
    assert 0 < in_a_year[0] < 0.4 * in_a_year[1]
    world = World(season=0.4)
    december, june = (np.array([date(2026, month, 15).toordinal()]) for month in (12, 6))
    for factors in (world.budget_factors, world.conversion_factors):
        assert factors("US", december)[0] / factors("US", june)[0] == pytest.approx(np.exp(0.8), rel=0.01)
    year = np.arange(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    assert world.seasonal_factors(year).mean() == pytest.approx(1.0, abs=0.01)


def test_a_drifting_season_is_no_yearly_one() -> None:
    drifting = named_world("drifting-demand", FIRST)
    days = np.arange(date(2026, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
    moved = np.log(drifting.seasonal_factors(days + 28) / drifting.seasonal_factors(days))
    a_year_before = np.log(drifting.seasonal_factors(days - 364 + 28) / drifting.seasonal_factors(days - 364))
    assert np.corrcoef(moved, a_year_before)[0, 1] < -0.3
    assert combine([drifting, World(season=0.2)]) == drifting


def test_equal_returns_bring_the_same_revenue_per_unit_of_money_at_any_spend() -> None:
    truth = Market(7, FIRST, World(has_equal_returns=True)).truth
    assert set(truth.trend.values()) == {0.0}
    for curve in truth.curves.values():
        spend = curve.half_saturation / 10_000
        for factor in (0.8, 1.0, 1.2):
            revenue = curve.conversions(factor * spend) * curve.revenue_per_conversion
            assert revenue / (factor * spend) == pytest.approx(3.0, rel=1e-3)


def test_named_outages_strike_one_account_a_month() -> None:
    for kind, name in (("delivery", "delivery-outages"), ("tracking", "tracking-outages")):
        outages = scenarios(FIRST)[name].outages
        assert {outage.kind for outage in outages} == {kind}
        assert len({(outage.start.year, outage.start.month) for outage in outages}) == len(outages) == 84
        assert len({outage.account_id for outage in outages}) > 5


def test_new_accounts_deliver_nothing_before_they_open_one_after_the_other() -> None:
    opened = date(2026, 5, 1)
    market = Market(7, FIRST, named_world(f"overdispersed, new-accounts@{opened}", FIRST))
    ages = []
    for platform in Platform:
        for account in market.accounts(platform):
            rows = market.campaign_days(
                account.account_id, FIRST, date(2026, 6, 9), datetime(2026, 6, 10, 12, tzinfo=UTC)
            )
            if rows:
                ages.append((date(2026, 6, 10) - min(row.date for row in rows)).days)
    assert len(ages) > 6
    assert min(ages) >= 5
    assert max(ages) <= 40
    assert max(ages) - min(ages) > 20
    with pytest.raises(ValueError, match="is not a day, for example new-accounts@"):
        named_world("new-accounts@soon", FIRST)
