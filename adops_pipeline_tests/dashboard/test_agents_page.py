"""The pages of agents: memories in words, and what an agent would do as the API says it."""

from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.dashboard.pages.remembered import remembered
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.dashboard.pages import rows_of, text_of
from adops_pipeline_tests.templates import copy_into

_MEASURED = {
    "metric": "conversions", "verdict": "not-measurable", "effect": None, "effectLow": None, "effectHigh": None,
    "reason": "Too few controls.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "context", "action", "outcome", "words"),
    [
        (
            "campaign_outcome", {"platform": "meta-ads", "campaign": "7"}, {"kind": "raise_budget"}, _MEASURED,
            ("Raise budget", "meta-ads:7", "not measurable", "Too few controls."),
        ),
        (
            "campaign_outcome", {"platform": "meta-ads", "campaign": "7"}, {"kind": "pause"}, None,
            ("Pause", "meta-ads:7", "pending", ""),
        ),
        (
            "ab_test_result", {"platform": "meta-ads", "campaign": "7"}, {"variantA": "Old", "variantB": "New"},
            {"winner": "New", "lift": 12.0, "metric": "ctr"}, ("Old against New", "meta-ads:7", "New won", ""),
        ),
        (
            "ab_test_result", {"platform": "meta-ads", "campaign": "7"}, {"variantA": "Old", "variantB": "New"},
            {"winner": None, "lift": 1.0, "metric": "ctr"}, ("Old against New", "meta-ads:7", "no winner", ""),
        ),
        (
            "preference", {}, {"prefer": "small steps", "insteadOf": "large ones"}, {"kept": True, "note": "Agreed."},
            ("small steps instead of large ones", None, "", "Agreed."),
        ),
        (
            "observation", {"platform": "pinterest"}, {"subject": "feed", "finding": "It breaks on Mondays"},
            {"confirmed": False}, ("Feed", None, "not confirmed", "It breaks on Mondays"),
        ),
    ],
)  # fmt: skip
def test_a_memory_is_told_in_words(kind: str, context: Any, action: Any, outcome: Any, words: tuple[str, ...]) -> None:
    one = remembered({"memory": {"memory_type": kind, "context": context, "action": action, "outcome": outcome}})
    assert (one.title, one.campaign_id, one.verdict, one.sentence) == words


async def test_memories_name_their_campaigns_and_a_retracted_one_is_gone(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path))
    async with browser_of(services) as browser:
        budget = (await browser.get("/api/analytics/pacing")).json()["items"][0]
        for number in range(12):
            action = {"kind": "raise_budget", "on": f"2026-11-{number + 1:02}"}
            context = {"platform": budget["platform"], "campaign": budget["campaignId"]}
            services.memories.remember(Draft("trader", "campaign_outcome", context, action))
        few, more = (await browser.get("/agents")).text, (await browser.get("/agents?shown=50")).text
        own = (await browser.get("/api/agents/trader/memory")).json()["items"][0]["memory"]
        place = f"/api/agents/trader/memory/{own['id']}/retract"
        assert f'data-action="POST {place}"' in few
        assert (await browser.post(place, json={"reason": "A mistake"})).status_code == 200
        after = (await browser.get("/agents?shown=50")).text
    services.snapshots.close()
    services.store.close()
    link = f'<a href="/campaigns/{budget["platform"]}%3A{budget["campaignId"]}">{budget["campaignName"]}</a>'
    assert [unescape(text).count(link) for text in (few, more, after)] == [10, 12, 11]
    assert "Show 50" in few
    assert "Show 50" not in more


async def test_an_agents_page_says_what_the_api_says_that_it_would_do(browser: httpx.AsyncClient) -> None:
    suggested = (await browser.post("/api/agents/analyst/run", json={"dryRun": True})).json()["items"]
    found = rows_of((await browser.get("/agents/analyst")).text)
    first = found.index(["What", "Where", "Why", "Evidence"]) + 1
    shown = found[first : first + len(suggested)]
    assert [row[:2] for row in shown[:2]] == [["Run workflow", "anomaly-scan"], ["Run workflow", "ab-test-evaluation"]]
    for row, one in zip(shown, suggested, strict=True):
        assert row[0] == one["kind"].replace("_", " ").capitalize()
        assert " ".join(one["reason"].split()) in row[2]
    assert "Nothing to suggest" in text_of((await browser.get("/agents/trader")).text)


async def test_an_unknown_agent_is_a_page_that_says_so(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/agents/tradr")
    assert page.status_code == 404
    assert "trader" in page.text
