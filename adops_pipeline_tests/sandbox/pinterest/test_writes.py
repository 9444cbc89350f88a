"""What clients write to the emulated Pinterest: applied item by item, by Pinterest's rules, and listed afterwards."""

import base64
from typing import Any

import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.pinterest.organic import IMAGE_PATH, PIN_WITHOUT_IMAGE_ID, PROMOTED_PIN_ID
from adops_pipeline_tests.sandbox.pinterest.conftest import Clock, Pinterest

CBO = {"is_campaign_budget_optimization": True, "daily_spend_cap": 50_000_000}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


def new_campaign(pinterest: Pinterest, **values: Any) -> dict[str, Any]:
    account = pinterest.account.account_id
    return {"ad_account_id": account, "name": "New", "objective_type": "CONSIDERATION", **CBO, **values}


def outcomes(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    found = []
    for one in answer.json()["items"]:
        exceptions = one.get("exceptions") or []
        exception = exceptions if isinstance(exceptions, dict) else next(iter(exceptions), {})
        found.append(one.get("data") or exception["message"])
    return found


def created(pinterest: Pinterest, path: str, item: dict[str, Any]) -> dict[str, Any]:
    (one,) = outcomes(pinterest.write("POST", path, [item]))
    assert isinstance(one, dict), one
    return one


def test_each_item_of_a_request_succeeds_or_fails_on_its_own_in_the_order_of_the_request(pinterest: Pinterest) -> None:
    items = [
        new_campaign(pinterest, name="One"),
        new_campaign(pinterest, objective_type="SALE"),
        new_campaign(pinterest, name="Two"),
    ]
    one, refused, two = outcomes(pinterest.write("POST", "/campaigns", items))
    assert (one["name"], two["name"]) == ("One", "Two")
    assert "SALE" in refused
    listed = {c["id"] for c in pinterest.get("/campaigns", {"page_size": 250}).json()["items"]}
    assert {one["id"], two["id"]} <= listed


@pytest.mark.parametrize("body", [{}, [], [{}] * 31])
def test_a_request_is_an_array_of_one_to_thirty_items(pinterest: Pinterest, body: Any) -> None:
    assert pinterest.write("POST", "/campaigns", body).status_code == 400


CAMPAIGN_RULES = [
    ({"name": ""}, "'name' is required"),
    ({"ad_account_id": "1"}, "Advertiser not found"),
    ({"lifetime_spend_cap": 9_000_000}, "cannot be set at the same time"),
    ({"daily_spend_cap": None}, "needs a daily or lifetime spend cap"),
    ({"daily_spend_cap": -1}, "negative"),
    ({"start_time": 1_800_000_000, "end_time": 1_700_000_000}, "must be after"),
    ({"status": "ENABLED"}, "ENABLED"),
]


@pytest.mark.parametrize(("values", "words"), CAMPAIGN_RULES)
def test_campaigns_keep_pinterests_rules(pinterest: Pinterest, values: dict[str, Any], words: str) -> None:
    (message,) = outcomes(pinterest.write("POST", "/campaigns", [new_campaign(pinterest, **values)]))
    assert words in message


def test_a_campaign_of_the_market_is_changed_in_the_fields_that_are_given(pinterest: Pinterest, clock: Clock) -> None:
    campaign = next(c for c in pinterest.campaigns(CampaignStatus.ACTIVE) if c.budget_kind == "daily")
    before = pinterest.get("/campaigns", {"campaign_ids": campaign.campaign_id}).json()["items"][0]
    clock.advance(hours=1)
    change = {"id": campaign.campaign_id, "status": "PAUSED", "daily_spend_cap": 7_500_000}
    outcomes(pinterest.write("PATCH", "/campaigns", [change]))
    after = pinterest.get("/campaigns", {"campaign_ids": campaign.campaign_id}).json()["items"][0]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"status", "summary_status", "daily_spend_cap", "updated_time"}
    assert (after["status"], after["daily_spend_cap"]) == ("PAUSED", 7_500_000)


