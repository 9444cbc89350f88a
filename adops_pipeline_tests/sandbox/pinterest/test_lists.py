"""Accounts, campaigns and ad groups: filters, pages, and what their fields say."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline_tests.sandbox.pinterest.conftest import NOW, Pinterest

EVERY_STATUS = [("entity_statuses", s) for s in ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")]


def test_accounts_have_a_currency_and_no_time_zone(pinterest: Pinterest) -> None:
    answer = pinterest.http.get("/v5/ad_accounts").json()
    expected = [(a.account_id, a.currency) for a in pinterest.market.accounts(Platform.PINTEREST)]
    assert [(a["id"], a["currency"]) for a in answer["items"]] == expected
    assert answer["bookmark"] is None
    assert not [key for key in answer["items"][0] if "zone" in key]


def test_an_account_that_is_not_there_is_a_404_in_pinterests_form(pinterest: Pinterest) -> None:
    answer = pinterest.http.get("/v5/ad_accounts/999999999999/campaigns")
    assert (answer.status_code, answer.json()) == (404, {"code": 2, "message": "AdAccount not found."})


def test_archived_and_draft_campaigns_are_left_out_unless_asked_for(pinterest: Pinterest) -> None:
    by_default = {c["id"] for c in pinterest.get("/campaigns", {"page_size": 250}).json()["items"]}
    asked = {c["id"] for c in pinterest.get("/campaigns", [("page_size", "250"), *EVERY_STATUS]).json()["items"]}
    hidden = {c.campaign_id for c in pinterest.campaigns(CampaignStatus.REMOVED, CampaignStatus.DRAFT)}
    assert hidden
    assert asked - by_default == hidden
    assert asked == {c.campaign_id for c in pinterest.campaigns()}


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
def test_bookmarks_lead_through_every_item_once_in_id_order(pinterest: Pinterest, order: str) -> None:
    seen: list[int] = []
    params = [("page_size", "7"), ("order", order), *EVERY_STATUS]
    bookmark: str | None = ""
    while bookmark is not None:
        page = pinterest.get("/ad_groups", [*params, *([("bookmark", bookmark)] if bookmark else [])]).json()
        assert len(page["items"]) <= 7
        seen += [int(g["id"]) for g in page["items"]]
        bookmark = page["bookmark"]
    expected = [int(g.ad_group_id) for g in pinterest.market.ad_groups(pinterest.account.account_id, NOW)]
    assert seen == sorted(expected, reverse=order == "DESCENDING")


@pytest.mark.parametrize(
    "params",
    [
        {"page_size": "0"},
        {"page_size": "251"},
        {"entity_statuses": "ENABLED"},
        {"order": "UP"},
        {"bookmark": "nonsense"},
        {"campaign_ids": "12a"},
        [("campaign_ids", str(n)) for n in range(1, 252)],
    ],
)
def test_a_bad_parameter_is_a_400_in_the_documented_words(pinterest: Pinterest, params: dict[str, str]) -> None:
    answer = pinterest.get("/campaigns", params)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid ad account campaign parameters.")


def test_a_page_size_that_is_no_number_is_answered_as_documented(pinterest: Pinterest) -> None:
    expected = {"code": 1, "message": "Parameter 'page_size' was not numeric (was 3e)"}
    assert pinterest.get("/campaigns", {"page_size": "3e"}).json() == expected


def test_ad_groups_take_campaign_ids_or_ad_group_ids_but_not_both(pinterest: Pinterest) -> None:
    campaign = pinterest.campaigns(CampaignStatus.ACTIVE)[0].campaign_id
    groups = pinterest.get("/ad_groups", {"campaign_ids": campaign}).json()["items"]
    assert {g["campaign_id"] for g in groups} == {campaign}
    both = pinterest.get("/ad_groups", {"campaign_ids": campaign, "ad_group_ids": groups[0]["id"]})
    assert both.status_code == 400


def test_budgets_are_micros_on_the_campaign_or_on_its_ad_groups(pinterest: Pinterest) -> None:
    bodies = {c["id"]: c for c in pinterest.get("/campaigns", [("page_size", "250"), *EVERY_STATUS]).json()["items"]}
    groups = pinterest.get("/ad_groups", [("page_size", "250"), *EVERY_STATUS]).json()["items"]
    kinds = set()
    for campaign in pinterest.campaigns():
        body = bodies[campaign.campaign_id]
        caps = (body["daily_spend_cap"], body["lifetime_spend_cap"])
        own = [g for g in groups if g["campaign_id"] == campaign.campaign_id]
        kinds.add(campaign.budget_kind)
        match campaign.budget_kind:
            case "daily":
                assert campaign.budget is not None
                assert caps == (int(campaign.budget * 1_000_000), None)
            case "lifetime":
                assert campaign.budget is not None
                assert caps == (None, int(campaign.budget * 1_000_000))
            case "ad_group_daily" | "ad_group_lifetime":
                assert caps == (None, None)
                assert all(Decimal(g["budget_in_micro_currency"]) >= 1_000_000 for g in own)
                assert {g["budget_type"] for g in own} <= {"DAILY", "LIFETIME"}
            case _:
                assert caps == (None, None)
    assert {"daily", "lifetime"} <= kinds
    assert kinds & {"ad_group_daily", "ad_group_lifetime"}


def test_an_ended_flight_is_active_but_completed_and_its_end_is_in_unix_seconds(pinterest: Pinterest) -> None:
    ended = pinterest.campaigns(CampaignStatus.ENDED)[0]
    (body,) = pinterest.get("/campaigns", {"campaign_ids": ended.campaign_id}).json()["items"]
    assert (body["status"], body["summary_status"]) == ("ACTIVE", "COMPLETED")
    assert datetime.fromtimestamp(body["end_time"], UTC).date() == ended.end_date
    assert datetime.fromtimestamp(body["start_time"], UTC) == datetime.combine(
        ended.start_date, datetime.min.time(), UTC
    )


def test_unknown_paths_and_methods_answer_in_pinterests_form(pinterest: Pinterest) -> None:
    assert pinterest.http.get("/v5/nothing").json()["code"] == 50
    assert pinterest.http.delete("/v5/ad_accounts").json() == {"code": 5, "message": "Method not allowed"}
