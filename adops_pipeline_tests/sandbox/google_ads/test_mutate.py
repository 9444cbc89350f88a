"""Changes of the emulated API: kept together or not at all, refused as Google refuses them, seen by queries."""

from typing import Any

import httpx
import pytest

from adops_pipeline_tests.sandbox.google_ads.conftest import DE, MANAGER, US, Caller, Clock, caller_of, reason

PATH = f"customers/{DE}"
RUNNING = f"{PATH}/campaigns/21483481011"
BUDGET = f"{PATH}/campaignBudgets/31483481011"
NEW_BUDGET = {"resourceName": f"{PATH}/campaignBudgets/-1", "amountMicros": "5000000", "explicitlyShared": False}
NEW_CAMPAIGN: dict[str, Any] = {
    "name": "New",
    "campaignBudget": f"{PATH}/campaignBudgets/-1",
    "status": "PAUSED",
    "advertisingChannelType": "SEARCH",
    "manualCpc": {},
    "containsEuPoliticalAdvertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
}
NEW_GROUP = {"campaign": RUNNING, "name": "New"}
GROUP = f"{PATH}/adGroups/168234810110"
TEXTS = {
    "headlines": [{"text": "a"}, {"text": "b"}, {"text": "c"}],
    "descriptions": [{"text": "a"}, {"text": "b"}],
}


def campaign(**changes: Any) -> dict[str, Any]:
    values = {**NEW_CAMPAIGN, "campaignBudget": BUDGET, **changes}
    return {"create": {name: value for name, value in values.items() if value is not None}}


def update(resource: str, /, **values: Any) -> dict[str, Any]:
    return {"update": {"resourceName": resource, **values}, "updateMask": ",".join(values)}


def ad(group: str = GROUP, **changes: Any) -> dict[str, Any]:
    search_ad = {**TEXTS, **changes}
    return {"create": {"adGroup": group, "ad": {"finalUrls": ["https://x.example"], "responsiveSearchAd": search_ad}}}


