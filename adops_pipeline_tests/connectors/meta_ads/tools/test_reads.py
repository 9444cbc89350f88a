"""Promises of the reading tools: trimmed rows, money in currency units, fields checked before the call, cursors."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from adops_pipeline.connectors.errors import AuthError
from adops_pipeline.connectors.meta_ads import MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.tools import TOOLS
from adops_pipeline.connectors.tools import RefusedInputError, WriteTool
from adops_pipeline_tests.connectors.meta_ads.conftest import GB, JP, NOW, US, Bench
from adops_pipeline_tests.connectors.meta_ads.tools.calls import AD_SET, BY_NAME, CAMPAIGN, GOOD, made, read

NAMES = (
    *("meta_list_ad_accounts", "meta_get_ad_account", "meta_list_campaigns", "meta_create_campaign"),
    *("meta_update_campaign", "meta_list_adsets", "meta_create_adset", "meta_update_adset", "meta_list_ads"),
    *("meta_create_ad", "meta_list_ad_creatives", "meta_create_ad_creative", "meta_get_account_insights"),
    *("meta_get_campaign_insights", "meta_list_custom_audiences", "meta_create_custom_audience"),
)


def test_the_tools_say_what_they_are() -> None:
    assert tuple(tool.name for tool in TOOLS) == NAMES == tuple(GOOD)
    for tool in TOOLS:
        assert tool.scope == ("ads_management" if isinstance(tool, WriteTool) else "ads_read")
        assert tool.description.endswith(".")
        assert len(tool.description) > 60
        fields = tool.input_model.model_json_schema()["properties"]
        assert all(field.get("description", "").endswith(".") for field in fields.values()), tool.name


@pytest.mark.parametrize("name", NAMES)
def test_unknown_arguments_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="budget_daily"):
        made(BY_NAME[name], **{**GOOD[name], "budget_daily": 3})


@pytest.mark.parametrize("account_id", ["act_", "12 3", "../me", "abc", "act_12/insights"])
def test_an_account_is_digits_with_or_without_the_prefix(account_id: str) -> None:
    tool = BY_NAME["meta_list_campaigns"]
    assert made(tool, account_id=f"act_{US}") == made(tool, account_id=US)
    with pytest.raises(ValidationError):
        made(tool, account_id=account_id)


async def test_accounts_are_listed_with_their_currency(bench: Bench) -> None:
    client = bench.connector()
    page = await read(client, "meta_list_ad_accounts")
    assert {row["account_id"]: row["currency"] for row in page.rows} == {US: "USD", GB: "GBP", JP: "JPY"}
    one = await read(client, "meta_get_ad_account", account_id=JP, fields=["name", "min_daily_budget"])
    assert one.rows == [{"name": page.rows[2]["name"], "min_daily_budget": "100"}]
    dollars = await read(client, "meta_get_ad_account", account_id=US, fields=["min_daily_budget"])
    assert dollars.rows == [{"min_daily_budget": "1.00"}]


@pytest.mark.parametrize("account_id", [US, JP])
async def test_budgets_are_in_currency_units(bench: Bench, account_id: str) -> None:
    page = await read(bench.connector(), "meta_list_campaigns", account_id=account_id, limit=250)
    shown = {row["id"]: Decimal(row["daily_budget"]) for row in page.rows if "daily_budget" in row}
    known = {c.campaign_id: c.budget for c in bench.market.campaigns(account_id, NOW) if c.budget_kind == "daily"}
    assert len(shown) > 3
    assert shown.items() <= known.items()


async def test_an_unknown_field_is_refused_with_the_nearest_name_before_meta_is_asked(bench: Bench) -> None:
    client = bench.connector()
    with pytest.raises(RefusedInputError, match="no field 'dailyBudget'; did you mean daily_budget\\?"):
        await read(client, "meta_list_campaigns", account_id=US, fields=["name", "dailyBudget"])
    assert bench.tap.requests == []


async def test_a_long_list_is_read_to_its_end_by_cursors(bench: Bench) -> None:
    client = bench.connector()
    everything = await read(client, "meta_list_adsets", account_id=US, limit=250, fields=["id"])
    assert everything.next_cursor is None
    found, cursor = list[str](), None
    while True:
        page = await read(client, "meta_list_adsets", account_id=US, limit=7, fields=["id"], cursor=cursor)
        assert len(page.rows) <= 7
        found += [row["id"] for row in page.rows]
        if (cursor := page.next_cursor) is None:
            break
    assert found == [row["id"] for row in everything.rows]


async def test_statuses_and_parents_narrow_a_list(bench: Bench) -> None:
    client = bench.connector()
    paused = await read(client, "meta_list_campaigns", account_id=US, statuses=["paused"], limit=250)
    assert {row["effective_status"] for row in paused.rows} == {"PAUSED"}
    ad_sets = await read(client, "meta_list_adsets", account_id=US, campaign_id=CAMPAIGN)
    assert {row["campaign_id"] for row in ad_sets.rows} == {CAMPAIGN}
    ads = await read(client, "meta_list_ads", account_id=US, adset_id=AD_SET)
    assert [row["adset_id"] for row in ads.rows] == [AD_SET]
    assert ads.rows[0]["creative"]["id"] in {
        row["id"] for row in (await read(client, "meta_list_ad_creatives", account_id=US, limit=250)).rows
    }
    assert len((await read(client, "meta_list_custom_audiences", account_id=US)).rows) == 2


async def test_another_accounts_campaign_is_not_read(bench: Bench) -> None:
    with pytest.raises(RefusedInputError, match=f"belongs to ad account {US}, not {GB}"):
        await read(bench.connector(), "meta_list_adsets", account_id=GB, campaign_id=CAMPAIGN, fields=["name"])


@pytest.mark.parametrize("account_id", [US, GB])
async def test_insights_are_the_markets_figures_with_each_sale_counted_once(bench: Bench, account_id: str) -> None:
    """The second account reports the disjoint pair of purchase types only."""
    client = bench.connector()
    days = {"since": "2026-11-01", "until": "2026-11-07"}
    (total,) = (await read(client, "meta_get_account_insights", account_id=account_id, **days)).rows
    page = await read(client, "meta_get_campaign_insights", account_id=account_id, granularity="day", limit=250, **days)
    truth = bench.market.campaign_days(account_id, NOW.date().replace(day=1), NOW.date().replace(day=7), NOW)
    for name in ("spend", "purchases", "purchase_value"):
        field = {"spend": "spend", "purchases": "conversions", "purchase_value": "revenue"}[name]
        expected = sum(getattr(day, field) for day in truth)
        assert Decimal(total[name]) == sum(Decimal(row[name]) for row in page.rows) == expected > 0
    assert {row["date_start"] for row in page.rows} == {f"2026-11-0{day}" for day in range(1, 8)}
    assert "actions" not in total


@pytest.mark.parametrize(
    "arguments", [{"since": "2026-11-02"}, {"since": "2026-11-02", "until": "2026-11-01"}, {"granularity": "hour"}]
)
def test_a_range_without_an_end_or_upside_down_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        made(BY_NAME["meta_get_account_insights"], account_id=US, **arguments)


async def test_the_parts_of_a_breakdown_add_up_to_the_whole(bench: Bench) -> None:
    client = bench.connector()
    asked = {"account_id": JP, "since": "2026-11-01", "until": "2026-11-07"}
    (whole,) = (await read(client, "meta_get_account_insights", **asked)).rows
    split = await read(client, "meta_get_account_insights", **asked, breakdowns=["age", "gender"], limit=250)
    assert {(row["age"], row["gender"]) for row in split.rows} >= {("25-34", "female"), ("65+", "male")}
    for name in ("spend", "impressions", "inline_link_clicks", "purchases", "purchase_value"):
        assert sum(Decimal(row.get(name, 0)) for row in split.rows) == Decimal(whole[name]), name


async def test_the_rate_limit_state_is_told(bench: Bench) -> None:
    page = await read(bench.connector(), "meta_list_campaigns", account_id=US, fields=["name"])
    assert page.rate_limit is not None
    assert '"call_count": 1' in page.rate_limit["x-business-use-case-usage"]


async def test_no_token_is_in_an_error_or_a_cursor(bench: Bench) -> None:
    client = bench.connector(MetaAdsCredentials("sandbox-user-token-1"))
    with pytest.raises(AuthError) as caught:
        await read(client, "meta_list_campaigns", account_id=US)
    assert "sandbox-user-token-1" not in str(caught.value)
    page = await read(bench.connector(), "meta_list_campaigns", account_id=US, limit=2)
    assert page.next_cursor is not None
    assert "token" not in page.next_cursor