def test_a_change_of_what_is_not_there_is_refused(pinterest: Pinterest) -> None:
    for path in ("/campaigns", "/ad_groups", "/ads"):
        (message,) = outcomes(pinterest.write("PATCH", path, [{"id": "1", "status": "PAUSED"}]))
        assert "not found" in message


def group_of(campaign: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "campaign_id": campaign["id"],
        "name": "Group",
        "billable_event": "CLICKTHROUGH",
        "bid_strategy_type": "AUTOMATIC_BID",
        **values,
    }


def test_a_campaign_with_ad_group_and_ad_is_reported_on_once_it_is_active(pinterest: Pinterest, clock: Clock) -> None:
    campaign = created(pinterest, "/campaigns", new_campaign(pinterest, status="PAUSED"))
    group = created(pinterest, "/ad_groups", group_of(campaign))
    ad = created(pinterest, "/ads", {"ad_group_id": group["id"], "creative_type": "REGULAR", "pin_id": PROMOTED_PIN_ID})
    assert (group["budget_type"], ad["campaign_id"], ad["review_status"]) == ("CBO_ADGROUP", campaign["id"], "PENDING")
    params = {
        "start_date": clock.now.date().isoformat(),
        "end_date": clock.now.date().isoformat(),
        "granularity": "DAY",
        "campaign_ids": campaign["id"],
        "columns": "CAMPAIGN_ID,SPEND_IN_MICRO_DOLLAR",
    }
    clock.advance(hours=2)
    assert pinterest.get("/campaigns/analytics", params).json() == []
    outcomes(pinterest.write("PATCH", "/campaigns", [{"id": campaign["id"], "status": "ACTIVE"}]))
    clock.advance(hours=4)
    (row,) = pinterest.get("/campaigns/analytics", params).json()
    assert 0 < row["SPEND_IN_MICRO_DOLLAR"] <= 50_000_000 / 4
    (listed,) = pinterest.get("/ads", {"ad_ids": ad["id"]}).json()["items"]
    assert (listed["review_status"], listed["summary_status"]) == ("APPROVED", "APPROVED")
    outcomes(pinterest.write("PATCH", "/ads", [{"id": ad["id"], "status": "PAUSED"}]))
    (paused,) = pinterest.get("/ads", {"ad_ids": ad["id"]}).json()["items"]
    assert (paused["status"], paused["summary_status"]) == ("PAUSED", "PAUSED")


GROUP_RULES = [
    ({"budget_in_micro_currency": 1_000_000}, "The campaign holds the budget"),
    ({"bid_strategy_type": "MAX_BID"}, "'bid_in_micro_currency' is required"),
    ({"campaign_id": "1"}, "Campaign not found"),
    ({"targeting_spec": {"AGE_BUCKET": ["18-99"]}}, "18-99"),
    ({"targeting_spec": {"AGE": ["18-24"]}}, "AGE"),
    ({"targeting_spec": {"AUDIENCE_INCLUDE": ["1"]}}, "Audience not found"),
    ({"targeting_spec": {"LOCATION": ["USA"]}}, "'USA' is not one of the targeting options"),
    ({"billable_event": None}, "billable_event"),
]


@pytest.mark.parametrize(("values", "words"), GROUP_RULES)
def test_ad_groups_keep_pinterests_rules(pinterest: Pinterest, values: dict[str, Any], words: str) -> None:
    campaign = created(pinterest, "/campaigns", new_campaign(pinterest))
    (message,) = outcomes(pinterest.write("POST", "/ad_groups", [group_of(campaign, **values)]))
    assert words in message


def test_what_was_archived_cannot_be_changed_again(pinterest: Pinterest) -> None:
    campaign = created(pinterest, "/campaigns", new_campaign(pinterest))
    group = created(pinterest, "/ad_groups", group_of(campaign))
    for path, object_id in (("/ad_groups", group["id"]), ("/campaigns", campaign["id"])):
        outcomes(pinterest.write("PATCH", path, [{"id": object_id, "status": "ARCHIVED"}]))
        (message,) = outcomes(pinterest.write("PATCH", path, [{"id": object_id, "status": "ACTIVE"}]))
        assert "archived" in message