REFUSED = [
    ("campaigns", campaign(name=None), "fieldError.REQUIRED"),
    ("campaigns", campaign(containsEuPoliticalAdvertising=None), "fieldError.REQUIRED"),
    ("campaigns", campaign(manualCpc=None), "fieldError.REQUIRED"),
    ("campaigns", campaign(name="Marke | Suche"), "campaignError.DUPLICATE_CAMPAIGN_NAME"),
    ("campaigns", campaign(name="two\nlines"), "campaignError.INVALID_CAMPAIGN_NAME"),
    ("campaigns", campaign(name="x" * 256), "stringLengthError.TOO_LONG"),
    ("campaigns", campaign(status="REMOVED"), "operationAccessDeniedError.CREATE_AS_REMOVED_NOT_PERMITTED"),
    (
        "campaigns",
        campaign(),
        "campaignBudgetError.CANNOT_USE_IMPLICITLY_SHARED_CAMPAIGN_BUDGET_WITH_MULTIPLE_CAMPAIGNS",
    ),
    ("campaigns", campaign(campaignBudget=f"{PATH}/campaignBudgets/1"), "mutateError.RESOURCE_NOT_FOUND"),
    (
        "campaigns",
        update(RUNNING, startDateTime="2026-12-01 00:00:00"),
        "campaignError.CANNOT_MODIFY_START_DATE_IF_ALREADY_STARTED",
    ),
    ("campaigns", update(RUNNING, endDateTime="2026-11-01 23:59:59"), "campaignError.CANNOT_SET_DATE_TO_PAST"),
    ("campaigns", update(RUNNING, endDateTime="2026-12-01"), "dateError.INVALID_STRING_DATE_TIME_SECONDS"),
    (
        "campaigns",
        update(RUNNING, endDateTime="2026-12-01 12:00:00"),
        "dateError.DATE_RANGE_ERROR_END_TIME_MUST_BE_THE_END_OF_A_DAY",
    ),
    ("campaigns", update(RUNNING, status="REMOVED"), "campaignError.INVALID_STATUS_CHANGE"),
    ("campaigns", update(RUNNING, advertisingChannelType="VIDEO"), "fieldError.IMMUTABLE_FIELD"),
    ("campaigns", {"update": {"resourceName": RUNNING, "name": "x"}}, "fieldMaskError.FIELD_MASK_MISSING"),
    ("campaigns", {"update": {"resourceName": RUNNING}, "updateMask": "nam"}, "fieldMaskError.FIELD_NOT_FOUND"),
    ("campaigns", update(f"{PATH}/campaigns/1", name="x"), "mutateError.RESOURCE_NOT_FOUND"),
    ("campaigns", {"remove": f"customers/{US}/campaigns/21483481011"}, "mutateError.RESOURCE_NOT_FOUND"),
    (
        "campaignBudgets",
        update(BUDGET, amountMicros="5001"),
        "campaignBudgetError.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT",
    ),
    ("campaignBudgets", update(BUDGET, amountMicros="0"), "campaignBudgetError.BUDGET_BELOW_PER_DAY_MINIMUM"),
    (
        "campaignBudgets",
        update(BUDGET, totalAmountMicros="5000000"),
        "campaignBudgetError.TOTAL_BUDGET_AMOUNT_MUST_BE_UNSET_FOR_BUDGET_PERIOD_DAILY",
    ),
    ("campaignBudgets", {"create": {"name": "No amount"}}, "fieldError.REQUIRED"),
    ("campaignBudgets", {"remove": BUDGET}, "operationAccessDeniedError.ACTION_NOT_PERMITTED"),
    ("adGroups", {"create": {**NEW_GROUP, "campaign": f"{PATH}/campaigns/1"}}, "mutateError.RESOURCE_NOT_FOUND"),
    ("adGroups", {"create": {**NEW_GROUP, "name": "Generisch"}}, "adGroupError.DUPLICATE_ADGROUP_NAME"),
    (
        "adGroups",
        {"create": {**NEW_GROUP, "cpcBidMicros": "1"}},
        "campaignBudgetError.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT",
    ),
    ("adGroupAds", ad(f"{PATH}/adGroups/1"), "mutateError.RESOURCE_NOT_FOUND"),
    ("adGroupAds", ad(headlines=[{"text": "a"}]), "collectionSizeError.TOO_FEW"),
    ("adGroupAds", ad(descriptions=[{"text": "a"}, {"text": "x" * 91}]), "stringLengthError.TOO_LONG"),
    ("adGroupAds", {"create": {"adGroup": GROUP, "ad": {"finalUrls": ["https://x.example"]}}}, "fieldError.REQUIRED"),
]
"""Collection, operation, and the code that Google refuses it with."""


async def send(caller: Caller, collection: str, *operations: Any, account: str = DE, **options: Any) -> httpx.Response:
    name = "mutateOperations" if collection == "googleAds" else "operations"
    body = {name: list(operations), **options}
    return await caller.http.post(f"/v26/customers/{account}/{collection}:mutate", json=body, headers=caller.headers)


async def names(caller: Caller) -> set[str]:
    rows = await caller.rows(DE, "SELECT campaign.name FROM campaign")
    return {row["campaign"]["name"] for row in rows}


def joint(budget: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"campaignBudgetOperation": {"create": budget}}, {"campaignOperation": {"create": new}}


