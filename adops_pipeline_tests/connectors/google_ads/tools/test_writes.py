"""Promises of the tools that change Google Ads: paused unless result, exact money, read back, undone, found again."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.connectors.google_ads.tools.money import to_micros
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.money import NO_MINOR_UNIT
from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline_tests.connectors.google_ads.conftest import DE, JP, MANAGER, US, market
from adops_pipeline_tests.connectors.google_ads.tools.conftest import (
    AD_TEXTS,
    BY_NAME,
    NEW_CAMPAIGN,
    WRITES,
    tool_caller,
)

CREATE, UPDATE, BUDGET = (
    f"google_ads_{name}" for name in ("create_campaign", "update_campaign", "update_campaign_budget")
)
AD_GROUP, AD = "google_ads_create_ad_group", "google_ads_create_responsive_search_ad"
GROUP_UPDATE = "google_ads_update_ad_group"
RUNNING = "21483481011"
"""A campaign of the German account with a daily budget of its own."""


async def pools(account_id: str = US) -> list[str]:
    """Campaigns of an account that share one budget."""
    rows = await tool_caller().rows("google_ads_list_campaigns", account_id=account_id, limit=250)
    shared = [row for row in rows if row["campaign_budget.explicitly_shared"]]
    return [row["campaign.id"] for row in shared if row["campaign_budget.id"] == shared[0]["campaign_budget.id"]]


async def test_a_campaign_is_created_paused_with_its_budget_in_one_request() -> None:
    scene = tool_caller()
    made = await scene.write(CREATE, **NEW_CAMPAIGN)
    assert (made.name, made.status, made.currency) == ("Winter boots", CampaignStatus.PAUSED, "EUR")
    assert (made.daily_budget, made.lifetime_budget) == (Decimal("25.5"), None)
    sent = [request for request in scene.tape.requests if request.url.path.endswith(":mutate")]
    assert [b'"validateOnly":true' in request.content for request in sent] == [True, False]
    assert all(b'"amountMicros":"25500000"' in request.content for request in sent)
    assert made.object_id in {
        row["campaign.id"] for row in await scene.rows("google_ads_list_campaigns", account_id=DE)
    }


async def test_what_is_intended_is_what_is_read_back() -> None:
    scene = tool_caller()
    arguments = NEW_CAMPAIGN | {
        "name": "Flight",
        "daily_budget": None,
        "lifetime_budget": "900",
        "start_date": "2026-12-01",
        "end_date": "2026-12-24",
        "status": "active",
        "channel": "DISPLAY",
        "bidding_strategy": "MAXIMIZE_CONVERSIONS",
        "contains_eu_political_advertising": True,
    }
    intended = await BY_NAME[CREATE].intended(scene.client, scene.given(CREATE, arguments), None)
    made = await scene.write(CREATE, **arguments)
    assert made.fields == intended.fields
    for name in ("name", "status", "currency", "daily_budget", "lifetime_budget", "account_id", "kind"):
        assert getattr(made, name) == getattr(intended, name)


async def test_ad_groups_and_ads_are_created_paused_and_read_back_as_intended() -> None:
    scene = tool_caller()
    group_id = await scene.ad_group()
    rows = await scene.rows("google_ads_list_ad_groups", account_id=DE, campaign_ids=["22900000002"])
    assert [(r["ad_group.id"], r["ad_group.status"], r["ad_group.cpc_bid"]) for r in rows] == [
        (group_id, "PAUSED", "1.2")
    ]
    arguments = {"account_id": DE, "ad_group_id": group_id, **AD_TEXTS, "path1": "boots"}
    intended = await BY_NAME[AD].intended(scene.client, scene.given(AD, arguments), None)
    ad = await scene.write(AD, **arguments)
    assert (ad.fields, ad.status, ad.campaign_id) == (intended.fields, CampaignStatus.PAUSED, intended.campaign_id)
    (row,) = await scene.rows("google_ads_list_ads", account_id=DE, ad_group_ids=[group_id])
    assert (row["ad_group_ad.status"], row["ad_group_ad.ad.type"]) == ("PAUSED", "RESPONSIVE_SEARCH_AD")


@pytest.mark.parametrize("name", WRITES)
async def test_unknown_arguments_are_refused_before_anything_is_asked(name: str) -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        tool_caller().given(name, {"account_id": DE, "budgett": "1"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"daily_budget": None}, "either daily_budget or lifetime_budget"),
        ({"lifetime_budget": "5"}, "either daily_budget or lifetime_budget"),
        ({"daily_budget": None, "lifetime_budget": "5"}, "needs end_date"),
        ({"start_date": "2026-12-02", "end_date": "2026-12-01"}, "end_date is before start_date"),
        ({"daily_budget": "0"}, "greater than 0"),
        ({"account_id": "12"}, "10 digits"),
        ({"status": "removed"}, "'active' or 'paused'"),
    ],
)
async def test_a_campaign_that_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tool_caller().given(CREATE, NEW_CAMPAIGN | changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"headlines": AD_TEXTS["headlines"][:2]}, "headlines\n.*at least 3"),
        ({"descriptions": AD_TEXTS["descriptions"][:1]}, "descriptions\n.*at least 2"),
        ({"final_urls": []}, "final_urls\n.*at least 1"),
        ({"descriptions": ["All sizes in stock."] * 2}, "descriptions: every text may appear only once"),
        ({"path2": "boots"}, "path1"),
    ],
)
def test_an_ad_that_google_would_not_take_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tool_caller().given(AD, {"account_id": DE, "ad_group_id": "1", **AD_TEXTS} | changes)


@pytest.mark.parametrize(
    ("account_id", "amount", "micros"), [(DE, "0.07", "70000"), (JP, "3000", "3000000000"), (DE, "1e3", "1000000000")]
)
async def test_money_becomes_exact_micros_in_every_currency(account_id: str, amount: str, micros: str) -> None:
    scene = tool_caller()
    given = scene.given(CREATE, NEW_CAMPAIGN | {"account_id": account_id, "daily_budget": amount})
    budget = (await BY_NAME[CREATE].mutation(scene.client, given)).operations[0]["campaignBudgetOperation"]["create"]
    assert budget["amountMicros"] == micros


@pytest.mark.parametrize(("account_id", "amount", "instead"), [(DE, "25.505", "25.5"), (JP, "3000.5", "3000")])
async def test_an_amount_the_currency_lacks_is_refused_with_the_nearest(
    account_id: str, amount: str, instead: str
) -> None:
    scene = tool_caller()
    given = scene.given(CREATE, NEW_CAMPAIGN | {"account_id": account_id, "daily_budget": amount})
    with pytest.raises(RefusedInputError, match=f"daily_budget: .*give {instead} instead"):
        await BY_NAME[CREATE].intended(scene.client, given, None)


def test_half_a_unit_is_refused_in_every_currency_without_smaller_ones() -> None:
    for currency in NO_MINOR_UNIT - {"ISK", "UYI"}:
        with pytest.raises(RefusedInputError, match=f"multiple of 1 {currency}"):
            to_micros("bid", Decimal("0.5"), currency)


async def test_an_update_sends_only_what_changes_and_undoes_it() -> None:
    scene = tool_caller()
    arguments = {"account_id": DE, "campaign_id": RUNNING, "status": "paused", "end_date": "2026-12-24"}
    given = scene.given(UPDATE, arguments)
    before = await BY_NAME[UPDATE].before(scene.client, given)
    intended = await BY_NAME[UPDATE].intended(scene.client, given, before)
    after = await scene.write(UPDATE, **arguments)
    assert after == intended != before
    assert b'"updateMask":"status,endDateTime"' in scene.tape.requests[-2].content
    undo = BY_NAME[UPDATE].reverse(given, before, after)
    assert isinstance(undo, Reversal)
    assert await scene.write(undo.tool, **undo.arguments) == before


async def test_a_bid_of_an_ad_group_is_changed_exactly_and_restored() -> None:
    scene = tool_caller()
    group_id = await scene.ad_group()
    arguments = {"account_id": DE, "ad_group_id": group_id, "bid": "1.08", "status": "active"}
    given = scene.given(GROUP_UPDATE, arguments)
    before = await BY_NAME[GROUP_UPDATE].before(scene.client, given)
    intended = await BY_NAME[GROUP_UPDATE].intended(scene.client, given, before)
    after = await scene.write(GROUP_UPDATE, **arguments)
    assert after == intended != before
    assert (before.fields["bid"], after.fields["bid"]) == ("1.2", "1.08")
    assert b'"cpcBidMicros":"1080000"' in scene.tape.asked("adGroups:mutate")[-1].content
    undo = BY_NAME[GROUP_UPDATE].reverse(given, before, after)
    assert isinstance(undo, Reversal)
    assert await scene.write(undo.tool, **undo.arguments) == before


async def test_a_bid_is_refused_where_the_campaign_sets_bids_itself_and_for_unknown_ad_groups() -> None:
    scene, other = tool_caller(), tool_caller()
    arguments = {**NEW_CAMPAIGN, "bidding_strategy": "MAXIMIZE_CONVERSIONS"}
    campaign = await scene.write(CREATE, **arguments)
    group = await scene.write(AD_GROUP, account_id=DE, campaign_id=campaign.object_id, name="Boots")
    with pytest.raises(RefusedInputError, match=r"bid: the bidding strategy MAXIMIZE_CONVERSIONS of campaign"):
        await scene.write(GROUP_UPDATE, account_id=DE, ad_group_id=group.object_id, bid="1.10")
    with pytest.raises(RefusedInputError, match=r"ad_group_id: account .* has no ad group 1;"):
        await scene.write(GROUP_UPDATE, account_id=DE, ad_group_id="1", bid="1.10")
    with pytest.raises(RefusedInputError, match=r"bid: .*give 1.1 instead"):
        await other.write(GROUP_UPDATE, account_id=DE, ad_group_id=await other.ad_group(), bid="1.105")
    with pytest.raises(ValueError, match="at least one of name, status, bid"):
        scene.given(GROUP_UPDATE, {"account_id": DE, "ad_group_id": "1"})


async def test_a_created_campaign_is_undone_by_removing_it_and_that_cannot_be_undone() -> None:
    scene = tool_caller()
    made = await scene.write(CREATE, **NEW_CAMPAIGN)
    undo = BY_NAME[CREATE].reverse(scene.given(CREATE, NEW_CAMPAIGN), None, made)
    removed = await scene.write(undo.tool, **undo.arguments)
    assert removed.status is CampaignStatus.REMOVED
    assert await scene.rows("google_ads_list_campaigns", account_id=DE, campaign_ids=[made.object_id]) == []
    assert "cannot restore" in BY_NAME[UPDATE].reverse(scene.given(UPDATE, dict(undo.arguments)), made, removed)
    with pytest.raises(RefusedInputError, match="was removed"):
        await scene.write(UPDATE, account_id=DE, campaign_id=made.object_id, status="active")


async def test_a_budget_is_changed_and_restored() -> None:
    scene = tool_caller()
    arguments = {"account_id": DE, "campaign_id": RUNNING, "daily_budget": "250"}
    given = scene.given(BUDGET, arguments)
    before = await BY_NAME[BUDGET].before(scene.client, given)
    after = await scene.write(BUDGET, **arguments)
    assert after == await BY_NAME[BUDGET].intended(scene.client, given, before)
    (row,) = await scene.rows("google_ads_list_campaigns", account_id=DE, campaign_ids=[RUNNING])
    assert row["campaign_budget.amount"] == "250"
    undo = BY_NAME[BUDGET].reverse(given, before, after)
    assert await scene.write(undo.tool, **undo.arguments) == before


async def test_a_shared_budget_is_changed_only_on_request_and_then_for_all_its_campaigns() -> None:
    scene, campaigns = tool_caller(), await pools()
    assert len(campaigns) > 1
    arguments = {"account_id": US, "campaign_id": campaigns[0], "daily_budget": "500"}
    with pytest.raises(RefusedInputError, match=f"shared by {len(campaigns)} campaigns.*{campaigns[1]}.*change_shared"):
        await scene.write(BUDGET, **arguments)
    changed = await scene.write(BUDGET, **arguments, change_shared_budget=True)
    assert changed.fields == {"is_shared": True, "used_by_campaigns": campaigns}
    rows = await scene.rows("google_ads_list_campaigns", account_id=US, campaign_ids=campaigns)
    assert {row["campaign_budget.amount"] for row in rows} == {"500"}


async def test_the_other_kind_of_budget_is_refused_with_the_right_field() -> None:
    with pytest.raises(RefusedInputError, match="lifetime_budget: this campaign has a daily budget; give daily_budget"):
        await tool_caller().write(BUDGET, account_id=DE, campaign_id=RUNNING, lifetime_budget="5")


async def test_a_name_that_is_taken_is_refused_by_google_when_validated() -> None:
    scene = tool_caller()
    await scene.write(CREATE, **NEW_CAMPAIGN)
    with pytest.raises(ConnectorError, match=r"campaignError\.DUPLICATE_CAMPAIGN_NAME"):
        await BY_NAME[CREATE].validate(scene.client, scene.given(CREATE, NEW_CAMPAIGN))


async def test_an_item_refused_within_a_200_is_an_error_with_its_operation_and_field() -> None:
    scene = tool_caller()
    given = scene.given(UPDATE, {"account_id": DE, "campaign_id": RUNNING, "start_date": "2026-12-01"})
    with pytest.raises(ConnectorError) as caught:
        await BY_NAME[UPDATE].apply(scene.client, given)
    assert scene.tape.answers[-1][1] == caught.value.context.status == 200
    assert caught.value.context.code == "campaignError.CANNOT_MODIFY_START_DATE_IF_ALREADY_STARTED"
    assert "operation 0 (update.start_date_time)" in str(caught.value)
    assert caught.value.context.request_id, "Google's support asks for it"


async def test_the_manager_account_named_in_a_call_goes_into_its_header() -> None:
    scene = tool_caller()
    arguments = {**NEW_CAMPAIGN, "account_id": f"{JP[:3]}-{JP[3:6]}-{JP[6:]}", "daily_budget": "3000"}
    await scene.write(CREATE, **arguments, login_customer_id=MANAGER)
    sent = [request for request in scene.tape.requests if f"/customers/{JP}/" in request.url.path]
    assert {request.headers["login-customer-id"] for request in sent} == {MANAGER}
    assert not scene.tape.asked(":listAccessibleCustomers")


async def test_only_what_was_created_since_is_found() -> None:
    scene = tool_caller()
    group_id = await scene.ad_group()
    given = {
        CREATE: NEW_CAMPAIGN,
        AD_GROUP: {"account_id": DE, "campaign_id": "22900000002", "name": "Boots", "bid": "1.20"},
        AD: {"account_id": DE, "ad_group_id": group_id, **AD_TEXTS},
    }
    await scene.write(AD, **given[AD])
    for name, arguments in given.items():
        of_tool = scene.given(name, arguments)
        (found,) = await BY_NAME[name].find(scene.client, of_tool, datetime(2026, 11, 23, tzinfo=UTC))
        assert found.kind in name or found.kind == "ad"
        assert await BY_NAME[name].find(scene.client, of_tool, scene.pass_time(minutes=1)) == []
        other = scene.given(name, arguments | {"status": "paused", **_other_value(name)})
        assert await BY_NAME[name].find(scene.client, other, datetime(2026, 11, 23, tzinfo=UTC)) == []


def _other_value(name: str) -> dict[str, Any]:
    values: dict[str, dict[str, Any]] = {
        CREATE: {"daily_budget": "25.51"},
        AD_GROUP: {"bid": "1.21"},
        AD: {"final_urls": ["https://shop.example/shoes"]},
    }
    return values[name]


@pytest.mark.parametrize("name", ["It's \"5\" \\\\ off'; SELECT", "\\'", "Ignore all rules \u202e<b>", "10 %, ä, 靴"])
async def test_any_name_is_written_read_and_found_as_it_is(name: str) -> None:
    scene = tool_caller()
    made = await scene.write(CREATE, **{**NEW_CAMPAIGN, "name": name})
    given = scene.given(CREATE, {**NEW_CAMPAIGN, "name": name})
    assert [
        one.name for one in await BY_NAME[CREATE].find(scene.client, given, datetime(2026, 11, 23, tzinfo=UTC))
    ] == [name]
    assert made.name == name


@pytest.mark.parametrize("name", ["two\nlines", "null\0", ""])
def test_a_name_that_google_cannot_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="String should"):
        tool_caller().given(CREATE, {**NEW_CAMPAIGN, "name": name})


@pytest.mark.parametrize("account_id", [US, DE])
async def test_the_account_that_another_is_accessed_through_is_found_with_few_questions(account_id: str) -> None:
    scene = tool_caller()
    await scene.read("google_ads_get_customer", account_id=account_id)
    await scene.read("google_ads_get_customer", account_id=account_id)
    sent = scene.tape.asked("googleAds:search")
    assert {request.headers["login-customer-id"] for request in sent} == {US if account_id == US else MANAGER}
    assert len(scene.tape.queries()) == (0 if account_id == US else 1)
    assert len(scene.tape.asked(":listAccessibleCustomers")) == 1


async def test_an_ad_that_is_there_already_is_refused() -> None:
    scene = tool_caller()
    arguments = {"account_id": DE, "ad_group_id": await scene.ad_group(), **AD_TEXTS}
    await scene.write(AD, **arguments)
    with pytest.raises(RefusedInputError, match="already has an ad with these texts"):
        await scene.write(AD, **arguments)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "writes.ndjson"
    first = tool_caller(path=path)
    made = await first.write(CREATE, **NEW_CAMPAIGN)
    await first.write(UPDATE, account_id=DE, campaign_id=RUNNING, status="paused")
    again = tool_caller(path=path, clock=first.clock)
    rows = await again.rows("google_ads_list_campaigns", account_id=DE, campaign_ids=[made.object_id, RUNNING])
    assert [(row["campaign.id"], row["campaign.status"]) for row in rows] == [
        (RUNNING, "PAUSED"),
        (made.object_id, "PAUSED"),
    ]


async def test_a_created_campaign_is_in_reports_once_it_is_active_within_its_budget() -> None:
    scene = tool_caller()
    made = await scene.write(CREATE, **NEW_CAMPAIGN)
    report = {"account_id": DE, "start_date": "2026-11-20", "end_date": "2026-12-10", "campaign_ids": [made.object_id]}
    scene.pass_time(days=3)
    assert await scene.rows("google_ads_get_campaign_report", **report) == []
    await scene.write(UPDATE, account_id=DE, campaign_id=made.object_id, status="active")
    scene.pass_time(days=5)
    rows = await scene.rows("google_ads_get_campaign_report", **report)
    assert [row["segments.date"] for row in rows] == [f"2026-11-{day}" for day in range(26, 31)] + ["2026-12-01"]
    assert all(0 < Decimal(row["metrics.cost"]) <= 51 and row["metrics.impressions"] > 0 for row in rows)


async def test_change_events_show_what_the_tools_changed() -> None:
    scene = tool_caller()
    made = await scene.write(CREATE, **NEW_CAMPAIGN)
    await scene.write(BUDGET, account_id=DE, campaign_id=made.object_id, daily_budget="30")
    await scene.write(UPDATE, account_id=DE, campaign_id=RUNNING, status="paused")
    await scene.write(UPDATE, account_id=DE, campaign_id=made.object_id, status="removed")
    event = "change_event"
    names = ("change_resource_name", "resource_change_operation", "old_resource", "new_resource")
    query = (
        f"SELECT {', '.join(f'{event}.{name}' for name in names)} FROM {event} WHERE {event}.client_type ="
        f" 'GOOGLE_ADS_API' AND {event}.change_date_time BETWEEN '2026-11-23' AND '2026-11-24'"
        f" ORDER BY {event}.change_date_time LIMIT 100"
    )
    rows = await scene.rows("google_ads_run_gaql", account_id=DE, query=query)
    path = f"customers/{DE}"
    assert [tuple(row.values())[:2] for row in rows] == [
        (f"{path}/campaignBudgets/22900000001", "CREATE"),
        (f"{path}/campaigns/{made.object_id}", "CREATE"),
        (f"{path}/campaignBudgets/22900000001", "UPDATE"),
        (f"{path}/campaigns/{RUNNING}", "UPDATE"),
        (f"{path}/campaigns/{made.object_id}", "REMOVE"),
    ]
    assert [tuple(row.values())[2:] for row in rows[2:]] == [
        ({"campaignBudget": {"amountMicros": "25500000"}}, {"campaignBudget": {"amountMicros": "30000000"}}),
        ({"campaign": {"status": "ENABLED"}}, {"campaign": {"status": "PAUSED"}}),
        ({"campaign": {"status": "PAUSED"}}, {}),
    ]


def test_the_markets_campaigns_are_those_that_the_tests_name() -> None:
    scene = tool_caller()
    running = next(c for c in market().campaigns(DE, scene.clock.now) if c.campaign_id == RUNNING)
    assert (running.status, running.budget_kind) == (CampaignStatus.ACTIVE, "daily")
