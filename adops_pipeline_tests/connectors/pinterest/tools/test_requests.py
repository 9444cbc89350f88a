"""What the tools send: every value of the input under Pinterest's name, filters as parameters, pages that end."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool
from adops_pipeline_tests.connectors.pinterest.tools.conftest import ACCOUNT, AD_GROUP, CAMPAIGN, DATES, WRITES, Bench

FLIGHT = {"start_time": "2026-12-01T01:00:00+01:00", "end_time": "2026-12-31T00:00:00Z"}
START, END = (int(datetime(2026, 12, day, tzinfo=UTC).timestamp()) for day in (1, 31))
GROUP = {"campaign_id": CAMPAIGN, "name": "New", "billable_event": "CLICKTHROUGH"}

SENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "pinterest_create_campaign",
        {"name": "New", "objective_type": "AWARENESS", "lifetime_budget": "99.5", **FLIGHT},
        {
            "ad_account_id": ACCOUNT,
            "name": "New",
            "objective_type": "AWARENESS",
            "status": "PAUSED",
            "is_campaign_budget_optimization": True,
            "daily_spend_cap": None,
            "lifetime_spend_cap": 99_500_000,
            "start_time": START,
            "end_time": END,
        },
    ),
    (
        "pinterest_create_campaign",
        {"name": "New", "objective_type": "AWARENESS", "daily_budget": 5},
        {
            "ad_account_id": ACCOUNT,
            "name": "New",
            "objective_type": "AWARENESS",
            "status": "PAUSED",
            "is_campaign_budget_optimization": True,
            "daily_spend_cap": 5_000_000,
            "lifetime_spend_cap": None,
        },
    ),
    (
        "pinterest_create_ad_group",
        {**GROUP, "lifetime_budget": 70, "bid": "0.4", "bid_strategy_type": "MAX_BID", "status": "active", **FLIGHT},
        {
            **GROUP,
            "status": "ACTIVE",
            "bid_strategy_type": "MAX_BID",
            "bid_in_micro_currency": 400_000,
            "budget_in_micro_currency": 70_000_000,
            "budget_type": "LIFETIME",
            "targeting_spec": {},
            "start_time": START,
            "end_time": END,
        },
    ),
]


@pytest.mark.parametrize(("name", "arguments", "item"), SENT)
async def test_every_value_is_sent_under_pinterests_name(
    bench: Bench, name: str, arguments: dict[str, Any], item: dict[str, Any]
) -> None:
    tool, given = bench.writer(name, **arguments)
    with pytest.MonkeyPatch.context() as patch:
        sent: list[Any] = []

        async def write(method: str, path: str, **options: Any) -> bytes:
            sent.append(options["json"])
            return b'{"items":[{"data":{"id":"1"},"exceptions":[]}]}'

        patch.setattr(bench.client.session, "write", write)
        assert await tool.apply(bench.client, given) == "1"
    assert sent == [[item]]


async def test_visitors_stay_180_days_unless_told_otherwise(bench: Bench) -> None:
    for days, expected in ((None, 180), (30, 30)):
        made = await bench.write(
            "pinterest_create_audience",
            audience_type="VISITOR",
            name=f"Visitors {days}",
            visitor_source_id="2617998078212",
            retention_days=days,
        )
        assert made.fields["rule"] == {"visitor_source_id": "2617998078212", "retention_days": expected}


FILTERS: list[tuple[str, dict[str, Any], str]] = [
    ("pinterest_list_campaigns", {"statuses": ["ARCHIVED"]}, "entity_statuses=ARCHIVED"),
    ("pinterest_list_campaigns", {"campaign_ids": ["1", "2"]}, "campaign_ids=1&campaign_ids=2"),
    ("pinterest_list_ad_groups", {"statuses": ["DRAFT"]}, "entity_statuses=DRAFT"),
    ("pinterest_list_ads", {"ad_group_ids": ["3"], "statuses": ["PAUSED"]}, "ad_group_ids=3&entity_statuses=PAUSED"),
    ("pinterest_list_pins", {"promoted_only": True}, "pin_filter=has_been_promoted"),
    ("pinterest_list_boards", {"privacy": "SECRET"}, "privacy=SECRET"),
    ("pinterest_list_audiences", {"ownership": "RECEIVED"}, "ownership_type=RECEIVED"),
    ("pinterest_get_analytics", {**DATES, "view_window_days": 7}, "view_window_days=7"),
    ("pinterest_get_analytics", {**DATES, "granularity": "TOTAL"}, "granularity=TOTAL"),
]


EMPTY = {
    "pinterest_list_campaigns": {"order_line_id", "tracking_urls"},
    "pinterest_list_ad_groups": {"bid", "optimization_goal_metadata", "tracking_urls"},
    "pinterest_list_ads": {"destination_url", "tracking_urls"},
    "pinterest_list_pins": {"description", "link", "alt_text", "dominant_color", "board_section_id", "parent_pin_id"},
    "pinterest_list_audiences": {"description"},
    "pinterest_list_boards": {"description"},
}
"""What no object of the market has."""


@pytest.mark.parametrize("name", EMPTY)
async def test_every_field_of_a_list_is_read_under_pinterests_name(bench: Bench, name: str) -> None:
    tool = bench.tools[name]
    assert isinstance(tool, PinterestListTool)
    fields = list(tool.row_fields.known)
    page = await bench.read(name, account_id=ACCOUNT, limit=250, fields=fields)
    assert {field for field in fields if all(row[field] is None for row in page.rows)} == EMPTY[name]


async def test_what_can_be_targeted_is_listed_with_its_id_and_name(bench: Bench) -> None:
    genders = await bench.read("pinterest_get_targeting", account_id=ACCOUNT, targeting_type="GENDER")
    assert {"id": "female", "name": "Female"} in genders.rows
    names = await bench.read("pinterest_get_targeting", account_id=ACCOUNT, targeting_type="GENDER", fields=["name"])
    assert names.rows == [{"name": row["name"]} for row in genders.rows]


async def test_a_name_alone_is_changed_and_nothing_else(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_update_ad_group", ad_group_id=AD_GROUP, name="Renamed")
    before = await tool.before(bench.client, given)
    assert before is not None
    assert await bench.write("pinterest_update_ad_group", ad_group_id=AD_GROUP, name="Renamed") == replace(
        before, name="Renamed"
    )


@pytest.mark.parametrize(("name", "arguments", "query"), FILTERS)
async def test_filters_are_parameters(bench: Bench, name: str, arguments: dict[str, Any], query: str) -> None:
    await bench.client.currency(ACCOUNT)
    await bench.read(name, account_id=ACCOUNT, **arguments)
    assert query in bench.switch.sent[-1].url.query.decode()


async def test_a_page_that_is_the_last_names_no_next_one(bench: Bench) -> None:
    whole = await bench.read("pinterest_get_analytics", account_id=ACCOUNT, **DATES)
    assert (len(whole.rows), whole.next_cursor) == (3, None)
    exact = await bench.read("pinterest_get_analytics", account_id=ACCOUNT, limit=3, **DATES)
    assert exact.next_cursor is None
    first = await bench.read("pinterest_get_analytics", account_id=ACCOUNT, limit=2, **DATES)
    assert first.next_cursor == "2"


async def test_what_a_tool_sends_is_an_array_of_one(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_update_campaign", **WRITES["pinterest_update_campaign"])
    await tool.apply(bench.client, given)
    (item,) = json.loads(bench.switch.sent[-1].content)
    assert item["id"] == CAMPAIGN