async def test_a_campaign_and_its_budget_are_created_together_under_temporary_names(caller: Caller) -> None:
    answer = await send(caller, "googleAds", *joint(NEW_BUDGET, NEW_CAMPAIGN))
    budget, made = (next(iter(one.values()))["resourceName"] for one in answer.json()["mutateOperationResponses"])
    (row,) = await caller.rows(
        DE,
        "SELECT campaign.resource_name, campaign.campaign_budget, campaign.bidding_strategy_type,"
        " campaign_budget.amount_micros, campaign_budget.explicitly_shared, campaign_budget.reference_count"
        " FROM campaign WHERE campaign.name = 'New'",
    )
    assert row["campaign"] == {
        "resourceName": made,
        "campaignBudget": budget,
        "biddingStrategyType": "MANUAL_CPC",
    }
    assert row["campaignBudget"] == {
        "resourceName": budget,
        "amountMicros": "5000000",
        "explicitlyShared": False,
        "referenceCount": "1",
    }


async def test_nothing_is_kept_of_a_joint_change_of_which_one_operation_is_refused(caller: Caller) -> None:
    answer = await send(caller, "googleAds", *joint(NEW_BUDGET, {**NEW_CAMPAIGN, "name": "Marke | Suche"}))
    assert reason(answer) == "400 campaignError.DUPLICATE_CAMPAIGN_NAME"
    location = answer.json()["error"]["details"][0]["errors"][0]["location"]["fieldPathElements"]
    assert location == [
        {"fieldName": "mutate_operations", "index": 1},
        {"fieldName": "campaign_operation"},
        {"fieldName": "create"},
        {"fieldName": "name"},
    ]
    assert (
        await caller.rows(
            DE, "SELECT campaign_budget.id FROM campaign_budget WHERE campaign_budget.reference_count = 0"
        )
        == []
    )


async def test_validate_only_keeps_nothing_and_returns_nothing(caller: Caller) -> None:
    before = await names(caller)
    answer = await send(caller, "googleAds", *joint(NEW_BUDGET, NEW_CAMPAIGN), validateOnly=True)
    assert (answer.status_code, answer.json()) == (200, {})
    assert await names(caller) == before


async def test_with_partial_failure_the_good_operations_are_kept_and_the_others_named(caller: Caller) -> None:
    operations = (
        update(RUNNING, name="Kept"),
        update(f"{PATH}/campaigns/1", name="x"),
        update(RUNNING, status="PAUSED"),
    )
    answer = (await send(caller, "campaigns", *operations, partialFailure=True)).json()
    assert answer["results"] == [{"resourceName": RUNNING}, {}, {"resourceName": RUNNING}]
    (error,) = answer["partialFailureError"]["details"][0]["errors"]
    assert error["location"]["fieldPathElements"][0] == {"fieldName": "operations", "index": 1}
    (row,) = await caller.rows(DE, "SELECT campaign.status FROM campaign WHERE campaign.name = 'Kept'")
    assert row["campaign"]["status"] == "PAUSED"


async def test_without_partial_failure_all_reasons_come_and_nothing_is_kept(caller: Caller) -> None:
    operations = (update(RUNNING, name="Lost"), campaign(name=None), update(f"{PATH}/campaigns/1", name="x"))
    answer = await send(caller, "campaigns", *operations)
    errors = answer.json()["error"]["details"][0]["errors"]
    assert [error["location"]["fieldPathElements"][0]["index"] for error in errors] == [1, 2]
    assert "Lost" not in await names(caller)


@pytest.mark.parametrize(("collection", "operation", "code"), REFUSED)
async def test_what_google_refuses_is_refused_with_its_code(
    caller: Caller, collection: str, operation: dict[str, Any], code: str
) -> None:
    assert reason(await send(caller, collection, operation)) == f"400 {code}"


async def test_two_new_campaigns_of_one_name_in_one_request_are_refused(caller: Caller) -> None:
    second = {**NEW_BUDGET, "resourceName": f"{PATH}/campaignBudgets/-2"}
    twin = {**NEW_CAMPAIGN, "campaignBudget": second["resourceName"]}
    answer = await send(caller, "googleAds", *joint(NEW_BUDGET, NEW_CAMPAIGN), *joint(second, twin))
    assert reason(answer) == "400 campaignError.DUPLICATE_CAMPAIGN_NAME"


