"""Promises of the writing tools: paused unless told otherwise, exact money, dry runs, finding and undoing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from adops_pipeline.connectors.errors import PermanentError
from adops_pipeline.connectors.meta_ads import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools.money import from_minor_units, to_minor_units
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline_tests.connectors.meta_ads.conftest import GB, JP, NOW, US, Bench
from adops_pipeline_tests.connectors.meta_ads.tools.calls import (
    AD_SET,
    BY_NAME,
    CAMPAIGN,
    CREATIVE,
    GOOD,
    WRITES,
    applied,
    made,
    read,
    writing,
)

CREATES = tuple(name for name in WRITES if "create" in name)
WITH_STATUS = ("meta_create_campaign", "meta_create_adset", "meta_create_ad")
SPRING = GOOD["meta_create_campaign"]


def forms(bench: Bench) -> list[dict[str, str]]:
    """Forms that were posted, without those about the token."""
    changes = [request for request in bench.tap.asked("POST", "") if not request.url.path.endswith("/debug_token")]
    return [
        {key: values[0] for key, values in parse_qs(request.content.decode(), keep_blank_values=True).items()}
        for request in changes
    ]


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("USD", "12.34", "1234"),
        ("USD", "1E+2", "10000"),
        ("JPY", "15000", "15000"),
        ("JPY", "15000.0", "15000"),
        ("HUF", "3", "3"),
        ("KWD", "1.25", "125"),
    ],
)
def test_money_is_converted_exactly(currency: str, amount: str, minor: str) -> None:
    assert to_minor_units(Decimal(amount), currency, "bid") == minor
    assert from_minor_units(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(("currency", "amount", "step"), [("USD", "1.005", "0.01"), ("JPY", "99.5", "1")])
def test_an_amount_between_two_steps_is_refused(currency: str, amount: str, step: str) -> None:
    with pytest.raises(RefusedInputError, match=rf"^daily_budget: {amount} {currency} .* multiple of {step} "):
        to_minor_units(Decimal(amount), currency, "daily_budget")


@pytest.mark.parametrize("name", WRITES)
async def test_each_write_reaches_what_was_intended_and_the_dry_run_changes_nothing(bench: Bench, name: str) -> None:
    client = bench.connector()
    tool = writing(name)
    given = made(tool, **GOOD[name])
    await tool.validate(client, given)
    assert not bench.written.has_any(tool.platform, US)
    after = await applied(client, name, **GOOD[name])
    assert after.account_id == US
    assert bench.written.has_any(tool.platform, US)
    sent = forms(bench)
    dry = [form for form in sent if "execution_options" in form]
    assert len(sent) - len(dry) == 1
    assert len(dry) == (0 if name == "meta_create_custom_audience" else 2)


@pytest.mark.parametrize("name", WITH_STATUS)
async def test_objects_are_created_paused_unless_told_otherwise(bench: Bench, name: str) -> None:
    client = bench.connector()
    assert (await applied(client, name, **GOOD[name])).status is CampaignStatus.PAUSED
    active = await applied(client, name, **{**GOOD[name], "name": "On", "status": "ACTIVE"})
    assert active.status is CampaignStatus.ACTIVE


async def test_yen_are_sent_without_a_minor_unit(bench: Bench) -> None:
    client = bench.connector()
    created = await applied(client, "meta_create_campaign", **{**SPRING, "account_id": JP, "daily_budget": 15000})
    assert created.daily_budget == 15000
    assert {form["daily_budget"] for form in forms(bench)} == {"15000"}
    with pytest.raises(RefusedInputError, match="multiple of 1 JPY"):
        await applied(client, "meta_create_campaign", **{**SPRING, "account_id": JP, "daily_budget": "15000.5"})


async def test_a_campaign_without_a_budget_leaves_it_to_its_ad_sets(bench: Bench) -> None:
    client = bench.connector()
    campaign = await applied(client, "meta_create_campaign", **{**SPRING, "daily_budget": None})
    assert forms(bench)[-1]["is_adset_budget_sharing_enabled"] == "false"
    in_it = {**GOOD["meta_create_adset"], "campaign_id": campaign.object_id}
    with pytest.raises(RefusedInputError, match="has no budget; give the ad set"):
        await applied(client, "meta_create_adset", **in_it)
    ad_set = await applied(
        client,
        "meta_create_adset",
        **in_it,
        lifetime_budget="500",
        end_time="2026-12-24T18:00:00+01:00",
        bid="2.50",
        bid_strategy="COST_CAP",
        age_min=18,
        age_max=40,
        custom_audience_ids=["120250000061029300"],
        pixel_id="77",
        conversion_event="PURCHASE",
        optimization_goal="OFFSITE_CONVERSIONS",
    )
    assert (ad_set.campaign_id, ad_set.lifetime_budget, ad_set.fields["bid"]) == (
        campaign.object_id,
        Decimal(500),
        "2.50",
    )
    assert ad_set.fields["end_time"] == "2026-12-24T17:00:00+00:00"
    with pytest.raises(RefusedInputError, match="has a budget for all its ad sets"):
        await applied(client, "meta_create_adset", **GOOD["meta_create_adset"], daily_budget=5)


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("meta_create_campaign", {"lifetime_budget": 5}, "not both"),
        ("meta_create_campaign", {"daily_budget": None, "lifetime_budget": 5}, "needs a stop_time"),
        ("meta_create_campaign", {"daily_budget": None, "bid_strategy": "COST_CAP"}, "needs a budget"),
        ("meta_create_campaign", {"daily_budget": 0}, "greater than 0"),
        ("meta_create_campaign", {"daily_budget": "NaN"}, "finite"),
        ("meta_create_campaign", {"start_time": "2026-12-01T00:00:00"}, "UTC offset"),
        ("meta_create_campaign", {"objective": "CONVERSIONS"}, "OUTCOME_SALES"),
        ("meta_update_campaign", {"daily_budget": None}, "at least one value"),
        ("meta_update_campaign", {"campaign_id": "me"}, "pattern"),
        ("meta_update_adset", {"name": None, "bid": None}, "at least one value"),
        ("meta_update_adset", {"lifetime_budget": 5, "daily_budget": 5}, "not both"),
        ("meta_create_adset", {"bid_strategy": "COST_CAP"}, "needs a bid"),
        ("meta_create_adset", {"lifetime_budget": 5}, "needs an end_time"),
        ("meta_create_adset", {"pixel_id": "5"}, "together"),
        ("meta_create_adset", {"age_min": 40, "age_max": 20}, "below age_min"),
        ("meta_create_adset", {"countries": ["us"]}, "pattern"),
        ("meta_create_ad_creative", {"object_story_id": "1_2"}, "leave out page_id, link_url"),
        ("meta_create_ad_creative", {"page_id": None, "message": None}, "page_id and link_url"),
        ("meta_create_ad_creative", {"link_url": "http://shop.example"}, "pattern"),
        ("meta_create_custom_audience", {"retention_days": None}, "needs retention_days"),
        ("meta_create_custom_audience", {"ratio": 0.05}, "takes no ratio"),
    ],
)
def test_what_does_not_fit_together_is_refused(name: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        made(BY_NAME[name], **{**GOOD[name], **changes})


def test_special_ad_categories_have_to_be_declared() -> None:
    with pytest.raises(ValidationError, match="special_ad_categories"):
        made(BY_NAME["meta_create_campaign"], **{k: v for k, v in SPRING.items() if k != "special_ad_categories"})


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("meta_update_campaign", {"campaign_id": "1"}, "has no campaign 1"),
        ("meta_update_campaign", {"account_id": GB}, f"belongs to ad account {US}"),
        ("meta_update_campaign", {"daily_budget": None, "lifetime_budget": 9}, "has a daily_budget; give daily_budget"),
        ("meta_update_adset", {"daily_budget": 5}, "change its campaign's with meta_update_campaign"),
        ("meta_update_adset", {"adset_id": "1"}, "has no ad set 1"),
        ("meta_create_adset", {"campaign_id": "1"}, "has no campaign 1"),
        ("meta_create_ad", {"adset_id": CAMPAIGN + "1"}, "has no ad set"),
    ],
)
async def test_what_does_not_exist_in_the_account_is_refused_before_a_change(
    bench: Bench, name: str, changes: dict[str, Any], reason: str
) -> None:
    client, tool = bench.connector(), writing(name)
    given = made(tool, **{**GOOD[name], **changes})
    with pytest.raises(RefusedInputError, match=reason):
        await tool.intended(client, given, None)
    assert forms(bench) == []


async def test_applying_to_another_accounts_campaign_sends_no_change(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_update_campaign")
    with pytest.raises(RefusedInputError):
        await tool.apply(client, made(tool, account_id=GB, campaign_id=CAMPAIGN, status="paused"))
    assert forms(bench) == []


async def test_metas_own_words_for_the_user_are_in_the_error(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_create_ad")
    given = made(tool, **{**GOOD["meta_create_ad"], "creative_id": "5"})
    with pytest.raises(PermanentError, match="creative 5 does not exist in this ad account"):
        await tool.validate(client, given)


@pytest.mark.parametrize("name", CREATES)
async def test_what_was_created_is_found_again_and_nothing_else(bench: Bench, name: str) -> None:
    client, tool = bench.connector(), writing(name)
    given = made(tool, **GOOD[name])
    assert await tool.find(client, given, NOW) == []
    await tool.apply(client, made(tool, **{**GOOD[name], "name": "Another"}))
    created = await tool.apply(client, given)
    assert [one.object_id for one in await tool.find(client, given, NOW)] == [created]
    later = await tool.find(client, given, NOW + timedelta(seconds=1))
    # Meta tells no time of creation of creatives.
    assert [one.object_id for one in later] == ([created] if name == "meta_create_ad_creative" else [])


async def test_what_meta_adjusted_is_found_as_well_and_other_values_are_not(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_create_campaign")
    start = {"start_time": "2026-01-01T00:00:00+00:00"}
    created = await tool.apply(client, made(tool, **SPRING))
    await tool.apply(client, made(tool, **{**SPRING, "daily_budget": "120.51"}))
    await tool.apply(client, made(tool, **{**SPRING, "objective": "OUTCOME_LEADS"}))
    await tool.apply(client, made(tool, **{**SPRING, "special_ad_categories": ["HOUSING"]}))
    assert [one.object_id for one in await tool.find(client, made(tool, **SPRING, **start), NOW)] == [created]


async def _undo(client: MetaAdsConnector, reversal: Reversal | str) -> Any:
    assert isinstance(reversal, Reversal)
    return await applied(client, reversal.tool, **reversal.arguments)


async def test_an_update_is_undone_value_by_value(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_update_campaign")
    given = made(
        tool,
        account_id=US,
        campaign_id=CAMPAIGN,
        daily_budget="900.01",
        status="paused",
        name="Renamed",
        start_time=datetime(2026, 1, 1, tzinfo=UTC),
    )
    before = await tool.before(client, given)
    bench.now = NOW + timedelta(minutes=1)
    await tool.apply(client, given)
    after = await tool.read_back(client, US, CAMPAIGN)
    assert before is not None
    assert after is not None
    assert (after.name, after.status, after.daily_budget) == ("Renamed", CampaignStatus.PAUSED, Decimal("900.01"))
    bench.now = NOW + timedelta(minutes=2)
    assert await _undo(client, tool.reverse(given, before, after)) == before
    assert await tool.find(client, given, NOW) == ()


async def test_a_created_campaign_is_undone_by_deleting_it(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_create_campaign")
    created = await applied(client, "meta_create_campaign", **SPRING)
    gone = await _undo(client, tool.reverse(made(tool, **SPRING), None, created))
    assert gone.status is CampaignStatus.REMOVED
    listed = await read(client, "meta_list_campaigns", account_id=US, limit=250, statuses=["active", "archived"])
    assert created.object_id not in {row["id"] for row in listed.rows}
    update = writing("meta_update_campaign")
    given = made(update, account_id=US, campaign_id=gone.object_id, status="deleted")
    assert "does not bring it back" in str(update.reverse(given, created, gone))
    with pytest.raises(PermanentError, match="deleted object cannot be changed"):
        await update.apply(client, made(update, account_id=US, campaign_id=gone.object_id, status="active"))


async def test_budgets_of_ad_sets_are_changed_there_and_creation_is_undone_with_the_ads(bench: Bench) -> None:
    client = bench.connector()
    campaign = await applied(client, "meta_create_campaign", **{**SPRING, "daily_budget": None})
    update = writing("meta_update_campaign")
    given = made(update, account_id=US, campaign_id=campaign.object_id, daily_budget=5)
    with pytest.raises(RefusedInputError, match="change them with meta_update_adset"):
        await update.intended(client, given, None)
    create = {**GOOD["meta_create_adset"], "campaign_id": campaign.object_id, "daily_budget": 20}
    ad_set = await applied(client, "meta_create_adset", **create)
    tool, change = (
        writing("meta_update_adset"),
        {"account_id": US, "adset_id": ad_set.object_id, "daily_budget": "30.1"},
    )
    changed = await applied(client, "meta_update_adset", **change)
    assert (changed.daily_budget, changed.campaign_id) == (Decimal("30.1"), campaign.object_id)
    assert await _undo(client, tool.reverse(made(tool, **change), ad_set, changed)) == ad_set
    creation = writing("meta_create_adset")
    gone = await _undo(client, creation.reverse(made(creation, **create), None, ad_set))
    assert gone.status is CampaignStatus.REMOVED


@pytest.mark.parametrize("name", [n for n in CREATES if n not in ("meta_create_campaign", "meta_create_adset")])
async def test_what_cannot_be_undone_is_said(bench: Bench, name: str) -> None:
    tool = writing(name)
    created = await applied(bench.connector(), name, **GOOD[name])
    reason = tool.reverse(made(tool, **GOOD[name]), None, created)
    assert isinstance(reason, str)
    assert f"{created.object_id} stays" in reason


async def test_an_end_that_was_not_set_before_cannot_be_taken_back(bench: Bench) -> None:
    client, tool = bench.connector(), writing("meta_update_campaign")
    given = made(tool, account_id=US, campaign_id=CAMPAIGN, stop_time="2026-12-31T00:00:00+00:00")
    before = await tool.before(client, given)
    assert before is not None
    after = await applied(client, "meta_update_campaign", **given.model_dump(exclude_none=True))
    assert "had no stop_time before" in str(tool.reverse(given, before, after))


async def test_an_ad_is_found_under_its_parents(bench: Bench) -> None:
    client = bench.connector()
    ad = await applied(client, "meta_create_ad", **GOOD["meta_create_ad"])
    assert (ad.campaign_id, ad.fields) == (CAMPAIGN, {"adset_id": AD_SET, "creative_id": CREATIVE})
    for parent in ({"campaign_id": CAMPAIGN}, {"adset_id": AD_SET}, {}):
        page = await read(client, "meta_list_ads", account_id=US, limit=250, **parent)
        assert ad.object_id in {row["id"] for row in page.rows}


async def test_a_lookalike_names_its_origin(bench: Bench) -> None:
    client = bench.connector()
    origin = (await read(client, "meta_list_custom_audiences", account_id=US)).rows[0]["id"]
    asked = {"account_id": US, "name": "Alike", "kind": "lookalike", "country": "US", "ratio": 0.01}
    audience = await applied(client, "meta_create_custom_audience", **asked, origin_audience_id=origin)
    assert audience.fields["ratio"] == 0.01
    with pytest.raises(PermanentError, match="origin audience 5 does not exist"):
        await applied(client, "meta_create_custom_audience", **asked, origin_audience_id="5")


def test_a_name_is_sent_as_it_is() -> None:
    text = "50 % off & more = ü \N{SNOWMAN}"
    assert parse_qs(httpx.Request("POST", "https://x.test", data={"name": text}).content.decode())["name"] == [text]
