"""A campaign that is created with the tools is listed, reported on, paused, undone, and there after a restart."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import AuthError, PermanentError
from adops_pipeline.connectors.pinterest import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.writing import is_same
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline.sandbox.pinterest import SANDBOX_REFRESH_TOKEN
from adops_pipeline_tests.connectors.pinterest.conftest import CREDENTIALS
from adops_pipeline_tests.connectors.pinterest.tools.conftest import (
    ACCOUNT,
    AD_GROUP,
    CAMPAIGN,
    NOW,
    READS,
    WRITES,
    Bench,
)


async def read_all(bench: Bench, name: str, /, **arguments: object) -> list[object]:
    """Rows of every page, of two rows each."""
    rows: list[object] = []
    cursor: str | None = None
    for _ in range(100):
        page = await bench.read(name, account_id=ACCOUNT, limit=2, cursor=cursor, **arguments)
        assert len(page.rows) <= 2
        rows += page.rows
        if page.next_cursor is None:
            return rows
        cursor = page.next_cursor
    raise AssertionError("the pages do not end")


async def test_a_created_campaign_is_paused_listed_reported_on_and_paused_again(bench: Bench) -> None:
    made = await bench.write("pinterest_create_campaign", **WRITES["pinterest_create_campaign"])
    assert (made.status, made.daily_budget, made.currency) == (CampaignStatus.PAUSED, Decimal("12.5"), "USD")
    listed = await bench.read("pinterest_list_campaigns", account_id=ACCOUNT, campaign_ids=[made.object_id])
    assert [(row["name"], row["status"], row["daily_budget"]) for row in listed.rows] == [("New", "PAUSED", "12.5")]
    await bench.write("pinterest_update_campaign", campaign_id=made.object_id, status="active")
    bench.now += timedelta(days=2)
    days = {"start_date": "2026-11-23", "end_date": "2026-11-25"}
    asked = {"account_id": ACCOUNT, "campaign_ids": [made.object_id], **days}
    figures = await bench.read("pinterest_get_campaign_analytics", **asked)
    assert [row["date"] for row in figures.rows] == ["2026-11-23", "2026-11-24", "2026-11-25"]
    assert all(0 < Decimal(row["spend"]) <= Decimal("12.5") for row in figures.rows)
    await bench.write("pinterest_update_campaign", campaign_id=made.object_id, status="paused")
    bench.now += timedelta(days=1)
    again = await bench.read("pinterest_get_campaign_analytics", **asked)
    assert again.rows[-1]["spend"] == figures.rows[-1]["spend"]
    asked |= {"start_date": "2026-11-26", "end_date": "2026-11-26"}
    assert (await bench.read("pinterest_get_campaign_analytics", **asked)).rows == []


async def test_what_was_created_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Bench(tmp_path / "writes.ndjson")
    made = {name: await first.write(name, **arguments) for name, arguments in WRITES.items()}
    await first.client.aclose()
    second = Bench(tmp_path / "writes.ndjson")
    for name, before in made.items():
        tool, _ = second.writer(name, **WRITES[name])
        assert await tool.read_back(second.client, ACCOUNT, str(before.object_id)) == before
    await second.client.aclose()


async def state(bench: Bench, campaign_id: str) -> AdObject | None:
    tool, _ = bench.writer("pinterest_update_campaign", campaign_id=campaign_id, status="paused")
    return await tool.read_back(bench.client, ACCOUNT, campaign_id)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Renamed"},
        {"status": "paused"},
        {"daily_budget": "31.25"},
        {"lifetime_budget": "5000"},
        {"status": "paused", "daily_budget": "31", "name": "All"},
    ],
)
async def test_a_change_is_as_intended_and_its_reversal_restores_what_was(bench: Bench, change: dict[str, str]) -> None:
    tool, given = bench.writer("pinterest_update_campaign", campaign_id=CAMPAIGN, **change)
    before = await tool.before(bench.client, given)
    assert before is not None
    intended = await tool.intended(bench.client, given, before)
    assert intended != before
    await tool.apply(bench.client, given)
    after = await state(bench, CAMPAIGN)
    assert after == intended
    reversal = tool.reverse(given, before, intended)
    assert isinstance(reversal, Reversal)
    bench.now += timedelta(seconds=1)
    undone = await bench.write(reversal.tool, **{k: v for k, v in reversal.arguments.items() if k != "account_id"})
    assert undone == before


async def test_undoing_a_create_archives_it_and_an_archived_campaign_stays_so(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_create_campaign", **WRITES["pinterest_create_campaign"])
    made = await bench.write("pinterest_create_campaign", **WRITES["pinterest_create_campaign"])
    reversal = tool.reverse(given, None, made)
    assert isinstance(reversal, Reversal)
    arguments = {name: value for name, value in reversal.arguments.items() if name != "account_id"}
    archived = await bench.write(reversal.tool, **arguments)
    assert archived == replace(made, status=CampaignStatus.REMOVED)
    update, back = bench.writer("pinterest_update_campaign", campaign_id=made.object_id, status="active")
    with pytest.raises(RefusedInputError, match="archived and cannot be changed"):
        await update.intended(bench.client, back, archived)
    with pytest.raises(PermanentError, match="archived campaign cannot be changed"):
        await update.apply(bench.client, back)
    _, archiving = bench.writer("pinterest_update_campaign", campaign_id=made.object_id, status="archived")
    assert "does not restore" in str(update.reverse(archiving, made, archived))


async def test_a_campaign_that_is_not_there_is_named_with_the_way_out(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_update_campaign", campaign_id="1", status="paused")
    with pytest.raises(RefusedInputError, match="no campaign 1; pinterest_list_campaigns lists them"):
        await tool.before(bench.client, given)


@pytest.mark.parametrize("budget", ["daily_budget", "lifetime_budget"])
async def test_a_budget_of_a_new_campaign_has_no_more_decimals_than_its_currency(bench: Bench, budget: str) -> None:
    tool, given = bench.writer(
        "pinterest_create_campaign", name="New", objective_type="CONSIDERATION", **{budget: "5.001"}
    )
    with pytest.raises(RefusedInputError, match=f"{budget}: 5.001 is not an amount of USD"):
        await tool.intended(bench.client, given, None)


async def test_a_budget_of_ad_groups_is_not_set_on_the_campaign(bench: Bench) -> None:
    made = await bench.write("pinterest_create_campaign", name="Own budgets", objective_type="CONSIDERATION")
    tool, given = bench.writer("pinterest_update_campaign", campaign_id=made.object_id, daily_budget=5)
    with pytest.raises(RefusedInputError, match="those of its ad groups"):
        await tool.intended(bench.client, given, made)
    create, without = bench.writer(
        "pinterest_create_ad_group", campaign_id=made.object_id, name="Group", billable_event="CLICKTHROUGH"
    )
    with pytest.raises(RefusedInputError, match="has no budget; give the ad group one"):
        await create.intended(bench.client, without, None)
    group = await bench.write(
        "pinterest_create_ad_group",
        campaign_id=made.object_id,
        name="Group",
        billable_event="CLICKTHROUGH",
        daily_budget="7.5",
        bid="0.5",
        bid_strategy_type="MAX_BID",
    )
    assert (group.daily_budget, group.campaign_id, group.fields["bid"]) == (Decimal("7.5"), made.object_id, "0.5")


async def test_an_ad_group_with_a_budget_of_its_own_is_changed_and_restored(bench: Bench) -> None:
    made = await bench.write("pinterest_create_campaign", name="Own budgets", objective_type="CONSIDERATION")
    group = await bench.write(
        "pinterest_create_ad_group",
        campaign_id=made.object_id,
        name="Group",
        billable_event="CLICKTHROUGH",
        daily_budget="7.5",
        bid="0.5",
        bid_strategy_type="MAX_BID",
    )
    change = {"ad_group_id": group.object_id, "daily_budget": "9", "bid": "0.75", "status": "active"}
    tool, given = bench.writer("pinterest_update_ad_group", **change)
    intended = await tool.intended(bench.client, given, group)
    await tool.apply(bench.client, given)
    after = await tool.read_back(bench.client, ACCOUNT, str(group.object_id))
    assert after == intended
    assert (after.daily_budget, after.fields["bid"]) == (Decimal(9), "0.75")
    reversal = tool.reverse(given, group, after)
    assert isinstance(reversal, Reversal)
    undone = await bench.write(reversal.tool, **{k: v for k, v in reversal.arguments.items() if k != "account_id"})
    assert undone == group
    for wrong, words in (({"lifetime_budget": 5}, "give daily_budget"), ({"daily_budget": "9.999"}, "2 decimals")):
        _, refused = bench.writer("pinterest_update_ad_group", ad_group_id=group.object_id, **wrong)
        with pytest.raises(RefusedInputError, match=words):
            await tool.intended(bench.client, refused, group)


async def test_a_budget_or_bid_that_an_ad_group_does_not_have_is_not_set(bench: Bench) -> None:
    for wrong, words in (({"daily_budget": 5}, "pinterest_update_campaign"), ({"bid": 5}, "set automatically")):
        tool, given = bench.writer("pinterest_update_ad_group", ad_group_id=AD_GROUP, **wrong)
        with pytest.raises(RefusedInputError, match=words):
            await tool.intended(bench.client, given, await tool.before(bench.client, given))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"campaign_id": "1"}, "has no campaign 1"),
        ({"daily_budget": 5}, "has the budget; give none"),
        ({"conversion_tag_id": None, "conversion_event": None}, "conversion_tag_id: needed"),
        ({"targeting": {"locations": ["USA"]}}, "LOCATION has no value 'USA'; did you mean US"),
        ({"targeting": {"interests": ["1"]}}, "INTEREST has no value '1'; pinterest_get_targeting lists the values"),
        ({"targeting": {"exclude_audiences": ["1"]}}, "AUDIENCE_EXCLUDE has no value '1'"),
    ],
)
async def test_an_ad_group_that_its_campaign_does_not_allow_is_refused_before_anybody_approves_it(
    bench: Bench, values: dict[str, object], words: str
) -> None:
    tool, given = bench.writer("pinterest_create_ad_group", **{**WRITES["pinterest_create_ad_group"], **values})
    with pytest.raises(RefusedInputError, match=words):
        await tool.intended(bench.client, given, None)


async def test_an_exception_of_the_item_is_an_error_although_the_status_is_200(bench: Bench) -> None:
    arguments = {**WRITES["pinterest_create_ad_group"], "daily_budget": "5"}
    tool, given = bench.writer("pinterest_create_ad_group", **arguments)
    with pytest.raises(PermanentError, match="The campaign holds the budget") as caught:
        await tool.apply(bench.client, given)
    assert caught.value.context.code == "1"
    assert bench.created() == []


async def test_only_a_pin_with_an_image_is_promoted(bench: Bench) -> None:
    for pin_id, words in (("813744226420795886", "has no image"), ("1", "there is no pin 1")):
        tool, given = bench.writer("pinterest_create_ad", **{**WRITES["pinterest_create_ad"], "pin_id": pin_id})
        with pytest.raises(RefusedInputError, match=words):
            await tool.intended(bench.client, given, None)


async def test_long_lists_come_in_pages_that_lead_to_the_next(bench: Bench) -> None:
    for name in ("pinterest_list_campaigns", "pinterest_list_pins", "pinterest_get_analytics"):
        arguments = {key: value for key, value in READS[name].items() if key != "account_id"}
        whole = await bench.read(name, account_id=ACCOUNT, limit=250, **arguments)
        assert await read_all(bench, name, **arguments) == list(whole.rows)
        assert len(whole.rows) > 2


async def test_a_page_tells_the_present_rate_limit_and_asked_fields_only(bench: Bench) -> None:
    page = await bench.read("pinterest_list_campaigns", account_id=ACCOUNT, fields=["name", "end_time"])
    assert page.rate_limit is not None
    assert page.rate_limit["x-ratelimit-remaining"] == "59"
    assert {tuple(row) for row in page.rows} == {("name", "end_time")}


async def test_a_create_is_found_by_its_values_since_a_moment(bench: Bench) -> None:
    for name, arguments in WRITES.items():
        tool, given = bench.writer(name, **arguments)
        if name.startswith("pinterest_update"):
            continue
        assert await tool.find(bench.client, given, NOW) == []
        made = await bench.write(name, **arguments)
        assert [one.object_id for one in await tool.find(bench.client, given, NOW)] == [made.object_id], name
        assert await tool.find(bench.client, given, NOW + timedelta(seconds=2)) == []
        other = tool.input_model.model_validate({"account_id": ACCOUNT, **arguments, **_other(arguments)})
        assert await tool.find(bench.client, other, NOW) == []


LENIENT: list[tuple[dict[str, object], dict[str, object], bool]] = [
    ({"rule": {"country": "US"}}, {"rule": {"country": "US", "prefill": True}}, True),
    ({"rule": {"percentage": 3}}, {"rule": {"percentage": "3"}}, True),
    ({"rule": {"percentage": 3}}, {"rule": {"percentage": 4}}, False),
    ({"targeting_spec": {"LOCATION": ["US", "CA"]}}, {"targeting_spec": {"LOCATION": ["CA", "US"]}}, True),
    ({"targeting_spec": {"LOCATION": ["US"]}}, {"targeting_spec": {"LOCATION": ["US", "CA"]}}, False),
    ({"targeting_spec": {"LOCATION": ["US"]}}, {"targeting_spec": None}, False),
    ({"start_time": "2026-11-23T11:00:00Z"}, {"start_time": "2026-11-23T12:00:00Z"}, True),
    ({"end_time": "2026-11-23T11:00:00Z"}, {"end_time": "2026-11-23T12:00:00Z"}, False),
]


@pytest.mark.parametrize(("wanted", "found", "is_found"), LENIENT)
def test_defaults_that_pinterest_adds_do_not_hide_what_was_created(
    wanted: dict[str, object], found: dict[str, object], is_found: bool
) -> None:
    one = AdObject(Platform.PINTEREST, ACCOUNT, "ad_group", None, "New", CampaignStatus.PAUSED, "USD", fields=wanted)
    other = replace(one, object_id="1", campaign_id="2", status=CampaignStatus.ACTIVE, fields=found)
    assert is_same(one, other) is is_found
    assert not is_same(one, replace(other, name="Other"))
    assert not is_same(one, replace(other, daily_budget=Decimal(5)))


async def test_a_scope_that_the_token_lacks_is_named(bench: Bench) -> None:
    grant = {"grant_type": "refresh_token", "refresh_token": SANDBOX_REFRESH_TOKEN, "scope": "ads:read"}
    transport = bench.platform(FaultPlan(0, {}))
    async with httpx.AsyncClient(transport=transport, base_url="https://api.pinterest.com/v5") as http:
        answer = await http.post("/oauth/token", auth=(CREDENTIALS.app_id, CREDENTIALS.app_secret), data=grant)
    credentials = replace(CREDENTIALS, refresh_token=answer.json()["refresh_token"])
    client = PinterestConnector(credentials, ConnectorContext(transport=transport, clock=bench.clock))
    tool, given = bench.writer("pinterest_update_campaign", campaign_id=CAMPAIGN, status="paused")
    assert await tool.before(client, given) is not None
    with pytest.raises(AuthError, match="ads:write"):
        await tool.apply(client, given)
    await client.aclose()


def _other(arguments: dict[str, object]) -> dict[str, object]:
    return {"title": "Other"} if "title" in arguments else {"name": "Other"}
