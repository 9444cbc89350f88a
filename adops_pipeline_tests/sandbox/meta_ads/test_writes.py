"""Changes on the emulated Graph API: refused in Meta's form, kept over a restart, shown in every list and report."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, build_meta_ads_app
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline_tests.sandbox.meta_ads.conftest import GB, JP, NOW, US

Post = Callable[..., Awaitable[httpx.Response]]

CAMPAIGN: dict[str, Any] = {
    "name": "Spring",
    "objective": "OUTCOME_SALES",
    "special_ad_categories": [],
    "daily_budget": 5000,
    "status": "ACTIVE",
}
AD_SET: dict[str, Any] = {
    "name": "Set",
    "optimization_goal": "LINK_CLICKS",
    "billing_event": "IMPRESSIONS",
    "targeting": {"geo_locations": {"countries": ["US"]}},
    "status": "ACTIVE",
}
MARKET_CAMPAIGN, MARKET_AD_SET = "120210000007531011", "120220000075310110"


class Emulated:
    """The app over a journal, called as the SDKs do; `now` may be moved on."""

    def __init__(self, market: Market, journal: Path | None = None) -> None:
        self.now = NOW
        self.written = WrittenObjects(journal)
        self._app = build_meta_ads_app(market, self._clock, written=self.written)

    def _clock(self) -> datetime:
        return self.now

    async def call(self, method: str, path: str, **params: object) -> dict[str, Any]:
        """The answer's body; lists and maps are sent as JSON text."""
        sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
        sent["access_token"] = SANDBOX_ACCESS_TOKEN
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://graph.test/v26.0") as client:
            is_form = method == "POST"
            answer = await client.request(
                method, path, params=None if is_form else sent, data=sent if is_form else None
            )
        assert answer.status_code == (400 if "error" in answer.json() else 200)
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, **params: object) -> dict[str, Any]:
        return await self.call("POST", path, **params)

    async def create(self, edge: str, account: str = US, **params: Any) -> str:
        answer = await self.post(f"/act_{account}/{edge}", **params)
        assert list(answer) == ["id"], answer
        return str(answer["id"])

    async def get(self, path: str, **params: object) -> dict[str, Any]:
        return await self.call("GET", path, **params)

    async def listed(self, path: str, **params: object) -> dict[str, dict[str, Any]]:
        """Rows of an edge by id."""
        return {row["id"]: row for row in (await self.get(path, limit="500", **params))["data"]}


@pytest.fixture
def emulated(market: Market) -> Emulated:
    return Emulated(market)


@pytest.mark.parametrize(
    ("edge", "base", "changes", "words"),
    [
        ("campaigns", CAMPAIGN, {"special_ad_categories": None}, "parameter special_ad_categories is required"),
        ("campaigns", CAMPAIGN, {"special_ad_categories": ["CARS"]}, "special_ad_categories must be one of"),
        ("campaigns", CAMPAIGN, {"objective": "OUTCOME_FAME"}, "objective must be one of"),
        ("campaigns", CAMPAIGN, {"objective": None}, "parameter objective is required"),
        ("campaigns", CAMPAIGN, {"name": " "}, "parameter name is required"),
        ("campaigns", CAMPAIGN, {"status": "DELETED"}, "status must be one of"),
        ("campaigns", CAMPAIGN, {"daily_budget": "50.5"}, "must be an integer"),
        ("campaigns", CAMPAIGN, {"daily_budget": 99}, "at least 100"),
        ("campaigns", CAMPAIGN, {"lifetime_budget": 9000}, "not both"),
        ("campaigns", CAMPAIGN, {"daily_budget": None}, "is_adset_budget_sharing_enabled"),
        ("campaigns", CAMPAIGN, {"stop_time": "soon"}, "valid datetime"),
        ("campaigns", CAMPAIGN, {"start_time": "2026-12-02", "stop_time": "2026-12-01"}, "after start_time"),
        (
            "campaigns",
            CAMPAIGN,
            {"daily_budget": None, "is_adset_budget_sharing_enabled": "false", "bid_strategy": "COST_CAP"},
            "only be set with a campaign budget",
        ),
        ("adsets", AD_SET, {"campaign_id": None}, "parameter campaign_id is required"),
        ("adsets", AD_SET, {"campaign_id": "7"}, "Object with ID '7' does not exist"),
        ("adsets", AD_SET, {"daily_budget": 500}, "has a budget already"),
        ("adsets", AD_SET, {"targeting": {}}, "at least one location"),
        ("adsets", AD_SET, {"targeting": "US"}, "must be valid JSON"),
        ("adsets", AD_SET, {"optimization_goal": None}, "parameter optimization_goal is required"),
        ("adsets", AD_SET, {"bid_strategy": "COST_CAP"}, "bid_amount is required"),
        ("ads", {"name": "Ad", "adset_id": MARKET_AD_SET}, {"creative": {"creative_id": "5"}}, "creative 5 does not"),
        ("ads", {"name": "Ad", "adset_id": MARKET_AD_SET}, {"creative": {"object_story_spec": {}}}, "capability"),
        ("adcreatives", {"name": "C"}, {}, "object_story_spec or an object_story_id"),
        ("adcreatives", {"name": "C"}, {"object_story_spec": {"page_id": "1"}}, "link_data with a link"),
        ("customaudiences", {"name": "A"}, {"subtype": "CUSTOM"}, "parameter customer_file_source is required"),
        ("customaudiences", {"name": "A"}, {"subtype": "LOOKALIKE", "origin_audience_id": "5"}, "audience 5 does not"),
        ("customaudiences", {"name": "A"}, {"subtype": "WEBSITE"}, "parameter rule is required"),
        ("pages", {}, {}, "Unsupported post request"),
    ],
)
async def test_a_wrong_change_is_refused_and_nothing_is_kept(
    emulated: Emulated, edge: str, base: dict[str, object], changes: dict[str, object], words: str
) -> None:
    given = {"campaign_id": MARKET_CAMPAIGN, **base, **changes} if edge == "adsets" else {**base, **changes}
    params = {key: value for key, value in given.items() if value is not None}
    error = (await emulated.post(f"/act_{US}/{edge}", **params))["error"]
    assert error["code"] in (100, 3)
    assert words in f"{error['message']} {error.get('error_user_msg', '')}"
    assert not emulated.written.has_any(Platform.META_ADS, US)


