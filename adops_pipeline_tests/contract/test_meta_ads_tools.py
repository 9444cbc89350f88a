"""Meta's own contract for the tools: every request and answer as described, and the official SDK sees the same objects.

What our tools create the SDK lists, and what the SDK creates our tools list; over a real socket.
"""

import json
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.customaudience import CustomAudience
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.meta_ads.tools import names, objects
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import (
    SANDBOX_ACCESS_TOKEN,
    build_meta_ads_app,
)
from adops_pipeline.sandbox.meta_ads import fields as sandbox_fields
from adops_pipeline_tests.connectors.meta_ads.conftest import JP, NOW, US
from adops_pipeline_tests.connectors.meta_ads.tools.calls import BY_NAME, GOOD, WRITES, applied, read
from adops_pipeline_tests.contract.facebook import official_sdk
from adops_pipeline_tests.contract.meta_spec import CheckedTransport, ContractBreachError, check, field_types
from adops_pipeline_tests.serving import serving_beside


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


@pytest.mark.parametrize("name", BY_NAME)
async def test_each_tools_requests_and_answers_are_as_meta_describes_them(market: Market, name: str) -> None:
    checked = CheckedTransport(httpx.ASGITransport(build_meta_ads_app(market, lambda: NOW)))
    client = MetaAdsConnector(MetaAdsCredentials(SANDBOX_ACCESS_TOKEN), ConnectorContext(transport=checked))
    if name in WRITES:
        # What a client created has an id that does not tell its kind, so reading it back is checked by the SDK.
        tool: Any = BY_NAME[name]
        given = tool.input_model.model_validate(GOOD[name])
        await tool.intended(client, given, await tool.before(client, given))
        await tool.validate(client, given)
        await tool.apply(client, given)
        await tool.find(client, given, NOW)
        assert ("POST", "/ID" if "update" in name else f"/act_ID/{tool.form.edge}") in checked.seen
    else:
        known = {tool: getattr(names, attribute) for tool, attribute in _FIELDS.items()}[name]
        every = [*known.shown, *known.others]
        assert (await read(client, name, **GOOD[name], fields=every)).rows
    await client.aclose()


_FIELDS = {
    "meta_list_ad_accounts": "ACCOUNT",
    "meta_get_ad_account": "ACCOUNT",
    "meta_list_campaigns": "CAMPAIGN",
    "meta_list_adsets": "AD_SET",
    "meta_list_ads": "AD",
    "meta_list_ad_creatives": "CREATIVE",
    "meta_list_custom_audiences": "AUDIENCE",
    "meta_get_account_insights": "ACCOUNT_INSIGHTS",
    "meta_get_campaign_insights": "CAMPAIGN_INSIGHTS",
}


def test_every_field_that_the_tools_offer_or_read_exists() -> None:
    nodes = {
        "AdAccount": (names.ACCOUNT, ()),
        "Campaign": (names.CAMPAIGN, objects.CAMPAIGN.requested),
        "AdSet": (names.AD_SET, objects.AD_SET.requested),
        "Ad": (names.AD, objects.AD.requested),
        "AdCreative": (names.CREATIVE, objects.CREATIVE.requested),
        "CustomAudience": (names.AUDIENCE, objects.AUDIENCE.requested),
        "AdsInsights": (names.CAMPAIGN_INSIGHTS, names.ACCOUNT_INSIGHTS.shown),
    }
    for node, (offered, requested) in nodes.items():
        asked = {*offered.shown, *offered.others, *requested} - set(names.SALES)
        assert asked <= set(field_types(node)), node
    assert set(field_types("Ad")) == sandbox_fields.AD_FIELDS
    assert set(field_types("AdCreative")) == sandbox_fields.CREATIVE_FIELDS
    assert set(field_types("CustomAudience")) == sandbox_fields.AUDIENCE_FIELDS


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"name": "x"}, {"id": "1"}),
        ({"special_ad_categories": '["CARS"]'}, {"id": "1"}),
        ({"special_ad_categories": "[]", "daily_budget": "10.5"}, {"id": "1"}),
        ({"special_ad_categories": "[]", "start_time": "2026-12-01"}, {"id": "1"}),
        ({"special_ad_categories": "[]", "budget": "10"}, {"id": "1"}),
        ({"special_ad_categories": "[]", "is_adset_budget_sharing_enabled": "0"}, {"id": "1"}),
        ({"special_ad_categories": "[]", "status": "ENABLED"}, {"id": "1"}),
        ({"special_ad_categories": "[]"}, {"success": True}),
        ({"special_ad_categories": "[]", "execution_options": '["validate_only"]'}, {"id": "1"}),
    ],
)
def test_a_change_that_meta_does_not_describe_is_noticed(sent: dict[str, str], answer: dict[str, Any]) -> None:
    with pytest.raises(ContractBreachError):
        check("POST", "/v26.0/act_1/campaigns", sent, answer)


# --- the official SDK -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(market: Market) -> Iterator[str]:
    """The sandbox on a free loopback port, empty of changes at first."""
    with serving_beside(build_meta_ads_app(market, lambda: NOW), lifespan="off") as address:
        yield address


@pytest.fixture
def api(server: str) -> Iterator[FacebookAdsApi]:
    with official_sdk(server) as made:
        yield made


@pytest.fixture
async def ours(server: str) -> AsyncIterator[MetaAdsConnector]:
    client = MetaAdsConnector(MetaAdsCredentials(SANDBOX_ACCESS_TOKEN), base_url=server)
    yield client
    await client.aclose()


