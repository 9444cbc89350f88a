"""The market shows what clients wrote to it, from the moment of the write on, and nothing else changes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange, Platform
from adops_pipeline.sandbox.market import MarketDay
from adops_pipeline.sandbox.written import MarketValues, WrittenMarket, WrittenObjects
from adops_pipeline_tests.sandbox.written.conftest import ACCOUNT, NOON, NOW, PLATFORM, TODAY, market, running

FIRST = TODAY - timedelta(days=8)
WRITTEN_ON = NOON.date()


def change(written: WrittenObjects, values: MarketValues, at: datetime = NOON) -> None:
    with written.turn(at) as turn:
        turn.change(PLATFORM, ACCOUNT, "campaign", running().campaign_id, market=values)


def create(written: WrittenObjects, *, groups: int, **values: Any) -> str:
    given = {"name": "New", "status": CampaignStatus.ACTIVE, "budget_kind": "daily", "budget": Decimal(80), **values}
    with written.turn(NOON) as turn:
        campaign_id = turn.create(PLATFORM, ACCOUNT, "campaign", market=cast("MarketValues", given))
        for n in range(groups):
            group: MarketValues = {"name": f"Group {n}", "status": CampaignStatus.ACTIVE}
            turn.create(PLATFORM, ACCOUNT, "ad_group", parent_id=campaign_id, market=group)
        return campaign_id


def days(of: object, campaign_id: str) -> dict[date, MarketDay]:
    assert hasattr(of, "campaign_days")
    return {d.date: d for d in of.campaign_days(ACCOUNT, FIRST, TODAY, NOW) if d.campaign_id == campaign_id}


def test_without_writes_every_answer_is_the_markets(overlaid: WrittenMarket) -> None:
    dates = DateRange(FIRST, TODAY)
    assert overlaid.campaigns(ACCOUNT, NOW) == market().campaigns(ACCOUNT, NOW)
    assert overlaid.ad_groups(ACCOUNT, NOW) == market().ad_groups(ACCOUNT, NOW)
    assert overlaid.changes(ACCOUNT, dates, NOW) == market().changes(ACCOUNT, dates, NOW)
    assert overlaid.ad_group_days(ACCOUNT, FIRST, TODAY, NOW) == market().ad_group_days(ACCOUNT, FIRST, TODAY, NOW)
    assert overlaid.campaign_days(ACCOUNT, FIRST, TODAY, NOW) == market().campaign_days(ACCOUNT, FIRST, TODAY, NOW)


def test_a_new_name_changes_no_figure(written: WrittenObjects, overlaid: WrittenMarket) -> None:
    change(written, {"name": "Renamed"})
    assert "Renamed" in {c.name for c in overlaid.campaigns(ACCOUNT, NOW)}
    assert overlaid.campaign_days(ACCOUNT, FIRST, TODAY, NOW) == market().campaign_days(ACCOUNT, FIRST, TODAY, NOW)


def test_a_campaign_paused_at_noon_has_half_a_day_and_then_none(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    change(written, {"status": CampaignStatus.PAUSED})
    before, after = days(market(), running().campaign_id), days(overlaid, running().campaign_id)
    assert {day: after[day] for day in before if day < WRITTEN_ON} == {
        d: r for d, r in before.items() if d < WRITTEN_ON
    }
    half = after[WRITTEN_ON].spend / before[WRITTEN_ON].spend
    assert Decimal("0.49") < half < Decimal("0.51")
    assert max(after) == WRITTEN_ON
    (found,) = [c for c in overlaid.campaigns(ACCOUNT, NOW) if c.campaign_id == running().campaign_id]
    assert found.status is CampaignStatus.PAUSED


def test_a_doubled_budget_doubles_spend_and_brings_less_than_twice_the_conversions(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    budget = market().on_day(ACCOUNT, running().campaign_id, WRITTEN_ON)
    assert budget is not None
    assert budget[0].budget is not None
    change(written, {"budget": budget[0].budget * 2})
    day = WRITTEN_ON + timedelta(days=1)
    before, after = days(market(), running().campaign_id)[day], days(overlaid, running().campaign_id)[day]
    assert Decimal("1.99") < after.spend / before.spend < Decimal("2.01")
    assert before.conversions < after.conversions < 2 * before.conversions
    assert after.web_purchases + after.app_purchases + after.onsite_purchases == after.conversions


def test_a_created_campaign_is_listed_and_delivers_within_its_budget(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    campaign_id = create(written, groups=2)
    (found,) = [c for c in overlaid.campaigns(ACCOUNT, NOW) if c.campaign_id == campaign_id]
    assert (found.name, found.status, found.budget) == ("New", CampaignStatus.ACTIVE, Decimal(80))
    delivered = days(overlaid, campaign_id)
    assert min(delivered) == WRITTEN_ON
    assert max(delivered) == TODAY
    assert all(0 < day.spend <= 80 for day in delivered.values())
    assert delivered[WRITTEN_ON].spend < 45
    assert delivered[TODAY].spend < 45, "only half of today is over"
    groups = [d for d in overlaid.ad_group_days(ACCOUNT, FIRST, TODAY, NOW) if d.campaign_id == campaign_id]
    assert len({d.ad_group_id for d in groups}) == 2
    assert sum(d.spend for d in groups) == sum(d.spend for d in delivered.values())


def test_a_created_campaign_without_ad_groups_delivers_as_a_campaign_alone(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    campaign_id = create(written, groups=0)
    assert days(overlaid, campaign_id)
    assert not [d for d in overlaid.ad_group_days(ACCOUNT, FIRST, TODAY, NOW) if d.campaign_id == campaign_id]


def test_a_paused_campaign_or_one_before_its_start_delivers_nothing(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    paused = create(written, groups=1, status=CampaignStatus.PAUSED)
    later = create(written, groups=1, start_date=TODAY)
    assert not days(overlaid, paused)
    assert min(days(overlaid, later)) == TODAY


def test_the_figures_of_a_past_day_stay_when_the_day_goes_on(written: WrittenObjects, overlaid: WrittenMarket) -> None:
    campaign_id = create(written, groups=1)
    day = TODAY - timedelta(days=2)
    then = [d for d in overlaid.campaign_days(ACCOUNT, day, day, NOW) if d.campaign_id == campaign_id]
    later = overlaid.campaign_days(ACCOUNT, day, day, NOW + timedelta(hours=5))
    assert then == [d for d in later if d.campaign_id == campaign_id]


def test_an_ad_group_created_in_a_campaign_of_the_market_takes_its_share_of_the_budget(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    with written.turn(NOON) as turn:
        group: MarketValues = {"name": "Another", "status": CampaignStatus.ACTIVE}
        group_id = turn.create(PLATFORM, ACCOUNT, "ad_group", parent_id=running().campaign_id, market=group)
    day = WRITTEN_ON + timedelta(days=1)
    before = days(market(), running().campaign_id)[day]
    found = [d for d in overlaid.ad_group_days(ACCOUNT, day, day, NOW) if d.campaign_id == running().campaign_id]
    own = sum(d.spend for d in found if d.ad_group_id == group_id)
    assert own > 0
    assert sum(d.spend for d in found) - own < before.spend


def test_the_log_of_changes_tells_what_was_written_and_not_what_it_overrode(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    change(written, {"status": CampaignStatus.PAUSED})
    change(written, {"budget": Decimal(31)}, NOON + timedelta(hours=1))
    dates = DateRange(WRITTEN_ON, TODAY)
    made = [c for c in overlaid.changes(ACCOUNT, dates, NOW) if c.campaign_id == running().campaign_id]
    assert [(c.changed_at, c.after) for c in made] == [
        (NOON, CampaignStatus.PAUSED),
        (NOON + timedelta(hours=1), Decimal(31)),
    ]
    assert overlaid.last_changes(ACCOUNT, NOW)[running().campaign_id] == NOON + timedelta(hours=1)


def test_what_the_market_would_have_changed_later_is_overridden(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    dates = DateRange(TODAY - timedelta(days=60), TODAY)
    scheduled = next(
        c for c in market().changes(ACCOUNT, dates, NOW) if isinstance(c.after, Decimal) and not c.ad_group_id
    )
    assert scheduled in overlaid.changes(ACCOUNT, dates, NOW)
    with written.turn(scheduled.changed_at - timedelta(hours=1)) as turn:
        turn.change(PLATFORM, ACCOUNT, "campaign", scheduled.campaign_id, market={"budget": Decimal(31)})
    made = [c for c in overlaid.changes(ACCOUNT, dates, NOW) if c.campaign_id == scheduled.campaign_id]
    assert scheduled not in made
    assert made[-1].after == Decimal(31)


def test_a_shared_budget_that_is_written_to_its_campaigns_is_changed_once(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    account = next(a for a in market().accounts(Platform.GOOGLE_ADS) if market().campaigns(a.account_id, NOW))
    shared = [c for c in market().campaigns(account.account_id, NOW) if c.shared_budget_id]
    pool = [c for c in shared if c.shared_budget_id == shared[0].shared_budget_id]
    assert len(pool) > 1
    with written.turn(NOON) as turn:
        for campaign in pool:
            values: MarketValues = {"budget": Decimal(1234)}
            turn.change(Platform.GOOGLE_ADS, account.account_id, "campaign", campaign.campaign_id, market=values)
    made = overlaid.changes(account.account_id, DateRange(WRITTEN_ON, WRITTEN_ON), NOW)
    assert [c.owner_id for c in made if c.after == Decimal(1234)] == [shared[0].shared_budget_id]


def test_a_flight_that_was_over_runs_again_when_its_end_is_moved(
    written: WrittenObjects, overlaid: WrittenMarket
) -> None:
    ended = next(c for c in market().campaigns(ACCOUNT, NOW) if c.status is CampaignStatus.ENDED)
    with written.turn(NOON) as turn:
        turn.change(PLATFORM, ACCOUNT, "campaign", ended.campaign_id, market={"end_date": TODAY})
    found = {
        moment: next(c for c in overlaid.campaigns(ACCOUNT, moment) if c.campaign_id == ended.campaign_id).status
        for moment in (NOW, NOW + timedelta(days=2))
    }
    assert list(found.values()) == [CampaignStatus.ACTIVE, CampaignStatus.ENDED]