async def test_a_dry_run_keeps_nothing(emulated: Emulated) -> None:
    dry = {"execution_options": ["validate_only"]}
    assert await emulated.post(f"/act_{US}/campaigns", **CAMPAIGN, **dry) == {"success": True}
    assert await emulated.post(f"/{MARKET_CAMPAIGN}", status="PAUSED", **dry) == {"success": True}
    assert not emulated.written.has_any(Platform.META_ADS, US)
    assert (await emulated.get(f"/{MARKET_CAMPAIGN}", fields="status"))["status"] == "ACTIVE"


async def test_what_was_created_and_changed_is_still_there_after_a_restart(market: Market, tmp_path: Path) -> None:
    journal = tmp_path / "writes.ndjson"
    first = Emulated(market, journal)
    campaign = await first.create("campaigns", **CAMPAIGN)
    ad_set = await first.create("adsets", campaign_id=campaign, **AD_SET)
    creative = await first.create("adcreatives", name="C", object_story_id="1_2")
    ad = await first.create("ads", name="Ad", adset_id=ad_set, creative={"creative_id": creative})
    audience = await first.create(
        "customaudiences", name="A", subtype="CUSTOM", customer_file_source="USER_PROVIDED_ONLY"
    )
    other = Emulated(market, journal)
    await other.post(f"/{campaign}", name="Summer", daily_budget=7000)
    await other.post(f"/{MARKET_CAMPAIGN}", status="PAUSED")

    third = Emulated(market, journal)
    for edge, one in (("adsets", ad_set), ("ads", ad), ("adcreatives", creative), ("customaudiences", audience)):
        assert one in await third.listed(f"/act_{US}/{edge}", fields="id")
    for reader in (first, third):
        rows = await reader.listed(f"/act_{US}/campaigns", fields="name,daily_budget,effective_status,created_time")
        assert rows[campaign]["name"] == "Summer"
        assert (rows[campaign]["daily_budget"], rows[campaign]["created_time"][:10]) == ("7000", "2026-11-23")
        assert rows[MARKET_CAMPAIGN]["effective_status"] == "PAUSED"
    # Ids go on where they were.
    assert await third.create("campaigns", **CAMPAIGN) not in {campaign, ad_set, creative, ad, audience}


async def test_a_campaign_delivers_within_its_budget_from_when_it_is_active(emulated: Emulated) -> None:
    campaign = await emulated.create("campaigns", account=JP, **{**CAMPAIGN, "status": "PAUSED"})
    emulated.now = NOW + timedelta(days=3)
    span = {"time_range": {"since": "2026-11-20", "until": "2026-12-20"}, "time_increment": 1, "level": "campaign"}
    assert (await emulated.get(f"/{campaign}/insights", fields="spend", **span))["data"] == []
    assert await emulated.post(f"/{campaign}", status="ACTIVE") == {"success": True}
    emulated.now = NOW + timedelta(days=6)
    rows = (await emulated.get(f"/{campaign}/insights", fields="spend,objective,campaign_name", **span))["data"]
    # The account's days begin in Tokyo.
    assert [row["date_start"] for row in rows] == ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"]
    assert {(row["objective"], row["campaign_name"]) for row in rows} == {("OUTCOME_SALES", "Spring")}
    assert all(0 < float(row["spend"]) <= 5000 * 1.25 for row in rows)
    assert all("." not in row["spend"] for row in rows)


