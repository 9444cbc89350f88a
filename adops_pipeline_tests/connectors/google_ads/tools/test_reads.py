"""Promises of the tools that read Google Ads: trimmed rows, money in currency units, fields checked, whole lists."""

from typing import Any

import pytest

from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.connectors.google_ads.conftest import DE, JP, MANAGER, US
from adops_pipeline_tests.connectors.google_ads.tools.conftest import BY_NAME, READS, WRITES, tool_caller

WEEK = {"start_date": "2026-11-16", "end_date": "2026-11-22"}
PARAMETERS = "PARAMETERS include_drafts=true"
LISTS = ["google_ads_list_campaigns", "google_ads_list_ad_groups", "google_ads_list_ads"]


def test_the_tools_are_the_thirteen_each_with_a_description_of_every_argument() -> None:
    assert list(BY_NAME) == [
        "google_ads_list_accessible_customers",
        "google_ads_get_customer",
        "google_ads_list_campaigns",
        "google_ads_create_campaign",
        "google_ads_update_campaign",
        "google_ads_update_campaign_budget",
        "google_ads_list_ad_groups",
        "google_ads_create_ad_group",
        "google_ads_update_ad_group",
        "google_ads_list_ads",
        "google_ads_create_responsive_search_ad",
        "google_ads_get_campaign_report",
        "google_ads_run_gaql",
    ]
    assert len(READS) == 7
    assert len(WRITES) == 6
    for tool in BY_NAME.values():
        assert tool.platform is Platform.GOOGLE_ADS
        assert tool.description.endswith(".")
        for name, field in tool.input_model.model_fields.items():
            assert (field.description or "").endswith((".", ",")), (tool.name, name)


async def test_every_account_is_listed_with_the_manager_it_is_accessed_through() -> None:
    scene = tool_caller()
    rows = await scene.rows("google_ads_list_accessible_customers")
    assert {MANAGER, US, DE, JP} <= {row["account_id"] for row in rows}
    (german,) = [row for row in rows if row["account_id"] == DE]
    assert german["login_customer_id"] == MANAGER
    assert (german["currency"], german["is_manager"]) == ("EUR", False)
    page = await scene.read("google_ads_list_accessible_customers", limit=2)
    rest = await scene.read("google_ads_list_accessible_customers", cursor=page.next_cursor)
    assert [*page.rows, *rest.rows] == rows
    assert rest.next_cursor is None


@pytest.mark.parametrize("name", LISTS)
async def test_pages_joined_by_their_cursors_are_the_whole_list(name: str) -> None:
    scene = tool_caller(page_rows=7)
    whole = await scene.read(name, account_id=DE, limit=250)
    assert whole.next_cursor is None
    joined, cursor = list[Any](), None
    while True:
        page = await scene.read(name, account_id=DE, limit=9, cursor=cursor)
        assert len(page.rows) <= 9
        joined += page.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    assert joined == list(whole.rows)
    exact = await scene.read(name, account_id=DE, limit=len(joined))
    assert (list(exact.rows), exact.next_cursor) == (joined, None)
    assert len(joined) > 9
    assert len((await scene.read(name, account_id=DE)).rows) == min(25, len(joined)), "25 unless told otherwise"


async def test_a_cursor_of_another_list_is_refused() -> None:
    scene = tool_caller()
    page = await scene.read("google_ads_list_campaigns", account_id=DE, limit=1)
    for cursor in (page.next_cursor, "MTA6", "%%"):
        with pytest.raises(RefusedInputError, match="cursor: "):
            await scene.read("google_ads_list_ad_groups", account_id=DE, cursor=cursor)


@pytest.mark.parametrize(
    ("name", "field", "nearest"),
    [
        ("google_ads_list_campaigns", "campaign.nam", "campaign.name"),
        ("google_ads_list_campaigns", "start_date", "campaign.start_date_time"),
        ("google_ads_list_ad_groups", "ad_group.cpc_bid", "ad_group.cpc_bid_micros"),
        ("google_ads_get_customer", "customer.timezone", "customer.time_zone"),
    ],
)
async def test_unknown_fields_are_refused_with_the_nearest_before_google_is_asked(
    name: str, field: str, nearest: str
) -> None:
    scene = tool_caller()
    with pytest.raises(RefusedInputError, match=f"'{field}'.*nearest names: .*{nearest}"):
        await scene.read(name, account_id=DE, fields=[field])
    assert not scene.tape.requests


async def test_fields_of_another_resource_are_refused_with_those_that_can_be_listed() -> None:
    with pytest.raises(RefusedInputError, match=r"'metrics.clicks' .*\(resources: ad_group, campaign, cust"):
        await tool_caller().read("google_ads_list_ad_groups", account_id=DE, fields=["metrics.clicks"])


async def test_the_fields_asked_for_are_returned_instead_of_the_default_ones() -> None:
    (row,) = await tool_caller().rows(
        "google_ads_list_campaigns", account_id=DE, limit=1, fields=["campaign.name", "campaign_budget.amount_micros"]
    )
    assert row == {"campaign.name": "Marke | Suche", "campaign_budget.amount": "234"}