def test_without_a_budget_of_the_campaign_the_ad_group_needs_one(pinterest: Pinterest) -> None:
    campaign = created(
        pinterest, "/campaigns", new_campaign(pinterest, is_campaign_budget_optimization=False, daily_spend_cap=None)
    )
    (message,) = outcomes(pinterest.write("POST", "/ad_groups", [group_of(campaign)]))
    assert "'budget_in_micro_currency' is required" in message
    group = created(pinterest, "/ad_groups", group_of(campaign, budget_in_micro_currency=12_000_000))
    assert (group["budget_in_micro_currency"], group["budget_type"]) == (12_000_000, "DAILY")


def test_a_conversion_campaign_needs_a_goal_in_its_ad_groups(pinterest: Pinterest) -> None:
    campaign = created(pinterest, "/campaigns", new_campaign(pinterest, objective_type="WEB_CONVERSION"))
    (message,) = outcomes(pinterest.write("POST", "/ad_groups", [group_of(campaign)]))
    assert "'optimization_goal_metadata' is required" in message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pin_id": PIN_WITHOUT_IMAGE_ID}, "no image"),
        ({"pin_id": "1"}, "Pin not found"),
        ({"creative_type": "VIDEO"}, "cannot be promoted as VIDEO"),
        ({"ad_group_id": "1"}, "AdGroup not found"),
    ],
)
def test_only_pins_with_an_image_are_promoted(pinterest: Pinterest, values: dict[str, Any], words: str) -> None:
    group = pinterest.get("/ad_groups").json()["items"][0]
    ad = {"ad_group_id": group["id"], "creative_type": "REGULAR", "pin_id": PROMOTED_PIN_ID, **values}
    (message,) = outcomes(pinterest.write("POST", "/ads", [ad]))
    assert words in message


def test_a_created_pin_has_the_hosted_image_and_can_be_promoted(pinterest: Pinterest) -> None:
    board = pinterest.http.get("/v5/boards").json()["items"][0]
    source = {"source_type": "image_url", "url": f"https://api.pinterest.com{IMAGE_PATH}"}
    answer = pinterest.http.post("/v5/pins", json={"board_id": board["id"], "title": "Tent", "media_source": source})
    assert answer.status_code == 201
    image = pinterest.http.get(answer.json()["media"]["images"]["1200x"]["url"])
    assert (image.headers["content-type"], image.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    group = pinterest.get("/ad_groups").json()["items"][0]
    ad = {"ad_group_id": group["id"], "creative_type": "REGULAR", "pin_id": answer.json()["id"]}
    assert created(pinterest, "/ads", ad)["pin_id"] == answer.json()["id"]
    assert answer.json()["id"] in {pin["id"] for pin in pinterest.http.get("/v5/pins").json()["items"]}


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ({"source_type": "image_base64", "content_type": "image/png", "data": PNG}, 201),
        ({"source_type": "image_base64", "content_type": "image/jpeg", "data": PNG}, 400),
        ({"source_type": "image_base64", "content_type": "image/png", "data": "%"}, 400),
        ({"source_type": "image_url", "url": "pin.png"}, 400),
        ({"source_type": "video_id", "media_id": "1"}, 400),
    ],
)
def test_a_pin_needs_an_image(pinterest: Pinterest, source: dict[str, Any], status: int) -> None:
    board = pinterest.http.get("/v5/boards").json()["items"][0]
    answer = pinterest.http.post("/v5/pins", json={"board_id": board["id"], "media_source": source})
    assert answer.status_code == status


ACTALIKE = {"seed_id": ["2542620639259"], "country": "US", "percentage": 3}