@pytest.mark.parametrize(
    "operation",
    [
        {"create": {**NEW_CAMPAIGN, "startDate": "2026-12-01"}},
        {"create": {**NEW_CAMPAIGN, "status": "ACTIVE"}},
        {"create": {**NEW_CAMPAIGN, "name": 5}},
        {"create": {}, "remove": "x"},
        {"insert": {}},
        "create",
    ],
    ids=str,
)
async def test_a_body_that_is_not_googles_message_is_rejected_before_it_is_looked_at(
    caller: Caller, operation: object
) -> None:
    answer = await send(caller, "campaigns", operation)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["@type"].endswith("BadRequest")


async def test_a_manager_account_and_a_request_without_operations_are_refused(caller: Caller) -> None:
    answer = await send(caller, "campaigns", update(RUNNING, name="x"), account=MANAGER)
    assert reason(answer) == "400 requestError.CANNOT_BE_EXECUTED_BY_MANAGER_ACCOUNT"
    assert reason(await send(caller, "campaigns")) == "400 requestError.OPERATION_REQUIRED"


async def test_a_created_shared_budget_serves_several_campaigns_and_one_change_reaches_all(caller: Caller) -> None:
    shared = {"name": "Pool", "amountMicros": "9000000"}
    answer = await send(caller, "campaignBudgets", {"create": shared})
    pool = answer.json()["results"][0]["resourceName"]
    await send(caller, "campaigns", *(campaign(name=name, campaignBudget=pool) for name in ("One", "Two")))
    caller.clock.now = Clock().now.replace(hour=13)
    await caller.log_in()
    await send(caller, "campaignBudgets", update(pool, amountMicros="8000000"))
    rows = await caller.rows(
        DE,
        f"SELECT campaign.name, campaign_budget.amount_micros FROM campaign WHERE campaign.campaign_budget = '{pool}'",
    )
    assert [(r["campaign"]["name"], r["campaignBudget"]["amountMicros"]) for r in rows] == [
        ("One", "8000000"),
        ("Two", "8000000"),
    ]
    assert reason(await send(caller, "campaignBudgets", {"create": shared})) == "400 campaignBudgetError.DUPLICATE_NAME"


async def test_ads_and_ad_groups_are_paused_and_removed(caller: Caller) -> None:
    answer = await send(caller, "adGroups", {"create": NEW_GROUP})
    group = answer.json()["results"][0]["resourceName"]
    made = (await send(caller, "adGroupAds", ad(group))).json()["results"][0]["resourceName"]
    await send(caller, "adGroupAds", update(made, status="PAUSED"))
    await send(caller, "adGroups", update(group, status="PAUSED", cpcBidMicros="1500000"))
    query = (
        "SELECT ad_group_ad.status, ad_group.status, ad_group.cpc_bid_micros FROM ad_group_ad"
        f" WHERE ad_group_ad.resource_name = '{made}'"
    )
    (row,) = await caller.rows(DE, query)
    assert (row["adGroupAd"]["status"], row["adGroup"]["status"], row["adGroup"]["cpcBidMicros"]) == (
        "PAUSED",
        "PAUSED",
        "1500000",
    )
    await send(caller, "adGroups", {"remove": group})
    (row,) = await caller.rows(DE, query)
    assert (row["adGroupAd"]["status"], row["adGroup"]["status"]) == ("REMOVED", "REMOVED")
    code = "400 operationAccessDeniedError.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"
    assert reason(await send(caller, "adGroupAds", ad(group))) == code
    assert reason(await send(caller, "adGroupAds", {"remove": made})) == code


async def test_each_app_keeps_its_own_changes_unless_it_shares_the_store() -> None:
    first, second = caller_of(Clock()), caller_of(Clock())
    for one in (first, second):
        await one.log_in()
    await send(first, "campaigns", update(RUNNING, name="Mine"))
    assert "Mine" in await names(first)
    assert "Mine" not in await names(second)