async def test_removed_objects_are_listed_only_when_asked_for() -> None:
    scene = tool_caller()
    default = await scene.rows("google_ads_list_campaigns", account_id=US, limit=250)
    removed = await scene.rows("google_ads_list_campaigns", account_id=US, limit=250, statuses=["removed"])
    assert {row["campaign.status"] for row in default} == {"ENABLED", "PAUSED"}
    assert {row["campaign.status"] for row in removed} == {"REMOVED"}


async def test_a_report_has_a_row_per_campaign_and_day_with_money_as_text_and_counts_as_numbers() -> None:
    scene = tool_caller()
    rows = await scene.rows("google_ads_get_campaign_report", account_id=DE, **WEEK, limit=250)
    assert len({(row["segments.date"], row["campaign.id"]) for row in rows}) == len(rows) > 14
    assert {row["customer.currency_code"] for row in rows} == {"EUR"}
    for row in rows:
        assert isinstance(row["metrics.cost"], str)
        assert isinstance(row["metrics.clicks"], int)
    totals = await scene.rows("google_ads_get_campaign_report", account_id=DE, **WEEK, by_day=False, limit=250)
    by_campaign = {row["campaign.id"]: row["metrics.clicks"] for row in totals}
    for campaign_id in {row["campaign.id"] for row in rows}:
        clicks = sum(row["metrics.clicks"] for row in rows if row["campaign.id"] == campaign_id)
        assert by_campaign[campaign_id] == clicks


async def test_costs_per_click_are_in_currency_units_although_their_names_do_not_say_micros() -> None:
    fields = ["metrics.average_cpc", "metrics.cost_micros", "metrics.clicks"]
    rows = await tool_caller().rows("google_ads_get_campaign_report", account_id=DE, **WEEK, fields=fields)
    row = next(row for row in rows if row["metrics.clicks"])
    assert float(row["metrics.average_cpc"]) == pytest.approx(float(row["metrics.cost"]) / row["metrics.clicks"])


@pytest.mark.parametrize(
    "dates",
    [
        {"start_date": "2026-11-02", "end_date": "2026-11-01"},
        {"start_date": "2025-11-01", "end_date": "2026-11-02"},
        {"start_date": "yesterday", "end_date": "2026-11-02"},
    ],
)
def test_a_report_over_no_days_or_too_many_is_refused(dates: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is before start_date|more than 366|valid date"):
        tool_caller().given("google_ads_get_campaign_report", {"account_id": DE, **dates})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("DELETE FROM campaign", "only one SELECT"),
        ("SELECT campaign.id FROM campaign; SELECT 1", "only one SELECT"),
        ("SELECT campaign.id", "FROM is missing"),
        ("SELECT campaign.id FROM campaigns", "'campaigns' is not a resource.*campaign"),
        ("SELECT metrics.clicks FROM metrics", "'metrics' is not a resource"),
        ("SELECT metrics.conversion_value FROM campaign", "nearest names: metrics.conversions_value"),
        ("SELECT campaign.id FROM campaign WHERE campaign.start_date > '2026'", "campaign.start_date_time"),
        ("SELECT campaign.id.x FROM campaign", "'campaign.id.x' is not a field"),
    ],
)
async def test_a_query_that_google_would_refuse_is_refused_before_google_is_asked(query: str, words: str) -> None:
    scene = tool_caller()
    with pytest.raises(RefusedInputError, match=words):
        await scene.read("google_ads_run_gaql", account_id=DE, query=query)
    assert not scene.tape.requests


@pytest.mark.parametrize("ending", ["", " LIMIT 5", f" {PARAMETERS}", f" LIMIT 5 {PARAMETERS}"])
async def test_a_query_is_paged_within_its_own_limit(ending: str) -> None:
    scene = tool_caller()
    query = f"SELECT campaign.id FROM campaign WHERE campaign.name != 'LIMIT 3; x.y' ORDER BY campaign.id{ending}"
    first = await scene.read("google_ads_run_gaql", account_id=DE, query=query, limit=3)
    second = await scene.read("google_ads_run_gaql", account_id=DE, query=query, limit=3, cursor=first.next_cursor)
    ids = [row["campaign.id"] for row in (*first.rows, *second.rows)]
    assert ids == sorted(set(ids))
    assert len(ids) == (5 if "LIMIT 5" in ending else 6)
    assert (second.next_cursor is None) == ("LIMIT 5" in ending)


async def test_the_answer_says_what_the_query_used_up() -> None:
    page = await tool_caller().read(
        "google_ads_run_gaql", account_id=DE, query="SELECT campaign.id FROM campaign", limit=3
    )
    assert page.rate_limit == {"queryResourceConsumption": "4"}


@pytest.mark.parametrize("name", READS)
def test_unknown_arguments_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        tool_caller().given(name, {"account_id": DE, "filter": "x"})
