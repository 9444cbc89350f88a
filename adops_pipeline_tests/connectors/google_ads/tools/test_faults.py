"""Every tool under every fault: reads answer as without it; no change is made twice, and every outcome is named."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ConnectorError, PermanentError, ThrottledError, TransientError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.google_ads.conftest import DE, once, refusal
from adops_pipeline_tests.connectors.google_ads.tools.conftest import (
    AD_TEXTS,
    BY_NAME,
    NEW_CAMPAIGN,
    READS,
    WRITES,
    ToolCaller,
    tool_caller,
)

RUNNING = "21483481011"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "google_ads_list_accessible_customers": {},
    "google_ads_get_customer": {"account_id": DE},
    "google_ads_list_campaigns": {"account_id": DE},
    "google_ads_list_ad_groups": {"account_id": DE},
    "google_ads_list_ads": {"account_id": DE},
    "google_ads_get_campaign_report": {"account_id": DE, "start_date": "2026-11-20", "end_date": "2026-11-22"},
    "google_ads_run_gaql": {"account_id": DE, "query": "SELECT campaign.id FROM campaign ORDER BY campaign.id"},
    "google_ads_create_campaign": NEW_CAMPAIGN,
    "google_ads_update_campaign": {"account_id": DE, "campaign_id": RUNNING, "status": "paused"},
    "google_ads_update_campaign_budget": {"account_id": DE, "campaign_id": RUNNING, "daily_budget": "250"},
    "google_ads_create_ad_group": {"account_id": DE, "campaign_id": RUNNING, "name": "Boots", "bid": "1.20"},
    "google_ads_update_ad_group": {"account_id": DE, "ad_group_id": "168234810110", "bid": "1.05"},
    "google_ads_create_responsive_search_ad": {"account_id": DE, "ad_group_id": "168234810110", **AD_TEXTS},
}
OBJECTS = {"google_ads_create_campaign": 2}
"""Objects that a tool writes at once, where it is not one: a campaign and its budget."""
MUTATES = {
    "google_ads_create_campaign": "googleAds:mutate",
    "google_ads_update_campaign": "campaigns:mutate",
    "google_ads_update_campaign_budget": "campaignBudgets:mutate",
    "google_ads_create_ad_group": "adGroups:mutate",
    "google_ads_update_ad_group": "adGroups:mutate",
    "google_ads_create_responsive_search_ad": "adGroupAds:mutate",
}
OF_REPORTS = (FaultKind.DUPLICATE_PAGE, FaultKind.TOO_MUCH)
SURELY_NOT_APPLIED = (FaultKind.THROTTLED, FaultKind.EXPIRED_TOKEN)


async def outcome(scene: ToolCaller, name: str) -> str:
    """``applied``, or after an uncertain write what the tool finds out: ``was applied`` or ``was not applied``."""
    tool, given = BY_NAME[name], scene.given(name, ARGUMENTS[name])
    before = await tool.before(scene.client, given)
    intended = await tool.intended(scene.client, given, before)
    await tool.validate(scene.client, given)
    since = scene.pass_time(minutes=1)
    try:
        identity = await tool.apply(scene.client, given)
    except UncertainWriteError:
        scene.pass_time(minutes=1)
        if before is not None:
            after = await tool.read_back(scene.client, given.account_id, before.object_id)
            return "was applied" if after == intended else "was not applied"
        found = await tool.find(scene.client, given, since)
        assert len(found) <= 1
        return "was applied" if found else "was not applied"
    assert await tool.read_back(scene.client, given.account_id, identity)
    return "applied"


@pytest.mark.parametrize("fault", [kind for kind in FaultKind if kind not in OF_REPORTS])
@pytest.mark.parametrize("name", READS)
async def test_a_read_under_faults_answers_as_without_them(name: str, fault: FaultKind) -> None:
    calm = await tool_caller().rows(name, **ARGUMENTS[name])
    plan = FaultPlan(1, {fault: 1.0})
    assert await tool_caller(plan=plan).rows(name, **ARGUMENTS[name]) == calm
    assert plan.injected[fault] > 1


@pytest.mark.parametrize("fault", [kind for kind in FaultKind if kind not in OF_REPORTS])
@pytest.mark.parametrize("name", WRITES)
async def test_a_change_under_faults_is_made_once_or_not_at_all_and_the_tool_finds_out_which(
    name: str, fault: FaultKind
) -> None:
    seen = set()
    for seed in range(4 if fault is FaultKind.TIMEOUT else 1):
        plan = FaultPlan(seed, {fault: 1.0})
        scene = tool_caller(plan=plan)
        result = await outcome(scene, name)
        assert scene.writes() == (0 if result == "was not applied" else OBJECTS.get(name, 1))
        assert plan.injected[fault] > 1
        seen.add(result)
    expected = {
        FaultKind.SERVER_ERROR: {"was not applied"},
        FaultKind.TRUNCATED: {"was applied"},
        FaultKind.TIMEOUT: {"was applied", "was not applied"},
    }
    assert seen == expected.get(fault, {"applied"})


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(429, "quotaError.RESOURCE_EXHAUSTED", streaming=False), ThrottledError),
        (refusal(403, "authorizationError.USER_PERMISSION_DENIED", streaming=False), AuthError),
        (refusal(400, "mutateError.RESOURCE_NOT_FOUND", streaming=False), PermanentError),
        (refusal(500, "internalError.INTERNAL_ERROR", streaming=False), UncertainWriteError),
        (httpx.Response(200, json={}), UncertainWriteError),
        (httpx.Response(200, json={"results": "x"}), UncertainWriteError),
        (httpx.Response(200, text="<html>"), UncertainWriteError),
        (httpx.ReadTimeout("too slow"), UncertainWriteError),
        (httpx.RemoteProtocolError("broken off"), UncertainWriteError),
    ],
    ids=["quota", "permission", "refused", "server error", "empty", "other form", "html", "timeout", "broken off"],
)
async def test_the_outcome_of_a_change_has_a_name(
    name: str, answer: httpx.Response | Exception, kind: type[ConnectorError]
) -> None:
    scene = tool_caller(once(MUTATES[name], answer))
    given = scene.given(name, ARGUMENTS[name])
    with pytest.raises(kind):
        await BY_NAME[name].apply(scene.client, given)
    assert len(scene.tape.asked(MUTATES[name])) == 1
    assert scene.writes() == 0


async def test_a_change_that_never_reached_google_is_sent_again() -> None:
    scene = tool_caller(once("campaigns:mutate", httpx.ConnectError("refused"), times=2))
    name = "google_ads_update_campaign"
    await BY_NAME[name].apply(scene.client, scene.given(name, ARGUMENTS[name]))
    assert scene.writes() == 1


async def test_a_change_that_google_cannot_be_reached_for_is_not_uncertain() -> None:
    scene = tool_caller(once("campaigns:mutate", httpx.ConnectError("refused"), times=9), retry=RetryPolicy(attempts=2))
    name = "google_ads_update_campaign"
    with pytest.raises(TransientError):
        await BY_NAME[name].apply(scene.client, scene.given(name, ARGUMENTS[name]))
    assert scene.writes() == 0


async def test_an_uncertain_change_is_found_by_the_next_client() -> None:
    first = tool_caller(plan=FaultPlan(0, {FaultKind.TRUNCATED: 1.0}))
    name = "google_ads_create_campaign"
    since = first.clock.now
    with pytest.raises(UncertainWriteError):
        await BY_NAME[name].apply(first.client, first.given(name, NEW_CAMPAIGN))
    again = tool_caller(written=first.written, clock=first.clock)
    again.pass_time(hours=2)
    (found,) = await BY_NAME[name].find(again.client, again.given(name, NEW_CAMPAIGN), since)
    assert found.object_id == "22900000002"
    again.pass_time(days=20)
    assert [
        one.object_id for one in await BY_NAME[name].find(again.client, again.given(name, NEW_CAMPAIGN), since)
    ] == [found.object_id]
    later = since + timedelta(hours=1)
    assert await BY_NAME[name].find(again.client, again.given(name, NEW_CAMPAIGN), later) == []