async def test_the_official_sdk_sees_what_our_tools_created(api: FacebookAdsApi, ours: MetaAdsConnector) -> None:
    campaign = await applied(ours, "meta_create_campaign", **{**GOOD["meta_create_campaign"], "daily_budget": None})
    ad_set = await applied(
        ours,
        "meta_create_adset",
        **{**GOOD["meta_create_adset"], "campaign_id": campaign.object_id, "daily_budget": "12.34"},
    )
    creative = await applied(ours, "meta_create_ad_creative", **GOOD["meta_create_ad_creative"])
    ids = {"adset_id": ad_set.object_id, "creative_id": creative.object_id}
    ad = await applied(ours, "meta_create_ad", **{**GOOD["meta_create_ad"], **ids})
    audience = await applied(ours, "meta_create_custom_audience", **GOOD["meta_create_custom_audience"])
    account = AdAccount(f"act_{US}", api=api)

    (seen,) = [c for c in account.get_campaigns(fields=["name", "objective", "status"]) if c["name"] == "Spring"]
    assert (seen["id"], seen["objective"], seen["status"]) == (campaign.object_id, "OUTCOME_SALES", "PAUSED")
    (of_it,) = Campaign(seen["id"], api=api).get_ad_sets(fields=["daily_budget", "targeting", "effective_status"])
    assert (of_it["id"], of_it["daily_budget"], of_it["effective_status"]) == (ad_set.object_id, "1234", "PAUSED")
    assert list(of_it["targeting"]["geo_locations"]["countries"]) == ["US", "CA"]
    (its_ad,) = AdSet(of_it["id"], api=api).get_ads(fields=["name", "creative"])
    assert (its_ad["id"], its_ad["creative"]["id"]) == (ad.object_id, creative.object_id)
    card = AdCreative(creative.object_id, api=api).api_get(fields=["object_story_spec", "call_to_action_type"])
    assert card["object_story_spec"]["link_data"]["link"] == "https://shop.example/spring"
    assert card["call_to_action_type"] == "SHOP_NOW"
    people = CustomAudience(audience.object_id, api=api).api_get(fields=["name", "rule", "time_created"])
    assert json.loads(people["rule"])["inclusions"]["rules"][0]["retention_seconds"] == 30 * 86_400
    assert people["time_created"] == int(NOW.timestamp())


async def test_our_tools_see_what_the_official_sdk_created(api: FacebookAdsApi, ours: MetaAdsConnector) -> None:
    account = AdAccount(f"act_{JP}", api=api)
    campaign = account.create_campaign(
        params={
            "name": "SDK",
            "objective": "OUTCOME_TRAFFIC",
            "status": "PAUSED",
            "special_ad_categories": ["NONE"],
            "daily_budget": 15000,
        }
    )
    ad_set = account.create_ad_set(
        params={
            "name": "SDK set",
            "campaign_id": campaign["id"],
            "billing_event": "IMPRESSIONS",
            "optimization_goal": "LINK_CLICKS",
            "targeting": {"geo_locations": {"countries": ["JP"]}},
            "status": "ACTIVE",
        }
    )
    story = {"page_id": "5", "link_data": {"link": "https://shop.example/"}}
    creative = account.create_ad_creative(params={"name": "SDK card", "object_story_spec": story})
    asked = {"name": "SDK ad", "adset_id": ad_set["id"], "creative": {"creative_id": creative["id"]}}
    ad = account.create_ad(params={**asked, "status": "PAUSED"})
    audience = account.create_custom_audience(
        params={"name": "SDK people", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}
    )

    ids = {"campaigns": campaign, "adsets": ad_set, "ads": ad, "ad_creatives": creative, "custom_audiences": audience}
    for kind, one in ids.items():
        page = await read(ours, f"meta_list_{kind}", account_id=JP, limit=250)
        (row,) = [row for row in page.rows if row["id"] == one["id"]]
        assert row["name"].startswith("SDK")
        if kind == "campaigns":
            assert (row["daily_budget"], row["status"]) == ("15000", "PAUSED")
        if kind == "adsets":
            assert row["effective_status"] == "CAMPAIGN_PAUSED"

    Campaign(campaign["id"], api=api).api_update(params={"status": "ACTIVE", "daily_budget": 16000, "name": "SDK 2"})
    tool: Any = BY_NAME["meta_update_campaign"]
    now = await tool.read_back(ours, JP, campaign["id"])
    assert (now.name, now.status, now.daily_budget) == ("SDK 2", "active", Decimal(16000))
    Ad(ad["id"], api=api).api_delete()
    assert not (await read(ours, "meta_list_ads", account_id=JP, adset_id=ad_set["id"])).rows
    Campaign(campaign["id"], api=api).api_delete()
    assert (await tool.read_back(ours, JP, campaign["id"])).status == "removed"


def test_the_official_sdk_is_refused_as_our_tools_are(api: FacebookAdsApi) -> None:
    account = AdAccount(f"act_{US}", api=api)
    good = {"name": "x", "objective": "OUTCOME_SALES", "special_ad_categories": [], "daily_budget": 5000}
    account.create_campaign(params={**good, "execution_options": ["validate_only"]})
    without: dict[str, Any] = {key: value for key, value in good.items() if key != "special_ad_categories"}
    for params, words in (
        (without, "special_ad_categories is required"),
        ({**good, "lifetime_budget": 5000}, "either a daily budget or a lifetime budget"),
        ({**good, "daily_budget": 99}, "at least 100"),
    ):
        with pytest.raises(FacebookRequestError) as caught:
            account.create_campaign(params=params)
        assert (caught.value.http_status(), caught.value.api_error_code()) == (400, 100)
        assert words in f"{caught.value.api_error_message()} {caught.value.body()}"
    del good["daily_budget"]
    with pytest.raises(FacebookRequestError, match="is_adset_budget_sharing_enabled"):
        account.create_campaign(params=good)
    assert "x" not in {c["name"] for c in account.get_campaigns(fields=["name"], params={"limit": 500})}
