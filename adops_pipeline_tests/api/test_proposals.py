"""Promises of the API of proposals, over the emulated platforms: plan to proposals, decisions, roles, undo."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.api.app import create_app
from adops_pipeline.operations import proposals
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into

_ADVISE = """
INSERT INTO todo (as_of, platform, account_id, campaign_id, campaign_name, currency, rank, action, severity,
    money_at_stake, current_daily, suggested_daily, change_pct, instruction, created_at)
SELECT as_of, platform, account_id, campaign_id, campaign_name, currency, 1, $action, 'warning', 10, 100, $new, 0,
    $words, created_at
FROM analytics_budgets WHERE platform = $platform AND campaign_status = 'active' AND daily_budget IS NOT NULL
    AND NOT coalesce(is_shared_budget, false)
ORDER BY campaign_id LIMIT 1
"""


def advise(services: Services) -> None:
    """Publish a day on which the plan moves money from Google Ads to Meta, and Pinterest is over-delivering."""
    rows = (
        {"platform": "meta-ads", "action": "raise-budget", "new": 110, "words": "Raise it."},
        {"platform": "google-ads", "action": "lower-budget", "new": 90, "words": "Lower it."},
        {"platform": "pinterest", "action": "speed-up", "new": None, "words": "Widen targeting."},
    )
    with services.warehouse.writing() as con:
        con.execute("DELETE FROM todo")
        for row in rows:
            con.execute(_ADVISE, row)
    services.publish()


@pytest.fixture
def advised(services: Services) -> Services:
    advise(services)
    return services


async def _planned(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    made = await client.post("/api/proposals/from-plan")
    assert made.status_code == 200, made.text
    items: list[dict[str, Any]] = made.json()["items"]
    return sorted(items, key=lambda one: str(one["platform"]))


async def _get(client: httpx.AsyncClient, address: str) -> Any:
    return (await client.get(address)).json()


@pytest.mark.usefixtures("advised")
async def test_plan_and_pacing_become_a_proposal_for_each_campaign_that_waits(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/proposals/from-plan")).json()
    google, meta = sorted(made["items"], key=lambda one: str(one["platform"]))
    assert [one["status"] for one in (google, meta)] == ["proposed", "proposed"]
    assert google["tool"] == "google_ads_update_campaign_budget"
    assert google["changes"] == [
        {
            "field": "daily_budget", "old": "JPY 36,000", "new": "JPY 32,400",
            "text": "daily budget: JPY 36,000 → JPY 32,400",
        }
    ]  # fmt: skip
    assert (float(google["moneyPerDay"]), meta["reason"], meta["evidence"][0]["kind"]) == (-3600, "Raise it.", "plan")
    assert (meta["pacing"]["todo"]["action"], meta["pacing"]["pacing"]["verdict"]) == ("raise-budget", "limited")
    (skipped,) = made["skipped"]
    assert "a higher budget alone would not be spent: Widen targeting." in skipped["reason"]
    again = (await client.post("/api/proposals/from-plan")).json()
    assert {one["id"] for one in again["items"]} == {google["id"], meta["id"]}


@pytest.mark.usefixtures("advised")
async def test_an_approved_proposal_changes_the_platform_and_undo_restores_it(
    client: httpx.AsyncClient, services: Services
) -> None:
    for planned in await _planned(client):
        done = (await client.post(f"/api/proposals/{planned['id']}/approve", json={"why": "agreed"})).json()
        assert (done["status"], done["decidedBy"]) == ("applied", "local"), done
        assert (done["verifiedAt"] is not None, done["canBeUndone"]) == (True, True)
        assert float(done["after"]["daily_budget"]) == float(done["intended"]["daily_budget"])
        undone = await client.post(f"/api/proposals/{planned['id']}/undo", json={"why": "too early"})
        assert (undone.status_code, undone.json()["status"], undone.json()["reversalOf"]) == (
            200, "applied", planned["id"],
        ), undone.text  # fmt: skip
        assert float(undone.json()["after"]["daily_budget"]) == float(planned["before"]["daily_budget"])
        assert (await _get(client, f"/api/proposals/{planned['id']}"))["status"] == "undone"
    titles = [entry["title"] for entry in (await _get(client, "/api/activity?type=proposal"))["items"]]
    assert [title.split(":")[0] for title in titles[:3]] == ["Undone", "Applied", "Being applied"]
    assert services.proposals.recover() == []


@pytest.mark.usefixtures("advised")
async def test_several_are_approved_together_and_one_refusal_does_not_stop_the_others(
    client: httpx.AsyncClient, services: Services
) -> None:
    google, meta = await _planned(client)
    await client.post(f"/api/proposals/{google['id']}/reject", json={"why": "not now"})
    ids = ["nope", google["id"], meta["id"], meta["id"]]
    done = (await client.post("/api/proposals/approve", json={"ids": ids, "why": "agreed"})).json()
    assert [(one["id"], one["isApplied"]) for one in done["items"]] == [
        ("nope", False), (google["id"], False), (meta["id"], True),
    ]  # fmt: skip
    unknown, closed, applied = done["items"]
    assert (done["applied"], unknown["refused"], unknown["proposal"]) == (1, "there is no proposal 'nope'", None)
    assert "is rejected (not now)" in closed["refused"]
    assert (applied["refused"], applied["proposal"]["status"], applied["proposal"]["decidedBy"]) == (
        None, "applied", "local",
    )  # fmt: skip
    assert services.proposals.get(google["id"]).status == "rejected"
    assert (await client.post("/api/proposals/approve", json={"ids": []})).status_code == 422
    assert (await client.post("/api/proposals/approve", json={"ids": ["x"], "wy": "y"})).status_code == 422


@pytest.mark.usefixtures("advised")
async def test_a_page_is_sent_again_only_after_something_on_it_has_changed(client: httpx.AsyncClient) -> None:
    google, _ = await _planned(client)
    first = await client.get("/api/proposals")
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/api/proposals", headers=known)).status_code == 304
    await client.post(f"/api/proposals/{google['id']}/reject", json={"why": "not now"})
    changed = await client.get("/api/proposals", headers=known)
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)


@pytest.mark.usefixtures("advised")
async def test_lists_are_filtered_and_paged(client: httpx.AsyncClient) -> None:
    google, meta = await _planned(client)
    await client.post(f"/api/proposals/{google['id']}/reject", json={"why": "not now"})
    rejected = await _get(client, "/api/proposals?status=rejected")
    assert [(one["id"], one["statusReason"]) for one in rejected["items"]] == [(google["id"], "not now")]
    assert [one["id"] for one in (await _get(client, "/api/proposals?platform=meta-ads"))["items"]] == [meta["id"]]
    first = await _get(client, "/api/proposals?limit=1")
    second = await _get(client, f"/api/proposals?limit=1&cursor={first['nextCursor']}")
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {google["id"], meta["id"]}
    assert (first["total"], second["nextCursor"]) == (2, None)


@pytest.mark.usefixtures("advised")
async def test_what_cannot_be_done_is_refused_with_the_reason(client: httpx.AsyncClient) -> None:
    (google, _) = await _planned(client)
    place = f"/api/proposals/{google['id']}"
    undo = await client.post(f"{place}/undo", json={"why": "x"})
    assert (undo.status_code, "reject it instead" in undo.json()["detail"]) == (409, True)
    assert (await client.post(f"{place}/reject", json={})).status_code == 422
    assert (await client.post(f"{place}/reject", json={"why": "no"})).status_code == 200
    assert (await client.post(f"{place}/approve")).status_code == 409
    assert (await client.get("/api/proposals/nope")).status_code == 404


async def test_an_agent_proposes_and_does_not_decide(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path), agents={"trader": {"tokens": ["bot"]}})
    _, token = services.tokens.create("bot", "operator", by="kim")
    async with client_of(services) as client:
        refused = await client.post("/api/proposals/nope/approve", headers={"Authorization": f"Bearer {token}"})
        several = await client.post(
            "/api/proposals/approve", json={"ids": ["nope"]}, headers={"Authorization": f"Bearer {token}"}
        )
    services.snapshots.close()
    services.store.close()
    assert (refused.status_code, several.status_code) == (403, 403)
    assert "agent trader may not use approve_proposal" in refused.json()["detail"]


async def test_a_server_that_starts_finds_out_what_a_crash_left_open(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path), proposals={"apply_automatically": "never"})
    arguments = {"account_id": "304756102938475", "campaign_id": "120210000003145018", "status": "paused"}
    propose = partial(services.proposals.propose, "meta_update_campaign", arguments, by="kim", reason="x")
    one = await asyncio.to_thread(propose)
    with services.store.writing() as con:
        for status in ("approved", "applying"):
            proposals.move(con, one.id, status, proposals.Decision("kim", services.clock()), sent_at=services.clock())
    app = create_app(services)
    async with app.router.lifespan_context(app):
        await asyncio.to_thread(wait_until, lambda: services.proposals.get(one.id).status != "applying")
    found = services.proposals.get(one.id)
    services.store.close()
    assert found.status == "approved"
    assert "the change was not applied" in str(found.status_reason)
