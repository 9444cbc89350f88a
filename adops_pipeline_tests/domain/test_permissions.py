"""What agents may do, and what a refusal says."""

import pytest

from adops_pipeline.domain.permissions import DEFAULT_SETS, PermissionSet
from adops_pipeline.domain.vocabulary import Platform

GOOGLE, META, PINTEREST = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST


@pytest.mark.parametrize(
    ("agent", "tool", "platform", "is_allowed"),
    [
        ("analyst", "list_pacing", None, True),
        ("analyst", "pinterest_list_campaigns", PINTEREST, True),
        ("analyst", "meta_create_campaign", META, False),
        ("social-media-buyer", "meta_create_campaign", META, True),
        ("social-media-buyer", "google_ads_create_campaign", GOOGLE, False),
        ("search-buyer", "google_ads_create_responsive_search_ad", GOOGLE, True),
        ("search-buyer", "google_ads_add_keywords", GOOGLE, True),
        ("search-buyer", "pinterest_create_campaign", PINTEREST, False),
        ("budget-planner", "google_ads_update_campaign_budget", GOOGLE, True),
        ("budget-planner", "run_workflow", None, True),
        ("creative-strategist", "run_workflow", None, False),
        ("budget-planner", "meta_create_campaign", META, False),
        ("creative-strategist", "pinterest_create_pin", PINTEREST, True),
        ("creative-strategist", "pinterest_update_campaign", PINTEREST, False),
        ("account-reporter", "meta_get_account_insights", META, False),
        ("trader", "meta_update_campaign", META, True),
    ],
)
def test_the_agents_may_do_their_work_and_no_other(
    agent: str, tool: str, platform: Platform | None, is_allowed: bool
) -> None:
    assert (DEFAULT_SETS[agent].allows(tool, platform) is None) is is_allowed


def test_no_agent_approves_what_it_proposed() -> None:
    for agent in DEFAULT_SETS.values():
        for tool in ("approve_proposal", "reject_proposal", "undo_proposal"):
            assert agent.allows(tool) is not None


def test_accounts_are_the_same_however_a_platform_writes_them() -> None:
    one = PermissionSet("a", ("*",), (META, GOOGLE), ("act_12", "123-456-7890"))
    for platform, account in ((META, "12"), (META, "act_12"), (GOOGLE, "1234567890")):
        assert one.allows("x", platform, account) is None
    refusal = one.allows("x", META, "act_13")
    assert refusal == (
        "agent a may not use account act_13; its accounts are act_12, 123-456-7890. "
        "accounts of [agents.a] in adops.toml can allow it"
    )
    assert "works on meta-ads, google-ads and not on pinterest" in str(one.allows("x", PINTEREST))
