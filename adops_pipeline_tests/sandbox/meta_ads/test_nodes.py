"""Accounts, campaigns and ad sets as the emulated Graph API lists them."""

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.market import Market
from adops_pipeline_tests.sandbox.meta_ads.conftest import GB, JP, NOW, US, Get

EVERY_STATUS = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED"]


async def test_accounts_carry_currency_and_time_zone(get: Get) -> None:
    rows = (await get("/me/adaccounts", fields="account_id,currency,timezone_name,name")).json()["data"]
    assert {(row["account_id"], row["currency"], row["timezone_name"]) for row in rows} == {
        (US, "USD", "America/Los_Angeles"),
        (GB, "GBP", "Europe/London"),
        (JP, "JPY", "Asia/Tokyo"),
    }
    assert all(row["id"] == f"act_{row['account_id']}" for row in rows)
    one = (await get(f"/act_{JP}", fields="currency")).json()
    assert one == {"currency": "JPY", "id": f"act_{JP}"}


async def test_archived_campaigns_are_listed_only_when_asked_for_and_deleted_ones_never(
    get: Get, market: Market
) -> None:
    listed, by_default = [], []
    for account in (US, GB, JP):
        fields = "id,effective_status"
        listed += (
            await get(f"/act_{account}/campaigns", fields=fields, effective_status=EVERY_STATUS, limit="200")
        ).json()["data"]
        by_default += (await get(f"/act_{account}/campaigns", fields=fields, limit="200")).json()["data"]
    statuses = {row["effective_status"] for row in listed}
    assert statuses == {"ACTIVE", "PAUSED", "ARCHIVED"}
    assert {row["effective_status"] for row in by_default} == {"ACTIVE", "PAUSED"}
    known = {c.campaign_id for a in (US, GB, JP) for c in market.campaigns(a, NOW)}
    deleted = known - {row["id"] for row in listed}
    assert deleted
    for campaign_id in deleted:
        assert (await get(f"/{campaign_id}", fields="status")).json()["status"] == "DELETED"


async def test_budgets_are_texts_in_minor_units_and_yen_have_none(get: Get, market: Market) -> None:
    for account, offset in ((US, 100), (JP, 1)):
        expected = {c.campaign_id: c for c in market.campaigns(account, NOW)}
        rows = (
            await get(
                f"/act_{account}/campaigns",
                fields="daily_budget,lifetime_budget",
                effective_status=EVERY_STATUS,
                limit="200",
            )
        ).json()["data"]
        for row in rows:
            campaign = expected[row["id"]]
            shown = row.get("daily_budget" if campaign.budget_kind == "daily" else "lifetime_budget")
            assert shown == (None if campaign.budget is None else str(int(campaign.budget * offset)))
            assert "daily_budget" not in row or "lifetime_budget" not in row


async def test_a_campaign_without_a_budget_of_its_own_has_it_on_its_ad_sets(get: Get, market: Market) -> None:
    campaign = next(c for c in market.campaigns(US, NOW) if c.budget_kind == "ad_group_daily")
    rows = (await get(f"/{campaign.campaign_id}/adsets", fields="daily_budget,campaign_id")).json()["data"]
    assert rows
    assert all(int(row["daily_budget"]) > 0 and row["campaign_id"] == campaign.campaign_id for row in rows)


async def test_times_carry_the_accounts_offset_without_a_colon(get: Get, market: Market) -> None:
    rows = (await get(f"/act_{JP}/campaigns", fields="start_time,stop_time", limit="200")).json()["data"]
    assert all(row["start_time"].endswith("T00:00:00+0900") for row in rows)
    ended = next(c for c in market.campaigns(JP, NOW) if c.status is CampaignStatus.ENDED)
    row = next(row for row in rows if row["id"] == ended.campaign_id)
    assert row["stop_time"] == f"{ended.end_date}T23:59:59+0900"


async def test_an_ad_set_under_a_paused_campaign_says_so(get: Get, market: Market) -> None:
    paused = next(c for c in market.campaigns(US, NOW) if c.status is CampaignStatus.PAUSED)
    rows = (await get(f"/{paused.campaign_id}/adsets", fields="status,effective_status")).json()["data"]
    assert {"ACTIVE", "CAMPAIGN_PAUSED"} <= {row[key] for row in rows for key in ("status", "effective_status")}


async def test_a_field_that_no_campaign_has_is_named_in_the_refusal(get: Get) -> None:
    answer = await get(f"/act_{US}/campaigns", fields="id,foo")
    assert answer.status_code == 400
    message = "(#100) Tried accessing nonexisting field (foo) on node type (Campaign)"
    assert (answer.json()["error"]["code"], answer.json()["error"]["message"]) == (100, message)


async def test_a_field_that_exists_but_is_unset_is_left_out(get: Get) -> None:
    row = (await get(f"/act_{US}/campaigns", fields="id,spend_cap", limit="1")).json()["data"][0]
    assert set(row) == {"id"}


async def test_an_unknown_status_is_refused(get: Get) -> None:
    error = (await get(f"/act_{US}/campaigns", effective_status=["ENABLED"])).json()["error"]
    assert error["code"] == 100
    assert error["message"].startswith("(#100) effective_status[0] must be one of the following values:")


async def test_a_missing_object_is_100_33(get: Get) -> None:
    for path in ("/act_1/campaigns", "/120210000000000001", f"/act_{US}/nothing"):
        answer = await get(path)
        assert (answer.status_code, answer.json()["error"]["error_subcode"]) == (400, 33)


async def test_next_links_lead_through_all_pages_and_carry_the_token(get: Get) -> None:
    whole = (await get(f"/act_{US}/campaigns", limit="200", summary="true")).json()
    seen: list[str] = []
    page = (await get(f"/act_{US}/campaigns", limit="7")).json()
    while True:
        seen += [row["id"] for row in page["data"]]
        link = page["paging"].get("next")
        if link is None:
            break
        assert "access_token=" in link
        page = (await get(f"/act_{US}/campaigns", limit="7", after=page["paging"]["cursors"]["after"])).json()
    assert seen == [row["id"] for row in whole["data"]]
    assert whole["summary"]["total_count"] == len(seen) > 14


async def test_a_page_that_is_too_large_is_refused_with_code_1_and_http_500(get: Get) -> None:
    answer = await get(f"/act_{US}/campaigns", limit="5000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 1)
    assert "reduce the amount of data" in answer.json()["error"]["message"]


async def test_every_answer_carries_usage_headers(get: Get) -> None:
    answer = await get(f"/act_{US}/campaigns")
    assert set(answer.headers) >= {"x-app-usage", "x-business-use-case-usage", "x-ad-account-usage"}
    assert f'"{US}"' in answer.headers["x-business-use-case-usage"]


async def test_a_post_that_says_it_is_a_get_is_one(get: Get) -> None:
    answer = await get(f"/act_{US}/campaigns?method=get", "POST", limit="3")
    assert len(answer.json()["data"]) == 3
