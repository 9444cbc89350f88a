"""Changes that the tools ask of Google Ads, and the emulated answers, against Google's v26 messages."""

import json
from importlib import import_module
from typing import Any

import pytest
from google.protobuf.json_format import ParseError

from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.connectors.google_ads.tools.gaql import fields_by_resource
from adops_pipeline_tests.connectors.google_ads.conftest import DE
from adops_pipeline_tests.connectors.google_ads.tools.conftest import (
    AD_TEXTS,
    BY_NAME,
    NEW_CAMPAIGN,
    ToolCaller,
    tool_caller,
)
from adops_pipeline_tests.contract.google_ads_spec import (
    check_answer,
    check_partial_failure,
    check_request,
    field_list,
    fields_of,
)
from adops_pipeline_tests.sandbox.google_ads.test_mutate import REFUSED

RUNNING = "21483481011"
UPDATE, BUDGET = "google_ads_update_campaign", "google_ads_update_campaign_budget"


async def use_every_tool(scene: ToolCaller) -> None:
    """Each write tool with all its arguments, each read tool once."""
    group_id = await scene.ad_group()
    flight = {"daily_budget": None, "lifetime_budget": "900", "start_date": "2026-12-01", "end_date": "2026-12-24"}
    others = {"name": "Flight", "channel": "DISPLAY", "contains_eu_political_advertising": True, "status": "active"}
    strategies = ("MANUAL_CPC", "MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSION_VALUE", "TARGET_SPEND")
    made = [
        await scene.write(
            "google_ads_create_campaign",
            **{**NEW_CAMPAIGN, **flight, **others, "name": f"Flight {strategy}", "bidding_strategy": strategy},
        )
        for strategy in strategies
    ]
    texts = {**AD_TEXTS, "path1": "winter", "path2": "boots", "status": "active"}
    await scene.write("google_ads_create_responsive_search_ad", account_id=DE, ad_group_id=group_id, **texts)
    changed_group = {"name": "Stiefel", "status": "active", "bid": "1.30"}
    await scene.write("google_ads_update_ad_group", account_id=DE, ad_group_id=group_id, **changed_group)
    for changes in (
        {"name": "Flug", "status": "active", "start_date": "2026-12-02", "end_date": "2026-12-23"},
        {"without_end": True},
        {"status": "removed"},
    ):
        await scene.write(UPDATE, account_id=DE, campaign_id=made[0].object_id, **changes)
    await scene.write(BUDGET, account_id=DE, campaign_id=made[1].object_id, lifetime_budget="1000.50")
    await scene.write(BUDGET, account_id=DE, campaign_id=RUNNING, daily_budget="250")
    for name in ("get_customer", "list_campaigns", "list_ad_groups", "list_ads"):
        await scene.read(f"google_ads_{name}", account_id=DE)
    week = {"start_date": "2026-11-16", "end_date": "2026-11-22"}
    await scene.read("google_ads_get_campaign_report", account_id=DE, **week)


async def test_every_request_of_the_tools_and_its_answer_are_googles_messages() -> None:
    scene = tool_caller()
    await use_every_tool(scene)
    checked, queries = set(), list[str]()
    for request, status, content in scene.tape.answers:
        path = request.url.path
        if path.endswith("/token"):
            continue
        assert status == 200
        check_answer(path, status, content)
        if path.endswith(":mutate"):
            check_request(path, request.content)
            checked.add(path.rpartition("/")[2])
        elif request.method == "POST":
            queries.append(json.loads(request.content)["query"])
    assert checked == {
        f"{name}:mutate" for name in ("googleAds", "campaigns", "campaignBudgets", "adGroups", "adGroupAds")
    }
    assert {field for query in queries for field in fields_of(query)} <= field_list().keys()


async def test_change_events_of_what_the_tools_wrote_are_googles_messages() -> None:
    scene = tool_caller()
    await use_every_tool(scene)
    time = "change_event.change_date_time"
    names = ", ".join(name for name in field_list() if name.startswith("change_event.") and "asset" not in name)
    known = [n for n in names.split(", ") if n.rpartition(".")[2] not in ("feed", "feed_item")]
    query = f"SELECT {', '.join(known)} FROM change_event WHERE {time} BETWEEN '2026-11-22' AND '2026-11-30' LIMIT 99"
    await scene.read("google_ads_run_gaql", account_id=DE, query=query, limit=99)
    request, status, content = scene.tape.answers[-1]
    assert json.loads(content)["results"]
    check_answer(request.url.path, status, content)


@pytest.mark.parametrize(("collection", "operation", "code"), REFUSED)
async def test_refusals_are_googles_failures_whole_or_item_by_item(
    collection: str, operation: dict[str, Any], code: str
) -> None:
    scene = tool_caller()
    path = scene.client.path(DE, f"{collection}:mutate")
    name = "mutateOperations" if collection == "googleAds" else "operations"
    headers = {"login-customer-id": "4100000018"}
    with pytest.raises(ConnectorError) as caught:
        await scene.client.session.request("POST", path, json={name: [operation]}, headers=headers)
    assert caught.value.context.code == code
    check_answer(path, *scene.tape.answers[-1][1:])
    body = {name: [operation], "partialFailure": True}
    content = await scene.client.session.request("POST", path, json=body, headers=headers)
    check_answer(path, 200, content)
    check_partial_failure(json.loads(content))


def test_the_names_that_queries_are_checked_against_are_googles() -> None:
    row: Any = import_module("google.ads.googleads.v26.services.types.google_ads_service").GoogleAdsRow
    theirs = {
        field.name: {one.name.rstrip("_") for one in field.message_type.fields} for field in row.pb().DESCRIPTOR.fields
    }
    assert {resource: set(fields) for resource, fields in fields_by_resource().items()} == theirs
    messages = {
        f"{r}.{f}" for r, fields in fields_by_resource().items() for f, is_message in fields.items() if is_message
    }
    assert {"ad_group_ad.ad", "campaign.maximize_conversions"} <= messages
    assert "campaign.name" not in messages


@pytest.mark.parametrize(
    "body",
    [
        {"operations": [{"create": {"startDate": "2026-12-01"}}]},
        {"operations": [{"create": {"status": "ACTIVE"}}]},
        {"operations": [{"update": {"name": "x"}, "update_mask": "name"}]},
        {"operation": []},
        {"operations": [], "validateOnly": "yes"},
    ],
    ids=str,
)
def test_a_request_that_is_not_googles_message_fails_the_check(body: dict[str, Any]) -> None:
    with pytest.raises((ParseError, AssertionError)):
        check_request(f"/v26/customers/{DE}/campaigns:mutate", json.dumps(body).encode())


async def test_the_plainest_call_of_each_tool_is_checked_by_google_before_it_is_made() -> None:
    scene = tool_caller()
    given = scene.given("google_ads_create_campaign", NEW_CAMPAIGN)
    await BY_NAME["google_ads_create_campaign"].validate(scene.client, given)
    assert scene.writes() == 0
    assert scene.tape.answers[-1][2].strip() == b"{}"