def test_an_act_alike_audience_is_built_from_another_and_can_be_targeted(pinterest: Pinterest, clock: Clock) -> None:
    body = {"audience_type": "ACTALIKE", "name": "Like visitors", "rule": ACTALIKE}
    made = pinterest.write("POST", "/audiences", body).json()
    assert (made["status"], made["size"], made["rule"]) == ("INITIALIZING", None, ACTALIKE)
    clock.advance(hours=24)
    listed = {one["id"]: one for one in pinterest.get("/audiences").json()["items"]}
    assert listed[made["id"]]["status"] == "READY"
    campaign = created(pinterest, "/campaigns", new_campaign(pinterest))
    created(pinterest, "/ad_groups", group_of(campaign, targeting_spec={"AUDIENCE_INCLUDE": [made["id"]]}))
    refused = pinterest.write("POST", "/audiences", {**body, "rule": {**ACTALIKE, "seed_id": [made["id"]]}})
    assert "is itself an ACTALIKE audience" in refused.json()["message"]


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        ("ACTALIKE", {**ACTALIKE, "seed_id": ["1"]}, "seed audience 1 was not found"),
        ("ACTALIKE", {**ACTALIKE, "country": "DE"}, "US, CA, GB"),
        ("ACTALIKE", {**ACTALIKE, "percentage": 11}, "between 1 and 10"),
        ("VISITOR", {"visitor_source_id": "1", "retention_days": 541}, "between 1 and 540"),
        ("ENGAGEMENT", {}, "engagement_domain"),
        ("CUSTOMER_LIST", {}, "customer_list_id"),
        ("PERSONA", {}, "cannot be created"),
    ],
)
def test_audiences_keep_pinterests_rules(pinterest: Pinterest, kind: str, rule: dict[str, Any], words: str) -> None:
    refused = pinterest.write("POST", "/audiences", {"audience_type": kind, "name": "New", "rule": rule})
    assert (refused.status_code, words in refused.json()["message"]) == (400, True)


def test_targeting_figures_of_each_type_add_up_to_the_accounts(pinterest: Pinterest, clock: Clock) -> None:
    columns = "SPEND_IN_MICRO_DOLLAR,PAID_IMPRESSION,TOTAL_CHECKOUT"
    day = clock.now.date().isoformat()
    params = {"start_date": day, "end_date": day, "granularity": "TOTAL", "columns": columns}
    (total,) = pinterest.get("/analytics", params).json()
    parts = pinterest.get("/targeting_analytics", {**params, "targeting_types": "GENDER,COUNTRY"}).json()["data"]
    for kind in ("GENDER", "COUNTRY"):
        for column in columns.split(","):
            assert sum(p["metrics"][column] for p in parts if p["targeting_type"] == kind) == total[column]


def test_what_can_be_targeted_is_listed_and_audiences_are_the_accounts_own(pinterest: Pinterest) -> None:
    ages = pinterest.http.get("/v5/resources/targeting/AGE_BUCKET").json()
    assert "25-34" in ages[0]
    path = "/v5/resources/targeting/AUDIENCE_INCLUDE"
    assert pinterest.http.get(path).json() == [{}]
    own = pinterest.http.get(path, params={"ad_account_id": pinterest.account.account_id}).json()
    assert "2542620639259" in own[0]
    assert pinterest.http.get("/v5/resources/targeting/COLOUR").status_code == 400


def test_the_metrics_of_both_kinds_of_report_are_defined(pinterest: Pinterest) -> None:
    found = {
        kind: {
            one["name"] for one in pinterest.http.get("/v5/resources/delivery_metrics", params=params).json()["items"]
        }
        for kind, params in (("SYNC", {"report_type": "SYNC"}), ("ASYNC", {"report_type": "ASYNC"}), ("", {}))
    }
    assert found["SYNC"] < found["ASYNC"] == found[""]


@pytest.mark.parametrize(("privacy", "count"), [("ALL", 2), ("PUBLIC", 1), ("PUBLIC_AND_SECRET", 2), ("PROTECTED", 0)])
def test_boards_are_listed_by_privacy(pinterest: Pinterest, privacy: str, count: int) -> None:
    assert len(pinterest.http.get("/v5/boards", params={"privacy": privacy}).json()["items"]) == count


@pytest.mark.parametrize(("letters", "status"), [(100, 201), (101, 400)])
def test_a_title_has_at_most_a_hundred_letters(pinterest: Pinterest, letters: int, status: int) -> None:
    board = pinterest.http.get("/v5/boards").json()["items"][0]
    source = {"source_type": "image_url", "url": "https://example.com/pin.png"}
    body = {"board_id": board["id"], "title": "x" * letters, "media_source": source}
    assert pinterest.http.post("/v5/pins", json=body).status_code == status