async def test_budgets_on_ad_sets_belong_to_their_kind(emulated: Emulated) -> None:
    shared = {"is_adset_budget_sharing_enabled": "false"}
    given = {key: value for key, value in CAMPAIGN.items() if key != "daily_budget"}
    campaign = await emulated.create("campaigns", **given, **shared)
    ad_set = {**AD_SET, "campaign_id": campaign}
    error = (await emulated.post(f"/act_{US}/adsets", **ad_set))["error"]
    assert "has no budget" in error["error_user_msg"]
    error = (await emulated.post(f"/act_{US}/adsets", **ad_set, lifetime_budget=9000))["error"]
    assert "needs an end_time" in error["error_user_msg"]
    end = "2026-12-24T12:00:00-0800"
    one = await emulated.create("adsets", **ad_set, lifetime_budget=9000, end_time=end)
    row = await emulated.get(f"/{one}", fields="daily_budget,lifetime_budget,end_time,campaign_id")
    assert row == {"lifetime_budget": "9000", "end_time": end, "campaign_id": campaign, "id": one}
    assert "lifetime_budget" not in await emulated.get(f"/{campaign}", fields="lifetime_budget,daily_budget")
    error = (await emulated.post(f"/{one}", daily_budget=500))["error"]
    assert "kind of a budget cannot be changed" in error["error_user_msg"]
    assert (await emulated.post(f"/act_{US}/adsets", **ad_set, daily_budget=500))["error"]["code"] == 3
    assert await emulated.post(f"/{one}", lifetime_budget=9900) == {"success": True}
    assert (await emulated.get(f"/{one}", fields="lifetime_budget"))["lifetime_budget"] == "9900"


async def test_changed_ad_sets_keep_their_ad_and_creative_and_created_ones_have_none(emulated: Emulated) -> None:
    edges = [f"/act_{US}/{edge}" for edge in ("ads", "adcreatives")]
    before = [await emulated.listed(edge, fields="name") for edge in edges]
    await emulated.post(f"/{MARKET_AD_SET}", name="Renamed", bid_amount=350)
    await emulated.create("adsets", campaign_id=MARKET_CAMPAIGN, **AD_SET)
    after = [await emulated.listed(edge, fields="name") for edge in edges]
    assert [set(rows) for rows in after] == [set(rows) for rows in before]
    row = await emulated.get(f"/{MARKET_AD_SET}", fields="name,bid_amount")
    assert (row["name"], row["bid_amount"]) == ("Renamed", 350)


async def test_effective_statuses_follow_the_parents(emulated: Emulated) -> None:
    campaign = await emulated.create("campaigns", **CAMPAIGN)
    ad_set = await emulated.create("adsets", campaign_id=campaign, **AD_SET)
    creative = await emulated.create("adcreatives", object_story_id="1_2")
    ad = await emulated.create("ads", name="Ad", adset_id=ad_set, creative={"creative_id": creative}, status="ACTIVE")

    async def statuses() -> tuple[str, str]:
        found = [await emulated.get(f"/{one}", fields="effective_status") for one in (ad_set, ad)]
        return found[0]["effective_status"], found[1]["effective_status"]

    assert await statuses() == ("ACTIVE", "ACTIVE")
    await emulated.post(f"/{ad_set}", status="PAUSED")
    assert await statuses() == ("PAUSED", "ADSET_PAUSED")
    await emulated.post(f"/{ad_set}", status="ACTIVE")
    await emulated.post(f"/{campaign}", status="PAUSED")
    assert await statuses() == ("CAMPAIGN_PAUSED", "CAMPAIGN_PAUSED")
    await emulated.post(f"/{campaign}", status="ARCHIVED")
    assert await statuses() == ("ARCHIVED", "ARCHIVED")
    error = (await emulated.post(f"/{campaign}", status="ACTIVE"))["error"]
    assert "archived object can only be deleted" in error["error_user_msg"]
    assert ad_set not in await emulated.listed(f"/{campaign}/adsets")
    assert await emulated.call("DELETE", f"/{campaign}") == {"success": True}
    assert await statuses() == ("DELETED", "DELETED")
    assert (await emulated.post(f"/{campaign}", name="x"))["error"]["error_user_msg"].startswith("A deleted object")


async def test_a_change_of_status_and_budget_is_in_the_activities(emulated: Emulated) -> None:
    emulated.now = NOW + timedelta(hours=1)
    await emulated.post(f"/{MARKET_CAMPAIGN}", daily_budget=90000)
    await emulated.post(f"/{MARKET_CAMPAIGN}", status="PAUSED")
    emulated.now = NOW + timedelta(hours=2)
    rows = (await emulated.get(f"/act_{US}/activities", fields="event_type,object_id,extra_data"))["data"]
    of_it = [row for row in rows if row["object_id"] == MARKET_CAMPAIGN][:2]
    assert {row["event_type"] for row in of_it} == {"update_campaign_budget", "update_campaign_run_status"}
    budget = next(json.loads(row["extra_data"]) for row in of_it if "budget" in row["event_type"])
    assert budget["new_value"]["new_value"] == 90000


async def test_an_ad_set_of_another_accounts_campaign_is_refused(emulated: Emulated) -> None:
    error = (await emulated.post(f"/act_{GB}/adsets", campaign_id=MARKET_CAMPAIGN, **AD_SET))["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert (await emulated.post("/7", status="PAUSED"))["error"]["error_subcode"] == 33
    assert (await emulated.call("DELETE", f"/act_{US}/campaigns"))["error"]["error_subcode"] == 33
